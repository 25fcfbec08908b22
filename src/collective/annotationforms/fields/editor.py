"""Rich text editors in forms: they know where the page is."""

from collective.annotationforms.interfaces import IAnnotationStorage
from plone.base.interfaces import IPatternsSettings
from typing import Any
from zope.component import adapter
from zope.component import getMultiAdapter
from zope.interface import implementer
from zope.interface import Interface


@implementer(IPatternsSettings)
@adapter(IAnnotationStorage, Interface, Interface)
def pattern_settings_of_page(
    storage: IAnnotationStorage, request: Any, field: Any
) -> IPatternsSettings:
    """Return the settings of TinyMCE for the page: it starts to browse from there."""
    discriminators = (storage.__parent__, request, field)
    return getMultiAdapter(discriminators, IPatternsSettings, name="pattern_settings")
