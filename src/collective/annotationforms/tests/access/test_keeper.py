"""Who manages form data, and may do nothing else, gets what the forms give as well."""

from AccessControl.PermissionRole import PermissionRole
from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms import AnnotationView
from collective.annotationforms.interfaces import MANAGE_FORM_DATA
from collective.annotationforms.permission.access import Access
from collective.annotationforms.registry import form_of
from collective.annotationforms.tests.access.kinds import KINDS
from collective.annotationforms.tests.access.site import AccessTestCase
from collective.annotationforms.tests.layers import PASSWORD
from persistent.mapping import PersistentMapping
from plone.supermodel import model
from zope import schema
from zope.annotation.interfaces import IAnnotations

import transaction


GUARD = "cmf.ManagePortal"
MANAGE = "collective.annotationforms: Manage form data"


class IVerdict(model.Schema):
    verdict = schema.TextLine(title="Verdict", required=False)


class IMore(IVerdict):
    more = schema.TextLine(title="More", required=False)


class KeptForm(AnnotationEditForm):
    """The class and the view need a permission."""

    schema = IVerdict
    ANNOTATION_STORAGE_KEY = "access.kept"
    permission = GUARD


class KeptView(AnnotationView):
    schema = IVerdict
    ANNOTATION_STORAGE_KEY = "access.kept"
    permission = GUARD


class ZCMLForm(AnnotationEditForm):
    """Only the view needs it."""

    schema = IVerdict
    ANNOTATION_STORAGE_KEY = "access.kept.zcml"


class ViewOfZCML(ZCMLForm):
    """What the directive of ZCML makes."""

    __roles__ = PermissionRole("Manage portal", ("Manager",))


class UnusedForm(AnnotationEditForm):
    """No view: the class needs it."""

    schema = IVerdict
    ANNOTATION_STORAGE_KEY = "access.kept.unused"
    permission = GUARD


class Base(AnnotationEditForm):
    """A class that nothing guards, beside one that is guarded."""

    schema = IVerdict
    ANNOTATION_STORAGE_KEY = "access.kept.base"
    permission = None


class Derived(Base):
    permission = GUARD


class SomeForm(AnnotationEditForm):
    """Two fields, one of which a public view shows."""

    schema = IMore
    ANNOTATION_STORAGE_KEY = "access.kept.some"
    permission = GUARD


class SomeView(AnnotationView):
    schema = IVerdict
    ANNOTATION_STORAGE_KEY = "access.kept.some"
    permission = "zope2.View"


class FreeForm(AnnotationEditForm):
    """Nothing is known of who may."""

    schema = IVerdict
    ANNOTATION_STORAGE_KEY = "access.kept.free"
    permission = None


VIEWS = {
    "kept-form": KeptForm,
    "kept-view": KeptView,
    "zcml-form": ViewOfZCML,
    "some-view": SomeView,
}
CLOSED = [
    cls.ANNOTATION_STORAGE_KEY for cls in (KeptForm, ZCMLForm, UnusedForm, Derived)
]
SOME = SomeForm.ANNOTATION_STORAGE_KEY
FREE = FreeForm.ANNOTATION_STORAGE_KEY
LEFT = "access.kept.left"
KEYS = (*CLOSED, SOME, FREE, LEFT)


class TestKeeper(AccessTestCase):
    """The permission to manage form data alone."""

    def setUp(self):
        super().setUp()
        for name, view in VIEWS.items():
            self.register_view(name, view)
        self.portal._addRole("Keeper")
        roles = ["Manager", "Site Administrator", "Keeper"]
        self.portal.manage_permission(MANAGE, roles, acquire=0)
        users = self.portal.acl_users
        users.userFolderAddUser("keeper", PASSWORD, ["Keeper", "Member"], [])
        self.as_user("manager")
        for key in KEYS:
            IAnnotations(self.page)[key] = PersistentMapping(
                verdict="the-verdict", more="the-rest"
            )
        self.page.reindexObject()
        transaction.commit()

    def shown_by(self, user, key):
        """Return what is shown of the data by each page for managers of form data."""
        found = set()
        for page, path in (
            (self.page, f"@@form-data-export?key={key}"),
            (self.page, f"@@form-data-delete?key={key}"),
            (self.portal, f"@@form-data-pages?key={key}"),
            (self.portal, f"@@form-data-preview?key={key}"),
            (self.portal, f"@@form-data-download?key={key}&format=json"),
            (self.portal, f"@@form-data-download?key={key}&format=csv"),
        ):
            text = self.get(user, path, page)
            found |= {value for value in ("the-verdict", "the-rest") if value in text}
        return found

    def stored(self, key):
        transaction.begin()
        return dict(annotation_storage(self.page, key))

    def test_reads(self):
        everything = {"the-verdict", "the-rest"}
        for key in CLOSED:
            self.assertEqual(set(), self.shown_by("keeper", key), key)
            self.assertEqual(everything, self.shown_by("manager", key), key)
        self.assertEqual({"the-verdict"}, self.shown_by("keeper", SOME))
        for key in (FREE, LEFT):
            self.assertEqual(everything, self.shown_by("keeper", key), key)

    def test_deletes(self):
        for key in (*CLOSED, SOME):
            before = self.stored(key)
            self.post("keeper", "@@form-data-delete", key=key)
            self.post("keeper", "@@form-data-cleanup", self.portal, key=key)
            self.assertEqual(before, self.stored(key), key)
            self.post("manager", "@@form-data-delete", key=key)
            self.assertEqual({}, self.stored(key), key)
        for key in (FREE, LEFT):
            self.post("keeper", "@@form-data-delete", key=key)
            self.assertEqual({}, self.stored(key), key)

    def test_who_has_the_permission_of_the_form_as_well(self):
        for permission in ("Manage portal", "Modify portal content"):
            self.page.manage_permission(permission, ["Manager", "Keeper"])
        transaction.commit()
        for key in KEYS:
            self.assertEqual({"the-verdict", "the-rest"}, self.shown_by("keeper", key))

    def test_others(self):
        for user in ("anonymous", "reader", "editor"):
            self.as_user(user)
            # Classes of the tests before may be there still, without their view.
            closed = [key for key in CLOSED if key != ZCMLForm.ANNOTATION_STORAGE_KEY]
            for key in (*closed, LEFT):
                access = Access(self.page, form_of(self.page, key))
                self.assertFalse(access.reads_form, (user, key))
                self.assertFalse(access.changes_form, (user, key))

    def test_the_form_of_the_matrix(self):
        kind = KINDS[-1]
        self.assertEqual(MANAGE_FORM_DATA, form_of(self.page, kind.key).permission)
        text = self.get("keeper", f"@@form-data-export?key={kind.key}")
        # Not those that are for managers to read.
        self.assertEqual("pw", self.shown(kind, text))
