"""Files that were sent with an error: what a form shows of them when it comes back.

Those in rows come back as if chosen again.

Plone keeps such a file for a while, and gives it to the first one who asks.  But rows
are made more than once for a request, and the file would be with none in the end.
"""

from functools import cache
from io import BytesIO
from plone.formwidget.namedfile.interfaces import IFileUploadTemporaryStorage
from plone.formwidget.namedfile.interfaces import INamedFileWidget
from plone.formwidget.namedfile.utils import is_file_upload
from types import SimpleNamespace
from typing import Any
from z3c.form.field import FieldWidgets
from z3c.form.interfaces import INPUT_MODE
from z3c.form.interfaces import IWidget
from zope.component.hooks import getSite
from ZPublisher.HTTPRequest import FileUpload


SUFFIX = ".file_upload_id"


def bring_back_uploads(widgets: FieldWidgets) -> None:
    """Put the files that were kept into the request, as new ones.

    One that is kept no longer is missing then, which the widget complains of.
    """
    form = widgets.request.form
    prefix = f"{widgets.form.prefix}{widgets.prefix}"
    for key in [key for key in form if key.endswith(SUFFIX)]:
        name = key.removesuffix(SUFFIX)
        # A field of its own has no point in its name.
        if name.startswith(prefix) and "." in name.removeprefix(prefix):
            _bring_back(form, name)


def _bring_back(form: dict[str, Any], name: str) -> None:
    identifier = form.pop(f"{name}{SUFFIX}")
    is_new = is_file_upload(form.get(name)) and bool(form[name].filename)
    if not identifier or is_new or form.get(f"{name}.action") == "remove":
        return
    form[f"{name}.action"] = "replace"
    kept = IFileUploadTemporaryStorage(getSite()).upload_map.get(identifier)
    if kept is not None:
        sent = SimpleNamespace(
            file=BytesIO(kept["data"] or b""),
            headers={},
            filename=kept["filename"] or "",
            name=name,
        )
        # The text is what it is: it must not be decoded again.
        form[name] = FileUpload(sent, charset="latin-1")


def hide_stored_file(widget: IWidget, stored: Any) -> None:
    """Let a widget with a new file, which is not saved yet, link to no other one.

    Its template says that the file is there.
    """
    if not INamedFileWidget.providedBy(widget) or widget.mode != INPUT_MODE:
        return
    if widget.value is not None and widget.value is not stored:
        widget.__class__ = _waiting(type(widget))


@cache
def _waiting(widget_class: type) -> type:
    members = {"__module__": widget_class.__module__, "download_url": None}
    return type(widget_class.__name__, (widget_class,), members)
