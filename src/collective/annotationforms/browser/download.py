"""Files that are made for a download: on disk, whatever their size."""

from collections.abc import Iterable
from collective.annotationforms.exchange.export import Record
from collective.annotationforms.exchange.export import write_csv
from collective.annotationforms.exchange.export import write_json
from collective.annotationforms.interfaces import IRegisteredForm
from tempfile import TemporaryFile
from typing import Any
from typing import BinaryIO


def csv_download(
    request: Any,
    filename: str,
    names: list[str],
    records: Iterable[Record],
    *,
    bom: bool = False,
) -> BinaryIO:
    """Return a file for the response; see write_csv."""
    output = TemporaryFile()  # noqa: SIM115
    write_csv(output, names, records, bom=bom)
    return _with_headers(request, output, filename, "text/csv; charset=utf-8")


def json_download(
    request: Any,
    filename: str,
    form: IRegisteredForm,
    records: Iterable[Record],
    *,
    hidden: int = 0,
) -> BinaryIO:
    """Return a file for the response; see write_json."""
    output = TemporaryFile()  # noqa: SIM115
    write_json(output, form, records, hidden=hidden)
    return _with_headers(request, output, filename, "application/json")


def _with_headers(
    request: Any, output: BinaryIO, filename: str, content_type: str
) -> BinaryIO:
    response = request.response
    response.setHeader("Content-Type", content_type)
    response.setHeader("Content-Disposition", f'attachment; filename="{filename}"')
    response.setHeader("X-Content-Type-Options", "nosniff")
    # Personal data do not belong in a cache.
    response.setHeader("Cache-Control", "private, no-store")
    # Zope finds out the length, sends the file and closes it.
    return output
