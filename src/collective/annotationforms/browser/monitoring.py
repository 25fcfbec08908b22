"""The foreign connections of the running process, for administrators and monitoring."""

from AccessControl import getSecurityManager
from collective.annotationforms.connections import foreign_connection_stats
from collective.annotationforms.connections.check import TOKEN
from collective.annotationforms.permission.closed import Closed
from hmac import compare_digest
from Products.Five import BrowserView
from typing import Any

import json
import os


# A shorter one can be guessed.
TOKEN_LENGTH = 20


def connections_of_process(context: Any) -> list[dict]:
    """Return the statistics of all databases; see foreign_connection_stats."""
    databases = context._p_jar.db().databases.values()
    return [row for db in databases for row in foreign_connection_stats(db)]


def connections_of_site(site: Any) -> list[dict]:
    """Return those rows whose object is in the site, or has no path."""
    path = "/".join(site.getPhysicalPath())
    return [
        row
        for row in connections_of_process(site)
        if row["path"] is None or f"{row['path']}/".startswith(f"{path}/")
    ]


class ConnectionsJSON(Closed, BrowserView):
    """The rows as JSON: those of the site for its managers, all for the token.

    The token is the environment variable FOREIGN_CONNECTIONS_TOKEN of the process; it
    comes in the header "Authorization: Bearer ...".  Without one, or with a short one,
    there are only managers.
    """

    def __call__(self) -> str:
        """Return JSON; everybody else gets the status 401 and no login form."""
        response = self.request.response
        response.setHeader("Content-Type", "application/json")
        response.setHeader("Cache-Control", "no-store")
        if self._has_token():
            return json.dumps({"connections": connections_of_process(self.context)})
        if getSecurityManager().checkPermission("Manage portal", self.context):
            return json.dumps({"connections": connections_of_site(self.context)})
        response.setStatus(401)
        response.setHeader("WWW-Authenticate", "Bearer")
        return json.dumps({"error": "for managers, or with the token"})

    def _has_token(self) -> bool:
        token = os.environ.get(TOKEN, "")
        sent = self.request._auth or ""
        return len(token) >= TOKEN_LENGTH and compare_digest(
            sent.encode(), f"Bearer {token}".encode()
        )
