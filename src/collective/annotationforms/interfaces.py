"""Every public contract of the package."""

from zope.publisher.interfaces.browser import IDefaultBrowserLayer


class IAnnotationFormsLayer(IDefaultBrowserLayer):
    """Browser layer of sites where the add-on is installed."""
