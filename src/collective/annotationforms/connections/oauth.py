"""A token for HTTP services, renewed when it is time; needs the extra ``http``.

The token is kept in the process, for all threads.  Not in ZODB: a request that only
reads would write, and the history would keep the secret.  Not in the settings either:
with each new token, a new connection would be opened.
"""

from collections.abc import Generator
from dataclasses import dataclass
from dataclasses import field
from time import monotonic

import httpx


Flow = Generator[httpx.Request, httpx.Response, None]


@dataclass(frozen=True)
class Token:
    """A token, and until when it is good by the monotonic clock; None: nobody said."""

    value: str = field(repr=False)
    until: float | None

    @property
    def is_good(self) -> bool:
        """Tell whether it is not yet time for another one."""
        return self.until is None or monotonic() < self.until


# The same credentials, made anew for each request, find their token.
_tokens: dict["ClientCredentials", Token] = {}


@dataclass(frozen=True, kw_only=True)
class ClientCredentials(httpx.Auth):
    """OAuth 2 for programs: give it as ``auth`` in the settings of an HTTPService.

    Subclasses may ask for their token in another way, see `token_request`.
    """

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str | None = None
    # Renewed so many seconds before its end, since clocks and networks differ.
    leeway: float = 30.0

    def token_request(self) -> httpx.Request:
        """Hook: return the request that is answered with a token, as RFC 6749 says."""
        data = {"grant_type": "client_credentials"}
        if self.scope is not None:
            data["scope"] = self.scope
        request = httpx.Request("POST", self.token_url, data=data)
        login = httpx.BasicAuth(self.client_id, self.client_secret)
        return next(login.auth_flow(request))

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        """See httpx.Auth; raises HTTPStatusError, or DecodingError without a token."""
        token = _tokens.get(self)
        if token is None or not token.is_good:
            token = yield from self._renewed()
        request.headers["Authorization"] = f"Bearer {token.value}"
        response = yield request
        # Refused, so that nothing was done; a stream that is used up can't be repeated.
        if response.status_code == 401 and isinstance(request.stream, httpx.ByteStream):
            token = yield from self._renewed()
            request.headers["Authorization"] = f"Bearer {token.value}"
            yield request

    def _renewed(self) -> Generator[httpx.Request, httpx.Response, Token]:
        _tokens.pop(self, None)
        request = self.token_request()
        response = yield request
        response.read()
        response.raise_for_status()
        try:
            answer = response.json()
            value, seconds = str(answer["access_token"]), answer.get("expires_in")
            until = None if seconds is None else monotonic() + float(seconds)
        except (ValueError, KeyError, TypeError):
            raise httpx.DecodingError(
                "the token server's answer has no access_token", request=request
            ) from None
        token = Token(value, until if until is None else until - self.leeway)
        _tokens[self] = token
        return token
