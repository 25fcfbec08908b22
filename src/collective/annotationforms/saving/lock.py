"""Locks of pages: somebody else may be editing the page itself."""

from AccessControl import getSecurityManager
from collective.annotationforms.i18n import _
from plone.locking.interfaces import ILockable
from typing import Any
from zope.interface import Invalid


def is_locked(page: Any) -> bool:
    """Tell whether somebody else has locked the page, or nobody knows who.

    What kind of lock it is, is no matter: of an edit form, a check-out or WebDAV.
    """
    return bool(_locks_of_others(page))


def check_lock(page: Any) -> None:
    """Raise Invalid if somebody else has locked the page; the message names who."""
    locks = _locks_of_others(page)
    if not locks:
        return
    names = ", ".join(sorted({lock["creator"] for lock in locks if lock["creator"]}))
    raise Invalid(
        _(
            "Nothing was saved: ${user} has locked the page. What you typed is still"
            " in the form; save it when the lock is gone.",
            mapping={"user": names or _("somebody else")},
        )
    )


def _locks_of_others(page: Any) -> list[dict[str, Any]]:
    """Return the locks of all but the user; visitors are one and the same."""
    lockable = ILockable(page, None)
    if lockable is None:
        return []
    user = getSecurityManager().getUser().getId()
    return [lock for lock in lockable.lock_info() if lock["creator"] != user]
