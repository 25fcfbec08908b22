// What a form on a storage does beyond what its server does: everything works without.
// - The first conflict, or else the first error, is opened and brought into view.
// - A form is sent once, however often somebody clicks.
// - What was sent comes back if it did not get through, as when the session has ended:
//   it stays in this window (sessionStorage) until the server has saved it.
(() => {
  "use strict";

  const script = document.currentScript;
  const form = script && script.closest("form");
  const PREFIX = "annotationforms-";
  const AGAIN = 5000; // milliseconds

  // Drafts

  const forget = (name) => {
    sessionStorage.removeItem(name);
    document.cookie = `${name}=; path=/; max-age=0; SameSite=Lax`;
  };
  const drafts = () =>
    Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX));

  if (script && "forget" in script.dataset) {
    drafts().forEach(forget);
    forget(script.dataset.forget);
  }
  if (!form) {
    return;
  }

  const { draft, user, sent, typed } = script.dataset;
  const read = (name) => {
    try {
      return JSON.parse(sessionStorage.getItem(name)) || {};
    } catch {
      return {};
    }
  };
  const isSecret = (name) =>
    [...form.elements].some(
      (input) =>
        input.name === name &&
        (input.type === "password" ||
          /(^|\s)(off|one-time-code|cc-\S+|\S+-password)$/.test(input.autocomplete)),
    );
  const isKept = ([name, value]) =>
    typeof value === "string" && name !== "_authenticator" && !isSecret(name);

  const keep = () => {
    const entries = [...new FormData(form)];
    const files = entries.some(([, value]) => value instanceof File && value.name);
    const kept = { user, files, entries: entries.filter(isKept) };
    try {
      sessionStorage.setItem(draft, JSON.stringify(kept));
      document.cookie = `${draft}=1; path=/; max-age=28800; SameSite=Lax`;
    } catch {
      // No room, or not allowed: the form works as without this script.
    }
  };

  const sendBack = ({ entries, files }) => {
    const copy = document.createElement("form");
    copy.action = form.action;
    copy.method = "post";
    copy.enctype = form.enctype;
    for (const [name, value] of [...entries, [typed, files ? "files" : "text"]]) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      copy.append(input);
    }
    document.body.append(copy);
    copy.submit();
  };

  if (draft) {
    drafts()
      .filter((name) => read(name).user !== user)
      .forEach(forget);
    const kept = read(draft);
    // The server takes the cookie away when it has saved.
    const isLost = document.cookie.split("; ").includes(`${draft}=1`);
    forget(draft);
    if (!sent && isLost && kept.entries) {
      document.addEventListener("DOMContentLoaded", () => sendBack(kept));
      return;
    }
  }

  // Sending

  let isSent = false;
  // Here, after all others: they may stop it.
  document.addEventListener("submit", (event) => {
    if (event.target !== form || event.defaultPrevented) {
      return;
    }
    if (isSent) {
      event.preventDefault();
      return;
    }
    isSent = true;
    setTimeout(() => (isSent = false), AGAIN);
    const pressed = event.submitter ? event.submitter.name : "";
    if (draft && !pressed.endsWith(".cancel")) {
      keep();
    }
  });
  window.addEventListener("pageshow", () => (isSent = false));

  // Errors

  const tabOf = (element) => {
    const legends = [...form.querySelectorAll("legend")];
    const fieldset = element.closest("form > fieldset");
    const legend = fieldset && fieldset.querySelector("legend");
    const tabs = form.querySelectorAll(".autotoc-nav > a");
    return { legend, tab: tabs[legends.indexOf(legend)] };
  };
  const show = (field) => {
    const { tab } = tabOf(field);
    if (tab && !tab.classList.contains("active")) {
      tab.click();
    }
    const conflict = field.querySelector("[role=radiogroup] input[type=radio]");
    const input = conflict || field.querySelector("input:not([type=hidden]), textarea");
    field.scrollIntoView({ block: "center" });
    if (input) {
      input.focus({ preventScroll: true });
    }
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".annotationforms-conflicts a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (field && form.contains(field)) {
      event.preventDefault();
      show(field);
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    const conflict = form.querySelector(".annotationforms-conflict");
    const first = (conflict || form).closest(".field") || form.querySelector(".field.error");
    if (!first) {
      return;
    }
    // Plone opens the tab of a legend that is active.
    const { legend } = tabOf(first);
    if (legend) {
      legend.classList.add("active");
    }
    // After what Plone does when the page is there.
    window.addEventListener("load", () => setTimeout(() => show(first), 300));
  });
})();
