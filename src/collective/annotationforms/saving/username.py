"""Names of users, as people know each other by them."""

from Products.CMFCore.utils import getToolByName
from typing import Any


def name_of_user(page: Any, user: str) -> str:
    """Return the full name of a user, the id if none is known."""
    membership = getToolByName(page, "portal_membership", None)
    info = (membership and membership.getMemberInfo(user)) or {}
    return info.get("fullname") or user
