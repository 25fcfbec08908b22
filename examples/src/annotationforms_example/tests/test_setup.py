from annotationforms_example.forms import SETTINGS_KEY
from annotationforms_example.interfaces import IExampleLayer
from annotationforms_example.setuphandlers import HiddenProfiles
from annotationforms_example.tests.base import PageTestCase
from collective.annotationforms import annotation_storage
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from plone.base.utils import get_installer
from plone.browserlayer.utils import registered_layers

import transaction


NAME = "annotationforms_example"
TITLES = {
    "page-settings": "Page settings",
    "page-settings-view": "Page settings",
    "page-review": "Page review",
    "page-media": "Page material",
    "page-media-view": "Page material",
}
ACTIONS = tuple(TITLES)


class TestInstalled(PageTestCase):
    """What the default profile makes."""

    whole_pages = True

    def test_the_actions_of_a_page_lead_to_the_forms(self):
        browser = self.browser()
        for action, title in TITLES.items():
            browser.open(self.url)
            browser.getLink(id=f"plone-contentmenu-actions-{action}").click()
            self.assertIn(f">{title}</h1>", browser.contents)

    def test_other_content_has_no_such_actions(self):
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        self.portal.invokeFactory("Folder", "folder", title="A folder")
        transaction.commit()
        browser = self.browser()
        browser.open(f"{self.portal.absolute_url()}/folder")
        self.assertIn("plone-contentmenu-actions-copy", browser.contents)
        for action in ACTIONS:
            self.assertNotIn(f"plone-contentmenu-actions-{action}", browser.contents)

    def test_a_reviewer_gets_the_actions_to_read_only(self):
        browser = self.browser("reviewer")
        browser.open(self.url)
        found = [
            action
            for action in ACTIONS
            if f'"plone-contentmenu-actions-{action}"' in browser.contents
        ]
        self.assertEqual(["page-settings-view", "page-media-view"], found)

    def test_the_uninstall_profile_is_hidden(self):
        self.assertEqual(
            [f"{NAME}:uninstall"], HiddenProfiles().getNonInstallableProfiles()
        )


class TestUninstalled(PageTestCase):
    """What is gone after uninstalling, and what is not."""

    def setUp(self):
        super().setUp()
        login(self.portal.aq_parent, SITE_OWNER_NAME)
        annotation_storage(self.page, SETTINGS_KEY)["contact"] = "web@example.org"
        get_installer(self.portal, self.layer["request"]).uninstall_product(NAME)
        transaction.commit()

    def test_the_forms_are_gone(self):
        self.assertEqual("404 Not Found", self.open(ACTIONS[0]).headers["status"])

    def test_actions_and_layer_are_gone(self):
        actions = self.portal.portal_actions["object_buttons"].objectIds()
        self.assertEqual([], [name for name in ACTIONS if name in actions])
        self.assertNotIn(IExampleLayer, registered_layers())

    def test_the_data_stays(self):
        self.assertEqual({"contact": "web@example.org"}, self.stored(SETTINGS_KEY))

    def test_can_be_installed_again(self):
        get_installer(self.portal, self.layer["request"]).install_product(NAME)
        transaction.commit()
        browser = self.open("page-settings")
        self.assertEqual("web@example.org", browser.getControl("Contact").value)
