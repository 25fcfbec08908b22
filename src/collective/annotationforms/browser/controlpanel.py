"""The control panel "Form data": what there is in the site."""

from collective.annotationforms.browser.chart import Chart
from collective.annotationforms.overview.query import subject_of
from collective.annotationforms.overview.timeline import timeline
from collective.annotationforms.overview.totals import left_over_forms
from collective.annotationforms.overview.totals import Total
from collective.annotationforms.overview.totals import totals
from collective.annotationforms.permission.closed import Closed
from datetime import date
from functools import cached_property
from Products.Five import BrowserView
from urllib.parse import urlencode


class FormDataControlPanel(Closed, BrowserView):
    """The list of forms, and of data that no form knows."""

    @cached_property
    def totals(self) -> list[Total]:
        """What the forms of the site have stored."""
        return totals(self.request)

    @cached_property
    def left_over(self) -> list[Total]:
        """What forms have left, or keep to themselves."""
        return [Total(form) for form in left_over_forms(self.request)]

    @cached_property
    def chart(self) -> Chart:
        """When pages with form data were modified last, as bars."""
        return Chart(timeline(date.today()), self.request)

    def url(self, total: Total, view: str) -> str:
        """Return the address of a page about the data of a form."""
        query = urlencode(subject_of(total.form))
        return f"{self.context.absolute_url()}/@@{view}?{query}"
