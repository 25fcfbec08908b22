"""Files and images of storages: served with the permission of their form."""

from plone.formwidget.namedfile.widget import Download
from plone.namedfile.interfaces import IAvailableSizes
from plone.namedfile.scaling import DefaultImageScalingFactory
from plone.namedfile.scaling import ImageScale
from plone.scale.scale import calculate_scaled_dimensions
from Products.Five import BrowserView
from typing import Any
from zope.component import queryUtility
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse
from zope.publisher.interfaces import NotFound


class StorageDownload(Download):
    """The file of a widget: ``@@form/++widget++name/@@download/filename``.

    Who may not use the form is refused on the way to the widget.
    """

    def __call__(self):
        """Return the file; raises NotFound if there is none."""
        if self.context.context.get(self.context.field.__name__) is None:
            raise NotFound(self, self.filename, self.request)
        return super().__call__()


class StorageImages(BrowserView):
    """The images of a storage, as @@images is for those of content."""

    def scale(self, fieldname: str, scale: str) -> "StorageImageScale | None":
        """Return the image in a size of the site, None if there is no such image.

        Nothing is computed but the size, and nothing is stored.
        """
        image = self.context.get(fieldname)
        size = available_sizes().get(scale)
        if image is None or size is None or image.getImageSize() == (-1, -1):
            return None
        width, height = calculate_scaled_dimensions(*image.getImageSize(), *size)
        return StorageImageScale(
            self.context,
            self.request,
            data=image,
            fieldname=fieldname,
            scale=scale,
            width=width,
            height=height,
        )

    def tag(self, fieldname: str, scale: str, **attributes: Any) -> str | None:
        """Return the HTML of the image in a size of the site, None without one."""
        found = self.scale(fieldname, scale)
        return None if found is None else found.tag(**attributes)


class StorageImageScale(ImageScale):
    """An image of a storage in a size of the site."""

    def __init__(self, context, request, **info):
        super().__init__(context, request, **info)
        view = f"{context.absolute_url()}/@@{context.__name__}"
        self.url = f"{view}/++widget++{self.fieldname}/@@images/{self.scale}"

    @property
    def title(self) -> str:
        """The name of the file."""
        return self.data.filename or ""


@implementer(IPublishTraverse)
class WidgetImages(BrowserView):
    """A scaled image: ``@@form/++widget++name/@@images/preview``.

    Who may not use the form is refused on the way to the widget.  It is scaled on
    each request, since reading must not write; browsers keep it for a while.
    """

    scale = None

    def publishTraverse(self, request: Any, name: str) -> "WidgetImages":
        """See IPublishTraverse"""
        if self.scale is not None:
            raise NotFound(self, name, request)
        self.scale = name
        return self

    def __call__(self) -> Any:
        """Return the data of the image; raises NotFound if there is none."""
        size = available_sizes().get(self.scale)
        scaled = size and StorageImageScaling(self.context.context)(
            fieldname=self.context.field.__name__, width=size[0], height=size[1]
        )
        if not scaled:
            raise NotFound(self, self.scale, self.request)
        image, _format, _size = scaled
        self.request.response.setHeader("Cache-Control", "private, max-age=60")
        scale = ImageScale(self.context.context, self.request, data=image, fieldname="")
        scale.set_headers()
        return image.data


class StorageImageScaling(DefaultImageScalingFactory):
    """Scales an image of a storage."""

    def get_original_value(self, fieldname: str | None = None) -> Any:
        """See plone.namedfile.scaling.DefaultImageScalingFactory"""
        return self.context.get(fieldname or self.fieldname)


def available_sizes() -> dict[str, tuple[int, int]]:
    """Return the image sizes of the site: name -> (width, height) in pixels."""
    sizes = queryUtility(IAvailableSizes)
    return (sizes and sizes()) or {}
