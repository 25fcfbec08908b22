"""Locks of pages: somebody else may be editing the page itself."""

from AccessControl import getSecurityManager
from Acquisition import aq_base
from collective.annotationforms.i18n import _
from collective.annotationforms.permission.user import has_permission
from collective.annotationforms.saving.username import name_of_user
from plone.locking.interfaces import ILockable
from typing import Any
from zope.interface import Invalid


#: The name of the button that unlocks the page of a form.
UNLOCK = "unlock"


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
    users = {lock["creator"] for lock in locks if lock["creator"]}
    names = ", ".join(sorted(name_of_user(page, user) for user in users))
    raise Invalid(
        _(
            "Nothing was saved: ${user} has locked the page. What you typed is still"
            " in the form; save it when the lock is gone.",
            mapping={"user": names or _("somebody else")},
        )
    )


def may_be_unlocked(page: Any) -> bool:
    """Tell whether somebody else has locked the page, and the user may unlock it.

    That is who may edit the page, as with Plone's own button; and not the lock of a
    check-out, for example.
    """
    # Without any there is nothing to ask, as almost always.
    locks = getattr(aq_base(page), "wl_lockItems", tuple)()
    if not locks or not is_locked(page):
        return False
    return has_permission("Modify portal content", page) and ILockable(page).stealable()


def unlock(page: Any) -> bool:
    """Take the lock of somebody else away if the user may; tell whether it is gone."""
    if may_be_unlocked(page):
        ILockable(page).unlock()
    return not is_locked(page)


def _locks_of_others(page: Any) -> list[dict[str, Any]]:
    """Return the locks of all but the user; visitors are one and the same."""
    lockable = ILockable(page, None)
    if lockable is None:
        return []
    user = getSecurityManager().getUser().getId()
    return [lock for lock in lockable.lock_info() if lock["creator"] != user]
