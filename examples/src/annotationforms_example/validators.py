"""One field, two forms, two rules: the marker of the storage tells them apart."""

from annotationforms_example.forms import SETTINGS_KEY
from annotationforms_example.i18n import _
from annotationforms_example.interfaces import IMediaStorage
from annotationforms_example.interfaces import IReviewStorage
from annotationforms_example.interfaces import ISettingsStorage
from annotationforms_example.schemas import IContact
from annotationforms_example.schemas import IPageMedia
from annotationforms_example.schemas import IPageSettings
from collective.annotationforms import annotation_storage
from collective.annotationforms import schema_view
from z3c.form.validator import SimpleFieldValidator
from z3c.form.validator import WidgetValidatorDiscriminators
from zope.interface import Invalid


UNREAD_MAILBOXES = ("noreply", "no-reply", "donotreply")


class ContactIsRead(SimpleFieldValidator):
    """Settings: who asks there must get an answer."""

    def validate(self, value: str | None, force: bool = False) -> None:
        """See z3c.form.interfaces.IValidator"""
        super().validate(value, force)
        mailbox = (value or "").partition("@")[0]
        if mailbox.lower() in UNREAD_MAILBOXES:
            raise Invalid(_("Nobody reads this mailbox: name a person or a team."))


WidgetValidatorDiscriminators(
    ContactIsRead, context=ISettingsStorage, field=IContact["contact"]
)


class ReviewerIsSomebodyElse(SimpleFieldValidator):
    """Review: four eyes see more than two."""

    def validate(self, value: str | None, force: bool = False) -> None:
        """See z3c.form.interfaces.IValidator"""
        super().validate(value, force)
        # The context of a validator is the storage; the page is its parent.
        settings = schema_view(
            annotation_storage(self.context.__parent__, SETTINGS_KEY), IPageSettings
        )
        if value and value == settings.contact:
            raise Invalid(_("Who looks after the page can not review it."))


WidgetValidatorDiscriminators(
    ReviewerIsSomebodyElse, context=IReviewStorage, field=IContact["contact"]
)


class RelatedPagesAreOthers(SimpleFieldValidator):
    """Material: a link to the page itself leads nowhere."""

    def validate(self, value: list | None, force: bool = False) -> None:
        """See z3c.form.interfaces.IValidator"""
        super().validate(value, force)
        # A relation is validated as its target, the content object.
        if self.context.__parent__ in (value or ()):
            raise Invalid(_("This is the page itself: choose others."))


WidgetValidatorDiscriminators(
    RelatedPagesAreOthers, context=IMediaStorage, field=IPageMedia["related_pages"]
)
