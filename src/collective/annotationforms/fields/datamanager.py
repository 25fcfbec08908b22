"""z3c.form data managers for storages and for mappings like the stored ones."""

from collective.annotationforms.fields.default import default_of
from collective.annotationforms.fields.drawn import with_drawn_defaults
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import InvalidValueError
from collective.annotationforms.interfaces import IStorageDataManager
from collective.annotationforms.interfaces import IStorageField
from collective.annotationforms.interfaces import IUnfitField
from collective.annotationforms.storage.parts import is_plain
from collective.annotationforms.storage.parts import replaced
from collective.annotationforms.storage.parts import UNCHANGING
from collective.annotationforms.storage.relation import relation_to
from collective.annotationforms.storage.relation import target_of
from collective.annotationforms.storage.relation import with_relations
from collective.annotationforms.storage.relation import with_targets
from collective.annotationforms.storage.text import has_half_characters
from collective.annotationforms.storage.text import readable
from copy import copy
from persistent.mapping import PersistentMapping
from plone.namedfile.interfaces import INamed
from plone.namedfile.interfaces import INamedField
from typing import Any
from z3c.form.datamanager import DictionaryField
from z3c.form.interfaces import IDataManager
from z3c.form.interfaces import NO_VALUE
from z3c.relationfield import RelationValue
from z3c.relationfield.interfaces import IRelation
from z3c.relationfield.interfaces import IRelationList
from z3c.relationfield.interfaces import IRelationValue
from zope.component import adapter
from zope.component import getGlobalSiteManager
from zope.component import getMultiAdapter
from zope.interface import implementedBy
from zope.interface import implementer
from zope.interface import Interface
from zope.schema.interfaces import IField


@implementer(IStorageDataManager)
@adapter(IAnnotationStorage, IField)
class StorageField(DictionaryField):
    """The data manager for a field of a storage.

    Content objects are stored as relations, however deep in the value they are.
    """

    __roles__ = ()

    def __init__(self, data: IAnnotationStorage, field: IField):
        if IAnnotationStorage.providedBy(data):
            # The base class asks for long whether it is a mapping.
            self.data = data
            self.field = field
        else:
            super().__init__(data, field)

    def query(self, default: Any = NO_VALUE) -> Any:
        """Return the stored value, `default` if none was ever stored.

        Rows that lack a column have its default.
        """
        value = self.query_stored(default)
        if value is default or type(value) in UNCHANGING:
            return value
        return with_drawn_defaults(self.data, self.field, value)

    def query_stored(self, default: Any = NO_VALUE) -> Any:
        """See IStorageDataManager"""
        value = self.data.get(self.field.__name__, default)
        # As most values are: nothing is to be replaced in them.
        if value is default or type(value) in UNCHANGING or is_plain(value):
            return value
        return _with_readable_names(with_targets(value))

    def set(self, value: Any) -> None:
        """Store the value; raises TypeError for a read-only field."""
        super().set(self.converted(value))

    def converted(self, value: Any) -> Any:
        """See IStorageDataManager"""
        return with_relations(value)

    def get(self) -> Any:
        """Return the stored value, or the default for the page if there is none.

        The base class raises AttributeError for a value never stored.  Invariants
        and downloads don't expect that: attributes of content have their default.
        """
        value = self.query()
        if value is NO_VALUE:
            value = default_of(self.data, self.field)
        return value

    def _relation_to(self, target: Any) -> RelationValue:
        if IRelationValue.providedBy(target):
            found = target_of(target)
            return RelationValue(target.to_id) if found is None else relation_to(found)
        try:
            return relation_to(target)
        except TypeError as error:
            reason = f"a {type(target).__name__} can't be the target of a relation"
            raise InvalidValueError(
                self.data.__parent__, self.data.key, reason, field=self.field.__name__
            ) from error


@adapter(IAnnotationStorage, IRelation)
class RelationStorageField(StorageField):
    """The data manager for a relation; its target need not be content."""

    def converted(self, value: Any) -> RelationValue | None:
        """See IStorageDataManager"""
        return None if value is None else self._relation_to(value)


@adapter(IAnnotationStorage, IRelationList)
class RelationListStorageField(StorageField):
    """The data manager for a list of relations."""

    def query_stored(self, default: Any = NO_VALUE) -> Any:
        """Return the targets that still exist, `default` if none were stored."""
        targets = super().query_stored(default)
        return [] if targets is None else targets

    def get(self) -> list:
        """Return the targets that still exist, or those of the default."""
        return super().get() or []

    def converted(self, value: Any) -> list[RelationValue]:
        """See IStorageDataManager"""
        return [self._relation_to(target) for target in value or ()]


@adapter(IAnnotationStorage, INamedField)
class FileStorageField(StorageField):
    """The data manager for a file or an image."""

    def query_stored(self, default: Any = NO_VALUE) -> Any:
        """Return the stored file, None if there is none."""
        # The widget can't do with another default: what it was to keep may be gone.
        return super().query_stored(None)


def _with_readable_names(value: Any) -> Any:
    """Return the value with other names for files whose widgets can't show theirs."""
    return replaced(value, _has_half_name, _renamed)


def _has_half_name(value: Any) -> bool:
    return INamed.providedBy(value) and has_half_characters(value.filename or "")


def _renamed(file: Any) -> Any:
    file = copy(file)
    file.filename = readable(file.filename)
    return file


@adapter(IAnnotationStorage, IUnfitField)
class UnfitStorageField(StorageField):
    """The data manager for a field whose stored value does not fit it any more."""

    def query_stored(self, default: Any = NO_VALUE) -> Any:
        """Return that there is nothing that the field could show."""
        return self.field.missing_value

    def get(self) -> Any:
        """Return the same: widgets that make objects ask for the one to change."""
        return self.query()

    def set(self, value: Any) -> None:
        """Store the value as the field does."""
        getMultiAdapter((self.data, self.field.fitting), IDataManager).set(value)

    def converted(self, value: Any) -> Any:
        """See IStorageDataManager"""
        return converted(self.data, self.field.fitting, value)


def converted(storage: IAnnotationStorage, field: IField | None, value: Any) -> Any:
    """Return what is stored for the value of a field; raises InvalidValueError.

    Whether the storage takes that is not asked: see IAnnotationStorage.storable.
    """
    if field is None:
        return with_relations(value)
    manager = getMultiAdapter((storage, field), IDataManager)
    # Somebody may have registered another one, which converts in its own set().
    return (
        manager.converted(value) if IStorageDataManager.providedBy(manager) else value
    )


@implementer(IDataManager)
@adapter(Interface, IStorageField)
def data_manager_of_storage(context: Any, field: IStorageField) -> IDataManager:
    """Return the data manager of the storage that `field` belongs to.

    A validator that was registered for pages compares with "the context's" value:
    its context is the page, but the value is in the storage.
    """
    return getMultiAdapter((field.storage, field), IDataManager)


def register_for_persistent_mappings() -> None:
    """Register DictionaryField for PersistentMapping, unless somebody has already.

    The recipe that introduced annotation storage has each add-on register it, so
    several may do so on one site.
    """
    registry = getGlobalSiteManager()
    discriminators = (implementedBy(PersistentMapping), IField)
    if registry.adapters.registered(discriminators, IDataManager) is None:
        registry.registerAdapter(DictionaryField, discriminators, IDataManager)
