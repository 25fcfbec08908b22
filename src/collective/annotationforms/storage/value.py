"""Values of fields: copies, comparison by content, and what is kept of a value."""

from Acquisition import aq_base
from collections.abc import Mapping
from collections.abc import Set
from collective.annotationforms.interfaces import describe_page
from collective.annotationforms.storage.loading import why_unreadable
from collective.annotationforms.storage.parts import ATOMS
from collective.annotationforms.storage.parts import is_plain
from collective.annotationforms.storage.parts import parts
from collective.annotationforms.storage.parts import plain_copy
from collective.annotationforms.storage.parts import rebuilt
from collective.annotationforms.storage.parts import SEQUENCES
from collective.annotationforms.storage.parts import UNCHANGING
from collective.annotationforms.storage.relation import target_of
from datetime import date
from datetime import time
from decimal import Decimal
from hashlib import blake2b
from io import BytesIO
from persistent import Persistent
from pickle import dumps
from pickle import Pickler
from pickle import PicklingError
from pickle import Unpickler
from plone.app.textfield.interfaces import IRichTextValue
from plone.namedfile.interfaces import INamed
from plone.uuid.interfaces import IUUID
from Products.CMFCore.interfaces import IContentish
from typing import Any
from z3c.form.interfaces import NO_VALUE
from z3c.form.interfaces import NOT_CHANGED
from z3c.relationfield.interfaces import IRelationValue
from zope.schema.interfaces import IField
from zope.schema.interfaces import IObject


# What z3c.form puts in the place of a part that was not sent.
NOT_SENT = (NOT_CHANGED, NO_VALUE)
# What pickle raises for a value that it can't take.
NOT_PICKLED = (PicklingError, TypeError, AttributeError, RecursionError)


def detached(value: Any) -> Any:
    """Return a copy of `value`, with the persistent objects in it as they are.

    Those notice changes and are stored by themselves, everything else in the value does
    not.  Raises ValueError for what can't be copied so.
    """
    if type(value) in UNCHANGING:
        return value
    if is_plain(value):
        return plain_copy(value)
    written = BytesIO()
    pickler = _ValuePickler(written)
    try:
        pickler.dump(value)
    except NOT_PICKLED as error:
        raise ValueError(f"it can't be stored: {error}") from error
    written.seek(0)
    return _ValueUnpickler(written, pickler.kept).load()


class _ValuePickler(Pickler):
    """Pickles a value, and keeps the persistent objects in it apart."""

    def __init__(self, file: BytesIO):
        super().__init__(file, protocol=4)
        self.kept: list = []

    def persistent_id(self, obj: Any) -> int | None:
        if isinstance(obj, type) or not isinstance(obj, Persistent):
            return None
        if aq_base(obj) is not obj:
            raise TypeError("it has an acquisition wrapper")
        self.kept.append(obj)
        return len(self.kept) - 1


class _ValueUnpickler(Unpickler):
    """Makes the copy, with the persistent objects that were kept apart."""

    def __init__(self, file: BytesIO, kept: list):
        super().__init__(file)
        self.kept = kept

    def persistent_load(self, pid: int) -> Any:
        return self.kept[pid]


def filled_up(field: IField | None, value: Any, shown: Any) -> Any:
    """Return `value`, made of `shown` and back, with what is shown where it lacks that.

    That is where nothing would be sent, as for a file that is kept, and columns of rows
    that have no input.
    """
    # Converters of files look into the request, where another file may be meant.
    if INamed.providedBy(shown) or any(value is marker for marker in NOT_SENT):
        return shown
    kind = next((kind for kind in (Mapping, SEQUENCES) if isinstance(value, kind)), ())
    if not kind:
        return value
    found = {part.name: part for part in parts(field, value)}
    before = parts(field, shown) if isinstance(shown, kind) else ()
    shown_parts = {part.name: part.value for part in before}
    items = {
        name: filled_up(part.field, part.value, shown_parts.get(name))
        for name, part in found.items()
    }
    if isinstance(value, Mapping):
        missing = shown_parts if IObject.providedBy(field) else {}
        return {**missing, **items}
    return rebuilt(value, items.values())


def same(field: IField | None, one: Any, other: Any) -> bool:
    """Tell whether two values of a field are the same, see `normal`."""
    return one is other or normal(field, one) == normal(field, other)


def normal(field: IField | None, value: Any) -> Any:
    """Return the normal form: it is equal for the same value, and for no other one.

    Its repr is, too.  Line ends are those of Unix, since browsers send their own; lists
    and tuples of the same items are the same; objects are compared by their fields,
    content by what it keeps when it is moved.  Numbers are the same if they are of one
    type and size: 1 is neither 1.0 nor True, but Decimal("1.0") is Decimal("1.00").
    """
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if value is None or isinstance(value, bytes):
        return value
    if why_unreadable(value) is not None:
        return ("unreadable", id(value))
    found = parts(field, value)
    if found is None:
        return _normal_whole(value)
    key_field = getattr(field, "key_type", None)
    items = [(part.name, normal(part.field, part.value)) for part in found]
    if isinstance(value, SEQUENCES):
        return ("list", [item for _number, item in items])
    if isinstance(value, Set):
        return ("set", sorted((item for _number, item in items), key=repr))
    named = [(normal(key_field, name), item) for name, item in items]
    return ("mapping", sorted(named, key=repr))


def _normal_whole(value: Any) -> Any:
    if isinstance(value, Decimal):
        return ("Decimal", str(value.normalize() if value.is_finite() else value))
    if isinstance(value, (date, time)):
        return (type(value).__name__, value.isoformat(), getattr(value, "fold", 0))
    if isinstance(value, ATOMS):
        return (type(value).__name__, repr(value))
    if IRelationValue.providedBy(value):
        value = target_of(value)
    if IContentish.providedBy(value):
        return ("content", identity(value))
    if IRichTextValue.providedBy(value):
        return ("text", value.mimeType, normal(None, value.raw))
    if INamed.providedBy(value):
        return ("file", *revision_of(value))
    return ("object", _pickled(value))


def _pickled(value: Any) -> bytes | int:
    try:
        return dumps(value, 4)
    except NOT_PICKLED:
        # It can't be stored: nothing but itself is the same.
        return id(value)


def revision_of(file: Any) -> tuple:
    """Return the revision of a stored file, or what is in one that isn't stored yet.

    A large file is not read each time that its form is opened.
    """
    found = [file, getattr(file, "_blob", None)]
    revisions = [_revision(part) for part in found if isinstance(part, Persistent)]
    if all(revisions) and revisions:
        return tuple(revisions)
    return (file.filename, file.contentType, blake2b(file.data).digest())


def _revision(stored: Persistent) -> tuple[bytes, bytes] | None:
    stored._p_activate()
    return stored._p_oid and (stored._p_oid, stored._p_serial)


def identity(content: Any) -> str:
    """Return what a content object keeps when it is moved, if it has that."""
    uuid = IUUID(content, None)
    if uuid or hasattr(content, "getPhysicalPath"):
        return uuid or describe_page(content)
    # Its repr is another one in each process.
    return repr(getattr(aq_base(content), "_p_oid", None))
