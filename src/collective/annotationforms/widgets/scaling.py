"""Scaling the images of storages: what is scaled at all, and by plone.scale."""

from collective.annotationforms.fields.picture import FORMATS
from collective.annotationforms.storage.value import revision_of
from collective.annotationforms.widgets.scalecache import Scale
from collective.annotationforms.widgets.scalecache import ScaleCache
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from io import BytesIO
from plone.namedfile.interfaces import IAvailableSizes
from plone.namedfile.interfaces import INamedImage
from plone.namedfile.scaling import DefaultImageScalingFactory
from plone.scale.scale import MAX_PIXELS
from typing import Any
from zope.component import queryUtility

import logging
import PIL.Image


logger = logging.getLogger(__name__)

# What is larger is not scaled, nor is a picture of more than MAX_PIXELS.
MAX_BYTES = 64 * 2**20
# A drawing is read as a whole.
MAX_DRAWING_BYTES = 4 * 2**20
# A larger scale would take the place of too many others, or not be kept at all.
MAX_SCALE_BYTES = 16 * 2**20
# What a frame of an animation costs, in pixels, however small it is.
PIXELS_OF_FRAME = 10_000
DRAWING = "image/svg+xml"

#: The scales of all images of this process.
SCALES = ScaleCache(max_scales=1000, max_bytes=64 * 2**20)


@dataclass(frozen=True)
class ScaledImage:
    """The image of a storage in a size; nothing is scaled before `scale` is called."""

    storage: Any
    image: Any
    size: tuple[int, int]

    @property
    def etag(self) -> str:
        """What differs between revisions of the image, and between sizes."""
        known = repr((self._picture, self._how)).encode()
        return f'"{blake2b(known, digest_size=16).hexdigest()}"'

    def scale(self) -> Scale | None:
        """Return the image in this size, None if it can't be scaled."""
        make = partial(scaled, self.storage, self.image, self.size)
        if getattr(self.image, "_p_changed", False):
            # It is not what others see.
            return make()
        return SCALES.get(self._picture, self._how, make)

    @property
    def _picture(self) -> tuple:
        jar = getattr(self.image, "_p_jar", None)
        # A mounted database may have objects with the same ids.
        database = jar and jar.db().database_name
        return (database, revision_of(self.image))

    @property
    def _how(self) -> tuple:
        return (*self.size, ImageScaling(self.storage, self.image).get_quality())


def scaled_image(storage: Any, name: str, scale: str | None) -> ScaledImage | None:
    """Return an image in a size of the site, None if there is no such one."""
    return in_size(storage, storage.get(name), scale)


def in_size(storage: Any, image: Any, scale: str | None) -> ScaledImage | None:
    """Return an image that is in a storage, or a part of a value there, in a size."""
    size = available_sizes().get(scale)
    if size is None or not INamedImage.providedBy(image):
        return None
    return ScaledImage(storage, image, tuple(size))


def scaled(storage: Any, image: Any, size: tuple[int, int]) -> Scale | None:
    """Scale an image, whatever was scaled before; return None if it can't be."""
    width, height = size
    found = ImageScaling(storage, image)(width=width, height=height)
    if found is None:
        return None
    made, _format, _size = found
    if made.getSize() > MAX_SCALE_BYTES:
        return None
    return Scale(made.data, made.contentType, made.filename)


def available_sizes() -> dict[str, tuple[int, int]]:
    """Return the image sizes of the site: name -> (width, height) in pixels."""
    sizes = queryUtility(IAvailableSizes)
    return (sizes and sizes()) or {}


class ImageScaling(DefaultImageScalingFactory):
    """Scales an image of a storage, unless it is too large."""

    def __init__(self, storage: Any, image: Any):
        super().__init__(storage)
        self.image = image

    def get_original_value(self, fieldname: str | None = None) -> Any:
        """See plone.namedfile.scaling.DefaultImageScalingFactory"""
        return self.image

    def handle_image(self, orig_value: Any, orig_data: Any, *args: Any, **options: Any):
        """See DefaultImageScalingFactory; returns None if it can't be scaled."""
        is_drawing = orig_value.contentType == DRAWING
        if orig_value.getSize() > (MAX_DRAWING_BYTES if is_drawing else MAX_BYTES):
            logger.warning("An image of %s is too large to be scaled", self.url())
            return None
        try:
            return super().handle_image(orig_value, orig_data, *args, **options)
        except (SyntaxError, ArithmeticError, ValueError):
            # A drawing: of pictures, the base class catches all.
            logger.warning("A drawing of %s can't be scaled", self.url())
            return None

    def create_scale(self, data: Any, *args: Any, **options: Any) -> tuple:
        """See DefaultImageScalingFactory, which logs any error, and goes on."""
        if pixels_of(data) > MAX_PIXELS:
            raise ValueError("too many pixels")
        return super().create_scale(data, *args, **options)


def pixels_of(data: Any) -> int:
    """Return how many pixels a picture says that it has, in all of its frames.

    Nothing is decoded.  Raises what Pillow does if it is no picture.
    """
    stream = BytesIO(data) if isinstance(data, bytes) else data
    PIL.Image.init()
    formats = [name for name in FORMATS if name in PIL.Image.OPEN]
    with PIL.Image.open(stream, formats=formats) as picture:
        width, height = picture.size
        animated = picture.format in ("GIF", "WEBP")
        frames = getattr(picture, "n_frames", 1) if animated else 1
    stream.seek(0)
    pixels = width * height
    return pixels if frames == 1 else frames * max(pixels, PIXELS_OF_FRAME)
