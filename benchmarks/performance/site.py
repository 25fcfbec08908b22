"""A Plone site in this process: its pages, and requests to it with and without WSGI."""

from AccessControl.SecurityManagement import newSecurityManager
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from performance.peers import Peer
from performance.peers import PEERS
from performance.schemas import ILarge
from performance.schemas import SCHEMATA
from performance.schemas import values_of
from plone.browserlayer.utils import registered_layers
from plone.dexterity.fti import DexterityFTI
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode
from webtest import TestApp
from z3c.form.interfaces import IDataManager
from zope.component import getMultiAdapter
from zope.component import provideAdapter
from zope.component.hooks import setSite
from zope.configuration import xmlconfig
from zope.globalrequest import setRequest
from zope.interface import alsoProvides
from zope.interface import Interface
from zope.publisher.interfaces.browser import IBrowserRequest
from zope.schema import getFields
from ZPublisher.BaseRequest import RequestContainer
from ZPublisher.HTTPRequest import HTTPRequest
from ZPublisher.HTTPResponse import HTTPResponse

import serve
import transaction
import Zope2


TARGETS = 20
NO_FIELDS = (
    '<model xmlns="http://namespaces.plone.org/supermodel/schema"><schema /></model>'
)
BEHAVIOR = """
<configure xmlns:plone="http://namespaces.plone.org/plone"
           xmlns="http://namespaces.zope.org/zope">
  <include package="plone.behavior" file="meta.zcml" />
  <plone:behavior
      title="Fields"
      provides="{provides}"
      factory="plone.behavior.AnnotationStorage"
      for="plone.dexterity.interfaces.IDexterityContent"
      />
</configure>
"""


class Site:
    """A Plone site with a page for each peer and schema, with values and without."""

    def __init__(self, wsgi: Any):
        # Plone ignores what is sent from a page of another host, or port.
        self.browser = TestApp(wsgi, {"HTTP_HOST": "localhost"}, lint=False)
        password = serve.DEFAULT_PASSWORD
        self.browser.authorization = ("Basic", (serve.USER, password))
        self.app = Zope2.app()

    @property
    def database(self) -> Any:
        """The storage of ZODB that has it all."""
        return self.app._p_jar.db().storage

    def page(self, page_id: str, inputs: list | None = None) -> tuple[Any, Any]:
        """Return a page and a request to it, which is a POST if it has inputs.

        It is what Zope has when it calls a view.
        """
        request = _request(inputs)
        app = self.app.__of__(RequestContainer(REQUEST=request))
        site = app[serve.SITE_ID]
        setSite(site)
        request["PARENTS"] = [app]
        setRequest(request)
        alsoProvides(request, *registered_layers())
        user = app.acl_users.getUser(serve.USER).__of__(app.acl_users)
        newSecurityManager(None, user)
        request["AUTHENTICATED_USER"] = user
        page = site[page_id]
        _wake(page)
        return page, request

    def fill(self) -> None:
        """Make types, pages and values."""
        for schema in (*SCHEMATA.values(), ILarge):
            provides = f"{schema.__module__}.{schema.__name__}"
            xmlconfig.string(BEHAVIOR.format(provides=provides))
        self._make_pages()
        for schema in (*SCHEMATA.values(), ILarge):
            for peer in PEERS:
                form = peer.form(schema)
                arguments = ((Interface, IBrowserRequest), Interface)
                provideAdapter(form, *arguments, peer.view_name(schema))
        for schema in SCHEMATA.values():
            for peer in PEERS:
                self._fill_page(peer, schema, [])
        targets = [f"target-{number}" for number in range(TARGETS)]
        for peer in PEERS:
            if peer.name not in ("dict", "recipe", "marked-recipe", "registry"):
                self._fill_page(peer, ILarge, targets)
        transaction.commit()

    def _make_pages(self) -> None:
        page, _request = self.page("example")
        site = page.__parent__
        for schema in (*SCHEMATA.values(), ILarge):
            for peer in PEERS:
                name = peer.portal_type(schema)
                if name not in site.portal_types:
                    site.portal_types._setObject(name, type_of(name, schema))
                for is_empty in (False, True):
                    page_id = peer.page_id(schema, is_empty=is_empty)
                    site.invokeFactory(name, page_id, title="A page")
        for number in range(TARGETS):
            site.invokeFactory("Document", f"target-{number}", title="A target")
        transaction.commit()

    def _fill_page(self, peer: Peer, schema: Any, targets: list[str]) -> None:
        page, request = self.page(peer.page_id(schema))
        content = peer.form(schema)(page, request).getContent()
        found = [page.__parent__[target] for target in targets]
        for name, value in values_of(schema, found).items():
            manager = getMultiAdapter((content, getFields(schema)[name]), IDataManager)
            manager.set(value)


@contextmanager
def new_site():
    """Make a site in a folder of its own; yields it."""
    with TemporaryDirectory() as folder:
        wsgi = serve.zope_application(Path(folder))
        serve.ensure_site(None)
        yield Site(wsgi)
        Zope2.DB.close()


def _request(inputs: list | None) -> HTTPRequest:
    body = b"" if inputs is None else urlencode(inputs).encode()
    environ = {
        "REQUEST_METHOD": "GET" if inputs is None else "POST",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
    }
    request = HTTPRequest(BytesIO(body), environ, HTTPResponse(stdout=BytesIO()))
    request.processInputs()
    return request


def _wake(page: Any) -> None:
    """Load what the last transaction has left for changed."""
    page._p_activate()
    found = getattr(page, "__annotations__", None) or {}
    for value in found.values():
        if hasattr(value, "_p_activate"):
            value._p_activate()


def type_of(name: str, schema: Any) -> DexterityFTI:
    """Return a type: its name says whether it has the fields, and how."""
    provides = f"{schema.__module__}.{schema.__name__}"
    behaviors = ["plone.dublincore", "plone.namefromtitle"]
    if name.startswith("benchmark-behavior"):
        behaviors.append(provides)
    has_fields = name.startswith("benchmark-attributes")
    return DexterityFTI(
        name,
        title=name,
        schema=provides if has_fields else "",
        model_source="" if has_fields else NO_FIELDS,
        klass="plone.dexterity.content.Item",
        behaviors=tuple(behaviors),
        global_allow=True,
    )
