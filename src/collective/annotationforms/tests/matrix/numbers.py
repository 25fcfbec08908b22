"""Rows of numbers, dates and times."""

from collective.annotationforms.tests.matrix.case import BAD_NUMBER
from collective.annotationforms.tests.matrix.case import line
from collective.annotationforms.tests.matrix.case import SYSTEM
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from decimal import Decimal
from functools import partial
from plone.app.z3cform.widgets.datetime import DatetimeFieldWidget
from zope import schema

import pytz


NUMBERS = (
    line(
        "Int",
        schema.Int,
        "-7",
        -7,
        bad="seven",
        message=BAD_NUMBER,
        default=3,
        shown="3",
    ),
    line(
        "Float",
        schema.Float,
        "-0.25",
        -0.25,
        bad="a quarter",
        message="The entered value is not a valid decimal literal.",
        default=1.5,
        shown="1.5",
    ),
    line(
        "Decimal",
        schema.Decimal,
        "0.10",
        Decimal("0.10"),
        bad="a tenth",
        message="The entered value is not a valid decimal literal.",
        default=Decimal("1.50"),
        shown="1.50",
    ),
    line(
        "Date",
        partial(schema.Date, min=date(2000, 1, 1)),
        "2026-11-21",
        date(2026, 11, 21),
        displayed="26",
        bad="1999-12-31",
        message="Value is too small",
        default=date(2026, 1, 2),
        shown="2026-01-02",
        default_displayed="26",
    ),
    line(
        "Datetime",
        partial(schema.Datetime, min=datetime(2000, 1, 1)),
        "2026-11-21T12:34",
        datetime(2026, 11, 21, 12, 34),
        displayed="34",
        bad="1999-12-31T12:34",
        message="Value is too small",
        default=datetime(2026, 1, 2, 3, 4),
        shown="2026-01-02T03:04",
        default_displayed="04",
    ),
    line(
        "Datetime, with time zone",
        partial(
            schema.Datetime,
            min=pytz.timezone("Europe/Vienna").localize(datetime(2000, 1, 1)),
        ),
        "2026-11-21T12:34",
        pytz.timezone("Europe/Vienna").localize(datetime(2026, 11, 21, 12, 34)),
        displayed="34",
        bad="1999-12-31T12:34",
        message="Value is too small",
        default=pytz.timezone("Europe/Vienna").localize(datetime(2026, 7, 2, 3, 4)),
        shown="2026-07-02T03:04",
        default_displayed="04",
        widget=DatetimeFieldWidget,
        options=lambda name: {"default_timezone": "Europe/Vienna"},
    ),
    line(
        "Time",
        partial(schema.Time, min=time(6)),
        "12:34",
        time(12, 34),
        displayed="34",
        bad="05:00",
        message="Value is too small",
        default=time(7, 8),
        shown="07:08",
        default_displayed="08",
    ),
    line(
        "Timedelta",
        schema.Timedelta,
        "2 days, 3:04:05",
        timedelta(2, 3 * 3600 + 4 * 60 + 5),
        bad="two days",
        message=SYSTEM,
        default=timedelta(1),
        shown="1 day, 0:00:00",
    ),
)
