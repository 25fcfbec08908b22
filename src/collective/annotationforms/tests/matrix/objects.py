"""A persistent object for the subform of an Object field; schemas of rows."""

from persistent import Persistent
from plone.autoform import directives
from plone.namedfile.field import NamedBlobFile
from plone.supermodel import model
from z3c.form.object import FactoryAdapter
from z3c.relationfield.schema import RelationChoice
from zope import schema
from zope.interface import implementer
from zope.interface import Interface
from zope.schema.fieldproperty import FieldProperty


class IPerson(Interface):
    """What the subform shows, and the first columns of a grid."""

    name = schema.TextLine(title="Name", max_length=6)
    count = schema.Int(title="Count", required=False)


@implementer(IPerson)
class Person(Persistent):
    """What the subform stores."""

    name = FieldProperty(IPerson["name"])
    count = FieldProperty(IPerson["count"])

    def __init__(self, name=None, count=None):
        if name is not None:
            self.name = name
        self.count = count


class MakesPerson(FactoryAdapter):
    """Tells z3c.form what to store."""

    factory = Person


# The rows have no base: the grid sees the fields of the schema itself only.
class ILinkedPerson(Interface):
    """A row with a relation."""

    name = schema.TextLine(title="Name")
    count = schema.Int(title="Count", required=False)
    page = RelationChoice(
        title="Page", vocabulary="plone.app.vocabularies.Catalog", required=False
    )


class IFiledPerson(Interface):
    """A row with a file."""

    name = schema.TextLine(title="Name")
    count = schema.Int(title="Count", required=False)
    file = NamedBlobFile(title="File", required=False)


class IGuardedPerson(model.Schema):
    """A row with a column that nobody may write."""

    name = schema.TextLine(title="Name")
    count = schema.Int(title="Count", required=False)
    directives.write_permission(kept="example.NobodyHasIt")
    kept = schema.TextLine(title="Kept", required=False, default="kept")


class IReadOnlyPerson(Interface):
    """A row with a column that is not to be changed."""

    name = schema.TextLine(title="Name")
    count = schema.Int(title="Count", required=False)
    kept = schema.TextLine(title="Kept", required=False, readonly=True, default="kept")


class IOmittingPerson(model.Schema):
    """A row with a column that forms omit."""

    name = schema.TextLine(title="Name")
    count = schema.Int(title="Count", required=False)
    directives.omitted("kept")
    kept = schema.TextLine(title="Kept", required=False, default="kept")
