/* Work in parts: sends the form for the next part by itself, one after the other.

Without this script people press Continue.  Stop waits for the part that is running, so
that the report counts it.  When a part gets no answer, the page says so, and Continue
goes on from there.
*/
(() => {
  "use strict";

  const BOX = "form-data-progress";
  let isRunning = false;
  let isStopping = false;

  const inBox = (selector) => document.querySelector(`#${BOX} ${selector}`);

  function show(name) {
    for (const note of document.querySelectorAll(`#${BOX} [data-note]`)) {
      note.hidden = note.dataset.note !== name;
    }
  }

  // Screen readers are told of changes within an element that stays.
  function say(text) {
    document.getElementById("form-data-live").textContent = text.replace(/\s+/g, " ");
  }

  function setRunning(value) {
    isRunning = value;
    const button = inBox("#form-data-next button");
    if (button) {
      button.disabled = value;
    }
  }

  function troubleOf(response, answer) {
    if (answer.querySelector('[name="__ac_password"]') || response.status === 401) {
      return "session";
    }
    return response.ok ? "answer" : "server";
  }

  // Returns the name of what went wrong, if anything did.
  async function send(form) {
    let response, text;
    try {
      const body = new URLSearchParams(new FormData(form));
      if (form.id === "form-data-stop") {
        body.set("stop", "1");
      }
      response = await fetch(form.action, { method: "POST", body });
      text = await response.text();
    } catch {
      return "network";
    }
    const answer = new DOMParser().parseFromString(text, "text/html");
    const box = answer.getElementById(BOX);
    if (!response.ok || !box) {
      return troubleOf(response, answer);
    }
    document.getElementById(BOX).replaceWith(document.importNode(box, true));
    say(inBox("[data-counts]").textContent);
    if (response.redirected) {
      // The report has an address of its own: a reload shows it again.
      history.replaceState(null, "", response.url);
    }
    return null;
  }

  async function run() {
    let form = inBox("#form-data-next");
    while (form && !isRunning) {
      setRunning(true);
      show(isStopping ? "stopping" : null);
      const trouble = await send(form);
      setRunning(false);
      if (trouble) {
        isStopping = false;
        show(trouble);
        inBox("#form-data-next button").focus();
        return;
      }
      const next = isStopping ? "#form-data-stop" : "#form-data-next[data-auto]";
      form = inBox(next);
    }
  }

  document.addEventListener("submit", (event) => {
    const { id } = event.target;
    if (id === "form-data-next") {
      event.preventDefault();
      run();
    } else if (id === "form-data-stop" && isRunning) {
      event.preventDefault();
      isStopping = true;
      show("stopping");
      say(inBox("[data-note=stopping]").textContent);
    }
  });

  if (inBox("#form-data-next[data-auto]")) {
    run();
  }
})();
