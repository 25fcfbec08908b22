"""Conflicts as an editor sees them: the other value, whose it is, and a choice."""

from AccessControl import getSecurityManager
from collective.annotationforms.fields.innerwidget import has_parts
from collective.annotationforms.fields.moment import show_moments
from collective.annotationforms.fields.password import hide_passwords
from collective.annotationforms.fields.unfitwidget import text_of_unfit
from collective.annotationforms.fields.unshownwidget import FAULTS
from collective.annotationforms.fields.unshownwidget import input_of_unshown
from collective.annotationforms.fields.unshownwidget import log_fault
from collective.annotationforms.fields.unshownwidget import note_in_place_of
from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.interfaces import IUnfitField
from collective.annotationforms.permission.closed import Closed
from collective.annotationforms.saving.merge import ALL_THEIRS
from collective.annotationforms.saving.merge import choice_name
from collective.annotationforms.saving.merge import next_token
from collective.annotationforms.saving.merge import ValueConflict
from collective.annotationforms.saving.partfile import link_files
from collective.annotationforms.saving.shownrows import show_kept_parts
from collective.annotationforms.saving.token import current_value
from collective.annotationforms.saving.token import has_token
from collective.annotationforms.saving.token import shown_value
from collective.annotationforms.saving.token import token_name
from collective.annotationforms.saving.username import name_of_user
from collective.annotationforms.storage.history import Change
from collective.annotationforms.storage.history import last_change_of
from collective.annotationforms.widgets.difference import as_html
from collective.annotationforms.widgets.difference import difference
from collective.annotationforms.widgets.language import language_of
from collective.annotationforms.widgets.rowtoken import row_tokens
from collective.annotationforms.widgets.rowtoken import with_row_tokens
from collective.annotationforms.widgets.script import script_of_form
from DateTime import DateTime
from html import escape
from plone.app.z3cform.views import RenderWidget
from plone.namedfile.interfaces import INamedField
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from typing import Any
from z3c.form.error import ErrorViewSnippet
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import IContextAware
from z3c.form.interfaces import IErrorViewSnippet
from z3c.form.interfaces import IFieldWidget
from z3c.form.interfaces import IFormAware
from z3c.form.interfaces import INPUT_MODE
from z3c.form.interfaces import ITextAreaWidget
from z3c.form.interfaces import IWidget
from zope.browserpage.viewpagetemplatefile import (
    ViewPageTemplateFile as ZopeTemplateFile,
)
from zope.component import adapter
from zope.component import getMultiAdapter
from zope.i18n import translate
from zope.i18nmessageid import Message
from zope.interface import alsoProvides
from zope.interface import implementer
from zope.interface import Interface
from zope.schema.interfaces import IPassword
from zope.schema.interfaces import IText


class ConflictView(ErrorViewSnippet):
    """Says who stored another value and when, shows it, and lets the editor choose."""

    # Not an address: it shows a stored value.
    __roles__ = ()

    template = ViewPageTemplateFile("templates/conflict.pt")
    all_theirs = ALL_THEIRS
    #: Whether theirs can be chosen here for all conflicts of the form.
    offers_all = False

    def update(self) -> None:
        """See z3c.form.interfaces.IErrorViewSnippet"""
        super().update()
        # What the widget says of it is forgotten when a converter updates the widget.
        if self.widget.form.widgets.setErrors:
            self.widget.error = self

    def createMessage(self) -> Message:
        """Return who stored another value, and when, as far as it is known."""
        change = last_change_of(self.content, self.field)
        if change is None:
            return _("Somebody else has changed this field while you edited it.")
        mapping = {"user": self._name_of_user(change), "time": self._time(change)}
        # In another window, or before going back to the form in this one.
        if change.user and change.user == getSecurityManager().getUser().getId():
            return _(
                "You changed this in another window, or before you went back in this"
                " one, on ${time}.",
                mapping=mapping,
            )
        return _(
            "${user} has changed this field while you edited it, on ${time}.",
            mapping=mapping,
        )

    def render(self) -> str:
        """See z3c.form.interfaces.IErrorViewSnippet"""
        return self.template()

    def choice_name(self) -> str:
        """Return the name of the radio buttons."""
        return choice_name(self.widget)

    def other_value(self) -> str | None:
        """Return what is stored, as HTML; None if there is nothing to show."""
        current = current_value(self.widget)
        if self.is_secret() or current in (None, "", [], (), {}, set()):
            return None
        shown = _display_widget(self.widget)
        if ITextAreaWidget.providedBy(shown) and isinstance(current, str):
            # It would show several lines in one.
            return f'<span id="{escape(shown.id)}">{as_html(current)}</span>'
        return shown.render()

    def difference(self) -> str | None:
        """Return what differs from what was typed, as HTML; None if it isn't known."""
        mine, theirs = self.widget.sent, current_value(self.widget)
        if self.is_secret() or not self._are_texts(mine, theirs):
            return None
        return difference(mine, theirs)

    def is_secret(self) -> bool:
        """Tell whether the value must not be shown."""
        return IPassword.providedBy(self.field)

    def _are_texts(self, *values: Any) -> bool:
        return IText.providedBy(self.field) and all(
            isinstance(value, str) for value in values
        )

    def _name_of_user(self, change: Change) -> str | Message:
        if not change.user:
            return _("Somebody else")
        return name_of_user(self.content.__parent__, change.user)

    def _time(self, change: Change) -> str:
        page = self.content.__parent__
        plone = getMultiAdapter((page, self.request), name="plone")
        return plone.toLocalizedTime(DateTime(change.when), long_format=True)


@implementer(IErrorViewSnippet)
@adapter(ValueConflict, Interface, None, None, Interface, Interface)
def view_of_conflict(
    error: ValueConflict,
    request: Any,
    widget: None,
    field: None,
    form: Any,
    content: Any,
) -> ConflictView:
    """Return the view of a conflict, which z3c.form takes for an error of the form."""
    widget = error.widget
    return ConflictView(error, request, widget, widget.field, form, content)


class RenderStorageWidget(Closed, RenderWidget):
    """A widget in its form, with the token of its field."""

    def __call__(self) -> str:
        """Return the HTML of the widget, and of a hidden input with the token."""
        widget = self.context
        tokens = None
        if has_parts(widget):
            tokens = self._row_tokens()
            if IAnnotationStorage.providedBy(widget.context):
                # Buttons for rows make their widgets anew.
                link_files(widget)
        try:
            html = self._rendered() + self._note_of_unfit()
        except FAULTS:
            if not IAnnotationStorage.providedBy(widget.context):
                raise
            log_fault(widget.name)
            return self._unshown()
        if tokens is not None:
            html = with_row_tokens(html, widget, tokens)
        html += script_of_form(widget)
        token = self._token()
        if token is None:
            return html
        name, token = escape(token_name(widget)), escape(token)
        return f'{html}<input type="hidden" name="{name}" value="{token}" />'

    def _unshown(self) -> str:
        """Return what stands in the place of the widget, and says so when sent."""
        widget = self.context
        label = escape(translate(widget.label, context=self.request))
        return (
            f'<div class="mb-3 field" id="formfield-{escape(widget.id)}">'
            f'<b class="widget-label form-label d-block">{label}</b>'
            f"{note_in_place_of(widget)}{input_of_unshown(widget)}</div>"
        )

    def _rendered(self) -> str:
        template = getattr(self.index, "__func__", None)
        is_ours = IAnnotationStorage.providedBy(self.context.context)
        language = language_of(self.context) if is_ours else None
        if language is None or not isinstance(template, ZopeTemplateFile):
            return super().__call__()
        namespace = template.pt_getContext(self, self.request)
        namespace["target_language"] = language
        return template.pt_render(namespace)

    def _token(self) -> str | None:
        """Return the token of the field, None if there is none."""
        widget = self.context
        # Those of a form are made at once.
        token = getattr(widget.__parent__, "tokens", {}).get(widget.name)
        if token is None and has_token(widget):
            return next_token(widget)
        return token

    def _row_tokens(self) -> dict[str, str] | None:
        """Return the tokens of rows, whether conflicts are detected or not.

        None for a widget that is for no input of the storage.
        """
        widget = self.context
        is_ours = IAnnotationStorage.providedBy(widget.context)
        if not is_ours or widget.ignoreContext or widget.mode == DISPLAY_MODE:
            return None
        shown = shown_value(widget)
        if widget.request.form:
            # Widgets of rows make those of their cells anew when they are extracted.
            show_kept_parts(widget.context, widget, shown)
        return row_tokens(widget.context, widget, shown)

    def _note_of_unfit(self) -> str:
        """Return what is stored, if the widget for input can't show it."""
        widget = self.context
        if widget.mode != INPUT_MODE or not IUnfitField.providedBy(widget.field):
            return ""
        stored = text_of_unfit(widget.context, widget.field)
        message = _(
            "What is stored does not fit this field, and stays until you enter a new"
            " value: ${value}",
            mapping={"value": stored},
        )
        text = escape(translate(message, context=self.request))
        return f'<div class="form-text text-danger">{text}</div>'


def _display_widget(widget: IWidget) -> IWidget:
    """Return a widget that shows what the field of `widget` has now."""
    form_field = widget.form.fields[widget.__name__]
    # Rows read what was sent, whatever they are told: it is not in the clone.
    request = widget.request.clone()
    # Else Plone would let the whole form ignore what was sent.
    request.method = widget.request.method
    request.environ["REQUEST_METHOD"] = widget.request.method
    request.set("LANGUAGE", widget.request.get("LANGUAGE"))
    factories = form_field.widgetFactory
    factory = factories.get(DISPLAY_MODE) or factories.get(widget.mode)
    if factory is None:
        shown = getMultiAdapter((widget.field, request), IFieldWidget)
    else:
        shown = factory(widget.field, request)
    # Hidden inputs for the number of rows are not to be sent twice; the link to a
    # file is made from the name of the widget that serves it.
    is_file = INamedField.providedBy(widget.field)
    shown.name = widget.name if is_file else f"{widget.name}-other"
    shown.id = f"{widget.id}-other"
    shown.context = widget.context
    shown.form = widget.form
    shown.ignoreRequest = True
    shown.mode = DISPLAY_MODE
    alsoProvides(shown, IContextAware, IFormAware)
    shown.update()
    show_moments(shown, current_value(widget))
    hide_passwords(shown)
    link_files(shown, widget.name)
    return shown
