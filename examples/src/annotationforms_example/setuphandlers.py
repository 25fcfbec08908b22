"""What the list of add-ons shows."""

from plone.base.interfaces import INonInstallable
from zope.interface import implementer


@implementer(INonInstallable)
class HiddenProfiles:
    """Hides the uninstall profile from the form that makes a new site."""

    def getNonInstallableProfiles(self) -> list[str]:
        """See INonInstallable"""
        return ["annotationforms_example:uninstall"]
