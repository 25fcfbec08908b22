"""Two editors of one form, in any order of what they do, against a simple model."""

from collective.annotationforms import annotation_storage
from collective.annotationforms.saving.merge import next_token
from collective.annotationforms.saving.token import token_name
from collective.annotationforms.tests import sampleforms
from collective.annotationforms.tests.layers import IntegrationTestCase
from dataclasses import dataclass
from dataclasses import field
from hypothesis import settings
from hypothesis import strategies
from hypothesis.stateful import invariant
from hypothesis.stateful import precondition
from hypothesis.stateful import rule
from hypothesis.stateful import RuleBasedStateMachine
from hypothesis.stateful import run_state_machine_as_test
from typing import Any
from zope.annotation.interfaces import IAnnotations


KEY = "example.editors"
DEFAULTS = {"name": None, "count": 3}
VALUES = {"name": [None, "a", "b"], "count": [None, 3, 4]}
UNSTORED = "not stored"
EDITORS = ("Ada", "Bob")


class EditorsForm(sampleforms.PlainEditForm):
    ANNOTATION_STORAGE_KEY = KEY
    NOTIFY_CONTENT = False


@dataclass
class OpenForm:
    """A form in the browser of an editor, and what the model knows of it."""

    sent: dict[str, str]
    #: What the tokens stand for: what was stored when the editor saw it.
    seen: dict[str, Any]
    typed: dict[str, Any]
    conflicts: set[str] = field(default_factory=set)


def shown(stored: dict[str, Any], name: str) -> Any:
    return stored.get(name, DEFAULTS[name])


class EditorsMachine(RuleBasedStateMachine):
    """Opens, edits, saves, resolves, copies, versions, reverts and deletes."""

    editors = strategies.sampled_from(EDITORS)
    names = strategies.sampled_from([*DEFAULTS])
    changes = strategies.sampled_from(
        [(name, value) for name, values in VALUES.items() for value in values]
    )

    def __init__(self, portal, request):
        super().__init__()
        self.portal = portal
        self.request = request
        self.page = portal["page"]
        IAnnotations(self.page).pop(KEY, None)
        self.stored: dict[str, Any] | None = None
        self.versions: list[tuple[int, dict | None]] = []
        self.open_forms: dict[str, OpenForm] = {}
        for editor in EDITORS:
            self.open(editor)

    # What the browser does.

    def form(self, method, data):
        self.request.form.clear()
        self.request.form.update(data)
        self.request.environ["REQUEST_METHOD"] = self.request.method = method
        self.request["REQUEST_METHOD"] = method
        form = EditorsForm(self.page, self.request)
        form.update()
        return form

    def inputs(self, form):
        """Return what the browser would send of the form."""
        sent = {}
        for widget in form.widgets.values():
            sent[widget.name] = widget.value
            sent[token_name(widget)] = next_token(widget)
        return sent

    # What the editors do.

    @rule(editor=editors)
    def reload(self, editor):
        self.open(editor)

    def open(self, editor):
        form = self.form("GET", {})
        stored = self.stored or {}
        self.open_forms[editor] = OpenForm(
            sent=self.inputs(form),
            seen={name: stored.get(name, UNSTORED) for name in DEFAULTS},
            typed={name: shown(stored, name) for name in DEFAULTS},
        )

    @rule(editor=editors, changes=strategies.lists(changes, max_size=2))
    def edit(self, editor, changes):
        browser = self.open_forms[editor]
        for name, value in changes:
            browser.typed[name] = value
            text = "" if value is None else str(value)
            browser.sent[f"form.widgets.{name}"] = text

    @rule(editor=editors, changes=strategies.lists(changes, max_size=2))
    def edit_and_save(self, editor, changes):
        self.edit(editor, changes)
        self.save(editor, {})

    @rule(
        editor=editors,
        choices=strategies.dictionaries(
            strategies.sampled_from([*DEFAULTS]),
            strategies.sampled_from(["mine", "theirs"]),
        ),
    )
    def save(self, editor, choices):
        browser = self.open_forms[editor]
        chosen = {name: choices.get(name) for name in browser.conflicts}
        data = {**browser.sent, "form.buttons.apply": "Apply"}
        for name, choice in chosen.items():
            if choice:
                data[f"form.widgets.{name}-conflict"] = choice
        form = self.form("POST", data)
        expected = self.model_of_save(browser, chosen)
        conflicts = {
            name for name, widget in form.widgets.items() if widget.error is not None
        }
        assert conflicts == browser.conflicts, (conflicts, browser)
        assert form.status == expected, (form.status, expected)
        if browser.conflicts:
            browser.sent = self.inputs(form)
        else:
            self.open(editor)

    def model_of_save(self, browser, chosen):
        """Do in the model what the save should do; returns the message."""
        now = self.stored or {}
        writes = {}
        browser.conflicts = set()
        for name, typed in browser.typed.items():
            seen = browser.seen[name]
            saw = DEFAULTS[name] if seen == UNSTORED else seen
            if chosen.get(name) == "theirs":
                browser.typed[name] = shown(now, name)
                continue
            # A conflict that was shown needs a choice.
            if typed == saw and name not in chosen:
                continue
            may_win = chosen.get(name, "mine") == "mine"
            is_current = seen == now.get(name, UNSTORED)
            if typed == shown(now, name) or (may_win and is_current):
                writes[name] = typed
            else:
                browser.conflicts.add(name)
        for name in DEFAULTS:
            # An editor who is shown what is stored now knows it.
            if name in browser.conflicts or browser.typed[name] == shown(now, name):
                browser.seen[name] = now.get(name, UNSTORED)
        if browser.conflicts:
            return EditorsForm.formErrorsMessage
        changed = {name: v for name, v in writes.items() if v != shown(now, name)}
        if not changed:
            return EditorsForm.noChangesMessage
        self.stored = {**now, **changed}
        return EditorsForm.successMessage

    @rule(change=changes)
    def a_script_writes(self, change):
        name, value = change
        annotation_storage(self.page, KEY)[name] = value
        self.stored = {**(self.stored or {}), name: value}

    @rule()
    def delete(self):
        IAnnotations(self.page).pop(KEY, None)
        self.stored = None

    @rule()
    def copy(self):
        copied = self.portal.manage_pasteObjects(
            self.portal.manage_copyObjects([self.page.getId()])
        )
        copy = self.portal[copied[0]["new_id"]]
        storage = annotation_storage(copy, KEY)
        assert storage.copy() == (self.stored or {})
        storage["name"] = "of the copy"
        self.portal.manage_delObjects([copy.getId()])

    @rule()
    def version(self):
        self.portal.portal_repository.save(self.page)
        self.versions.append((self.page.version_id, self.stored))

    @precondition(lambda self: self.versions)
    @rule(data=strategies.data())
    def revert(self, data):
        number, stored = data.draw(strategies.sampled_from(self.versions))
        self.portal.portal_repository.revert(self.page, number)
        if stored is not None:
            self.stored = stored

    @invariant()
    def the_model_agrees(self):
        found = IAnnotations(self.page).get(KEY)
        assert (None if found is None else dict(found)) == self.stored


class TestEditors(IntegrationTestCase):
    """Any sequence of what two editors do agrees with the model."""

    #: The number of sequences; they are others in each run.
    sequences = 20

    def test_agrees_with_the_model(self):
        run_state_machine_as_test(
            lambda: EditorsMachine(self.portal, self.request),
            settings=settings(
                max_examples=self.sequences,
                stateful_step_count=30,
                deadline=None,
                database=None,
            ),
        )


class TestEditorsOften(TestEditors):
    """The same with more sequences."""

    level = 2
    sequences = 120
