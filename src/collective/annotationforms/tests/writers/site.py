"""A Plone site on a database that processes share, and the form that they save."""

from AccessControl.SecurityManagement import newSecurityManager
from AccessControl.SecurityManagement import noSecurityManager
from AccessControl.users import system
from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.interfaces import IAnnotationFormsLayer
from OFS.Application import import_products
from plone.supermodel import model
from Testing.makerequest import makerequest
from zope import schema
from zope.component import provideAdapter
from zope.interface import Interface
from Zope2.App.patches import apply_patches
from Zope2.App.startup import load_zcml
from Zope2.Startup.run import configure_wsgi
from Zope2.Startup.run import make_wsgi_app

import os
import transaction
import Zope2


USER = PASSWORD = "writer"  # noqa: S105
PAGE = "/Plone/page"
#: The fields that one writer each changes; all change the log.
COUNTERS = ("first", "second", "third", "fourth")


class ILog(model.Schema):
    """What is counted."""

    log = schema.Text(title="Log", required=False)
    first = schema.Int(title="First", default=0)
    second = schema.Int(title="Second", default=0)
    third = schema.Int(title="Third", default=0)
    fourth = schema.Int(title="Fourth", default=0)


class LogForm(AnnotationEditForm):
    """The form that the writers save."""

    __name__ = "log"
    schema = ILog
    ANNOTATION_STORAGE_KEY = "example.log"


def load_code() -> None:
    """Do what starting Zope takes long for, but leave the database alone.

    Processes that are forked from this one need not do it again.
    """
    configure_wsgi(configuration_file())
    apply_patches()
    import_products()
    newSecurityManager(None, system)
    load_zcml()
    noSecurityManager()
    provideAdapter(LogForm, (Interface, IAnnotationFormsLayer), Interface, "log")


def configuration_file() -> str:
    return f"{os.environ['WRITERS_HOME']}/etc/zope.conf"


def application():
    """Return the WSGI application on the database that the environment names."""
    return make_wsgi_app({}, configuration_file())


def make_site() -> None:
    """Make the site, its user and its page."""
    from Products.CMFPlone.factory import addPloneSite

    application()
    app = makerequest(Zope2.app())
    app.acl_users.userFolderAddUser(USER, PASSWORD, ["Manager"], [])
    newSecurityManager(None, app.acl_users.getUser(USER).__of__(app.acl_users))
    profiles = ("plone.app.contenttypes:default", "collective.annotationforms:default")
    site = addPloneSite(app, "Plone", setup_content=False, extension_ids=profiles)
    site.invokeFactory("Document", "page", title="Page")
    transaction.commit()
    noSecurityManager()
    Zope2.DB.close()


def stored() -> dict:
    """Return what the form of the page has stored."""
    application()
    app = Zope2.app()
    transaction.begin()
    found = dict(annotation_storage(app.unrestrictedTraverse(PAGE), "example.log"))
    Zope2.DB.close()
    return found
