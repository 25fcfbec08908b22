"""A service that is asked by HTTP, by httpx; needs the extra ``http``.

Settings are a URL, or a dict of what httpx.Client() takes, with ``base_url``.
"""

from collective.annotationforms.connections.address import Address
from collective.annotationforms.connections.address import address_of
from collective.annotationforms.connections.buffered import BufferedDataManager
from collective.annotationforms.connections.cooldown import Cooldown
from collective.annotationforms.connections.values import copied
from contextlib import suppress
from functools import partial
from typing import Any

import httpx
import logging


logger = logging.getLogger(__name__)

# Status codes of a service that has done nothing yet.
ELSEWHERE = (307, 308)

# What httpx raises if the server can't be reached, or does not answer.
SILENCE = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.ReadTimeout,
    httpx.WriteTimeout,
)


# What code may set on a client, such as the headers of one user.
ATTRIBUTES = (
    "auth",
    "base_url",
    "cookies",
    "event_hooks",
    "follow_redirects",
    "headers",
    "max_redirects",
    "params",
    "timeout",
)


class Client(httpx.Client):
    """Opens its connection at the first request; so that is what may fail."""

    def __init__(self, *, cooldown: Cooldown, max_streams: int, **options: Any):
        super().__init__(**options)
        self.cooldown = cooldown
        self.max_streams = max_streams
        self._streams: list[httpx.Response] = []
        self._as_made = self._attributes()

    def send(
        self, request: httpx.Request, *, stream: bool = False, **options: Any
    ) -> httpx.Response:
        """See httpx.Client; raises ForeignUnavailable, and PoolTimeout at once."""
        if stream:
            self._streams = [each for each in self._streams if not each.is_closed]
            if len(self._streams) >= self.max_streams:
                raise httpx.PoolTimeout(
                    f"{self.max_streams} answers are neither read nor closed:"
                    " use `with raw.stream(...)`",
                    request=request,
                )
        with self.cooldown.trying(SILENCE):
            response = super().send(request, stream=stream, **options)
        if stream:
            self._streams.append(response)
        return response

    def forget(self) -> None:
        """Close what is half read, and undo what was set, or what the server has set.

        So nobody's cookies are sent with the next one's requests.
        """
        while self._streams:
            with suppress(httpx.HTTPError):
                self._streams.pop().close()
        for name, value in self._as_made.items():
            setattr(self, name, _copied(value))

    def _attributes(self) -> dict[str, Any]:
        return {name: _copied(getattr(self, name)) for name in ATTRIBUTES}

    def __enter__(self) -> "Client":
        """Let `with` be used around one request."""
        return self

    def __exit__(self, *error: Any) -> None:
        """Stay open for the next request."""


def _copied(value: Any) -> Any:
    """Return a copy; httpx copies its cookies in one way only."""
    return httpx.Cookies(value) if isinstance(value, httpx.Cookies) else copied(value)


class HTTPService(BufferedDataManager):
    """Reads at once by `raw`; writes when the transaction commits.

    Each request stands for itself: if the second one is refused, ZODB rolls back, but
    the first one is done.  Send one that says everything, if the service has such.
    """

    connect_timeout = 5.0
    answer_timeout = 10.0
    # How many answers may be open, neither read nor closed.
    max_streams = 20

    def connect(self) -> Client:
        """See ForeignConnection; raises ForeignSettingsError."""
        options = {
            "timeout": httpx.Timeout(self.answer_timeout, connect=self.connect_timeout),
            "limits": httpx.Limits(keepalive_expiry=self.max_idle),
        }
        options |= self._without_passwords()
        options |= {"cooldown": self.cooldown, "max_streams": self.max_streams}
        return self._made(
            partial(Client, **options),
            library="httpx",
            refusals=(httpx.InvalidURL, ValueError),
        )

    def _without_passwords(self) -> dict:
        """Return the settings with addresses that have no user and no password."""
        settings = self.settings
        if not isinstance(settings, dict):
            settings = {"base_url": settings}
        found: dict[str, Any] = {}
        if base_url := str(settings.get("base_url") or ""):
            address = address_of(base_url, what=self.setting("base_url"))
            found = {"auth": _auth_of(address)} | settings | {"base_url": address.url}
        proxy = settings.get("proxy")
        if isinstance(proxy, (str, httpx.URL)):
            address = address_of(str(proxy), what=self.setting("proxy"))
            found["proxy"] = httpx.Proxy(address.url, auth=_auth_of(address))
        return settings | found

    def is_alive(self, raw: Client) -> bool:
        """Replace nothing: httpx asks before each request whether it is connected."""
        return not raw.is_closed

    def queue(self, method: str, url: str, **options: Any) -> None:
        """Collect a request, sent in the vote; see httpx.Client.request for options.

        What is not answered with a status below 400 rolls ZODB back.  A redirect is
        below, and followed with ``follow_redirects=True`` only.
        """
        self.add((method, url, options))

    def send(self, raw: Client, items: list) -> None:
        """See BufferedDataManager"""
        for method, url, options in items:
            response = raw.request(method, url, **options)
            if response.is_error:
                response.raise_for_status()
            if response.status_code in ELSEWHERE:
                logger.warning(
                    "%s: status %s asks to send a request elsewhere, which was not"
                    " done; see follow_redirects of httpx",
                    type(self).__name__,
                    response.status_code,
                )

    def _leave(self) -> None:
        link = self.link
        if link is not None and link.held:
            link.raw.forget()
        super()._leave()


def _auth_of(address: Address) -> tuple[str, str] | None:
    return None if address.user is None else (address.user, address.password or "")
