"""The address of a server, taken apart before a library reads it.

A library shows in its error what it can't make sense of: with a ``/`` in the password,
a piece of the password.  So it gets the address without the user and the password.
"""

from collective.annotationforms.connections.errors import ForeignSettingsError
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from urllib.parse import unquote_to_bytes

import re


#: What is wrong with an address, without a word of it.
NO_ADDRESS = (
    "is no address that can be read; in a user, password, path or query, characters"
    " such as / ? # @ % are written as %2F %3F %23 %40 %25"
)

# A colon in it is that before a password, when there is no scheme at all.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_HOST = re.compile(r"(\[[^][@\s]*\]|[^][:@\s]*)(:\d{0,5})?")


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address; user and password are decoded, and not in `url`."""

    url: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def address_of(text: str, *, what: str, ends: str = "/?#") -> Address:
    """Return the parts of an address like ``scheme://user:password@host:port/path``.

    `what` begins the text of an error, and `ends` are the characters that end the host.
    Raises ForeignSettingsError where nobody can say what belongs to the password.
    """
    scheme, separator, rest = text.partition("://")
    authority = re.split(f"[{re.escape(ends)}]", rest, maxsplit=1)[0]
    behind = rest[len(authority) :]
    user_info, at, hosts = authority.rpartition("@")
    # With an @ behind, the host may be a piece of the password.
    has_scheme = bool(separator and _SCHEME.fullmatch(scheme))
    readable = has_scheme and "@" not in behind and _are_hosts(hosts)
    user, password = _decoded(user_info) if at else (None, None)
    if not readable or (at and user is None):
        raise ForeignSettingsError(f"{what} {NO_ADDRESS}")
    return Address(url=f"{scheme}://{hosts}{behind}", user=user, password=password)


def is_address(value: object) -> bool:
    """Tell whether a value for something else, such as a host, is an address.

    A socket that has no file begins with an @.
    """
    return isinstance(value, str) and ("://" in value or "@" in value[1:])


def _are_hosts(text: str) -> bool:
    # PostgreSQL takes several, with commas between.
    return all(_HOST.fullmatch(host) for host in text.split(","))


def _decoded(user_info: str) -> tuple[str | None, str | None]:
    """Return user and password, None and None if they can't be decoded."""
    user, colon, password = user_info.partition(":")
    # Not raised from here: the error of the codec has what it could not decode.
    with suppress(UnicodeError):
        decoded = unquote_to_bytes(password).decode() if colon else None
        return unquote_to_bytes(user).decode(), decoded
    return None, None
