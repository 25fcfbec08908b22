"""The browser layer, and the marker of each form's storage."""

from zope.interface import Interface
from zope.publisher.interfaces.browser import IDefaultBrowserLayer


class IExampleLayer(IDefaultBrowserLayer):
    """Browser layer of sites where the example is installed."""


class ISettingsStorage(Interface):
    """Marks the storage of the settings form: validators are registered for it."""


class IReviewStorage(Interface):
    """Marks the storage of the review form."""


class IMediaStorage(Interface):
    """Marks the storage of the form with the material of a page."""
