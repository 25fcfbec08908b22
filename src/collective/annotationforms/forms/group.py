"""Groups of a form on a storage: they share its content, the storage.

plone.z3cform's groups do so by themselves; z3c.form's own take the context.
"""

from collections.abc import Callable
from collections.abc import Iterable
from copy import copy
from functools import lru_cache
from functools import partial
from plone.z3cform.fieldsets.group import Group
from plone.z3cform.fieldsets.interfaces import IGroupFactory
from typing import Any
from z3c.form.interfaces import IGroup


def sharing_content(groups: Iterable) -> list:
    """Return what makes the groups of a form, so that they share its content."""
    return [_sharing_content(group) for group in groups]


# The limit is for forms that make a group class for each request.
@lru_cache(maxsize=1000)
def group_class(base: type) -> type:
    """Return a subclass of `base` whose groups share the content of their form.

    A getContent of its own counts: plone.z3cform's comes after it.
    """
    if issubclass(base, GroupWithGroups):
        return base
    bases = (Group,) if issubclass(Group, base) else (base, Group)
    members = {"__doc__": base.__doc__, "__module__": base.__module__}
    return type(base.__name__, (GroupWithGroups, *bases), members)


class GroupWithGroups:
    """Mixed into the class of a group: the groups in it share its content."""

    __roles__ = ()

    def updateWidgets(self, prefix: str | None = None) -> None:
        """See z3c.form.interfaces.IForm"""
        self.groups = sharing_content(self.groups)
        super().updateWidgets(prefix)


def _sharing_content(group: Any) -> Any:
    if isinstance(group, type):
        return group_class(group)
    if IGroup.providedBy(group) or IGroupFactory.providedBy(group):
        # Made when the form was updated before; or the form's `group_class` counts.
        return group
    return partial(_made_by, group)


def _made_by(factory: Callable, context: Any, request: Any, parent_form: Any) -> Group:
    """Return the group that a function makes, which has no class until it is made."""
    group = copy(factory(context, request, parent_form))
    group.__class__ = group_class(type(group))
    return group
