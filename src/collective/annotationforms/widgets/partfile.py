"""Files and images within values: each is served at the address of its row or object.

Who may not use the form, the field or the column is refused on the way there.
"""

from collective.annotationforms.permission.closed import Closed
from collective.annotationforms.saving.partfile import files_around
from collective.annotationforms.saving.partfile import REVISION
from collective.annotationforms.widgets.file import WidgetImages
from collective.annotationforms.widgets.scaling import in_size
from collective.annotationforms.widgets.scaling import ScaledImage
from plone.formwidget.namedfile.widget import Download
from plone.namedfile.utils import set_headers
from plone.namedfile.utils import stream_data
from typing import Any
from zope.publisher.interfaces import NotFound


class PartDownload(Download, Closed):
    """The file of a row: ``@@form/++widget++name.0/@@download/filename?revision=...``.

    The revision tells which file it is, also if its row is at another place by now.
    """

    def __call__(self) -> Any:
        """Return the file; raises NotFound if it is not stored any more."""
        files = files_around(self.context)
        revision = self.request.form.get(REVISION)
        file = files and files.at_address(self.context, revision)
        if file is None:
            raise NotFound(self, self.filename or "download", self.request)
        # With a name browsers run no scripts in it.
        name = file.filename or files.widget.field.__name__
        set_headers(file, self.request.response, filename=name)
        return stream_data(file, **self.handle_request_range(file))


class PartImages(WidgetImages):
    """The scaled image of a row: ``@@form/++widget++name.0/@@images/preview?...``."""

    def _image(self) -> ScaledImage | None:
        files = files_around(self.context)
        if files is None:
            return None
        revision = self.request.form.get(REVISION)
        image = files.at_address(self.context, revision)
        return in_size(files.storage, image, self.scale)
