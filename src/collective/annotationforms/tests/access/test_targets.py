"""Pages that values refer to are named to who may view them, wherever in a value."""

from base64 import b64encode
from base64 import urlsafe_b64encode
from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.exchange.export import CELL
from collective.annotationforms.exchange.export import EXPORTED_CELL
from collective.annotationforms.fields.text import LINES
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.overview.text import table_style
from collective.annotationforms.storage.relation import relation_to
from collective.annotationforms.testing import registered_form
from collective.annotationforms.tests.access.site import AccessTestCase
from dataclasses import dataclass
from dataclasses import field as attribute
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from plone.app.contenttypes.interfaces import IDocument
from plone.autoform import directives
from plone.keyring.interfaces import IKeyManager
from plone.supermodel import model
from plone.supermodel.model import finalizeSchemas
from typing import Any
from z3c.form.object import registerFactoryAdapter
from z3c.relationfield import RelationChoice
from zope import schema
from zope.annotation.interfaces import IAnnotations
from zope.component import getUtility
from zope.interface import implementer
from zope.interface import Interface

import hashlib
import json
import transaction


CATALOG = "plone.app.vocabularies.Catalog"
GUARD = "cmf.ManagePortal"
KEY = "access.targets"


class INote(Interface):
    label = schema.TextLine(title="Label", required=False)
    to = RelationChoice(title="To", vocabulary=CATALOG, required=False)


class ILink(Interface):
    label = schema.TextLine(title="Label", required=False)
    secret = schema.Password(title="Secret", required=False)
    to = RelationChoice(title="To", vocabulary=CATALOG, required=False)


class IGuardedLink(model.Schema):
    """A row with a column that managers only may write."""

    label = schema.TextLine(title="Label", required=False)
    own = RelationChoice(title="Own", vocabulary=CATALOG, required=False)
    guarded = RelationChoice(title="Guarded", vocabulary=CATALOG, required=False)
    directives.write_permission(guarded=GUARD)


@implementer(ILink)
@dataclass
class Link:
    """An object that refers to a page, also by what no schema names."""

    label: str = "a link"
    secret: str = "s3cret"  # noqa: S105
    to: Any = None
    unknown: Any = None


@implementer(INote)
@dataclass
class Note:
    label: str = "a note"
    to: Any = None
    unknown: Any = None


@dataclass
class Opaque:
    """An object of which no schema tells anything."""

    inner: list = attribute(default_factory=list)


@implementer(IGuardedLink)
@dataclass
class GuardedLink:
    label: str = "a row"
    own: Any = None
    guarded: Any = None


class ITargets(model.Schema):
    one = RelationChoice(title="One", vocabulary=CATALOG, required=False)
    more = schema.List(
        title="More", value_type=RelationChoice(vocabulary=CATALOG), required=False
    )
    pair = schema.Tuple(
        title="Pair", value_type=RelationChoice(vocabulary=CATALOG), required=False
    )
    named = schema.Dict(
        title="Named",
        key_type=schema.TextLine(),
        value_type=RelationChoice(vocabulary=CATALOG),
        required=False,
    )
    keyed = schema.Dict(
        title="Keyed",
        key_type=RelationChoice(vocabulary=CATALOG),
        value_type=schema.TextLine(),
        required=False,
    )
    grid = schema.List(
        title="Grid", value_type=schema.Object(schema=ILink), required=False
    )
    links = schema.List(
        title="Links", value_type=schema.Object(schema=ILink), required=False
    )
    link = schema.Object(title="Link", schema=ILink, required=False)


class TargetsForm(AnnotationEditForm):
    schema = ITargets
    ANNOTATION_STORAGE_KEY = KEY


class TargetsTestCase(AccessTestCase):
    """A page that editors may not view, and one that everybody may view."""

    form_class = TargetsForm

    def setUp(self):
        super().setUp()
        registerFactoryAdapter(ILink, Link)
        registerFactoryAdapter(INote, Note)
        registerFactoryAdapter(IGuardedLink, GuardedLink)
        finalizeSchemas(self.form_class.schema)
        registration = registered_form(
            "targets",
            self.form_class,
            for_=IDocument,
            title="Targets",
            permission="cmf.ModifyPortalContent",
            view_permission="zope2.View",
        )
        registration.__enter__()
        self.addCleanup(registration.__exit__, None, None, None)
        self.hidden = self.new_target("hush-path", "Xylophone")
        for permission in ("View", "Access contents information"):
            self.hidden.manage_permission(permission, ["Manager"], acquire=0)
        self.hidden.reindexObjectSecurity()
        transaction.commit()

    def new_target(self, name: str, title: str) -> Any:
        self.portal["en"].invokeFactory("Document", name, title=title)
        return self.portal["en"][name]

    def store(self, **values: Any) -> None:
        annotation_storage(self.page, KEY).update(values)
        transaction.commit()

    def to_hidden(self) -> Any:
        return relation_to(self.hidden)

    def to_page(self) -> Any:
        return relation_to(self.page)

    def named_in(self, text: str) -> list[str]:
        names = ("Xylophone", "hush-path", self.hidden.UID())
        return [name for name in names if name in text]


class TestText(TargetsTestCase):
    """Whatever the style, the text of a value names no page that is hidden."""

    def samples(self) -> dict[str, Any]:
        return {
            "one": self.to_hidden(),
            "more": [self.to_hidden()],
            "pair": (self.to_hidden(), self.to_hidden()),
            "named": {"name": self.to_hidden()},
            "keyed": {self.to_hidden(): "text"},
            "grid": [{"label": "row", "to": self.to_hidden()}],
            "links": [Link(to=self.to_hidden()), Link(unknown=[self.to_hidden()])],
            "link": Link(to=self.to_hidden()),
        }

    def shapes(self) -> list[Any]:
        """Return what a recipe, or a form of yesterday, may have stored."""
        hidden = self.to_hidden()
        return [
            PersistentList([hidden]),
            PersistentMapping({"name": hidden}),
            PersistentMapping({"rows": PersistentList([{"to": hidden}])}),
            {("a", hidden): 1, frozenset([hidden]): 2},
            {"deep": [({"er": Link(to=[{"x": hidden}])},)]},
            Opaque([{"x": hidden}]),
            [Opaque([hidden]), "text"],
            self.hidden,
            self.hidden.aq_base,
            [self.hidden.aq_base],
            {"name": self.hidden.aq_base},
            {self.hidden.aq_base: "name"},
            Link(to=self.hidden.aq_base),
            Link(unknown={self.hidden.aq_base: 1}),
            Opaque([self.hidden.aq_base]),
        ]

    def test_of_anything(self):
        request = self.layer["request"]
        styles = (CELL, EXPORTED_CELL, LINES, table_style(self.page, request))
        fields = {name: ITargets[name].bind(self.page) for name in self.samples()}
        cases = [(fields[name], value) for name, value in self.samples().items()]
        cases += [(None, value) for value in [*self.samples().values(), *self.shapes()]]
        cases += [(fields["named"], value) for value in self.shapes()]
        for user in ("anonymous", "editor"):
            self.as_user(user)
            for number, style in enumerate(styles):
                for field, value in cases:
                    with self.subTest(user=user, style=number, field=field, of=value):
                        text = text_of(field, value, style)
                        self.assertEqual([], self.named_in(text))

    def test_an_object_that_knows_what_it_is_in(self):
        self.as_user("editor")
        link = Link(to=self.to_page())
        link.unknown = [{"in": link}]
        style = table_style(self.page, self.layer["request"])
        for value in (link, [link]):
            self.assertIn("To: /plone/en/page", text_of(None, value, style))
        link.unknown.append(self.to_hidden())
        self.assertEqual([], self.named_in(text_of(None, [link], style)))

    def test_of_what_may_be_viewed(self):
        path = "/".join(self.page.getPhysicalPath())
        self.as_user("editor")
        field = ITargets["named"].bind(self.page)
        value = {"name": self.to_page()}
        for style in (CELL, table_style(self.page, self.layer["request"])):
            self.assertEqual(f"name: {path}", text_of(field, value, style))
        one = text_of(None, self.page.aq_base, CELL)
        self.assertEqual(self.page.UID(), one)

    def test_the_rest_of_an_object_is_there(self):
        self.as_user("editor")
        field, value = ITargets["link"], Link(to=self.to_hidden())
        expected = "Label: a link, Secret: {}, To: a page that you may not view"
        self.assertEqual(expected.format("•" * 8), text_of(field, value, CELL))
        self.assertEqual(
            expected.format("s3cret"), text_of(field, value, EXPORTED_CELL)
        )


class TestPages(TargetsTestCase):
    """The pages that show values in a few words."""

    def setUp(self):
        super().setUp()
        self.store(
            named={"name": self.to_hidden()},
            keyed={self.to_hidden(): "text"},
            grid=[{"label": "row", "to": self.to_hidden()}],
            links=[Link(to=self.to_hidden())],
        )
        # What the recipe has stored.
        IAnnotations(self.page)[KEY]["link"] = Link(to=self.hidden.aq_base)
        transaction.commit()

    def test_the_delete_page(self):
        path = f"@@form-data-delete?key={KEY}"
        self.assertIn("hush-path", self.get("manager", path))
        text = self.get("editor", path)
        self.assertIn("name: a page that you may not view", text)
        self.assertEqual([], self.named_in(text))

    def test_for_who_manages_form_data(self):
        permission = "collective.annotationforms: Manage form data"
        self.portal.manage_permission(permission, ["Manager", "Editor"], acquire=0)
        transaction.commit()
        names = "&".join(f"fields:list={name}" for name in ITargets.names())
        for path in (
            f"@@form-data-pages?form=targets&filtered=1&{names}",
            "@@form-data-preview?form=targets",
            "@@form-data-download?form=targets&format=csv",
        ):
            with self.subTest(path=path):
                text = self.get("editor", path, self.portal)
                self.assertIn("a page that you may not view", text)
                self.assertEqual([], self.named_in(text))


class IWritten(model.Schema):
    """Fields, and columns of rows, that editors may read but not write."""

    plain = schema.TextLine(title="Plain", required=False)
    free = RelationChoice(title="Free", vocabulary=CATALOG, required=False)
    one = RelationChoice(title="One", vocabulary=CATALOG, required=False)
    more = schema.List(
        title="More", value_type=RelationChoice(vocabulary=CATALOG), required=False
    )
    named = schema.Dict(
        title="Named",
        key_type=schema.TextLine(),
        value_type=RelationChoice(vocabulary=CATALOG),
        required=False,
    )
    keyed = schema.Dict(
        title="Keyed",
        key_type=RelationChoice(vocabulary=CATALOG),
        value_type=schema.TextLine(),
        required=False,
    )
    link = schema.Object(title="Link", schema=INote, required=False)
    links = schema.List(
        title="Links", value_type=schema.Object(schema=INote), required=False
    )
    row = schema.Object(title="Row", schema=IGuardedLink, required=False)
    rows = schema.List(
        title="Rows", value_type=schema.Object(schema=IGuardedLink), required=False
    )
    by_name = schema.Dict(
        title="By name",
        key_type=schema.TextLine(),
        value_type=schema.Object(schema=IGuardedLink),
        required=False,
    )
    directives.write_permission(
        one=GUARD, more=GUARD, named=GUARD, keyed=GUARD, link=GUARD, links=GUARD
    )


class WrittenForm(AnnotationEditForm):
    schema = IWritten
    ANNOTATION_STORAGE_KEY = KEY


class TestExport(TargetsTestCase):
    """Who may change a value gets the UUID of a hidden page in it, and nobody else."""

    form_class = WrittenForm

    def exported(self, user: str) -> dict[str, Any]:
        text = self.get(user, f"@@form-data-export?key={KEY}")
        return json.loads(text)["pages"][0]["values"]

    def test_fields(self):
        self.store(
            plain="text",
            free=self.to_hidden(),
            one=self.to_hidden(),
            more=[self.to_hidden(), self.to_page()],
            named={"hidden": self.to_hidden(), "page": self.to_page()},
            keyed={self.to_hidden(): "hidden", self.to_page(): "page"},
            link=Note(to=self.to_hidden()),
            links=[Note(to=self.to_page()), Note(to=self.to_hidden())],
            yesterday={"key": self.to_hidden()},
        )
        hidden, page = self.hidden.UID(), self.page.UID()
        found = self.exported("editor")
        self.assertEqual(hidden, found.pop("free"))
        self.assertNotIn(hidden, json.dumps(found))
        self.assertEqual("text", found["plain"])
        self.assertEqual([page], found["more"])
        self.assertEqual({"hidden": None, "page": page}, found["named"])
        self.assertEqual({page: "page"}, found["keyed"])
        self.assertEqual([page], [link["to"] for link in found["links"]])
        self.assertEqual({"plain", *found} - {"one", "link"}, set(found))
        self.assertNotIn(hidden, json.dumps(self.exported("reader")))
        self.assertEqual(8, json.dumps(self.exported("manager")).count(hidden))

    def test_columns(self):
        for make in (dict, GuardedLink):
            row, other = (
                make(own=self.to_hidden(), guarded=target())
                for target in (self.to_hidden, self.to_page)
            )
            self.store(row=row, rows=[row, other], by_name={"a": row, "b": other})
            hidden, page = self.hidden.UID(), self.page.UID()
            with self.subTest(make=make):
                found = self.exported("editor")
                shown = [found["row"], *found["rows"], *found["by_name"].values()]
                self.assertEqual({hidden}, {each["own"] for each in shown})
                guarded = [each.get("guarded") for each in shown]
                self.assertEqual([None, None, page, None, page], guarded)
                self.assertNotIn(hidden, json.dumps(self.exported("reader")))
                text = json.dumps(self.exported("manager"))
                self.assertEqual(8, text.count(hidden))

    def test_content_that_the_recipe_has_stored(self):
        IAnnotations(self.page)[KEY] = PersistentMapping(
            plain="text", one=self.hidden.aq_base, link=Note(to=self.hidden.aq_base)
        )
        transaction.commit()
        for user in ("anonymous", "reader", "editor"):
            self.assertEqual({"plain": "text"}, self.exported(user), user)
        self.assertEqual(self.hidden.UID(), self.exported("manager")["one"])

    def test_nothing_stored_is_changed(self):
        row = {"own": self.to_hidden(), "guarded": self.to_hidden()}
        self.store(rows=[row], more=[self.to_hidden()], link=Note(to=self.to_hidden()))
        self.exported("editor")
        transaction.begin()
        stored = annotation_storage(self.page, KEY).data
        for found in (*stored["rows"][0].values(), *stored["more"], stored["link"].to):
            self.assertEqual("hush-path", found.to_object.getId())


class TestCompared(TargetsTestCase):
    """A comparison tells that a hidden page is another one, and nothing of it."""

    def text(self, *targets: Any) -> str:
        return text_of(ITargets["more"], [*map(relation_to, targets)], LINES)

    def test_differs_from_page_to_page(self):
        self.as_user("manager")
        other = self.new_target("hush-too", "Zither")
        other.manage_permission("View", ["Manager"], acquire=0)
        self.as_user("editor")
        first, second, again = self.text(self.hidden, other, self.hidden).split("\n")
        self.assertEqual(first, again)
        self.assertNotEqual(first, second)
        self.assertRegex(first, "^#[A-Za-z0-9_-]{8}$")

    def test_no_guess_is_confirmed(self):
        uuid = self.hidden.UID()
        path = "/".join(self.hidden.getPhysicalPath())
        address = self.hidden.absolute_url()
        guesses = [uuid, path, path.removeprefix("/plone"), address, "hush-path"]
        guesses += [repr(guess) for guess in guesses]
        guesses += [repr(("hidden page", guess)) for guess in guesses]
        self.as_user("editor")
        (text,) = self.text(self.hidden).split()
        for guess in map(str.encode, guesses):
            for name in hashlib.algorithms_guaranteed - {"shake_128", "shake_256"}:
                digest = hashlib.new(name, guess).digest()
                self.assertNotIn(digest.hex()[:6], text)
                self.assertNotIn(b64encode(digest).decode()[:6], text)
            made = hashlib.blake2b(guess, digest_size=6).digest()
            self.assertNotEqual(f"#{urlsafe_b64encode(made).decode()}", text)

    def test_differs_from_site_to_site(self):
        self.as_user("editor")
        before = self.text(self.hidden)
        getUtility(IKeyManager).rotate()
        self.assertNotEqual(before, self.text(self.hidden))

    def test_the_page(self):
        repository = self.portal.portal_repository
        self.store(one=self.to_page())
        repository.save(self.page)
        self.store(one=self.to_hidden())
        repository.save(self.page)
        transaction.commit()
        number = self.page.version_id
        path = f"@@history?one={number - 1}&two={number}"
        text = self.get("editor", path)
        guess = hashlib.sha256(b"/plone/en/hush-path").hexdigest()
        self.assertRegex(text, "#[A-Za-z0-9_-]{8}<")
        self.assertNotIn(guess[:8], text)
        self.assertEqual([], self.named_in(text))
        self.assertIn("/plone/en/hush-path", self.get("manager", path))
