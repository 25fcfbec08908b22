"""Pages without the rest of the site, as Plone shows them in an overlay.

Toolbar, navigation, viewlets and footer take two thirds of the time of a page, and are
none of ours: the tests look at them only where we put something into them.
"""

from pathlib import Path
from Products.CMFPlone.browser import main_template
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


#: A browser that sends it gets pages without the rest of the site.
HEADER = ("X-Overlay", "yes")


class MainTemplate(main_template.MainTemplate):
    """Plone's main template, or that of its overlays."""

    overlay = ViewPageTemplateFile(
        "templates/ajax_main_template.pt",
        _prefix=str(Path(main_template.__file__).parent),
    )

    @property
    def macros(self):
        """See Products.CMFPlone.browser.interfaces.IMainTemplate"""
        # As ``ajax_load`` in the query does; that would be kept in links and batches.
        if self.request.getHeader(HEADER[0]):
            return self.overlay.macros
        return super().macros
