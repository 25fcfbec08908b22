"""A form with rows and objects, some of whose columns are not for editors."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationView
from collective.annotationforms.tests.matrix.page import Upload
from collective.z3cform.datagridfield.datagridfield import DataGridFieldFactory
from collective.z3cform.datagridfield.row import DictRow
from plone.autoform import directives
from plone.namedfile.field import NamedBlobFile
from plone.namedfile.file import NamedBlobFile as StoredFile
from plone.supermodel import model
from z3c.form.interfaces import IObjectFactory
from z3c.form.object import registerFactoryAdapter
from zope import schema
from zope.component import getGlobalSiteManager
from zope.interface import implementer
from zope.interface import Interface


KEY = "example.rows"
HIDDEN = "not for editors"


class IRow(model.Schema):
    """A row with a column of each kind."""

    title = schema.TextLine(title="Title", required=False)
    file = NamedBlobFile(title="File", required=False)
    directives.read_permission(kept="cmf.ManagePortal")
    directives.write_permission(kept="cmf.ManagePortal")
    kept = schema.TextLine(title="Kept", required=False)
    directives.write_permission(fixed="cmf.ManagePortal")
    fixed = schema.TextLine(title="Fixed", required=False)
    directives.omitted("omitted")
    omitted = schema.TextLine(title="Omitted", required=False)
    number = schema.Int(title="Number", required=False, readonly=True)
    directives.mode(seen="display")
    seen = schema.TextLine(title="Seen", required=False)


# Without a file: z3c.form's converter of objects makes an error of one that is kept.
class IThing(Interface):
    title = schema.TextLine(title="Title", required=False)
    directives.read_permission(kept="cmf.ManagePortal")
    directives.write_permission(kept="cmf.ManagePortal")
    kept = schema.TextLine(title="Kept", required=False)
    number = schema.Int(title="Number", required=False, readonly=True)


@implementer(IThing)
class Thing:
    title = None
    kept = None
    number = None

    def __init__(self, values=None, **more):
        vars(self).update(more)


class IRows(model.Schema):
    directives.widget("rows", DataGridFieldFactory)
    rows = schema.List(title="Rows", value_type=DictRow(schema=IRow), required=False)
    things = schema.List(
        title="Things", value_type=schema.Object(schema=IThing), required=False
    )
    thing = schema.Object(title="Thing", schema=IThing, required=False)
    named = schema.Dict(
        title="Named",
        key_type=schema.TextLine(),
        value_type=schema.Object(schema=IThing),
        required=False,
    )
    files = schema.List(title="Files", value_type=NamedBlobFile(), required=False)
    count = schema.Int(title="Count", required=False)


class RowsForm(AnnotationEditForm):
    schema = IRows
    label = "Rows"
    ANNOTATION_STORAGE_KEY = KEY


class RowsView(AnnotationView):
    schema = IRows
    ANNOTATION_STORAGE_KEY = KEY


def file(name):
    return StoredFile(name.encode(), filename=f"{name}.txt")


def upload(name):
    return Upload(f"{name}.txt", name.encode(), "text/plain")


def row(name, **more):
    """Return a row all whose columns have the name of the row in them."""
    return {
        "title": name,
        "file": file(name),
        "kept": f"{HIDDEN} {name}",
        "fixed": f"fixed {name}",
        "omitted": f"omitted {name}",
        "number": ord(name[0]),
        "seen": f"seen {name}",
        "old": f"old {name}",
        **more,
    }


def plain(row):
    """Return a row with the data of its files, to be compared."""
    values = row if isinstance(row, dict) else vars(row)
    return {
        name: value.data.decode() if isinstance(value, StoredFile) else value
        for name, value in values.items()
        if not name.startswith("_")
    }


def register_things(case):
    """Tell z3c.form how to make an object, for the time of a test case."""
    registerFactoryAdapter(IThing, Thing)
    case.addCleanup(
        getGlobalSiteManager().unregisterAdapter,
        None,
        (Interface,) * 4,
        IObjectFactory,
        f"{IThing.__module__}.{IThing.__name__}",
    )
