"""The tests of the packages below, run as installed with our storage for context.

All of them ship their tests in their wheels.
"""

from collective.annotationforms import annotation_storage
from collective.annotationforms.fields.datamanager import StorageField
from collective.annotationforms.tests.pages import Page
from collective.annotationforms.tests.upstream.contexts import cases_on_storage
from collective.annotationforms.tests.upstream.contexts import OnStorage
from collective.annotationforms.tests.upstream.contexts import storage_of
from collective.annotationforms.tests.upstream.documents import differences
from collective.annotationforms.tests.upstream.documents import empty_again
from collective.annotationforms.tests.upstream.documents import empty_registry
from collective.annotationforms.tests.upstream.documents import FLAGS
from collective.annotationforms.tests.upstream.documents import load
from plone.app.testing import IntegrationTesting
from plone.app.testing import PLONE_FIXTURE
from plone.app.z3cform.interfaces import IPloneFormLayer
from plone.app.z3cform.tests import test_widgets
from plone.app.z3cform.tests import tests
from plone.app.z3cform.tests.layer import PAZ3CFormLayer
from types import ModuleType
from unittest import mock
from z3c.form.testing import outputChecker
from z3c.form.testing import TestRequest
from zope.interface import alsoProvides

import collective.annotationforms
import doctest
import plone.app.relationfield
import plone.formwidget.namedfile
import sys
import unittest


def storage(**values):
    """Return the storage of a new page, without a site."""
    made = annotation_storage(Page(), "key")
    made.update(values)
    return made


# Each line of z3c.form's documents that gives another result: what it gives, and why.
DEFAULT = "the default, as content has it: a value never stored is no error"
NO_PROXY = "no content of Plone is a zope.security proxy; forms check the permission"
NOT_ADAPTED = "a field is stored under its name, there is no object to adapt"

DATA_MANAGERS = (
    ("phoneDm.get()", "", DEFAULT),
    ("nameDm.canAccess()", "True", NO_PROXY),
    ("nameDm.canWrite()", "True", NO_PROXY),
    ("nameDm.get()", "'Stephan \"Caveman\" Richter'", NO_PROXY),
    ("nameDm.set('Stephan')", "", NO_PROXY),
    ("nameDm.canWrite()", "True", NO_PROXY),
    ("nameDm.get()", "'Stephan'", NO_PROXY),
    ("nameDm.set('Stephan')", "", NO_PROXY),
    ("IAddress(stephan).city", "TypeError", NOT_ADAPTED),
    # The name that was set above, where it had to be refused.
    ("nameDm.get()", "'Stephan'", NO_PROXY),
    ("nameDm.query()", "'Stephan'", NO_PROXY),
    ("nameDm.get()", "'<no name>'", DEFAULT),
)

# None: a validator for the page is a validator for its storage.
VALIDATORS = ()


class Z3CFormTest(unittest.TestCase):
    """The documents of z3c.form, on a page without a site."""

    maxDiff = None

    @empty_registry()
    def check(self, name, changes, expected):
        found = differences(
            "z3c.form",
            name,
            changes=changes,
            flags=FLAGS | doctest.IGNORE_EXCEPTION_DETAIL,
            checker=outputChecker,
            StorageField=StorageField,
            storage=storage,
            empty_again=empty_again,
        )
        self.assertEqual([(source, result) for source, result, _ in expected], found)

    def test_data_managers(self):
        changes = (
            ("datamanager.AttributeField(", "StorageField("),
            ("datamanager.DictionaryField(", "StorageField("),
            (
                "<z3c.form.datamanager.DictionaryField",
                "<collective.annotationforms.fields.datamanager.StorageField",
            ),
            ("Person('Stephan Richter')", "storage(name='Stephan Richter')"),
            ("stephan.name", "stephan['name']"),
            ("zope.security.checker.ProxyFactory(stephan)", "stephan"),
            ("personDict = {}", "personDict = storage()"),
            (">>> personDict\n", ">>> personDict.copy()\n"),
        )
        self.check("datamanager.rst", changes, DATA_MANAGERS)

    def test_validators(self):
        changes = (
            ("None, None, None, I", "storage(), None, None, I"),
            ("context = Person()", "context = storage(login=None, email=None)"),
            ("context.login = ", "context['login'] = "),
            ("photo = Photo()", "photo = storage(data=None, thumb=None)"),
            ("photo.data = ", "photo['data'] = "),
            (
                "stephan, None, None, IPerson",
                "storage(login=stephan.login), None, None, IPerson",
            ),
            ("context = object()", "context = storage()"),
            ("cleanup.cleanUp()", "empty_again()"),
        )
        self.check("validator.rst", changes, VALIDATORS)


class PloneLayer(PAZ3CFormLayer):
    """That of plone.app.z3cform, with the other packages and this one."""

    def setUpZope(self, app, configurationContext):
        """See plone.app.testing.PloneSandboxLayer"""
        super().setUpZope(app, configurationContext)
        for package in (
            plone.app.relationfield,
            plone.formwidget.namedfile,
            collective.annotationforms,
        ):
            self.loadZCML(package=package)


PLONE = IntegrationTesting(bases=(PloneLayer(),), name="Upstream:Integration")


def plone_request(**options):
    """Return a request as Plone marks it: @@images of storages is for these."""
    request = TestRequest(**options)
    alsoProvides(request, IPloneFormLayer)
    return request


class DocumentsTest(OnStorage, unittest.TestCase):
    """The documents of Plone's packages."""

    layer = PLONE
    maxDiff = None

    def check(self, package, name, changes, **options):
        self.assertEqual([], differences(package, name, changes, **options))

    def test_inline_validation(self):
        self.check(
            "plone.app.z3cform",
            "inline_validation.rst",
            (),
            layer=self.layer,
        )

    def test_file_widgets(self):
        changes = (
            (
                "content = Content(None, None)",
                "page = Content(None, None); content = storage_of(page)",
            ),
            ("content.path", "page.path"),
            ("content.file_field", "content['file_field']"),
            ("content.image_field", "content['image_field']"),
            (
                "ContentConstrained(None, None)",
                "storage_of(ContentConstrained(None, None))",
            ),
            # What content has for certain is a stand-in's to provide.
            ("def absolute_url(self)", "def absolute_url(self, relative=0)"),
            ("return TestRequest(SCRIPT_NAME", "return plone_request(SCRIPT_NAME"),
            # We mean to differ: images are served with the permission of the form,
            # and what is titled is the image, not the page.
            (
                '/@@images/...jpeg" alt="A content item" title="A content item"',
                '/@@form/++widget++image_field/@@images/preview" alt="faux.jpg"'
                ' title="faux.jpg"',
            ),
        )
        self.check(
            "plone.formwidget.namedfile",
            "widget.rst",
            changes,
            until="The converter",
            storage_of=storage_of,
            plone_request=plone_request,
        )


def relation_tests():
    """Return the tests of the data manager for relations in a dict."""
    # The fixture that its layer is based on needs Robot Framework.
    fixture = ModuleType("plone.app.contenttypes.testing")
    fixture.PLONE_APP_CONTENTTYPES_FIXTURE = PLONE_FIXTURE
    changes = (
        ("({}, ", "(storage_of(self.person), "),
        (
            "from plone.app.relationfield.widget import RelationListDictDataManager",
            "from collective.annotationforms.fields.datamanager"
            " import RelationListStorageField as RelationListDictDataManager",
        ),
    )
    with mock.patch.dict(sys.modules, {fixture.__name__: fixture}):
        return load(
            "plone.app.relationfield.tests.test_widget", changes, storage_of=storage_of
        )


for upstream in (test_widgets, tests, relation_tests()):
    globals().update(cases_on_storage(upstream, __name__, PLONE))
