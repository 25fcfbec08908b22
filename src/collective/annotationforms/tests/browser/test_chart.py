"""The picture of the whole: pages with data, and when they were modified."""

from collective.annotationforms.browser.chart import Chart
from collective.annotationforms.overview.timeline import Month
from collective.annotationforms.overview.timeline import timeline
from collective.annotationforms.tests.admin import AdminTestCase
from DateTime import DateTime
from datetime import date
from plone.i18n.interfaces import ILanguageSchema
from plone.registry.interfaces import IRegistry
from unittest import TestCase
from zope.component import getUtility
from zope.publisher.browser import TestRequest

import re
import transaction


class TestChart(TestCase):
    """What is drawn."""

    def test_bars(self):
        months = [
            Month(None, 5),
            Month(date(2026, 10, 1), 0),
            Month(date(2026, 11, 1), 10),
        ]
        chart = Chart(months, TestRequest())
        self.assertEqual((15, 10), (chart.total, chart.recent))
        self.assertEqual([60.0, 0.0, 120.0], [bar.height for bar in chart.bars])
        names = ["Older", "October 2026", "November 2026"]
        self.assertEqual(names, [bar.name for bar in chart.bars])
        self.assertEqual(["Older", "Oct", "Nov"], [bar.short for bar in chart.bars])

    def test_nothing(self):
        chart = Chart([], TestRequest())
        self.assertEqual((0, 0, []), (chart.total, chart.width, chart.bars))
        self.assertEqual(0, Chart([Month(None, 0)], TestRequest()).bars[0].height)


class TestTimeline(AdminTestCase):
    """The catalog is asked, so nothing is out of date."""

    def modify(self, name, day):
        page = self.portal[name]
        page.setModificationDate(DateTime(f"{day} 12:00:00"))
        page.reindexObject(idxs=["modified"])
        transaction.commit()

    def panel(self):
        return self.open("form-data-controlpanel").contents

    def counts(self, today):
        return [
            (month.first and month.first.isoformat(), month.count)
            for month in timeline(today)
            if month.count
        ]

    def test_months(self):
        for name, day in (
            ("a", "2026-11-30"),
            ("b", "2026-11-01"),
            ("c", "2026-02-28"),
            ("d", "2025-12-01"),
            ("e", "2025-11-30"),
            ("f", "1999-01-01"),
        ):
            self.add_page(name, text=name)
            self.modify(name, day)
        self.add_page("empty")
        expected = [
            (None, 2),
            ("2025-12-01", 1),
            ("2026-02-01", 1),
            ("2026-11-01", 2),
        ]
        self.assertEqual(expected, self.counts(date(2026, 11, 30)))
        self.assertEqual(13, len(timeline(date(2026, 11, 30))))
        self.assertEqual(13, len(timeline(date(2024, 2, 29))))

    def test_a_page_with_data_of_two_forms_is_one_page(self):
        page = self.add_page("a", text="a")
        self.leave_data(page, word="b")
        today = date.today()
        self.assertEqual([(today.replace(day=1).isoformat(), 1)], self.counts(today))

    def test_is_in_the_control_panel(self):
        self.assertNotIn("<svg id", self.open("form-data-controlpanel").contents)
        self.assertNotIn(
            "form-data-chart", self.open("form-data-controlpanel").contents
        )
        self.add_page("a", text="a")
        contents = self.panel()
        (chart,) = re.findall(r'(?s)<svg[^>]*id="form-data-chart".*?</svg>', contents)
        self.assertEqual(13, chart.count("<rect"))
        self.assertIn('role="img"', chart)
        self.assertIn("last twelve months: 1.", " ".join(chart.split()))
        del self.portal["a"].__annotations__[self.key]
        self.portal["a"].reindexObject()
        transaction.commit()
        self.assertNotIn(
            "form-data-chart", self.open("form-data-controlpanel").contents
        )

    def test_months_are_translated(self):
        language = getUtility(IRegistry).forInterface(
            ILanguageSchema, prefix="plone", check=False
        )
        language.available_languages = ["de"]
        language.default_language = "de"
        self.add_page("a", text="a")
        self.assertRegex(self.panel(), r"März 20\d\d")

    def test_is_not_for_others(self):
        self.add_page("a", text="a")
        for user in ("editor", "reader", None):
            browser = self.open("form-data-controlpanel", user)
            self.assertTrue(self.refused(browser), user)
