"""Check the foreign connections of a running site, for monitoring.

    python -m collective.annotationforms.connections.check URL

URL is that of the view @@foreign-connections.json.  The environment variable
FOREIGN_CONNECTIONS_TOKEN holds the token that the site was started with.

One line says what was found.  Exit codes, as monitoring systems expect them:

0  all is well
1  warning: a connection takes part in a transaction for too long
2  critical: a server could not be reached at the last try
3  unknown: the site did not answer as it should
"""

from argparse import ArgumentParser
from argparse import RawDescriptionHelpFormatter
from collections.abc import Mapping
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any
from typing import NoReturn
from urllib.request import build_opener
from urllib.request import HTTPRedirectHandler
from urllib.request import Request

import json
import os
import sys


OK, WARNING, CRITICAL, UNKNOWN = range(4)
NAMES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
TOKEN = "FOREIGN_CONNECTIONS_TOKEN"  # noqa: S105


class _NoRedirect(HTTPRedirectHandler):
    """A redirect leads to a login form, or carries the token elsewhere."""

    def redirect_request(self, *arguments: Any) -> None:
        """See urllib.request: None says that it is an error."""


class _Parser(ArgumentParser):
    """Says 3 for wrong arguments, since 2 means something else."""

    def error(self, message: str) -> NoReturn:
        """See ArgumentParser"""
        self.exit(UNKNOWN, f"FOREIGN CONNECTIONS UNKNOWN - {message}\n")


def judge(
    rows: Sequence[Mapping], *, longest: float = 300.0, recent: float = 600.0
) -> tuple[int, str]:
    """Return the exit code and a line of text for rows of statistics.

    `longest` is what a transaction may take, and `recent` how long a failure counts if
    nobody has tried again, both in seconds.
    """
    failed = [row for row in rows if _within(row["failed"], recent)]
    if failed:
        return CRITICAL, f"not reached: {_named(failed)}"
    stuck = [row for row in rows if not _within(row["in_transaction"] or 0, longest)]
    if stuck:
        return WARNING, f"longer than {longest:g} s in a transaction: {_named(stuck)}"
    opened = sum(row["opened"] is not None for row in rows)
    return OK, f"{opened} of {len(rows)} open"


def _within(seconds: float | None, limit: float) -> bool:
    return seconds is not None and seconds <= limit


def _named(rows: Sequence[Mapping]) -> str:
    kinds = {row["kind"].rpartition(".")[2] for row in rows}
    return f"{len(rows)} ({', '.join(sorted(kinds))})"


def fetch(url: str, *, token: str | None, timeout: float) -> list[dict]:
    """Return the rows that a site gives for the token.

    Raises OSError if it does not answer, or refuses, and ValueError for an answer that
    is something else.
    """
    headers = {"Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if not url.startswith(("http://", "https://")):
        raise ValueError("the URL begins with http:// or https://")
    request = Request(url, headers=headers)  # noqa: S310
    with build_opener(_NoRedirect).open(request, timeout=timeout) as answer:
        return json.load(answer)["connections"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line and return the exit code."""
    parser = _Parser(
        prog="python -m collective.annotationforms.connections.check",
        description=__doc__,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("url")
    parser.add_argument(
        "--longest", type=float, default=300.0, help="seconds a transaction may take"
    )
    parser.add_argument(
        "--recent", type=float, default=600.0, help="seconds that a failure counts"
    )
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds to wait")
    options = parser.parse_args(arguments)
    try:
        rows = fetch(options.url, token=os.environ.get(TOKEN), timeout=options.timeout)
        code, text = judge(rows, longest=options.longest, recent=options.recent)
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
        code, text = UNKNOWN, str(error) or type(error).__name__
    print(f"FOREIGN CONNECTIONS {NAMES[code]} - {text}")
    return code


if __name__ == "__main__":
    sys.exit(main())
