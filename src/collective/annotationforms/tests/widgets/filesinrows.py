"""Forms with files in rows and objects, and what their links lead to."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationView
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.matrix.layer import FUNCTIONAL
from collective.annotationforms.tests.matrix.page import FormPage
from collective.annotationforms.tests.matrix.page import multipart
from collective.annotationforms.tests.widgets.test_file import Links
from collective.annotationforms.tests.widgets.test_file import png
from collective.z3cform.datagridfield.datagridfield import DataGridFieldFactory
from collective.z3cform.datagridfield.row import DictRow
from plone.autoform import directives
from plone.namedfile.field import NamedBlobFile
from plone.namedfile.field import NamedBlobImage
from plone.namedfile.field import NamedFile
from plone.namedfile.file import NamedBlobFile as FileValue
from plone.namedfile.file import NamedBlobImage as ImageValue
from plone.namedfile.file import NamedFile as PlainFile
from plone.supermodel import model
from plone.z3cform.layout import wrap_form
from urllib.parse import urlsplit
from z3c.form.interfaces import IObjectFactory
from z3c.form.object import registerFactoryAdapter
from zope import schema
from zope.component import getGlobalSiteManager
from zope.interface import implementer
from zope.interface import Interface


KEY = "example.filesinrows"


class IRow(model.Schema):
    title = schema.TextLine(title="Title", required=False)
    file = NamedBlobFile(title="File", required=False)
    image = NamedBlobImage(title="Image", required=False)
    directives.read_permission(guarded="cmf.ManagePortal")
    directives.write_permission(guarded="cmf.ManagePortal")
    guarded = NamedBlobFile(title="Guarded", required=False)


class IThing(Interface):
    title = schema.TextLine(title="Title", required=False)
    file = NamedBlobFile(title="File", required=False)
    files = schema.List(title="Files", value_type=NamedBlobFile(), required=False)


@implementer(IThing)
class Thing:
    title = file = files = None

    def __init__(self, values=None, **more):
        vars(self).update(more)


# Without objects: z3c.form's converter of these makes an error of a file that is kept.
class IPosted(model.Schema):
    files = schema.List(title="Files", value_type=NamedBlobFile(), required=False)
    lists = schema.List(
        title="Lists",
        value_type=schema.List(value_type=NamedBlobFile()),
        required=False,
    )
    directives.widget("rows", DataGridFieldFactory)
    rows = schema.List(title="Rows", value_type=DictRow(schema=IRow), required=False)
    count = schema.Int(title="Count", required=False)


class IFiles(IPosted):
    images = schema.Tuple(title="Images", value_type=NamedBlobImage(), required=False)
    plain = schema.List(title="Plain", value_type=NamedFile(), required=False)
    named = schema.Dict(
        title="Named",
        key_type=schema.TextLine(),
        value_type=NamedBlobFile(),
        required=False,
    )
    thing = schema.Object(title="Thing", schema=IThing, required=False)
    things = schema.List(
        title="Things", value_type=schema.Object(schema=IThing), required=False
    )
    model.fieldset("more", label="More", fields=["others", "guarded"])
    others = schema.List(title="Others", value_type=NamedBlobFile(), required=False)
    directives.read_permission(guarded="cmf.ManagePortal")
    directives.write_permission(guarded="cmf.ManagePortal")
    guarded = schema.List(title="Guarded", value_type=NamedBlobFile(), required=False)


class FilesForm(AnnotationEditForm):
    schema = IFiles
    ANNOTATION_STORAGE_KEY = KEY


class PostedForm(AnnotationEditForm):
    schema = IPosted
    ANNOTATION_STORAGE_KEY = KEY


class IMore(model.Schema):
    more = schema.List(title="More", value_type=NamedBlobFile(), required=False)


class MoreForm(AnnotationEditForm):
    """Its fields have the name of a schema before their own."""

    schema = IMore
    additionalSchemata = (IPosted,)
    ANNOTATION_STORAGE_KEY = KEY


class FilesView(AnnotationView):
    schema = IFiles
    ANNOTATION_STORAGE_KEY = KEY


#: What is in the files of `fill`: for managers only, and for editors, too.
FOR_ALL = set("abefghijknpqrstu")
GUARDED = set("mov")
IMAGES = ("c", "d", "l")


def file(name, data=None):
    return FileValue((data or name).encode(), "text/plain", f"{name}.txt")


def image(name, width):
    return ImageValue(png(width, 90), "image/png", f"{name}.png")


class PartsTestCase(FunctionalTestCase):
    layer = FUNCTIONAL
    key = KEY

    def setUp(self):
        super().setUp()
        register_factory(self)
        self.register_view("files-form", FilesForm)
        self.register_view("files-view", FilesView)
        self.register_view("posted", PostedForm)
        self.register_view("more-form", MoreForm)
        self.register_view("wrapped", wrap_form(FilesForm))
        self.user = self.browser("editor")

    def fill(self):
        self.store(
            files=[file("a"), file("b")],
            images=(image("c", 600), image("d", 200)),
            plain=[PlainFile(b"e", "text/plain", "e.txt")],
            lists=[[file("f")], [file("g"), file("h")]],
            named={"z": file("i"), "m": file("j")},
            rows=[
                {"file": file("k"), "image": image("l", 300), "guarded": file("m")},
                {"file": file("n"), "image": None, "guarded": file("o")},
            ],
            thing=Thing(title="T", file=file("p"), files=[file("q")]),
            things=[Thing(file=file("r"), files=[file("s"), file("t")])],
            others=[file("u")],
            guarded=[file("v")],
        )

    def links(self, view, user="editor"):
        """Return the addresses in a page by the names of the files."""
        browser = self.browser(user)
        browser.open(f"{self.url}/@@{view}")
        self.assertEqual("200 OK", browser.headers["status"])
        return self.links_in(browser)

    def links_in(self, browser):
        found = Links(browser.contents).found
        return {
            "a": {name_in(link): link for link in found["a"]},
            "img": {link.partition("?")[0]: link for link in found["img"]},
        }

    def get(self, address, user="editor"):
        browser = self.browser(user)
        browser.open(address)
        return browser

    def status(self, address, user="editor"):
        return self.get(address, user).headers["status"].split()[0]

    def assert_file(self, name, address, user="editor"):
        browser = self.get(address, user)
        self.assertEqual("200 OK", browser.headers["status"], address)
        self.assertEqual(name, browser.contents)
        disposition = f"attachment; filename*=UTF-8''{name}.txt"
        self.assertEqual(disposition, browser.headers["content-disposition"])
        return browser

    def assert_refused(self, address, user):
        browser = self.get(address, user)
        self.assertRegex(browser.url, r"/login\?|insufficient-privileges", address)

    def form(self):
        self.user.open(f"{self.url}/@@posted")
        return FormPage(self.user.url, self.user.contents)

    def send(self, form, button="form.buttons.save"):
        self.user.post(form.url, *multipart(form.values(button)))
        self.assertEqual("200 OK", self.user.headers["status"])
        return self.user


def name_in(address):
    """Return the name of the file that a link names, without its extension."""
    return urlsplit(address).path.rpartition("/")[2].partition(".")[0]


def register_factory(case):
    """Tell z3c.form how to make an object, for the time of a test case."""
    registerFactoryAdapter(IThing, Thing)
    case.addCleanup(
        getGlobalSiteManager().unregisterAdapter,
        None,
        (Interface,) * 4,
        IObjectFactory,
        f"{IThing.__module__}.{IThing.__name__}",
    )
