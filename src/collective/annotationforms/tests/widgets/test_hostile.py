"""What comes from outside to the views of widgets: 400 or 404, never 500."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationView
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.widgets.test_file import png
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from itertools import product
from plone.app.textfield import RichText
from plone.app.z3cform.widgets.select import AjaxSelectFieldWidget
from plone.autoform import directives
from plone.namedfile.field import NamedBlobFile
from plone.namedfile.field import NamedBlobImage
from plone.namedfile.file import NamedBlobFile as FileValue
from plone.namedfile.file import NamedBlobImage as ImageValue
from plone.supermodel import model
from urllib.parse import urlencode
from z3c.relationfield.schema import RelationChoice
from z3c.relationfield.schema import RelationList
from zope import schema
from zope.interface import implementer

import json


KEY = "example.hostile"
OPERATION = "plone.app.querystring.operation.%s"


# What a parameter may be: text, with and without sense, once or twice.
PARAMETERS = ("query", "batch", "attributes")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ("criteria", "i", "o", "v", "page", "size", "sort_on", "query")
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=9)
QUESTIONS = (
    TEXTS
    | JSON.map(json.dumps)
    | st.lists(TEXTS, min_size=2, max_size=2)
    | st.sampled_from(("UID,Title", "id", '{"page":1,"size":2}', "((", "a and or *"))
    | st.builds(
        lambda index, operation, value: json.dumps(
            {"criteria": [{"i": index, "o": OPERATION % operation, "v": value}]}
        ),
        st.sampled_from(
            ("path", "created", "Title", "portal_type", "review_state", "")
        ),
        st.sampled_from(
            ("string.is", "string.path", "selection.any", "date.between", "int.is")
        ),
        JSON,
    )
)


class IRow(model.Schema):
    title = schema.TextLine(title="Title", required=False)
    state = schema.Choice(title="State", values=["a", "b"], required=False)
    file = NamedBlobFile(title="File", required=False)


@implementer(IRow)
class Row:
    title = state = file = None

    def __init__(self, **values):
        vars(self).update(values)


class IMany(model.Schema):
    """A field of each kind."""

    text = schema.Text(title="Text", required=False)
    number = schema.Int(title="Number", required=False)
    day = schema.Date(title="Day", required=False)
    secret = schema.Password(title="Secret", required=False)
    rich = RichText(title="Rich", required=False)
    lines = schema.List(title="Lines", value_type=schema.TextLine(), required=False)
    names = schema.Dict(
        title="Names",
        key_type=schema.TextLine(),
        value_type=schema.Int(),
        required=False,
    )
    part = schema.Object(title="Part", schema=IRow, required=False)
    rows = schema.List(
        title="Rows", value_type=schema.Object(schema=IRow), required=False
    )
    size = schema.Choice(title="Size", values=[1, 2], required=False)
    choice = schema.Choice(title="Choice", values=["red", "green"], required=False)
    roles = schema.Tuple(
        title="Roles",
        value_type=schema.Choice(vocabulary="plone.app.vocabularies.Roles"),
        required=False,
    )
    directives.widget("roles", AjaxSelectFieldWidget)
    tags = schema.Tuple(title="Tags", value_type=schema.TextLine(), required=False)
    directives.widget(
        "tags", AjaxSelectFieldWidget, vocabulary="plone.app.vocabularies.Keywords"
    )
    related = RelationChoice(
        title="Related", vocabulary="plone.app.vocabularies.Catalog", required=False
    )
    others = RelationList(
        title="Others",
        value_type=RelationChoice(vocabulary="plone.app.vocabularies.Catalog"),
        required=False,
    )
    file = NamedBlobFile(title="File", required=False)
    image = NamedBlobImage(title="Image", required=False)


FIELDS = tuple(IMany)


class ManyForm(AnnotationEditForm):
    schema = IMany
    ANNOTATION_STORAGE_KEY = KEY


class ManyView(AnnotationView):
    schema = IMany
    ANNOTATION_STORAGE_KEY = KEY


class HostileTestCase(FunctionalTestCase):
    key = KEY

    def setUp(self):
        super().setUp()
        self.register_view("many", ManyForm)
        self.register_view("many-view", ManyView)
        self.store(
            text="text",
            number=3,
            secret="pa55w0rd",  # noqa: S106
            lines=["one"],
            names={"a": 1},
            part=self.row(),
            rows=[self.row()],
            choice="red",
            tags=("tag",),
            file=FileValue(b"data", "text/plain", "a.txt"),
            image=ImageValue(png(), "image/png", "a.png"),
        )
        self.opened = self.browser("editor")

    def row(self):
        file = FileValue(b"data", "text/plain", "a.txt")
        return Row(title="One", state="a", file=file)

    def get(self, path, query=""):
        """Return the status and the body for an address below a form."""
        self.opened.open(f"{self.url}/{path}{query and '?'}{query}")
        status = int(self.opened.headers["status"].split()[0])
        return status, self.opened._response.body.decode("utf-8", "replace")

    def ask(self, field, **query):
        """Return the status and the JSON that a query gives."""
        path = f"@@many/++widget++{field}/@@getSource"
        status, body = self.get(path, urlencode(query, doseq=True))
        return status, json.loads(body)


class TestPaths(HostileTestCase):
    """Each view serves its own kind of field, and nothing is below it."""

    def served(self, *paths, fields=FIELDS):
        """Return what is answered by 200, and assert that all else is not found."""
        found = {}
        for view, field, path in product(("many", "many-view"), fields, paths):
            status, body = self.get(f"@@{view}/++widget++{field}/{path}")
            with self.subTest(view=view, field=field, path=path):
                # Plone can write only text as text.
                no_text = (view, path) == ("many", "@@getSource") and (
                    field in ("related", "others", "size")
                )
                self.assertIn(status, (400,) if no_text else (200, 404))
                self.assertNotIn("pa55w0rd", body)
            if status == 200:
                found.setdefault((view, path), []).append(field)
        return found

    def test_views(self):
        terms = {"many": ["choice", "roles", "tags"], "many-view": []}
        for view in ("many", "many-view"):
            expected = {
                (view, "@@getSource"): terms[view],
                (view, "@@download"): ["file", "image"],
                (view, "@@download/b.txt"): ["file", "image"],
                (view, "@@download/h%C3%A4%00"): ["file", "image"],
                (view, "@@images/mini"): ["image"],
            }
            paths = [path for _view, path in expected]
            found = self.served(*paths, "@@images", "@@images/x", "@@images/h%C3%A4")
            for key, fields in expected.items():
                self.assertEqual(fields, found.pop(key, []))
            if view == "many":
                rest = {("many-view", path) for path in paths[1:]}
                self.assertEqual(rest, set(found))

    def test_nothing_is_below(self):
        for path in (
            "@@download/x/y",
            "@@download/x/filename",
            "@@images/mini/x",
            "@@images/mini/context",
            "@@images/mini/@@images",
            "@@getSource/x",
            "@@getSource/context",
            "@@getSource/get_vocabulary",
            "@@getSource/get_context",
            "@@getSource/parsed_query",
            "@@getSource/++attribute++get_vocabulary",
            "@@ploneform-render-widget/context",
            "@@ploneform-render-widget/__call__",
        ):
            with self.subTest(path=path):
                fields = ("text", "choice", "file", "image")
                self.assertEqual({}, self.served(path, fields=fields))

    def test_long_paths(self):
        for path in ("@@images/" + "x" * 5000, "@@download" + "/x" * 500):
            self.assertEqual({}, self.served(path, fields=("file", "image")))

    def test_no_address_of_a_widget_is_an_error(self):
        for name in (
            "",
            "nothing",
            "text.x",
            "lines.x",
            "lines.-1",
            "lines.99",
            "rows.x.widgets.title",
            "rows.0.nothing",
            "part.widgets.nothing",
            "part",
            "rows",
            "x" * 3000,
            "h%C3%A4",
        ):
            with self.subTest(name=name):
                status, _body = self.get(f"@@many/++widget++{name}/@@getSource")
                self.assertEqual(404, status)

    def test_parts(self):
        parts = ("title", "state", "file")
        names = [f"part.widgets.{name}" for name in parts]
        names += ["rows.0", *(f"rows.0.widgets.{name}" for name in parts)]
        served = {}
        for view in ("many", "many-view"):
            for path in (
                "@@getSource",
                "@@download",
                "@@download/context",
                "@@images/x",
            ):
                for name in names:
                    status, _body = self.get(f"@@{view}/++widget++{name}/{path}")
                    served.setdefault(status, []).append((view, name, path))
        self.assertEqual({200, 404}, set(served), served)
        self.assertEqual({"@@getSource"}, {path for _view, _name, path in served[200]})
        self.assertEqual(
            {"part.widgets.state", "rows.0.widgets.state"},
            {name for _view, name, _path in served[200]},
        )
        status, body = self.get(
            "@@many/++widget++rows.0.widgets.state/@@getSource", "batch=%7Ba%7D"
        )
        self.assertEqual(400, status, body)

    def test_texts_that_are_no_files(self):
        for value in ("", "text", ";", "a:;b:", "filenameb64:x;datab64:y", b"\xff"):
            with self.subTest(value=value):
                self.store(file=value, image=value)
                paths = ("@@download", "@@images/mini")
                self.assertEqual({}, self.served(*paths, fields=("file", "image")))


class TestQuestions(HostileTestCase):
    """What is asked by AJAX is answered, or refused with a sentence."""

    def assert_refused(self, field, **query):
        with self.subTest(field=field, query=str(query)[:100]):
            status, answer = self.ask(field, **query)
            self.assertEqual(400, status)
            self.assertEqual(["error"], list(answer))
            self.assertRegex(answer["error"], r"^\w.*\.$")

    def test_what_widgets_ask(self):
        for query in (
            {},
            {"query": ""},
            {"query": "Man"},
            {"query": "{"},
            {"query": "häß"},
            {"batch": '{"page":1,"size":10}'},
            {"batch": '{"page":"1","size":"10"}', "query": "a"},
            {"attributes": "UID,Title"},
            {"attributes": '["UID","Title"]'},
        ):
            for field in ("choice", "roles", "tags", "related", "others"):
                if field in ("related", "others"):
                    query = {"attributes": "UID,Title"} | query
                with self.subTest(field=field, query=query):
                    status, answer = self.ask(field, **query)
                    self.assertEqual(200, status)
                    self.assertIn("results", answer)

    def test_criteria(self):
        operation = "plone.app.querystring.operation.string.is"
        criteria = [{"i": "portal_type", "o": operation, "v": "Document"}]
        query = json.dumps({"criteria": criteria, "sort_on": "sortable_title"})
        status, answer = self.ask("related", query=query, attributes="id")
        self.assertEqual(200, status)
        self.assertIn({"id": "page"}, answer["results"])

    def test_twice(self):
        for name in ("query", "batch", "attributes"):
            for field in ("choice", "tags", "related"):
                self.assert_refused(field, **{name: ["a", "b"]})

    def test_of_another_type(self):
        for name in ("query", "batch", "attributes"):
            for kind in ("list", "tuple", "int", "float", "date"):
                self.assert_refused("tags", **{f"{name}:{kind}": "1"})
            for kind in ("record", "records", "int:record"):
                self.assert_refused("tags", **{f"{name}.page:{kind}": "1"})

    def test_too_long(self):
        for name in ("query", "batch", "attributes"):
            self.assert_refused("tags", **{name: "x" * 20_000})

    def test_no_json(self):
        for text in ("{a}", "[1", "{'a': 1}", "{" * 5000 + "}", "[" * 5000 + "]"):
            if text.endswith(("}", "]")):
                self.assert_refused("related", query=text, attributes="id")
                self.assert_refused("tags", attributes=text)
            self.assert_refused("tags", batch=text)

    def test_wrong_values(self):
        for query in (
            "[1]",
            '{"a": 1}',
            '{"criteria": 1}',
            '{"criteria": [1]}',
            '{"criteria": [{"o": 1}]}',
            '{"criteria": [], "sort_on": 1}',
            '{"criteria": [], "sort_order": {}}',
        ):
            self.assert_refused("related", query=query, attributes="id")
        for batch in (
            "1",
            "x",
            '"a"',
            "[1]",
            '{"page": "x", "size": 1}',
            '{"page": 1, "size": 501}',
            '{"page": 1e400, "size": 1}',
            '{"page": NaN, "size": 1}',
            '{"page": -3, "size": -4}',
            '{"page": 1, "size": 0}',
            '{"page": null, "size": []}',
            '{"page": %s, "size": 1}' % ("9" * 5000),
        ):
            self.assert_refused("tags", batch=batch)
        for attributes in ("[1]", "{}", '[["a"]]', '{"a": 1}'):
            self.assert_refused("tags", attributes=attributes)
        # These terms are pages, which have no other texts.
        self.assert_refused("related")
        self.assert_refused("size")
        self.assert_refused("related", query="a")

    @given(
        st.sampled_from(("choice", "roles", "tags", "related", "others")),
        st.dictionaries(st.sampled_from(PARAMETERS), QUESTIONS, max_size=3),
    )
    @hypothesis_settings(deadline=None, max_examples=100)
    def test_anything(self, field, query):
        status, answer = self.ask(field, **query)
        self.assertIn(status, (200, 400))
        self.assertEqual(status == 400, "error" in answer)
