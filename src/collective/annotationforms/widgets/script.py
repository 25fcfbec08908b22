"""The script of forms, static/form.js: a form gets it with its first widget."""

from collective.annotationforms.saving.typed import draft_name
from collective.annotationforms.saving.typed import draft_owner
from collective.annotationforms.saving.typed import FORGET
from collective.annotationforms.saving.typed import TYPED
from functools import cache
from html import escape
from importlib.metadata import version
from Products.Five.browser import BrowserView
from typing import Any
from z3c.form.interfaces import IWidget
from zope.component.hooks import getSite
from zope.interface import implementer
from zope.viewlet.interfaces import IViewlet


def script_of_form(widget: IWidget) -> str:
    """Return the HTML of the script, "" if the form of the widget has it already."""
    kept = getattr(widget.context, "_v_kept", None)
    if kept is None or __name__ in kept or widget.mode != "input":
        return ""
    kept[__name__] = True
    options = {}
    name = draft_name(widget.context)
    if name:
        options = {"draft": name, "user": draft_owner(), "typed": TYPED}
    if widget.request.method == "POST":
        options["sent"] = "sent"
    return _script(options)


@implementer(IViewlet)
class ForgetTyped(BrowserView):
    """Lets the browser forget what was typed, on the first page after a logout."""

    # Not an address.
    __roles__ = ()

    def __init__(self, context: Any, request: Any, view: Any, manager: Any):
        super().__init__(context, request)

    def update(self) -> None:
        """See IViewlet"""

    def render(self) -> str:
        """See IViewlet"""
        is_wanted = FORGET in self.request.cookies
        return _script({"forget": FORGET}) if is_wanted else ""


def _script(options: dict[str, str]) -> str:
    data = "".join(f' data-{key}="{escape(value)}"' for key, value in options.items())
    source = escape(
        f"{getSite().absolute_url()}/++resource++collective.annotationforms.js"
        f"?v={_version()}"
    )
    return f'<script src="{source}" defer="defer"{data}></script>'


@cache
def _version() -> str:
    """Return what changes with the script, as far as browsers keep it."""
    return version("collective.annotationforms")
