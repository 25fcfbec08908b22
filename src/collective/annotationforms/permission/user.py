"""What the user of the request may do with a page, by permissions and roles."""

from AccessControl import getSecurityManager
from AccessControl.PermissionRole import rolesForPermissionOn
from collections.abc import Iterable
from collections.abc import Iterator
from collective.annotationforms.interfaces import IOriginalPage
from typing import Any
from zope.component import queryAdapter
from zope.component import queryUtility
from zope.security.interfaces import IPermission


def may_view(target: Any) -> bool:
    """Tell whether the user may know what a relation leads to, such as its title."""
    return has_permission("View", target)


def has_permission(name: str, page: Any) -> bool:
    """Tell whether the user has the permission, called by its title or ZCML id."""
    return has_permission_on(name, guards_of(page))


def has_permission_on(name: str, guards: Iterable[Any]) -> bool:
    """Tell whether the user has the permission on each of the guards of a page."""
    title = _title_of(name)
    check = getSecurityManager().checkPermission
    return all(check(title, one) for one in guards)


def roles_with(name: str, page: Any) -> set[str]:
    """Return the roles that have a permission on the page."""
    return set(rolesForPermissionOn(_title_of(name), page) or ())


def has_role(roles: Any, page: Any) -> bool:
    """Tell whether the user has one of the roles, which a permission may know."""
    if hasattr(roles, "rolesForPermissionOn"):
        roles = roles.rolesForPermissionOn(page)
    user = getSecurityManager().getUser()
    return roles is None or bool(user.allowed(page, roles))


def guards_of(page: Any) -> Iterator[Any]:
    """Yield the page and, if it is a working copy, what it is one of."""
    while page is not None:
        yield page
        page = queryAdapter(page, IOriginalPage)


def _title_of(name: str) -> str:
    permission = queryUtility(IPermission, name)
    return name if permission is None else permission.title
