"""Who manages form data: which classes of a form that ZCML does not know let them in.

To manage form data opens what nothing else guards.  Where a class or a view has a
permission of its own, that is needed as well, as it is for forms that ZCML knows.
"""

from collections.abc import Iterator
from collective.annotationforms.permission.user import has_permission
from collective.annotationforms.permission.view import may_open
from collective.annotationforms.permission.view import views_of_form
from collective.annotationforms.registry import UnregisteredForm
from typing import Any


def managed_classes(page: Any, form: UnregisteredForm) -> list[type]:
    """Return the classes that let a user in who may manage form data of the page.

    A class without a guard does so unless another class of the form refuses.
    """
    views = list(views_of_form(page, form.key))
    answers = {cls: list(_answers(cls, views, page)) for cls in form.classes}
    is_refused = any(given and not all(given) for given in answers.values())
    return [
        cls
        for cls, given in answers.items()
        if all(given) and (given or not is_refused)
    ]


def _answers(cls: type, views: list[tuple[type, type]], page: Any) -> Iterator[bool]:
    """Yield what the guards of a class answer: its permission, and views that show it.

    One of the views is enough.
    """
    if cls.permission is not None:
        yield has_permission(cls.permission, page)
    guarded = [
        (shown, view)
        for shown, view in views
        if issubclass(shown, cls)
        and (shown.permission is not None or hasattr(view, "__roles__"))
    ]
    if guarded:
        yield any(may_open(shown, [view], page) for shown, view in guarded)
