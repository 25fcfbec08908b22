"""The columns of the table that somebody has chosen: remembered for each user."""

from BTrees.OOBTree import OOBTree
from collections.abc import Iterable
from collective.annotationforms.interfaces import IRegisteredForm
from typing import Any
from zope.annotation.interfaces import IAnnotations


# No storage of values: those are of another class.
KEY = "collective.annotationforms.columns"


def remembered_columns(
    site: Any, user_id: str, form: IRegisteredForm
) -> tuple[str, ...] | None:
    """Return the names of the columns, None if the user has chosen none."""
    return IAnnotations(site).get(KEY, {}).get((user_id, form.key))


def remember_columns(
    site: Any, user_id: str, form: IRegisteredForm, names: Iterable[str]
) -> None:
    """Remember the names of the columns."""
    remembered = IAnnotations(site).setdefault(KEY, OOBTree())
    remembered[user_id, form.key] = tuple(names)


def forget_columns(site: Any) -> None:
    """Forget the columns of all users."""
    IAnnotations(site).pop(KEY, None)
