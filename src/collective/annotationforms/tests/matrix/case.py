"""A row of the table, and what the rows have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import partial
from typing import Any
from zope.schema.interfaces import ValidationError


UID_A = "a" * 32
UID_B = "b" * 32
PATHS = {UID_A: "/plone/target-a", UID_B: "/plone/target-b"}


class NotAllowed(ValidationError):
    """That is not allowed here."""


NOT_ALLOWED = "That is not allowed here."


def allowed(value) -> bool:
    """The constraint of fields that would take everything: nothing elsewhere."""
    found = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
    if any(item in found for item in ("blue", "elsewhere", "Plone Site", 13, "13")):
        raise NotAllowed(value)
    return True


@dataclass(frozen=True)
class Relation:
    """Stands for a RelationValue from the page to the page with that UID."""

    uid: str

    def described(self) -> tuple:
        """Return what describe.described() says about the value."""
        return ("RelationValue", PATHS[self.uid])


@dataclass(frozen=True)
class StoredFile:
    """Stands for a file of that class: they can be made with a site only."""

    kind: str
    data: bytes
    content_type: str
    filename: str

    def described(self) -> tuple:
        """Return what describe.described() says about the file."""
        return (self.kind, self.filename, self.content_type, self.data)


@dataclass(frozen=True)
class Case:
    """A field type, and how an editor deals with it.

    Inputs are named by what follows the name of the widget: ``""`` is the widget's
    own input.  What is typed is a string, or a list of them for several values.
    """

    title: str
    field: Callable
    typed: dict
    stored: Any
    #: A part of the HTML in display mode.
    displayed: str
    #: What is typed to be refused, and the message that says so.
    bad: dict | None = None
    message: str | None = None
    #: What the inputs hold when the stored value is shown again, if not `typed`.
    shown: dict | None = None
    #: The same after an error, if not `bad`.
    kept: dict | None = None
    #: What is stored before the first step, None for nothing.
    before: Any = None
    default: Any = None
    #: What the inputs hold when the default is shown, and its HTML in display mode.
    default_shown: dict | None = None
    default_displayed: str | None = None
    cleared: dict = attribute(default_factory=lambda: {"": ""})
    #: What the inputs hold after they were cleared, if not `cleared`.
    empty_shown: dict | None = None
    empty: Any = None
    widget: Any = None
    options: Callable = lambda name: {}
    mode: str | None = None
    #: Other fields that the widget needs.
    beside: Callable = lambda name: {}
    #: Uploads are kept for a while in the site, after each request to save.
    keeps_uploads: bool = False
    #: A script adds the inputs, or fills them: they need not be in the HTML.
    scripted: bool = False
    #: Columns of files and of relations that this field type goes through, too.
    more_steps: tuple = ()
    #: Another valid input, and what it stores.
    other: dict | None = None
    other_stored: Any = None
    #: Steps that make no sense for this field type, with the reason.
    without: dict = attribute(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the case in addresses and in the names of tests."""
        words = "".join(c.lower() if c.isalnum() else " " for c in self.title)
        return "-".join(words.split())

    @property
    def class_name(self) -> str:
        return "".join(word.title() for word in self.name.split("-"))

    @property
    def key(self) -> str:
        """The annotation key."""
        return f"fields.{self.name}"


def line(title, field, typed, stored, *, bad, message, default, shown, **more) -> Case:
    """Return the case of a field with one text input that shows what is stored."""
    return Case(
        title,
        partial(field, required=False),
        {"": typed},
        stored,
        more.pop("displayed", typed),
        bad={"": bad},
        message=message,
        default=default,
        default_shown={"": shown},
        default_displayed=more.pop("default_displayed", shown),
        **more,
    )


TOO_LONG = "Value is too long"
SYSTEM = "The system could not process the given value."
BAD_NUMBER = "The entered value is not a valid integer literal."

NO_DEFAULT = {"default": "no default makes sense"}
