"""Vocabularies that widgets ask for by AJAX: given to who may use the form."""

from collective.annotationforms.i18n import _
from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.permission.closed import Closed
from collective.annotationforms.permission.form import check_permission
from collective.annotationforms.permission.form import only_displays
from collective.annotationforms.widgets.question import BadQuestionError
from collective.annotationforms.widgets.question import check_question
from DateTime.interfaces import DateTimeError
from json import dumps
from plone.app.content.browser.vocabulary import SourceView
from plone.app.z3cform.interfaces import IAjaxSelectWidget
from plone.app.z3cform.utils import get_widget_form
from Products.ZCatalog.Catalog import CatalogError
from Products.ZCTextIndex.ParseTree import ParseError
from typing import Any
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import IValue
from z3c.form.interfaces import IWidget
from zope.component import adapter
from zope.i18n import translate
from zope.i18nmessageid import Message
from zope.interface import implementer
from zope.interface import Interface
from zope.publisher.interfaces import NotFound
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IField

import logging


logger = logging.getLogger(__name__)

# What indexes, vocabularies and JSON raise for values that they do not expect.
BAD_ANSWERS = (
    ArithmeticError,
    AttributeError,
    CatalogError,
    DateTimeError,
    LookupError,
    ParseError,
    TypeError,
    ValueError,
)


@implementer(IValue)
@adapter(IAnnotationStorage, Interface, Interface, IField, IAjaxSelectWidget)
class VocabularyUrl:
    """Points the AJAX select widget to its own view of the form.

    The view of the page, @@getVocabulary, knows the fields of the content type only.
    """

    __roles__ = ()

    def __init__(self, storage, request, form, field, widget):
        self.page = storage.__parent__
        self.widget = widget

    def get(self) -> dict[str, str]:
        """Return the options to change."""
        form = _form_of(self.widget)
        if not form.__name__:
            # No view of the page: there is no address for it.
            return {}
        view = f"{self.page.absolute_url()}/@@{form.__name__}"
        return {"vocabularyUrl": f"{view}/++widget++{self.widget.name}/@@getSource"}


class StorageSourceView(Closed, SourceView):
    """The terms of a field of a form, or what a query finds of them, as JSON."""

    def __call__(self) -> str:
        """Return JSON, with the status 400 and a sentence for a wrong question.

        Raises NotFound if the field has no terms, or if it is only displayed.
        """
        if self._has_terms():
            try:
                return self._answer()
            except BadQuestionError as error:
                return self._refusal(error.message)
        raise NotFound(self.context, "getSource", self.request)

    def get_context(self) -> Any:
        """Return the page."""
        return _form_of(self.context).context

    def get_vocabulary(self) -> Any:
        """Return the vocabulary; raises Unauthorized without the form's permission."""
        widget = self.context
        form = _form_of(widget)
        if IAnnotationForm.providedBy(form):
            check_permission(form)
        if IAjaxSelectWidget.providedBy(widget) and widget.vocabulary:
            return widget.get_vocabulary()
        return _choice_of(widget.field.bind(widget.context)).vocabulary

    def _has_terms(self) -> bool:
        widget = self.context
        if widget.mode == DISPLAY_MODE or only_displays(_form_of(widget)):
            # Terms are for who may choose one: they may name users, or hidden pages.
            return False
        if IAjaxSelectWidget.providedBy(widget) and widget.vocabulary:
            return True
        return IChoice.providedBy(_choice_of(widget.field))

    def _answer(self) -> str:
        check_question(self.request.get)
        try:
            return super().__call__()
        except BAD_ANSWERS as error:
            # What an index makes of a query, or a term that Plone can't write as text.
            name = self.context.name
            logger.warning("No answer from the terms of %s", name, exc_info=True)
            raise BadQuestionError(_("This can't be answered.")) from error

    def _refusal(self, message: Message) -> str:
        response = self.request.response
        response.setStatus(400)
        response.setHeader("Content-Type", "application/json; charset=utf-8")
        return dumps({"error": translate(message, context=self.request)})


def _form_of(widget: IWidget) -> Any:
    """Return the form that a widget is in, not its group or the widget around it."""
    form = get_widget_form(widget)
    while getattr(form, "parentForm", None) is not None:
        form = form.parentForm
    return form


def _choice_of(field: IField) -> IField:
    return field.value_type if ICollection.providedBy(field) else field
