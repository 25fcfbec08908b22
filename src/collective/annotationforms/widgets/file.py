"""Files and images of storages: served with the permission of their form."""

from collective.annotationforms.permission.closed import Closed
from collective.annotationforms.widgets.scaling import in_size
from collective.annotationforms.widgets.scaling import scaled_image
from collective.annotationforms.widgets.scaling import ScaledImage
from copy import copy
from plone.formwidget.namedfile.converter import b64decode_file
from plone.formwidget.namedfile.interfaces import INamedFileWidget
from plone.formwidget.namedfile.widget import Download
from plone.namedfile.interfaces import INamed
from plone.namedfile.scaling import ImageScale
from plone.scale.scale import calculate_scaled_dimensions
from Products.Five import BrowserView
from typing import Any
from z3c.form.interfaces import IWidget
from zope.publisher.interfaces import NotFound
from zope.schema.interfaces import IBytes


class StorageDownload(Download, Closed):
    """The file of a widget: ``@@form/++widget++name/@@download/filename``.

    Who may not use the form is refused on the way to the widget.
    """

    def __call__(self) -> Any:
        """Return the file; raises NotFound if there is none."""
        widget = self.context
        stored = widget.context.get(widget.field.__name__)
        if not widget.ignoreContext and _is_file(widget, stored):
            # Without a name browsers would show it, and run the scripts in it.
            stored_name = getattr(stored, "filename", None)
            self.filename = self.filename or stored_name or widget.field.__name__
            return super().__call__()
        raise NotFound(widget, self.filename or "download", self.request)


def _is_file(widget: IWidget, stored: Any) -> bool:
    """Tell whether a value is a file, or text that the widget makes one of."""
    if INamed.providedBy(stored):
        return True
    if not INamedFileWidget.providedBy(widget) or not isinstance(stored, (bytes, str)):
        return False
    try:
        b64decode_file(stored)
    except (ValueError, IndexError):
        return False
    return IBytes.providedBy(widget.field)


class StorageImages(Closed, BrowserView):
    """The images of a storage, as @@images is for those of content."""

    def scale(self, fieldname: str, scale: str) -> "StorageImageScale | None":
        """Return the image in a size of the site, None if there is no such image.

        Nothing is computed but the size, and nothing is stored.
        """
        view = f"{self.context.absolute_url()}/@@{self.context.__name__}"
        address = f"{view}/++widget++{fieldname}/@@images/{scale}"
        found = scaled_image(self.context, fieldname, scale)
        return self._scale(found, address, fieldname)

    def tag(self, fieldname: str, scale: str, **attributes: Any) -> str | None:
        """Return the HTML of the image in a size of the site, None without one."""
        found = self.scale(fieldname, scale)
        return None if found is None else found.tag(**attributes)

    def thumbnail(self, image: Any, address: str) -> str:
        """Return the HTML of an image within a value, "" if it can't be scaled.

        Its address is that of the size "preview", as Plone's widgets have it.
        """
        sizes = ("preview", "thumb")
        found = [in_size(self.context, image, size) for size in sizes]
        preview, thumb = (self._scale(one, address) for one in found)
        if preview is None or thumb is None:
            return ""
        return preview.tag(width=thumb.width, height=thumb.height)

    def _scale(
        self, found: ScaledImage | None, address: str, fieldname: str = ""
    ) -> "StorageImageScale | None":
        if found is None:
            return None
        # Of a copy: what is not known it looks for, and keeps, which would be a write.
        original = copy(found.image).getImageSize()
        if min(original) < 1:
            return None
        width, height = calculate_scaled_dimensions(*original, *found.size)
        return StorageImageScale(
            self.context,
            self.request,
            data=found.image,
            fieldname=fieldname,
            url=address,
            width=width,
            height=height,
        )


class StorageImageScale(ImageScale):
    """An image of a storage in a size of the site."""

    __roles__ = ()

    def __init__(self, context, request, *, url, **info):
        super().__init__(context, request, **info)
        self.url = url

    @property
    def title(self) -> str:
        """The name of the file."""
        return self.data.filename or ""


class WidgetImages(Closed, BrowserView):
    """A scaled image: ``@@form/++widget++name/@@images/preview``.

    Who may not use the form is refused on the way to the widget.  Nothing is written:
    the process keeps what was scaled, and so do browsers.  After a minute they ask
    whether there is another image, since its address stays the same.
    """

    scale = None

    def publishTraverse(self, request: Any, name: str) -> "WidgetImages":
        """See IPublishTraverse"""
        if self.scale is not None:
            raise NotFound(self, name, request)
        self.scale = name
        return self

    def __call__(self) -> bytes:
        """Return the data of the image; raises NotFound if there is none."""
        found = self._image()
        response = self.request.response
        if found is not None and found.etag in self._known():
            self._set_lifetime(found.etag)
            response.setStatus(304)
            return b""
        scale = found and found.scale()
        if scale is None:
            raise NotFound(self, self.scale or "", self.request)
        self._set_lifetime(found.etag)
        storage = found.storage
        ImageScale(storage, self.request, data=scale, fieldname="").set_headers()
        # Parts of it are not given.
        response.setHeader("Accept-Ranges", "none")
        return scale.data

    def _image(self) -> ScaledImage | None:
        """Return the image in the size that the address tells, None without one."""
        widget = self.context
        return scaled_image(widget.context, widget.field.__name__, self.scale)

    def _known(self) -> list[str]:
        """Return the revisions that the browser has."""
        header = self.request.getHeader("If-None-Match") or ""
        return [tag.strip().removeprefix("W/") for tag in header.split(",")]

    def _set_lifetime(self, etag: str) -> None:
        response = self.request.response
        # Private: nobody but Zope knows who may see it.
        response.setHeader("Cache-Control", "private, max-age=60, must-revalidate")
        response.setHeader("ETag", etag)
