"""Locks of pages: somebody else may be editing the page itself."""

from AccessControl import getSecurityManager
from collective.annotationforms.i18n import _
from plone.locking.interfaces import ILockable
from typing import Any
from zope.interface import Invalid


def check_lock(page: Any) -> None:
    """Raise Invalid if somebody else has locked the page; the message names who."""
    lockable = ILockable(page, None)
    if lockable is None or lockable.can_safely_unlock():
        return
    user = getSecurityManager().getUser().getId()
    others = [lock["creator"] for lock in lockable.lock_info()]
    names = ", ".join(sorted({name for name in others if name != user}))
    raise Invalid(
        _(
            "Nothing was saved: ${user} has locked the page. What you typed is still"
            " in the form; save it when the lock is gone.",
            mapping={"user": names},
        )
    )
