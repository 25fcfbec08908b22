"""Who has roles on a page alone: what the page is given, they are given."""

from AccessControl.SecurityManagement import getSecurityManager
from AccessControl.SecurityManagement import newSecurityManager
from AccessControl.SecurityManagement import setSecurityManager
from collections.abc import Iterator
from contextlib import contextmanager
from Products.CMFCore.utils import getToolByName
from Products.PlonePAS.interfaces.plugins import ILocalRolesPlugin
from Products.PluggableAuthService.PropertiedUser import PropertiedUser
from typing import Any


def local_users(page: Any) -> Iterator[Any]:
    """Yield the users that have roles on the page, or on a folder it is in.

    The owner is one of them.  A group is a user who is in that group alone.
    """
    users = getToolByName(page, "acl_users")
    for name in sorted(_local_roles(page)):
        user = users.getUserById(name) or _member_of(name, users)
        if user is not None:
            yield user


def roles_of_groups(page: Any) -> set[str]:
    """Return the roles that any group has on the page alone, all together.

    Somebody may be in several groups, and have other roles on the whole site.
    """
    groups = getToolByName(page, "portal_groups")
    return {
        role
        for name, roles in _local_roles(page).items()
        if groups.getGroupById(name) is not None
        for role in roles
    }


@contextmanager
def acting_as(user: Any) -> Iterator[None]:
    """Let the user be who is asked for permissions within."""
    before = getSecurityManager()
    newSecurityManager(None, user)
    try:
        yield
    finally:
        setSecurityManager(before)


def _local_roles(page: Any) -> dict[str, set[str]]:
    users = getToolByName(page, "acl_users")
    found: dict[str, set[str]] = {}
    for _id, plugin in users.plugins.listPlugins(ILocalRolesPlugin):
        for name, roles in plugin.getAllLocalRolesInContext(page).items():
            found.setdefault(name, set()).update(roles)
    return found


def _member_of(name: str, users: Any) -> Any:
    """Return a user of the group; None if there is none, e.g. if it was deleted."""
    group = getToolByName(users, "portal_groups").getGroupById(name)
    if group is None:
        return None
    member = PropertiedUser("")
    member._addGroups([name])
    member._addRoles(["Authenticated", *group.getRoles()])
    return member.__of__(users)
