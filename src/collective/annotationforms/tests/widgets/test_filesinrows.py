"""Files in rows and objects: each link leads to the file beside it, for who may."""

from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.tests.layers import FunctionalTestCase
from collective.annotationforms.tests.lifecycle.test_workingcopy import ITERATE
from collective.annotationforms.tests.widgets.filesinrows import file
from collective.annotationforms.tests.widgets.filesinrows import FilesView
from collective.annotationforms.tests.widgets.filesinrows import FOR_ALL
from collective.annotationforms.tests.widgets.filesinrows import GUARDED
from collective.annotationforms.tests.widgets.filesinrows import IMAGES
from collective.annotationforms.tests.widgets.filesinrows import KEY
from collective.annotationforms.tests.widgets.filesinrows import name_in
from collective.annotationforms.tests.widgets.filesinrows import PartsTestCase
from collective.annotationforms.tests.widgets.test_file import Links
from io import BytesIO
from PIL import Image
from plone.app.iterate.interfaces import ICheckinCheckoutPolicy
from plone.app.testing import login
from plone.app.testing import logout
from plone.app.testing import SITE_OWNER_NAME
from plone.namedfile.field import NamedBlobFile
from plone.supermodel import model
from zope import schema

import transaction


class TestLinks(PartsTestCase):
    """Each link of a form or a view leads to the file that it stands beside."""

    def test_each_link_leads_to_its_file(self):
        self.fill()
        for view in ("files-form", "files-view", "wrapped"):
            for user, names in (("editor", FOR_ALL), ("admin", FOR_ALL | GUARDED)):
                with self.subTest(view=view, user=user):
                    links = self.links(view, user)["a"]
                    self.assertEqual(names, links.keys() - set(IMAGES))
                    for name in names:
                        self.assertIn(f"/@@{view}/++widget++", links[name])
                        browser = self.assert_file(name, links[name], user)
                        self.assertIn("private", browser.headers["cache-control"])

    def test_fields_of_another_schema(self):
        self.store(files=[file("a"), file("b")], more=[file("c")])
        links = self.links("more-form")["a"]
        self.assertEqual(set("abc"), set(links))
        self.assertIn("++widget++form.widgets.IPosted.files.0/", links["a"])
        for name, link in links.items():
            self.assert_file(name, link)

    def test_images(self):
        self.fill()
        form, view = self.links("files-form"), self.links("files-view")
        self.assertEqual(len(IMAGES), len(form["img"]))
        for address in form["img"].values():
            self.assertIn("/@@images/preview?", address)
            browser = self.get(address)
            picture = Image.open(BytesIO(browser._response.body))
            self.assertLessEqual(picture.width, 400)
            self.assertEqual(
                "private, max-age=60, must-revalidate",
                browser.headers["cache-control"],
            )
            again = self.browser("editor")
            again.addHeader("If-None-Match", browser.headers["etag"])
            again.open(address)
            self.assertEqual("304 Not Modified", again.headers["status"])
        widths = {"c": 600, "d": 200, "l": 300}
        whole = {name: form["a"][name] for name in widths}
        shown = {name_in(link): link for link in view["img"].values()}
        for links in (whole, shown):
            for name, width in widths.items():
                picture = Image.open(BytesIO(self.get(links[name])._response.body))
                self.assertEqual(width, picture.width)

    def test_a_part_of_a_file(self):
        self.store(files=[file("a", "0123456789")])
        browser = self.browser("editor")
        browser.addHeader("Range", "bytes=2-4")
        browser.open(self.links("files-form")["a"]["a"])
        self.assertEqual("206 Partial Content", browser.headers["status"])
        self.assertEqual("234", browser.contents)

    def test_in_a_viewlet(self):
        """The address of the request is not that of the form."""
        self.fill()
        transaction.begin()
        login(self.portal, "editor")
        request = self.layer["request"].clone()
        request["URL"] = request["ACTUAL_URL"] = f"{self.url}/@@my.tile/id"
        view = FilesView(self.page, request)
        view.__name__ = "files-view"
        view.update()
        found = Links("".join(one.render() for one in view.w.values())).found["a"]
        logout()
        self.assertEqual(FOR_ALL, set(map(name_in, found)))
        for link in found:
            self.assert_file(name_in(link), link, None)

    def test_nothing_is_written(self):
        self.fill()
        links = self.links("files-form")
        before = self.layer["app"]._p_jar.db().lastTransaction()
        for address in (*links["a"].values(), *links["img"].values()):
            self.assertEqual("200", self.status(address))
        self.assertEqual(before, self.layer["app"]._p_jar.db().lastTransaction())


class TestPermission(PartsTestCase):
    """A link is for who may use the form, its field and the column."""

    def test_who_may_not_use_the_form(self):
        self.fill()
        links = self.links("files-form", "admin")
        for address in (*links["a"].values(), *links["img"].values()):
            for user in (None, "reader"):
                self.assert_refused(address, user)

    def test_visitors_of_a_view(self):
        self.fill()
        for user in (None, "reader"):
            links = self.links("files-view", user)["a"]
            self.assertEqual(FOR_ALL, links.keys() - set(IMAGES))
            for name in FOR_ALL:
                self.assert_file(name, links[name], user)

    def test_guarded_fields_and_columns(self):
        self.fill()
        for view in ("files-form", "files-view", "wrapped"):
            links = self.links(view, "admin")["a"]
            for name in GUARDED:
                for user in (None, "reader", "editor"):
                    self.assert_refused(links[name], user)

    def test_a_guarded_file_is_at_no_other_address(self):
        self.fill()
        links = self.links("files-form", "admin")["a"]
        for name in GUARDED:
            revision = links[name].partition("?")[2]
            for other in FOR_ALL:
                address = f"{links[other].partition('?')[0]}?{revision}"
                self.assertEqual("404", self.status(address), address)

    def test_of_another_page(self):
        self.fill()
        other = self.portal["private-page"]
        self.store(other, files=[file("x")])
        browser = self.get(f"{other.absolute_url()}/@@files-view", "admin")
        address = self.links_in(browser)["a"]["x"]
        self.assert_file("x", address, "admin")
        self.assert_refused(address, None)
        # Nobody takes a revision from one page to another.
        here = address.replace("/private-page/", "/page/")
        self.assertEqual("404", self.status(here, "admin"))


class IListed(model.Schema):
    files = schema.List(title="Files", value_type=NamedBlobFile(), required=False)


class ListedForm(AnnotationEditForm):
    schema = IListed
    ANNOTATION_STORAGE_KEY = KEY


class TestWorkingCopy(FunctionalTestCase):
    """The links of a working copy lead to its own files."""

    layer = ITERATE
    key = KEY

    def test_links(self):
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.register_view("listed", ListedForm)
        self.store(files=[file("a"), file("b")])
        copy = ICheckinCheckoutPolicy(self.page).checkout(self.portal)
        transaction.commit()
        browser = self.browser()
        for url in (copy.absolute_url(), self.url):
            browser.open(f"{url}/@@listed")
            links = Links(browser.contents).found["a"]
            self.assertEqual(["a", "b"], list(map(name_in, links)))
            for link in links:
                self.assertTrue(link.startswith(f"{url}/@@listed/"))
                browser.open(link)
                self.assertEqual(name_in(link), browser.contents)
                visitor = self.browser("reader")
                visitor.open(link)
                self.assertNotEqual(name_in(link), visitor.contents)
