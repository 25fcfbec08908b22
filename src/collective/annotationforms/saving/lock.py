"""Locks of pages: somebody else may be editing the page itself."""

from AccessControl import getSecurityManager
from collective.annotationforms.i18n import _
from plone.locking.interfaces import ILockable
from typing import Any
from zope.interface import Invalid


def is_locked(page: Any) -> bool:
    """Tell whether somebody else has locked the page."""
    lockable = ILockable(page, None)
    return lockable is not None and not lockable.can_safely_unlock()


def check_lock(page: Any) -> None:
    """Raise Invalid if somebody else has locked the page; the message names who."""
    if not is_locked(page):
        return
    user = getSecurityManager().getUser().getId()
    others = [lock["creator"] for lock in ILockable(page).lock_info()]
    names = ", ".join(sorted({name for name in others if name != user}))
    raise Invalid(
        _(
            "Nothing was saved: ${user} has locked the page. What you typed is still"
            " in the form; save it when the lock is gone.",
            mapping={"user": names},
        )
    )
