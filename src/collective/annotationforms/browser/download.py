"""Files that are made for a download: on disk, whatever their size."""

from collections.abc import Iterable
from collective.annotationforms.exchange.csvfile import CSVFormat
from collective.annotationforms.exchange.csvfile import write_csv
from collective.annotationforms.exchange.export import Record
from collective.annotationforms.exchange.export import Replaced
from collective.annotationforms.exchange.export import write_json
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IRegisteredForm
from Products.statusmessages.interfaces import IStatusMessage
from tempfile import TemporaryFile
from typing import Any
from typing import BinaryIO
from urllib.parse import quote

import re


#: How many pages a message names: it has to fit into a cookie.
REPORTED = 5
# What may be a sign of the header, or is not everywhere the same.
NOT_PLAIN = re.compile("[^A-Za-z0-9._-]")


def csv_download(
    request: Any,
    filename: str,
    style: CSVFormat,
    form: IRegisteredForm,
    records: Iterable[Record],
) -> BinaryIO:
    """Return a file for the response; see write_csv."""
    output = TemporaryFile()  # noqa: SIM115
    _report(request, write_csv(output, style, form.fields, records))
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
    _report(request, write_json(output, form, records, hidden=hidden))
    return _with_headers(request, output, filename, "application/json")


def attachment(filename: str) -> str:
    """Return the header Content-Disposition for a file of any name; see RFC 6266."""
    plain = NOT_PLAIN.sub("-", filename)
    header = f'attachment; filename="{plain}"'
    if plain == filename:
        return header
    # Half a character is no name.
    encoded = quote(filename, safe="", errors="replace")
    return f"{header}; filename*=UTF-8''{encoded}"


def keep_out_of_caches(request: Any) -> None:
    """Tell browsers and proxies to keep no copy: these are personal data."""
    request.response.setHeader("Cache-Control", "private, no-store")


def _report(request: Any, replaced: list[Replaced]) -> None:
    """Tell on the next page what differs in the file from what is stored."""
    if not replaced:
        return
    places = [f"{one.path} ({', '.join(one.names)})" for one in replaced]
    more = len(places) - REPORTED
    mapping = {"places": "; ".join(places[:REPORTED]) + ("; …" if more > 0 else "")}
    message = _(
        "Half characters, which no file can have, were replaced in the download:"
        " ${places}",
        mapping=mapping,
    )
    IStatusMessage(request).addStatusMessage(message, "warning")


def _with_headers(
    request: Any, output: BinaryIO, filename: str, content_type: str
) -> BinaryIO:
    response = request.response
    response.setHeader("Content-Type", content_type)
    response.setHeader("Content-Disposition", attachment(filename))
    response.setHeader("X-Content-Type-Options", "nosniff")
    keep_out_of_caches(request)
    # Zope finds out the length, sends the file and closes it.
    return output
