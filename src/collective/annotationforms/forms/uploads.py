"""Files in rows that were sent with an error: they come back as if chosen again.

Plone keeps such a file for a while, and gives it to the first one who asks.  But rows
are made more than once for a request, and the file would be with none in the end.
"""

from io import BytesIO
from plone.formwidget.namedfile.interfaces import IFileUploadTemporaryStorage
from plone.formwidget.namedfile.utils import is_file_upload
from types import SimpleNamespace
from typing import Any
from z3c.form.field import FieldWidgets
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
