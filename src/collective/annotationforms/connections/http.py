"""A service that is asked by HTTP, by httpx; needs the extra ``http``.

Settings are a URL, or a dict of what httpx.Client() takes, with ``base_url``.
"""

from collective.annotationforms.connections.buffered import BufferedDataManager
from collective.annotationforms.connections.cooldown import Cooldown
from typing import Any

import httpx


class Client(httpx.Client):
    """Opens its connection at the first request; so that is what may fail."""

    cooldown: Cooldown

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """See httpx.Client; raises ForeignUnavailable."""
        with self.cooldown.trying((httpx.ConnectError, httpx.ConnectTimeout)):
            return super().send(request, **options)


class HTTPService(BufferedDataManager):
    """Reads at once by `raw`; writes when the transaction commits.

    Each request stands for itself: if the second one is refused, ZODB rolls back, but
    the first one is done.  Send one that says everything, if the service has such.
    """

    connect_timeout = 5.0
    answer_timeout = 10.0

    def connect(self) -> Client:
        """See ForeignConnection"""
        settings = self.settings
        if isinstance(settings, str):
            settings = {"base_url": settings}
        defaults = {
            "timeout": httpx.Timeout(self.answer_timeout, connect=self.connect_timeout),
            "limits": httpx.Limits(keepalive_expiry=self.max_idle),
        }
        client = Client(**defaults | without_password(settings))
        client.cooldown = self.cooldown
        return client

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


def without_password(settings: dict) -> dict:
    """Return the settings with user and password as ``auth``, not in ``base_url``.

    httpx shows the URL in its errors.
    """
    url = httpx.URL(settings.get("base_url", ""))
    if not url.userinfo:
        return settings
    found = {"auth": (url.username, url.password)}
    return found | settings | {"base_url": url.copy_with(userinfo=b"")}
