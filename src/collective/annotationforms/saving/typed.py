"""What a browser keeps of a form that was sent, until the server says it is saved.

A script keeps it in the window, under a name that nobody else has, see widgets/static:
text is never on the server.  A cookie of the same name tells whether it was saved.
"""

from AccessControl import getSecurityManager
from collective.annotationforms.fields.secretdigest import secret_digest
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.saving.digest import digest_of
from collective.annotationforms.saving.digest import SIZE
from Products.PluggableAuthService.interfaces.events import IUserLoggedOutEvent
from typing import Any
from zope.component import adapter
from zope.globalrequest import getRequest


PREFIX = "annotationforms-"
#: The cookie that lets the script forget everything, after a logout.
FORGET = f"{PREFIX}forget"
#: The input that comes with what was kept, when a browser sends it to the form again.
TYPED = "annotationforms.typed"


def draft_name(storage: IAnnotationStorage) -> str | None:
    """Return the name of what the user typed into the form of a storage.

    None for a visitor: the next one at the same computer is nobody else for us.
    """
    user = getSecurityManager().getUser().getId()
    return user and f"{PREFIX}{digest_of(storage, TYPED, user)}"


def draft_owner() -> str:
    """Return what tells users apart, and nobody who it is."""
    user = getSecurityManager().getUser().getId() or ""
    return secret_digest(f"{TYPED} {user}".encode(), SIZE)


def forget_draft(storage: IAnnotationStorage, request: Any) -> None:
    """Tell the browser that the form of the storage was saved."""
    # Without the script there is no such cookie, and the name isn't asked for.
    if any(name.startswith(PREFIX) for name in request.cookies):
        name = draft_name(storage)
        if name in request.cookies:
            request.response.expireCookie(name, path="/")


@adapter(IUserLoggedOutEvent)
def forget_all(event: IUserLoggedOutEvent) -> None:
    """Let the browser forget what was typed when somebody logs out."""
    request = getRequest()
    if request is not None and any(name.startswith(PREFIX) for name in request.cookies):
        request.response.setCookie(FORGET, "1", path="/", same_site="Lax")
