"""What an import changes: values now and then, side by side in a few words."""

from collective.annotationforms.exchange.export import readable_value
from collective.annotationforms.exchange.pageimport import PageImport
from collective.annotationforms.exchange.pageimport import title_of
from collective.annotationforms.fields.target import NOTHING
from collective.annotationforms.fields.text import text_of
from collective.annotationforms.overview.text import table_style
from collective.annotationforms.permission.access import Access
from dataclasses import dataclass
from dataclasses import replace
from typing import Any


# Of a value, in characters; and before the first one that differs.
SHOWN = 200
SHOWN_BEFORE = 40


@dataclass(frozen=True)
class FieldChange:
    """The title of a field, and the texts of its value `before` and `after`.

    Either may be "": there is no value, or none that the user may read.
    """

    title: str
    before: str
    after: str

    @property
    def looks_alike(self) -> bool:
        """Tell whether people see no difference: two files have the same name, say."""
        return self.before == self.after


def changes_of(page_import: PageImport, request: Any) -> list[FieldChange]:
    """Return what is to be changed on a page, as far as the user may read it."""
    page, form = page_import.page, page_import.form
    access, fields = Access(page, form), form.fields
    stored = form.storage(page).data
    style = replace(table_style(page, request), max_length=None)

    def text(name: str, value: Any) -> str:
        shown = readable_value(access, name, value)
        return "" if shown is NOTHING else text_of(fields.get(name), shown, style)

    return [
        FieldChange(
            title_of(fields, name),
            *_shortened(text(name, stored.get(name)), text(name, value)),
        )
        for name, value in page_import.values.items()
    ]


def _shortened(before: str, after: str) -> tuple[str, str]:
    """Return the parts of two texts that show where they differ."""
    start = 0
    if max(len(before), len(after)) > SHOWN:
        start = max(0, _same_beginning(before, after) - SHOWN_BEFORE)
    return _excerpt(before, start), _excerpt(after, start)


def _same_beginning(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    differing = (number for number, (a, b) in pairs if a != b)
    return next(differing, min(len(one), len(other)))


def _excerpt(text: str, start: int) -> str:
    found = text[start : start + SHOWN]
    left_out = len(text) > start + SHOWN
    return f"{'… ' if start and found else ''}{found}{' …' if left_out else ''}"
