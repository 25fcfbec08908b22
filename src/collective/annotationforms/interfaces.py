"""Every public contract of the package."""

from typing import Any
from z3c.form.interfaces import IDataManager
from z3c.form.interfaces import IForm
from z3c.form.interfaces import IWidget
from z3c.form.interfaces import NO_VALUE
from zope.i18n import interpolate
from zope.interface import Attribute
from zope.interface import Interface
from zope.interface.common.collections import IMutableMapping
from zope.publisher.interfaces.browser import IDefaultBrowserLayer
from zope.schema.interfaces import IField


#: Values of VERSION_POLICY, see IAnnotationForm.
VERSIONED = "versioned"
INDEPENDENT = "independent"
VERSION_POLICIES = (VERSIONED, INDEPENDENT)

#: The permission to see and change all form data of a site.
MANAGE_FORM_DATA = "collective.annotationforms.ManageFormData"


class IAnnotationFormsLayer(IDefaultBrowserLayer):
    """Browser layer of sites where the add-on is installed."""


class IAnnotationStorage(IMutableMapping):
    """The values of one form on one page: field name -> value.

    A storage is a mapping in full.  It is made for one form and one request and
    is never stored itself: it reads through to the annotation of the page and
    makes the stored ``persistent.mapping.PersistentMapping`` on the first write.
    Reading never writes.  A value that is stored is returned also if it is empty;
    no default is filled in.

    Values go in and out as copies, so that nothing is changed in place and lost:
    change a list and set it again.  Persistent objects, e.g. files, are no copies;
    they store their own changes.

    To code that takes it for content it is like its page: an attribute that is none
    of a mapping is the stored value of that name, or else what the page has.

    Reading and writing raise a `StorageError` if the annotation can't be used,
    writing an `InvalidValueError` for a value that can't be stored.
    """

    __parent__ = Attribute("The page: the content object that is annotated.")
    __name__ = Attribute("The view of the page that serves files, or None.")
    key = Attribute("The annotation key, a string.")
    in_save = Attribute(
        "Whether a save goes on, which will notify an IStorageSavedEvent at its end."
    )

    def remove() -> None:
        """Delete all values, each with its event, and the annotation itself.

        Nothing happens if there is none.
        """

    def absolute_url(relative: int = 0) -> str:
        """Return the address of the page, as its own absolute_url() does."""

    def getPhysicalPath() -> tuple[str, ...]:
        """Return the path of the page, as its own getPhysicalPath() does."""

    def storable(name: str, value: Any) -> Any:
        """Return a copy of `value` as the field `name` would store it.

        Raises InvalidValueError if it can't be stored: if ZODB can't pickle it, if it
        has an acquisition wrapper, or a text with half of a character (a surrogate).
        """

    def put_back(name: str, value: Any) -> None:
        """Store what was stored before, such as in a version or on another page.

        It may be older than what `storable` asks for: nothing of that is asked.
        """


class IStorageDataManager(IDataManager):
    """The data manager of a field whose value is in a storage."""

    def converted(value: Any) -> Any:
        """Return what `set` would store for the value, e.g. a relation for content.

        Nothing is stored.  Raises InvalidValueError if there is no such thing.
        """

    def query_stored(default: Any = NO_VALUE) -> Any:
        """Return what `query` does, but without defaults in rows that lack columns.

        Those may be others each time.
        """


class IPortableField(Interface):
    """The values of a field as JSON, on their way out of the site and back into it.

    An adapter of the field; register one for the interface of a field of your own.  It
    is never asked about None, which is null in JSON.
    """

    def to_json(value: Any) -> Any:
        """Return the stored value in the types of JSON: str, int, float, list, dict ...

        What is stored may be older than the field, and may not fit it: return something
        that tells what it was.  Never None, and never a float that is not finite.
        """

    def from_json(data: Any, storage: IAnnotationStorage, stored: Any) -> Any:
        """Return the value that `to_json` has made `data` of.

        It is what a form would set, for example content in place of a relation.  The
        field, which is bound to the page of `storage`, validates it later.  `stored` is
        the value to be replaced, or None; a value in a list or a mapping gets another
        one of them.  Nothing is written.

        The data come from a file that may say anything.  Raises Invalid, with a message
        for people, for what is no JSON of this field or leads to no value here.
        """


class IValueWrittenEvent(Interface):
    """A value of a storage was set or deleted, whoever did so and in which way."""

    storage = Attribute("The storage, an IAnnotationStorage.")
    name = Attribute("The name of the field.")
    old = Attribute("The value that was stored before, None if there was none.")
    new = Attribute("The value that is stored now, None if there is none.")


class IStorageSavedEvent(Interface):
    """A form has saved changes: notified once per save, after the last write."""

    storage = Attribute("The storage, an IAnnotationStorage.")
    key = Attribute("The annotation key of the form.")
    page = Attribute("The content object that is annotated.")
    changes = Attribute(
        "Mapping: name of each field that was changed -> (old value, new value), as"
        " they are stored; None stands for a value that wasn't stored."
    )


class IStorageField(IField):
    """A field of a form whose content is a storage.

    It binds to the page where the storage is given, so that default factories,
    vocabularies and source binders get what they expect.
    """

    storage = Attribute("The storage that holds the field's value.")


class IStorageFilesField(IStorageField):
    """Such a field for several files, or lists of them, each of which may be kept."""


class IUnfitField(IStorageField):
    """Such a field whose stored value does not fit it: the schema has changed since.

    Its widget shows nothing of the value, and what is stored stays as long as nothing
    is typed.
    """

    fitting = Attribute("The field as it is where its value fits.")


class IStorageWidget(IWidget):
    """A widget for a field of a storage; its context is the storage."""

    sent = Attribute(
        "The value that was sent, once it was extracted, before it was merged with"
        " what is stored."
    )


class IStorageWidgetPart(IWidget):
    """A widget within such a widget: for a part of the value, at its own address."""


class IAnnotationForm(IForm):
    """A form that keeps its data in an annotation of its context."""

    ANNOTATION_STORAGE_KEY = Attribute("The annotation key, a string.")
    ASSIGN_INTERFACES = Attribute(
        "Tuple of the marker interfaces that the storage provides."
    )
    COPY_DATA = Attribute(
        "Whether a copy of the page has the data; a working copy always has it."
    )
    DETECT_CONFLICTS = Attribute(
        "Whether the form carries what its editor saw, so that a save keeps what"
        " others have saved meanwhile and shows where both changed a field."
    )
    NOTIFY_CONTENT = Attribute(
        "Whether a save tells the page that it was modified, so that its modified"
        " date, the catalog, caches and versions follow."
    )
    RESPECT_LOCK = Attribute(
        "Whether nothing is saved as long as somebody else has locked the page."
    )
    VERSION_POLICY = Attribute(
        '"versioned": versions of the page have the data, and reverting to one brings'
        ' it back, but never removes data that the version lacks; "independent":'
        " versions lack the data, and reverting never touches it."
    )
    permission = Attribute(
        "What reading and saving needs on the page, beside the permission that"
        " the view was registered with: title or ZCML id of a permission, or None."
    )

    def getContent() -> IAnnotationStorage:
        """Return the storage, the same object on each call.

        Raises TypeError if a class variable above is of the wrong type.
        """


class IOriginalPage(Interface):
    """The page that a working copy becomes at check-in; adapts working copies."""


class ISaveRules(Interface):
    """What a save heeds; see IAnnotationForm for the settings."""

    fields = Attribute("All fields by their names, in order.")
    notify_content = Attribute("Whether a save tells the page that it was modified.")
    respect_lock = Attribute("Whether nothing is saved on a page that is locked.")


class IRegisteredForm(ISaveRules):
    """A form that was made known by ZCML: a utility with the name of the form.

    Data whose form ZCML does not know have one as well, see `registry.form_of`: without
    a name, and with the key for a title.
    """

    uses = Attribute(
        "Each field's uses by the classes of the form, by its name: lists of"
        " `registry.FieldUse`."
    )
    name = Attribute("Name of the edit page, and of the data in exports, or None.")
    view_name = Attribute("Name of the read-only page, or None.")
    title = Attribute("What people call the data.")
    description = Attribute("What the data are for, may be empty.")
    form_class = Attribute("The class of the form, an IAnnotationForm, or None.")
    page_interface = Attribute("The interface of the pages that have the form.")
    layer = Attribute("The browser layer of both pages.")
    permission = Attribute("Id of the permission to edit and to delete the data.")
    view_permission = Attribute("Id of the permission to view and to export them.")
    key = Attribute("The annotation key, a string.")
    schema = Attribute("The schema of the form, or None.")
    markers = Attribute("Tuple of the marker interfaces that the storage provides.")
    copy_data = Attribute("Whether a copy of the page has the data.")
    version_policy = Attribute("One of VERSION_POLICIES.")
    is_known = Attribute("Whether there is more of the form than data that look so.")

    def storage(page: Any) -> IAnnotationStorage:
        """Return the storage of the form on the page, as getContent() does."""


class StorageError(Exception):
    """A storage can't be used: names page, key, field and reason.

    ``page`` is the content object, ``key`` the annotation key, ``field`` the
    name of the field or None if the whole storage is meant.
    """

    def __init__(self, page: Any, key: str, reason: str, *, field: str | None = None):
        self.page = page
        self.key = key
        self.field = field
        self.reason = reason
        super().__init__(page, key, reason, field)

    def __str__(self) -> str:
        place = f"Annotation {self.key!r} of {describe_page(self.page)}"
        if self.field is not None:
            place = f"{place}, field {self.field!r}"
        # For people, the reason may be translated.
        reason = interpolate(self.reason, getattr(self.reason, "mapping", None))
        return f"{place}: {reason}"


class NotAnnotatableError(StorageError):
    """The object has no annotations: no adapter to ``IAnnotations``."""


class AnnotationsHiddenError(StorageError):
    """The object's class has type hints, and they hide its annotations.

    Python keeps the hints of a class body in ``__annotations__``, the attribute
    in which zope.annotation keeps the annotations of an object.  What is written
    there would be shared by all objects of the class and never be stored.
    """


class NotAMappingError(StorageError):
    """Something else than a mapping is stored under the annotation key."""


class UnreadableError(StorageError):
    """The annotation can't be loaded: its record is gone, or some code it was made of.

    The database has it still, and it is read again once the code is back.
    """


class InvalidValueError(StorageError):
    """A value can't be stored, or does not fit the field that it was set for."""


def describe_page(page: Any) -> str:
    """Return the path of a content object, or its repr if it has none."""
    get_path = getattr(page, "getPhysicalPath", None)
    return "/".join(get_path()) if get_path else repr(page)
