"""Forms that keep their data in an annotation of the content."""

from AccessControl import Unauthorized
from collective.annotationforms.fields.unshownwidget import rendered
from collective.annotationforms.forms.address import check_permission_when_user_is_known
from collective.annotationforms.forms.address import user_is_unknown
from collective.annotationforms.forms.comeback import come_back
from collective.annotationforms.forms.group import group_class
from collective.annotationforms.forms.group import sharing_content
from collective.annotationforms.forms.request import check_request
from collective.annotationforms.forms.request import is_published
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import AnnotationsHiddenError
from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.interfaces import StorageError
from collective.annotationforms.interfaces import VERSION_POLICIES
from collective.annotationforms.interfaces import VERSIONED
from collective.annotationforms.permission.closed import Closed
from collective.annotationforms.permission.form import check_permission
from collective.annotationforms.registry import remember_class
from collective.annotationforms.saving.changed import changed_values
from collective.annotationforms.saving.changed import is_checked
from collective.annotationforms.saving.lock import check_lock
from collective.annotationforms.saving.merge import ConflictsShown
from collective.annotationforms.saving.merge import ValueConflict
from collective.annotationforms.saving.merge import widgets_by_name
from collective.annotationforms.saving.mergenote import merge_notes
from collective.annotationforms.saving.save import check_storable
from collective.annotationforms.saving.save import SaveRules
from collective.annotationforms.saving.save import saving
from collective.annotationforms.saving.typed import forget_draft
from collective.annotationforms.storage.storage import annotation_storage
from collective.annotationforms.storage.storage import AnnotationStorage
from plone.autoform.form import AutoExtensibleForm
from plone.autoform.view import WidgetsView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from Products.statusmessages.interfaces import IStatusMessage
from z3c.form.button import buttonAndHandler
from z3c.form.button import Buttons
from z3c.form.field import Fields
from z3c.form.form import applyChanges
from z3c.form.form import EditForm
from z3c.form.interfaces import ActionExecutionError
from z3c.form.interfaces import IErrorViewSnippet
from z3c.form.interfaces import IWidget
from zope.component import getMultiAdapter
from zope.interface import implementer
from zope.interface import Invalid

import logging


logger = logging.getLogger(__name__)


@implementer(IAnnotationForm)
class AnnotationStorageMixin(Closed):
    """Mix it in before a form class: the form's data is kept in an annotation.

    See IAnnotationForm for the class variables.  ``update()`` and
    ``applyChanges()`` raise Unauthorized without the permission.
    ``applyChanges()`` raises ActionExecutionError, and stores nothing, if somebody
    else has locked the page or a value can't be stored; and Forbidden if a browser has
    asked for it by GET, or without the token of plone.protect.
    """

    ANNOTATION_STORAGE_KEY = "form_annotation_storage"
    ASSIGN_INTERFACES = ()
    COPY_DATA = True
    DETECT_CONFLICTS = True
    NOTIFY_CONTENT = True
    RESPECT_LOCK = True
    VERSION_POLICY = VERSIONED
    permission = None
    #: Whether the form was reached on the way to a widget, see forms/address.py.
    is_on_the_way = False

    _storage = None

    def __init_subclass__(cls, **arguments):
        super().__init_subclass__(**arguments)
        if cls.VERSION_POLICY not in VERSION_POLICIES:
            raise ValueError(
                f"{cls.__name__}.VERSION_POLICY is {cls.VERSION_POLICY!r}, but must be"
                f" one of {', '.join(map(repr, VERSION_POLICIES))}."
            )
        remember_class(cls)

    @property
    def enableCSRFProtection(self) -> bool:
        """Whether each button needs the token that Plone's templates then have."""
        return is_published(self.request)

    def getContent(self) -> AnnotationStorage:
        """See IAnnotationForm"""
        if self._storage is None:
            self._storage = annotation_storage(
                self.context, self.ANNOTATION_STORAGE_KEY, self.ASSIGN_INTERFACES
            )
            self._storage.__name__ = self.__name__
        return self._storage

    # Every kind of form comes here before it reads a value, with its groups known
    # and not yet made.
    def updateWidgets(self, prefix: str | None = None) -> None:
        """See z3c.form.interfaces.IForm"""
        check_permission_when_user_is_known(self)
        self._refuse_what_is_unusable()
        if hasattr(self, "groups"):
            self.groups = sharing_content(self.groups)
        if hasattr(self, "group_class"):
            # In place of plone.z3cform's class, for fieldsets.
            self.group_class = group_class(self.group_class)
        super().updateWidgets(prefix)

    def _refuse_what_is_unusable(self) -> None:
        """Show a sentence in place of the fields if there can be no data here."""
        try:
            self.getContent().data  # noqa: B018
        except AnnotationsHiddenError:
            # Whoever has written the class is to see it.
            raise
        except StorageError as error:
            logger.warning("The form %s shows nothing: %s", self.__name__, error)
            self.fields, self.groups, self.buttons = Fields(), (), Buttons()
            self.status = _("The data of this form can't be used here.")

    def updateActions(self) -> None:
        """See z3c.form.interfaces.IActionForm"""
        is_unknown = user_is_unknown(self)
        if not is_unknown:
            come_back(self)
        super().updateActions()
        if is_unknown and self.actions.executedActions:
            raise Unauthorized("A form is not executed at the address of a widget.")

    def extractData(self, setErrors: bool = True) -> tuple[dict, tuple]:
        """See z3c.form.interfaces.IForm; all conflicts are named at the top."""
        data, errors = super().extractData(setErrors)
        conflicts = [
            view
            for view in errors
            if isinstance(getattr(view, "error", None), ValueConflict)
        ]
        if conflicts and setErrors:
            error = ConflictsShown(conflicts)
            between = (self.request, None, None, self, self.getContent())
            summary = getMultiAdapter((error, *between), IErrorViewSnippet)
            summary.update()
            self.widgets.errors = (summary, *self.widgets.errors)
        return data, errors

    def applyChanges(self, data: dict) -> dict:
        """See z3c.form.interfaces.IEditForm"""
        check_request(self)
        check_permission(self)
        changed = changed_values(self, data)
        widgets = dict(widgets_by_name(self))
        rules = SaveRules(
            fields={widget.field.__name__: widget.field for widget in widgets.values()},
            notify_content=self.NOTIFY_CONTENT,
            # It is asked before.
            respect_lock=False,
        )
        try:
            self._check_save(changed, widgets)
        except Invalid as error:
            # The form shows it, with everything that was typed.
            raise ActionExecutionError(error) from error
        # What others have changed is in the history of the state before.
        notes = list(merge_notes(widgets.values(), self.request))
        with saving(self.getContent(), rules):
            applied = self._apply(changed)
        forget_draft(self.getContent(), self.request)
        for note in notes:
            IStatusMessage(self.request).addStatusMessage(note, "info")
        return applied

    def _apply(self, changed: dict) -> dict:
        if hasattr(super(), "applyChanges"):
            return super().applyChanges(changed)
        # z3c.form's Form has none, and its handlers want one all the same.
        return applyChanges(self, self.getContent(), changed)

    def _check_save(self, changed: dict, widgets: dict[str, IWidget]) -> None:
        if self.RESPECT_LOCK and changed:
            check_lock(self.context)
        for name, value in changed.items():
            widget = widgets.get(name)
            if widget and is_checked(widget, value):
                continue
            field, label = (widget.field, widget.label) if widget else (None, name)
            check_storable(self.getContent(), name, value, field=field, label=label)


class AnnotationEditForm(AnnotationStorageMixin, AutoExtensibleForm, EditForm):
    """A form with Save and Cancel: give it a `schema` and a `label`.

    Saving needs the permission, leads back to the page and tells what was done.
    """

    schema = None
    permission = "Modify portal content"
    is_ready_made = True
    enableCSRFProtection = True

    label = _("Edit form data")
    success_message = _("Changes saved.")
    no_changes_message = _("Nothing was changed.")
    cancel_message = _("Edit cancelled.")

    @buttonAndHandler(_("Save"), name="save")
    def handle_save(self, action) -> None:
        """Save what was typed and leave, or stay and show the errors."""
        data, errors = self.extractData()
        if errors:
            self.status = self.formErrorsMessage
            return
        changes = self.applyChanges(data)
        self._leave(self.success_message if changes else self.no_changes_message)

    @buttonAndHandler(_("Cancel"), name="cancel")
    def handle_cancel(self, action) -> None:
        """Leave without a change."""
        self._leave(self.cancel_message)

    def nextURL(self) -> str:
        """Return the address to go to after Save and Cancel: that of the page."""
        state = getMultiAdapter(
            (self.context, self.request), name="plone_context_state"
        )
        return state.view_url()

    def _leave(self, message: str) -> None:
        IStatusMessage(self.request).addStatusMessage(message, "info")
        self.request.response.redirect(self.nextURL())


class AnnotationView(AnnotationStorageMixin, WidgetsView):
    """A page that shows the data: give it a `schema` and a `label`."""

    permission = "View"
    is_ready_made = True
    label = _("Form data")
    description = ""
    status = ""
    index = ViewPageTemplateFile("templates/view.pt")

    def shown(self, widget: IWidget) -> str:
        """Return the HTML of a widget, or of a sentence if it can't be shown."""
        return rendered(widget)
