"""Three forms on a page, each with its own data; ZCML adds the pages to read."""

from annotationforms_example import mirror
from annotationforms_example.i18n import _
from annotationforms_example.interfaces import IMediaStorage
from annotationforms_example.interfaces import IReviewStorage
from annotationforms_example.interfaces import ISettingsStorage
from annotationforms_example.mirror import REVIEW_KEY
from annotationforms_example.schemas import IPageMedia
from annotationforms_example.schemas import IPageReview
from annotationforms_example.schemas import IPageSettings
from collective.annotationforms import AnnotationEditForm
from functools import cached_property
from z3c.form.interfaces import ActionExecutionError
from zope.interface import Invalid


SETTINGS_KEY = "annotationforms_example.settings"
MEDIA_KEY = "annotationforms_example.media"


class SettingsForm(AnnotationEditForm):
    """For who may edit the page: that is the permission of the base class."""

    schema = IPageSettings
    label = _("Page settings")
    description = _(
        "Who looks after this page, how it is presented and for whom it is."
    )
    default_fieldset_label = _("Maintenance")
    ANNOTATION_STORAGE_KEY = SETTINGS_KEY
    ASSIGN_INTERFACES = (ISettingsStorage,)


class ReviewForm(AnnotationEditForm):
    """The review shares two fields with the settings, but no value.

    It is stored in a database as well, see mirror.py.
    """

    schema = IPageReview
    label = _("Page review")
    ANNOTATION_STORAGE_KEY = REVIEW_KEY
    ASSIGN_INTERFACES = (IReviewStorage,)

    @cached_property
    def description(self) -> str:
        """What the form is for, and what the database knows."""
        return _(
            "What you found when you read this page. ${database}",
            mapping={"database": mirror.summary()},
        )

    def applyChanges(self, data: dict) -> dict:
        """See z3c.form.interfaces.IEditForm"""
        if mirror.is_configured():
            self._join_database()
        return super().applyChanges(data)

    def _join_database(self) -> None:
        """Connect before anything is changed.

        Then the form can show that nobody answers, with everything that was typed.
        """
        try:
            mirror.join()
        except mirror.UNREACHABLE as error:
            raise ActionExecutionError(Invalid(mirror.NO_ANSWER)) from error


class MediaForm(AnnotationEditForm):
    """The fields whose widgets need JavaScript or take files."""

    schema = IPageMedia
    label = _("Page material")
    description = _("Text, links and files that go with this page.")
    default_fieldset_label = _("Text")
    ANNOTATION_STORAGE_KEY = MEDIA_KEY
    ASSIGN_INTERFACES = (IMediaStorage,)
