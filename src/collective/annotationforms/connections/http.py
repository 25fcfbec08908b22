"""A service that is asked by HTTP, by httpx; needs the extra ``http``.

Settings are a URL, or a dict of what httpx.Client() takes, with ``base_url``.
"""

from collective.annotationforms.connections.address import Address
from collective.annotationforms.connections.address import address_of
from collective.annotationforms.connections.buffered import BufferedDataManager
from collective.annotationforms.connections.cooldown import Cooldown
from collective.annotationforms.connections.errors import ForeignSettingsError
from contextlib import suppress
from typing import Any

import httpx


# What httpx raises if the server can't be reached, or does not answer.
SILENCE = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.ReadTimeout,
    httpx.WriteTimeout,
)


class Client(httpx.Client):
    """Opens its connection at the first request; so that is what may fail."""

    cooldown: Cooldown

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """See httpx.Client; raises ForeignUnavailable."""
        with self.cooldown.trying(SILENCE):
            return super().send(request, **options)


class HTTPService(BufferedDataManager):
    """Reads at once by `raw`; writes when the transaction commits.

    Each request stands for itself: if the second one is refused, ZODB rolls back, but
    the first one is done.  Send one that says everything, if the service has such.
    """

    connect_timeout = 5.0
    answer_timeout = 10.0

    def connect(self) -> Client:
        """See ForeignConnection; raises ForeignSettingsError."""
        options = {
            "timeout": httpx.Timeout(self.answer_timeout, connect=self.connect_timeout),
            "limits": httpx.Limits(keepalive_expiry=self.max_idle),
        }
        options |= self._without_passwords()
        # Not while it is handled: the library's error would be the context of ours.
        with suppress(httpx.InvalidURL, ValueError):
            client = Client(**options)
            client.cooldown = self.cooldown
            return client
        raise ForeignSettingsError(f"{self.setting()} have a value that httpx refuses")

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

        What is not answered with a status below 400 rolls ZODB back.
        """
        self.add((method, url, options))

    def send(self, raw: Client, items: list) -> None:
        """See BufferedDataManager"""
        for method, url, options in items:
            raw.request(method, url, **options).raise_for_status()


def _auth_of(address: Address) -> tuple[str, str] | None:
    return None if address.user is None else (address.user, address.password or "")
