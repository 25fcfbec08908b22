"""Dates and times in widgets: as they were typed, with their time zone."""

from collections.abc import Iterator
from collections.abc import Mapping
from collective.annotationforms.fields.innerwidget import inner_widgets
from collective.annotationforms.interfaces import IStorageField
from collective.annotationforms.storage.parts import SEQUENCES
from collective.annotationforms.storage.parts import UNCHANGING
from datetime import date
from datetime import time
from datetime import timezone
from plone.app.z3cform.converters import DateWidgetConverter
from plone.app.z3cform.interfaces import IDatetimeWidget
from plone.app.z3cform.interfaces import IDateWidget
from plone.app.z3cform.interfaces import ITimeWidget
from typing import Any
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import IMultiWidget
from z3c.form.interfaces import IWidget
from zope.component import adapter


WIDGETS = (IDateWidget, IDatetimeWidget, ITimeWidget)
#: Years that two digits stand for in the short formats of locales.
SHORT_YEARS = range(1930, 2030)


@adapter(IStorageField, IDateWidget)
class StorageDateConverter(DateWidgetConverter):
    """Converts a date as Plone does, and refuses text that has too few parts."""

    __roles__ = ()

    def toFieldValue(self, value: str) -> date | None:
        """See z3c.form.interfaces.IDataConverter; raises ValueError."""
        try:
            return super().toFieldValue(value)
        except TypeError as error:
            raise ValueError(f"This is no date: {value}") from error


def with_zone(text: str, value: Any) -> str:
    """Return the text of a date or a time, with the zone that it has, as UTC+05:45."""
    offset = value.utcoffset() if hasattr(value, "utcoffset") else None
    return text if offset is None else f"{text} {timezone(offset)}"


def show_moments(widget: IWidget, value: Any) -> None:
    """Let a widget, and those within it, show the dates and times that a value has.

    Call it when the widget is up to date.
    """
    if not isinstance(value, (date, time)):
        if type(value) in UNCHANGING:
            return
        for inner, part in _parts(widget, value):
            show_moments(inner, part)
    elif any(kind.providedBy(widget) for kind in WIDGETS):
        if widget.mode == DISPLAY_MODE:
            _display(widget, value)
        elif isinstance(widget.value, str):
            # Browsers take nothing but years of four digits for a date.
            year, dash, rest = widget.value.partition("-")
            widget.value = f"{year:0>4}{dash}{rest}" if dash else widget.value


def _parts(widget: IWidget, value: Any) -> Iterator[tuple[IWidget, Any]]:
    inner = list(inner_widgets(widget))
    if isinstance(value, SEQUENCES):
        yield from zip(inner, value, strict=False)
    # The widgets of a mapping are sorted in their own way, with those of its keys.
    elif not IMultiWidget.providedBy(widget):
        named = value if isinstance(value, Mapping) else getattr(value, "__dict__", {})
        for part in inner:
            if part.field is not None:
                yield part, named.get(part.field.__name__)


def _display(widget: IWidget, value: date | time) -> None:
    """Let the widget render the value, of which it knows neither zone nor century."""
    render = widget.render

    def with_all() -> str:
        if isinstance(value, date) and value.year not in SHORT_YEARS:
            parts = (
                {"sep": " ", "timespec": "minutes"} if hasattr(value, "hour") else {}
            )
            return with_zone(_naive(value).isoformat(**parts), value)
        return with_zone(render(), value)

    widget.render = with_all


def _naive(value: Any) -> Any:
    return value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value
