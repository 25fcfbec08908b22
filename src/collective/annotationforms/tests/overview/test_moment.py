"""Dates and times are shown as they were typed, wherever the server is."""

from collective.annotationforms import annotation_storage
from collective.annotationforms import AnnotationEditForm
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.overview.text import table_style
from collective.annotationforms.tests.admin import AdminTestCase
from collective.annotationforms.tests.admin import OPTIONS
from collective.annotationforms.tests.fields.test_roundtrip import SETTINGS
from collective.annotationforms.tests.layers import IntegrationTestCase
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import timezone
from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st
from pathlib import Path
from persistent.mapping import PersistentMapping
from plone.registry.interfaces import IRegistry
from plone.supermodel import model
from unittest import TestCase
from zope import schema
from zope.annotation.interfaces import IAnnotations
from zope.component import getUtility

import collective.annotationforms
import os
import pytz
import re
import subprocess
import sys
import transaction


KEY = "example.moments"
NEPAL = timezone(timedelta(hours=5, minutes=45))
OFFSETS = st.integers(-24 * 60 + 1, 24 * 60 - 1)
ZONES = OFFSETS.map(lambda minutes: timezone(timedelta(minutes=minutes)))
EVENING = datetime(2027, 1, 31, 23, 30)
# Zones of a server where it is the day before, or the day after.
FAR = ("America/New_York", "Asia/Tokyo")
OLD = datetime(21, 1, 31, 23, 30)
LAST = datetime(9999, 12, 31, 23, 59)


class IMoments(model.Schema):
    """Dates and times, and lists of them."""

    note = schema.TextLine(title="Note", required=False)
    day = schema.Date(title="Day", required=False)
    moment = schema.Datetime(title="Moment", required=False)
    hour = schema.Time(title="Hour", required=False)
    days = schema.List(title="Days", value_type=schema.Date(), required=False)
    moments = schema.List(title="Moments", value_type=schema.Datetime(), required=False)


class MomentsForm(AnnotationEditForm):
    schema = IMoments
    label = "Moments"
    ANNOTATION_STORAGE_KEY = KEY


class TestTable(IntegrationTestCase):
    """Whatever the date, the zone and the format are."""

    def shown(self, value):
        return text_of(None, value, table_style(self.page, self.request))

    def test_any_date(self):
        @SETTINGS
        @given(st.dates())
        @example(date.min)
        @example(date.max)
        def check(value):
            expected = f"{value:%b} {value:%d}, {value.year:04}"
            self.assertEqual(expected, self.shown(value))

        check()

    def test_any_moment(self):
        @SETTINGS
        @given(st.datetimes(timezones=st.none() | ZONES))
        @example(datetime.min)
        @example(datetime.max.replace(tzinfo=NEPAL))
        @example(datetime.min.replace(tzinfo=NEPAL))
        @example(EVENING)
        def check(value):
            expected = f"{value:%b} {value:%d}, {value.year:04} {value:%I:%M %p}"
            if value.tzinfo is not None:
                expected = f"{expected} {value.tzinfo}"
            self.assertEqual(expected, self.shown(value))

        check()

    def test_zones_of_pytz_and_of_the_database_of_zones(self):
        @SETTINGS
        @given(
            st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
            st.timezones() | st.sampled_from(pytz.all_timezones).map(pytz.timezone),
        )
        def check(value, zone):
            localize = getattr(zone, "localize", None)
            value = localize(value) if localize else value.replace(tzinfo=zone)
            offset = timezone(value.utcoffset())
            self.assertTrue(self.shown(value).endswith(f"M {offset}"))

        check()

    def test_times_and_lists(self):
        aware = time(23, 30, tzinfo=NEPAL)
        for value, text in (
            (time(23, 30), "23:30:00"),
            (aware, "23:30:00+05:45"),
            ([date(2027, 1, 31), EVENING], "Jan 31, 2027, Jan 31, 2027 11:30 PM"),
            ({"a": EVENING.replace(tzinfo=NEPAL)}, "a: 2027-01-31T23:30:00+05:45"),
        ):
            self.assertEqual(text, self.shown(value))

    def test_the_formats_of_the_site(self):
        registry = getUtility(IRegistry)
        root = "Products.CMFPlone.i18nl10n.override_dateformat."
        registry[f"{root}Enabled"] = True
        registry[f"{root}date_format_short"] = "%d.%m.%Y"
        registry[f"{root}date_format_long"] = "${A} ${d}. ${B} ${Y}, ${H}:${M}"
        self.assertEqual("31.01.0021", self.shown(OLD.date()))
        self.assertEqual(
            "Sunday 31. January 2027, 23:30 UTC+05:45",
            self.shown(EVENING.replace(tzinfo=NEPAL)),
        )


class TestPages(AdminTestCase):
    """All pages that show values, in a browser."""

    key = KEY

    def setUp(self):
        super().setUp()
        self.register("moments", MomentsForm, **OPTIONS)

    def leave(self, **values):
        IAnnotations(self.page)[KEY] = PersistentMapping(values)
        self.page.reindexObject()
        transaction.commit()

    def shown(self, view, page=None):
        browser = self.open(view, page=page)
        self.assertEqual("200 OK", browser.headers["status"], view)
        return " ".join(re.sub("<[^>]*>", " ", browser.contents).split())

    def test_all(self):
        moment = EVENING.replace(tzinfo=NEPAL)
        self.leave(
            day=date(2027, 1, 31),
            moment=moment,
            hour=time(23, 30, tzinfo=NEPAL),
            days=[date(21, 1, 31), date(9999, 12, 31)],
            moments=[OLD, LAST.replace(tzinfo=timezone.utc)],
        )
        text = self.shown(f"form-data-delete?key={KEY}", self.page)
        for part in (
            "Jan 31, 2027",
            "Jan 31, 2027 11:30 PM UTC+05:45",
            "23:30:00+05:45",
            "Jan 31, 0021, Dec 31, 9999",
            "Jan 31, 0021 11:30 PM, Dec 31, 9999 11:59 PM UTC",
        ):
            self.assertIn(part, text)
        table = self.shown("form-data-pages?form=moments&fields:list=moment")
        self.assertIn("Jan 31, 2027 11:30 PM UTC+05:45", table)
        text = self.shown("moments-view", self.page)
        for part in (
            "1/31/27 11:30 PM UTC+05:45",
            "11:30 PM UTC+05:45",
            "0021-01-31",
            "9999-12-31",
            "0021-01-31 23:30",
            "9999-12-31 23:59 UTC",
        ):
            self.assertIn(part, text.replace("\u202f", " "))
        preview = self.shown("form-data-preview?form=moments")
        for part in ("2027-01-31T23:30:00+05:45", "0021-01-31", "9999-12-31"):
            self.assertIn(part, preview)

    def test_the_edit_form_shows_what_browsers_take(self):
        self.leave(day=date(21, 1, 31), moment=OLD, days=[date(21, 1, 31)])
        browser = self.open("moments", page=self.page)
        for name, value in (
            ("day", "0021-01-31"),
            ("moment", "0021-01-31T23:30"),
            ("days.0", "0021-01-31"),
        ):
            control = browser.getControl(name=f"form.widgets.{name}")
            self.assertEqual(value, control.value)
        browser.getControl("Note").value = "new"
        browser.getControl("Save").click()
        self.assertEqual((OLD, "new"), (self.stored()["moment"], self.stored()["note"]))
        self.assertEqual([date(21, 1, 31)], self.stored()["days"])

    def test_a_conflict(self):
        self.leave(moment=EVENING)
        browser = self.open("moments", page=self.page)
        storage = annotation_storage(self.page, KEY)
        storage["moment"] = EVENING.replace(hour=8, tzinfo=NEPAL)
        transaction.commit()
        browser.getControl("Moment").value = "2027-02-01T00:00"
        browser.getControl("Save").click()
        # The other value, in the short format of the language.
        self.assertRegex(browser.contents, r"0?8:30.* UTC\+05:45\s*</div>")


class TestServers(TestCase):
    """The same in other zones of the server."""

    def test_zones(self):
        code = "import sys; from zope.testrunner import run; run(sys.argv[1:])"
        options = {
            "--test-path": str(Path(collective.annotationforms.__file__).parents[2]),
            "--tests-pattern": "^overview$",
            "-s": "collective.annotationforms.tests.overview",
            "-m": "test_moment",
            "-t": "TestTable|TestPages",
        }
        arguments = [part for option in options.items() for part in option]
        for zone in FAR:
            with self.subTest(zone):
                done = subprocess.run(  # noqa: S603
                    [sys.executable, "-c", code, *arguments],
                    env=os.environ
                    | {"PYTHONPATH": os.pathsep.join(sys.path), "TZ": zone},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                )
                told = done.stdout.decode(errors="replace")
                self.assertIn("Total: 8 tests, 0 failures, 0 errors", told)
