"""Tokens of rows: what a form tells of each row that its editor saw.

Nothing stored says which row is which.  So a token has the place of the row, and
digests of what the form showed of it, of the files in it, and of what it does not send:
those tell nobody what it is, nor whether two rows have the same.
With them the row is found among those that are stored when the form comes back,
whatever was deleted, inserted and sorted meanwhile.
"""

from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.permission.column import is_displayed
from collective.annotationforms.saving.digest import digest_of
from collective.annotationforms.storage.parts import leaves
from collective.annotationforms.storage.rows import compared_columns
from collective.annotationforms.storage.rows import marks_of_others
from collective.annotationforms.storage.value import normal
from functools import cached_property
from plone.namedfile.interfaces import INamed
from plone.namedfile.interfaces import INamedField
from secrets import token_hex
from typing import Any
from typing import NamedTuple
from zope.interface.interface import InterfaceClass
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IField


SEPARATOR = "."
NUMBER_OF_PARTS = 5


class RowToken(NamedTuple):
    """What came back of a row that was shown: its place, and digests."""

    place: int
    #: Of what the form sends as text.
    sent: str
    #: Of the files in it; "" without any.
    files: str
    #: Another one each time that the form is opened.
    salt: str
    #: Of all that the form does not send, the files as well, with the salt: what an
    #: editor must not see may be a yes or no, which another row says as well.
    kept: str

    def __str__(self) -> str:
        return SEPARATOR.join(map(str, self))


def parsed_token(text: Any) -> RowToken | None:
    """Return the token that was sent, None for a new row, and for what is none."""
    parts = text.split(SEPARATOR) if isinstance(text, str) else []
    if len(parts) != NUMBER_OF_PARTS or not parts[0].isdecimal():
        return None
    # A number of many digits takes its time.
    return RowToken(int(parts[0][:9]), *parts[1:])


class StoredRow:
    """A row as it is stored now, and what tokens say of it."""

    def __init__(self, storage: IAnnotationStorage, field: IField, value: Any):
        self.storage = storage
        self.field = field
        self.value = value

    def token(self, place: int) -> RowToken:
        """Return the token for a form that shows the row, which is stored there."""
        salt = token_hex(8)
        return RowToken(place, self.sent, self.files, salt, self._kept_with(salt))

    def is_same(self, token: RowToken) -> bool:
        """Tell whether all is as it was."""
        return self.is_sent(token) and self._is_kept(token)

    def is_sent(self, token: RowToken) -> bool:
        """Tell whether what the form sends is as it was, with the files."""
        return self.sent == token.sent and self.files == token.files

    def has_files(self, token: RowToken) -> bool:
        """Tell whether the files are as they were, and there are some."""
        return bool(token.files) and self.files == token.files

    def has_kept(self, token: RowToken) -> bool:
        """Tell whether what is not sent is as it was, and there is some."""
        return self.keeps_something and self._is_kept(token)

    @property
    def keeps_something(self) -> bool:
        """Whether there is something that the form does not send."""
        return any(self._kept)

    def _is_kept(self, token: RowToken) -> bool:
        return self._kept_with(token.salt) == token.kept

    def _kept_with(self, salt: str) -> str:
        return self._digest("kept", salt, *self._kept)

    @cached_property
    def _kept(self) -> tuple[str, str]:
        return self.files, marks_of_others(self.field, self.value, is_sent)

    @cached_property
    def sent(self) -> str:
        """The digest of what the form sends as text."""
        if _is_of_files(self.field):
            return self._digest("sent")
        texts = compared_columns(self.field, self.value, _is_text)
        return self._digest("sent", normal(self.field, texts))

    @cached_property
    def files(self) -> str:
        """The digest of the files that the form shows, "" without any."""
        shown = compared_columns(self.field, self.value, is_sent)
        found = [one for one in leaves(self.field, shown) if INamed.providedBy(one)]
        return self._digest("files", normal(None, found)) if found else ""

    def _digest(self, *parts: Any) -> str:
        return digest_of(self.storage, self.field.__name__, parts)


def is_sent(schema: InterfaceClass, name: str) -> bool:
    """Tell whether a form has an input for the column."""
    return name in schema and not is_displayed(schema, name)


def _is_text(schema: InterfaceClass, name: str) -> bool:
    return is_sent(schema, name) and not _is_of_files(schema[name])


def _is_of_files(field: IField | None) -> bool:
    return INamedField.providedBy(field) or (
        ICollection.providedBy(field) and _is_of_files(field.value_type)
    )
