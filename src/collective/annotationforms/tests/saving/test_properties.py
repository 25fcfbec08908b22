"""Objects in values whose class has properties, and keeps more than its schema says."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationView
from collective.annotationforms.tests.rowforms import HIDDEN
from collective.annotationforms.tests.rowforms import KEY
from collective.annotationforms.tests.saving import test_rows
from plone.autoform import directives
from plone.supermodel import model
from z3c.form.object import registerFactoryAdapter
from zope import schema
from zope.interface import implementer
from zope.interface import Interface


class IMember(Interface):
    name = schema.TextLine(title="Name", required=False)
    directives.read_permission(kept="cmf.ManagePortal")
    directives.write_permission(kept="cmf.ManagePortal")
    kept = schema.TextLine(title="Kept", required=False)
    initial = schema.TextLine(title="Initial", required=False, readonly=True)
    directives.omitted("omitted")
    omitted = schema.TextLine(title="Omitted", required=False)


@implementer(IMember)
class Member:
    """Has its values in a mapping, which the schema knows nothing of."""

    def __init__(self, values=None, **more):
        self._values = dict(more)
        self.more = more.get("more")

    @property
    def name(self):
        return self._values.get("name")

    @name.setter
    def name(self, name):
        self._values["name"] = name and name.strip()

    @property
    def kept(self):
        return self._values.get("kept")

    @kept.setter
    def kept(self, kept):
        if kept is not None and not kept.startswith(HIDDEN):
            raise ValueError(kept)
        self._values["kept"] = kept

    @property
    def initial(self):
        return self.name and self.name[0]

    @property
    def omitted(self):
        return self._values.get("omitted")

    @omitted.setter
    def omitted(self, omitted):
        self._values["omitted"] = omitted


class IMembers(model.Schema):
    members = schema.List(
        title="Members", value_type=schema.Object(schema=IMember), required=False
    )
    member = schema.Object(title="Member", schema=IMember, required=False)
    named = schema.Dict(
        title="Named",
        key_type=schema.TextLine(),
        value_type=schema.Object(schema=IMember),
        required=False,
    )
    count = schema.Int(title="Count", required=False)


class MembersForm(AnnotationEditForm):
    schema = IMembers
    ANNOTATION_STORAGE_KEY = KEY


class MembersView(AnnotationView):
    schema = IMembers
    ANNOTATION_STORAGE_KEY = KEY


def member(name):
    return Member(
        name=name, kept=f"{HIDDEN} {name}", omitted=f"no {name}", more=f"more {name}"
    )


def values(member):
    return (member._values, member.more)


class TestProperties(test_rows.RowsTestCase):
    def setUp(self):
        super().setUp()
        registerFactoryAdapter(IMember, Member)
        self.register_view("rows", MembersForm)
        self.register_view("members-view", MembersView)
        self.store(
            members=[member("a"), member("b")],
            member=member("c"),
            named={"d": member("d")},
        )

    def found(self):
        stored = self.stored()
        members = (*stored["members"], stored["member"], *stored["named"].values())
        return [values(one) for one in members]

    def test_an_untouched_save(self):
        before = self.found()
        self.assertIn("Nothing was changed", self.saved(self.open()).contents)
        self.assertEqual(before, self.found())

    def test_another_attribute_is_changed(self):
        expected = [values(member(name)) for name in "abcd"]
        form = self.open()
        for number, name in enumerate(("members.1", "member", "named.0"), 1):
            form.fill(f"form.widgets.{name}.widgets.name", f" new {number}")
            expected[number][0]["name"] = f"new {number}"
        self.saved(form)
        self.assertEqual(expected, self.found())

    def test_one_is_deleted(self):
        form = self.open()
        form.add("form.widgets.members.0.remove", "1")
        self.send(form, button="form.widgets.members.buttons.remove")
        self.saved(self.again())
        (left,) = self.stored()["members"]
        self.assertEqual(values(member("b")), values(left))

    def test_what_may_not_be_seen_is_not_shown(self):
        self.open()
        self.assertNotIn(HIDDEN, self.user.contents)
        self.user.open(f"{self.url}/@@members-view")
        self.assertNotIn(HIDDEN, self.user.contents)
        self.assertEqual([values(member(name)) for name in "abcd"], self.found())
