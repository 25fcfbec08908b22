"""Rows of other kinds than a plain grid: within each other, in blocks, of mappings."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationView
from collective.annotationforms.tests.matrix.gridpage import GridPage
from collective.annotationforms.tests.rowforms import file
from collective.annotationforms.tests.rowforms import HIDDEN
from collective.annotationforms.tests.rowforms import IRow
from collective.annotationforms.tests.rowforms import IThing
from collective.annotationforms.tests.rowforms import KEY
from collective.annotationforms.tests.rowforms import plain
from collective.annotationforms.tests.rowforms import row
from collective.annotationforms.tests.rowforms import StoredFile
from collective.annotationforms.tests.rowforms import Thing
from collective.annotationforms.tests.rowforms import upload
from collective.annotationforms.tests.saving import test_rows
from collective.z3cform.datagridfield import blockdatagridfield
from collective.z3cform.datagridfield.datagridfield import DataGridFieldFactory
from collective.z3cform.datagridfield.row import DictRow
from plone.autoform import directives
from plone.namedfile.field import NamedBlobFile
from plone.supermodel import model
from z3c.form.interfaces import IObjectFactory
from z3c.form.object import registerFactoryAdapter
from zope import schema
from zope.component import getGlobalSiteManager
from zope.interface import implementer
from zope.interface import Interface
from zope.interface import Invalid
from zope.interface import invariant


class IChapter(model.Schema):
    name = schema.TextLine(title="Name", required=False)
    scan = NamedBlobFile(title="Scan", required=False)
    directives.read_permission(kept="cmf.ManagePortal")
    directives.write_permission(kept="cmf.ManagePortal")
    kept = schema.TextLine(title="Kept", required=False)


class IBook(model.Schema):
    title = schema.TextLine(title="Title", required=False)
    directives.widget("chapters", DataGridFieldFactory)
    chapters = schema.List(
        title="Chapters", value_type=DictRow(schema=IChapter), required=False
    )
    is_new = schema.Bool(title="New", required=False)


class IBase(model.Schema):
    name = schema.TextLine(title="Name", required=False)
    scan = NamedBlobFile(title="Scan", required=False)


class IDerived(IBase):
    """A row of which some columns were added after rows were stored."""

    title = schema.TextLine(title="Title", required=False)
    number = schema.Int(title="Number", readonly=True, required=False, default=7)
    directives.mode(seen="display")
    seen = schema.TextLine(title="Seen", required=False, default="yes")
    kind = schema.TextLine(title="Kind", required=False, default="usual")


class ITop(Interface):
    title = schema.TextLine(title="Title", required=False)
    things = schema.List(
        title="Things", value_type=schema.Object(schema=IThing), required=False
    )


@implementer(ITop)
class Top:
    title = None
    things = None

    def __init__(self, values=None, **more):
        vars(self).update(more)


class IKinds(model.Schema):
    files = schema.List(title="Files", value_type=NamedBlobFile(), required=False)
    model.fieldset("more", label="More", fields=["books"])
    directives.widget("books", DataGridFieldFactory)
    books = schema.List(title="Books", value_type=DictRow(schema=IBook), required=False)
    directives.widget("blocks", blockdatagridfield.BlockDataGridFieldWidgetFactory)
    blocks = schema.List(
        title="Blocks", value_type=DictRow(schema=IRow), required=False
    )
    directives.widget("derived", DataGridFieldFactory)
    derived = schema.List(
        title="Derived", value_type=DictRow(schema=IDerived), required=False
    )
    things = schema.Tuple(
        title="Things", value_type=schema.Object(schema=IThing), required=False
    )
    named = schema.Dict(
        title="Named",
        key_type=schema.TextLine(),
        value_type=schema.Object(schema=IThing),
        required=False,
    )
    count = schema.Int(title="Count", required=False)


class IChecked(model.Schema):
    title = schema.TextLine(title="Title", required=False)
    directives.read_permission(kept="cmf.ManagePortal")
    directives.write_permission(kept="cmf.ManagePortal")
    kept = schema.TextLine(title="Kept", required=False)

    @invariant
    def is_no_secret(data):
        if data.title and data.kept == data.title:
            raise Invalid("Both are the same.")


class IOpened(model.Schema):
    title = schema.TextLine(title="Title", required=False)
    directives.write_permission(more="cmf.ModifyPortalContent")
    more = schema.TextLine(title="More", required=False)


class IChecks(model.Schema):
    directives.widget("opened", DataGridFieldFactory)
    opened = schema.List(
        title="Opened", value_type=DictRow(schema=IOpened), required=False
    )
    directives.widget("checked", DataGridFieldFactory)
    checked = schema.List(
        title="Checked", value_type=DictRow(schema=IChecked), required=False
    )
    directives.mode(shown="display")
    directives.widget("shown", DataGridFieldFactory)
    shown = schema.List(title="Shown", value_type=DictRow(schema=IRow), required=False)
    count = schema.Int(title="Count", required=False)


class ChecksForm(AnnotationEditForm):
    schema = IChecks
    ANNOTATION_STORAGE_KEY = KEY


class ITops(model.Schema):
    """In a form of its own: z3c.form makes an object of an empty subform."""

    top = schema.Object(title="Top", schema=ITop, required=False)
    count = schema.Int(title="Count", required=False)


class TopsForm(AnnotationEditForm):
    schema = ITops
    ANNOTATION_STORAGE_KEY = f"{KEY}.tops"


class KindsForm(AnnotationEditForm):
    schema = IKinds
    label = "Kinds"
    ANNOTATION_STORAGE_KEY = KEY


class KindsView(AnnotationView):
    schema = IKinds
    ANNOTATION_STORAGE_KEY = KEY


class CarelessForm(KindsForm):
    DETECT_CONFLICTS = False


def book(title, *chapters):
    return {
        "title": title,
        "chapters": [
            {
                "name": name,
                "scan": file(name),
                "kept": f"{HIDDEN} {name}",
                "old": f"old {name}",
            }
            for name in chapters
        ],
        "is_new": True,
        "old": f"old {title}",
    }


def deep(value):
    """Return a value with the data of its files, to be compared."""
    if isinstance(value, list):
        return [deep(item) for item in value]
    if isinstance(value, dict):
        return {name: deep(item) for name, item in value.items()}
    return value.data.decode() if isinstance(value, StoredFile) else value


class TestKinds(test_rows.RowsTestCase):
    def setUp(self):
        super().setUp()
        registerFactoryAdapter(ITop, Top)
        self.addCleanup(
            getGlobalSiteManager().unregisterAdapter,
            None,
            (Interface,) * 4,
            IObjectFactory,
            f"{ITop.__module__}.{ITop.__name__}",
        )
        self.register_view("rows", KindsForm)
        self.register_view("kinds-view", KindsView)
        self.register_view("tops", TopsForm)
        self.register_view("checked", ChecksForm)
        self.register_view("careless", CarelessForm)

    def books(self):
        return deep(self.stored()["books"])

    def test_a_grid_in_a_grid(self):
        for view in ("rows", "careless"):
            with self.subTest(view):
                self.store(books=[book("a", "p", "q"), book("b", "r"), book("c", "s")])
                self.sort_and_delete(view)

    def sort_and_delete(self, view):
        a, b, c = self.books()
        self.assertIn("Nothing was changed", self.saved(self.open(view=view)).contents)
        self.assertEqual([a, b, c], self.books())
        form = self.open(view=view)
        self.assertNotIn(HIDDEN, self.user.contents)
        grid = GridPage(form, "books")
        grid.move(1, 0)
        grid.type(1, "title", "A")
        self.saved(form)
        a["title"] = "A"
        self.assertEqual([b, a, c], self.books())
        form = self.open(view=view)
        GridPage(form, "books.1.widgets.chapters").delete(0)
        self.saved(form)
        del a["chapters"][0]
        self.assertEqual([b, a, c], self.books())

    def test_rows_in_blocks(self):
        self.store(blocks=[row("a"), row("b")])
        a, b = self.rows("blocks")
        self.assertIn("Nothing was changed", self.saved(self.open()).contents)
        self.assertEqual([a, b], self.rows("blocks"))
        form = self.open()
        GridPage(form, "blocks").delete(0)
        self.saved(form)
        self.assertEqual([b], self.rows("blocks"))

    def test_an_upload_while_two_errors_are_corrected(self):
        self.store(blocks=[row("a"), row("b")])
        form = self.open()
        grid = GridPage(form, "blocks")
        grid.delete(0)
        grid.insert(0, title="new")
        grid.choose_file(0, "file", upload("new"))
        form.fill("form.widgets.count", "three")
        for _attempt in range(2):
            self.send(form)
            self.assertIn("There were some errors", self.user.contents)
            form = self.again()
        form.fill("form.widgets.count", "3")
        self.saved(form)
        found = [(one["title"], one["file"]) for one in self.rows("blocks")]
        self.assertEqual([("new", "new"), ("b", "b")], found)

    def test_what_a_row_lacks_is_not_put_into_it(self):
        for rows in ([], None, [{"title": "a"}], [row("a", file=None, kept=None)]):
            with self.subTest(rows=rows):
                self.store(blocks=rows)
                before = self.stored()
                self.assertIn("Nothing was changed", self.saved(self.open()).contents)
                self.assertEqual(before, self.stored())

    def test_tuples_and_mappings_of_objects(self):
        made = {name: Thing(title=name, kept=name, number=ord(name)) for name in "cab"}
        self.store(things=tuple(made[name] for name in "abc"), named=made)
        self.assertIn("Nothing was changed", self.saved(self.open()).contents)
        form = self.open()
        # A mapping is shown in the order of its keys.
        form.fill("form.widgets.named.key.0", "z")
        form.add("form.widgets.things.0.remove", "1")
        self.send(form, button="form.widgets.things.buttons.remove")
        self.saved(self.again())
        self.assertEqual(["b", "c"], [one["kept"] for one in self.rows("things")])
        self.assertEqual({"z": "a", "b": "b", "c": "c"}, self.kept())
        form = self.open()
        form.add("form.widgets.named.1.remove", "1")
        self.send(form, button="form.widgets.named.buttons.remove")
        self.saved(self.again())
        self.assertEqual({"z": "a", "b": "b"}, self.kept())

    def kept(self):
        return {key: plain(one)["kept"] for key, one in self.stored()["named"].items()}

    def test_columns_of_a_base_and_those_added_since(self):
        self.store(derived=[{"name": "a", "scan": file("a"), "title": "A"}])
        (before,) = self.rows("derived")
        self.assertIn("Nothing was changed", self.saved(self.open()).contents)
        form, other = self.open(), self.open(self.other)
        GridPage(other, "derived").type(0, "title", "B")
        self.saved(other, self.other)
        form.fill("form.widgets.count", "3")
        self.saved(form)
        changed = {"title": "B", "kind": "usual"}
        self.assertEqual([before | changed], self.rows("derived"))
        form = self.open()
        GridPage(form, "derived").type(0, "name", "b")
        self.saved(form)
        self.assertEqual([before | changed | {"name": "b"}], self.rows("derived"))

    def test_a_list_in_an_object_after_an_error(self):
        things = [Thing(title=name, kept=name, number=1) for name in "ab"]
        self.key = TopsForm.ANNOTATION_STORAGE_KEY
        self.store(top=Top(title="top", things=things))
        form = self.open(view="tops")
        form.fill("form.widgets.count", "three")
        self.send(form)
        form = self.again()
        form.fill("form.widgets.count", "3")
        form.fill("form.widgets.top.widgets.title", "new")
        form.fill("form.widgets.top.widgets.things.1.widgets.title", "B")
        self.saved(form)
        top = self.stored()["top"]
        self.assertEqual("new", top.title)
        self.assertEqual(
            [("a", "a"), ("B", "b")], [(one.title, one.kept) for one in top.things]
        )

    def test_a_file_is_chosen_and_another_removed(self):
        self.store(files=[file("a"), file("b"), file("c")])
        form = self.open()
        form.fill("form.widgets.files.2.action", "replace")
        form.fill("form.widgets.files.2", upload("new"))
        form.add("form.widgets.files.0.remove", "1")
        self.send(form, button="form.widgets.files.buttons.remove")
        self.saved(self.again())
        found = [one.data for one in self.stored()["files"]]
        self.assertEqual([b"b", b"new"], found)

    def test_rows_that_do_not_fit(self):
        for rows in (
            [{"title": "a", "kept": HIDDEN, "old": HIDDEN}, None],
            {"title": "a", "kept": HIDDEN},
            [Thing(title="a", kept=HIDDEN)],
            {"x": {"title": "a", "kept": HIDDEN}},
            [[{"title": "a", "kept": HIDDEN}]],
        ):
            with self.subTest(rows=rows):
                self.store(blocks=rows)
                for view in ("rows", "kinds-view"):
                    self.user.open(f"{self.url}/@@{view}")
                    self.assertNotIn(HIDDEN, self.user.contents)
                stranger = self.browser(None)
                stranger.open(f"{self.url}/@@kinds-view")
                self.assertNotIn(HIDDEN, stranger.contents)
                self.other.open(f"{self.url}/@@kinds-view")
                self.assertIn(HIDDEN, self.other.contents)

    def test_an_input_that_is_not_sent(self):
        self.store(blocks=[row("a"), row("b"), row("c")])
        before = self.rows("blocks")
        form = self.open()
        GridPage(form, "blocks").move(2, 0)
        for element in form.form.xpath('.//input[contains(@name, "widgets.title")]'):
            element.getparent().remove(element)
        self.saved(form)
        self.assertEqual([before[2], *before[:2]], self.rows("blocks"))

    def test_an_invariant_about_a_column_that_the_form_lacks(self):
        self.store(checked=[{"title": "a", "kept": "b"}])
        form = self.open(view="checked")
        GridPage(form, "checked").type(0, "title", "A")
        self.saved(form)
        self.assertEqual([{"title": "A", "kept": "b"}], self.stored()["checked"])

    def test_a_column_with_a_permission_that_the_user_has(self):
        self.store(opened=[{"title": "a", "more": "b"}])
        form = self.open(view="checked")
        GridPage(form, "opened").type(0, "more", "B")
        self.saved(form)
        self.assertEqual([{"title": "a", "more": "B"}], self.stored()["opened"])

    def test_a_grid_that_is_only_displayed(self):
        for rows in ([], [row("a")], [row("a"), row("b"), row("c")]):
            with self.subTest(rows=rows):
                self.store(shown=rows)
                before = self.stored()["shown"]
                form = self.open(view="checked")
                form.fill("form.widgets.count", "3")
                self.saved(form)
                self.assertEqual(before, self.stored()["shown"])
                self.store(count=None)

    def test_two_conflicts_at_the_same_time(self):
        made = {name: Thing(title=name, kept=name, number=1) for name in "ab"}
        self.store(things=tuple(made.values()), named=made)
        form = self.open()
        more = {name: Thing(title=name, kept=name, number=1) for name in "abc"}
        more["a"].title = "theirs"
        self.store(things=tuple(more.values()), named=more)
        form.fill("form.widgets.things.0.widgets.title", "A")
        form.fill("form.widgets.named.0.widgets.title", "A")
        self.send(form)
        form = self.again()
        for name in ("things", "named"):
            form.fill(f"form.widgets.{name}-conflict", "mine")
        self.saved(form)
        self.assertEqual({"a": "a", "b": "b"}, self.kept())
        self.assertEqual(["a", "b"], [one["kept"] for one in self.rows("things")])
