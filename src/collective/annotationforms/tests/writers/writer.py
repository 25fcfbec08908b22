"""A process that opens and saves the form again and again; see __main__.py."""

from collections import Counter
from collective.annotationforms.tests.writers.site import application
from collective.annotationforms.tests.writers.site import COUNTERS
from collective.annotationforms.tests.writers.site import PAGE
from collective.annotationforms.tests.writers.site import PASSWORD
from collective.annotationforms.tests.writers.site import USER
from webtest import TestApp

import sys
import Zope2


#: Every tenth save changes the field that the others change, too.
LOGGED = 10


class Writer:
    """An editor who is never idle: one counter is theirs, the log is everybody's."""

    def __init__(self, number: int):
        self.number = number
        self.counter = f"form.widgets.{COUNTERS[number]}"
        # Plone ignores what is sent from a page of another host, or port.
        self.browser = TestApp(application(), {"HTTP_HOST": "localhost"})
        self.browser.authorization = ("Basic", (USER, PASSWORD))
        #: What the answers to a save were: "saved", "conflict", "busy", "error".
        self.answers: Counter = Counter()

    def save(self, turn: int) -> None:
        """Open the form, add one to the counter, maybe a line to the log, and save."""
        line = f"{self.number}-{turn}"
        form = self.open()
        value = int(form[self.counter].value.replace(",", "")) + 1
        form[self.counter] = str(value)
        if turn % LOGGED == 0:
            lines = form["form.widgets.log"].value.split()
            form["form.widgets.log"] = "\n".join([*lines, line])
        while True:
            answer = form.submit("form.buttons.save", expect_errors=True)
            if answer.status_int == 302:
                self.answers["saved"] += 1
                return
            form = self.corrected(answer, line)

    def open(self):
        """Return the form, opened anew."""
        return self.browser.get(f"{PAGE}/@@log?ajax_load=1").forms["form"]

    def corrected(self, answer, line: str):
        """Return the form to send again, after a conflict or in vain."""
        if answer.status_int != 200:
            self.answers["error"] += 1
            sys.exit(f"{answer.status}\n{answer.text}")
        form = answer.forms["form"]
        other = answer.html.find(id="form-widgets-log-other")
        if other is None and "form.widgets.log-conflict" not in form.fields:
            if "others are saving" not in answer.text:
                errors = answer.html.find_all(class_="error")
                sys.exit("\n".join(str(error) for error in errors))
            self.answers["busy"] += 1
        else:
            # Both lines are to be kept.
            self.answers["conflict"] += 1
            form["form.widgets.log-conflict"] = "mine"
            theirs = other.get_text("\n").split() if other else []
            form["form.widgets.log"] = "\n".join([*theirs, line])
        return form


def write(number: int, saves: int) -> Counter:
    """Save that many times; returns how often there was which answer."""
    writer = Writer(number)
    for turn in range(saves):
        writer.save(turn)
    Zope2.DB.close()
    return writer.answers
