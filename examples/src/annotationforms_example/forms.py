"""Three forms on a page, each with its own data; ZCML adds the pages to read."""

from annotationforms_example.interfaces import IMediaStorage
from annotationforms_example.interfaces import IReviewStorage
from annotationforms_example.interfaces import ISettingsStorage
from annotationforms_example.schemas import IPageMedia
from annotationforms_example.schemas import IPageReview
from annotationforms_example.schemas import IPageSettings
from collective.annotationforms import AnnotationEditForm


SETTINGS_KEY = "annotationforms_example.settings"
REVIEW_KEY = "annotationforms_example.review"
MEDIA_KEY = "annotationforms_example.media"


class SettingsForm(AnnotationEditForm):
    """For who may edit the page: that is the permission of the base class."""

    schema = IPageSettings
    label = "Page settings"
    description = "Who looks after this page, how it is presented and for whom it is."
    default_fieldset_label = "Maintenance"
    ANNOTATION_STORAGE_KEY = SETTINGS_KEY
    ASSIGN_INTERFACES = (ISettingsStorage,)


class ReviewForm(AnnotationEditForm):
    """The review shares two fields with the settings, but no value."""

    schema = IPageReview
    label = "Page review"
    description = "What you found when you read this page."
    ANNOTATION_STORAGE_KEY = REVIEW_KEY
    ASSIGN_INTERFACES = (IReviewStorage,)


class MediaForm(AnnotationEditForm):
    """The fields whose widgets need JavaScript or take files."""

    schema = IPageMedia
    label = "Page material"
    description = "Text, links and files that go with this page."
    default_fieldset_label = "Text"
    ANNOTATION_STORAGE_KEY = MEDIA_KEY
    ASSIGN_INTERFACES = (IMediaStorage,)
