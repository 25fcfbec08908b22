"""Forms for Plone that keep their data in an annotation of the content."""

from zope.i18nmessageid import MessageFactory


# The modules below import it from here.
_ = MessageFactory("collective.annotationforms")

from collective.annotationforms.form import AnnotationEditForm  # noqa: E402
from collective.annotationforms.form import AnnotationStorageMixin  # noqa: E402
from collective.annotationforms.form import AnnotationView  # noqa: E402
from collective.annotationforms.schemaview import schema_view  # noqa: E402
from collective.annotationforms.storage import annotation_storage  # noqa: E402


__all__ = [
    "AnnotationEditForm",
    "AnnotationStorageMixin",
    "AnnotationView",
    "_",
    "annotation_storage",
    "schema_view",
]
