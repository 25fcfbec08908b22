"""Vocabularies that widgets ask for by AJAX: given to who may use the form."""

from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.interfaces import IAnnotationStorage
from collective.annotationforms.permission import check_permission
from plone.app.content.browser.vocabulary import SourceView
from plone.app.z3cform.interfaces import IAjaxSelectWidget
from plone.app.z3cform.utils import get_widget_form
from typing import Any
from z3c.form.interfaces import IValue
from zope.component import adapter
from zope.interface import implementer
from zope.interface import Interface
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IField


@implementer(IValue)
@adapter(IAnnotationStorage, Interface, Interface, IField, IAjaxSelectWidget)
class VocabularyUrl:
    """Points the AJAX select widget to its own view of the form.

    The view of the page, @@getVocabulary, knows the fields of the content type only.
    """

    def __init__(self, storage, request, form, field, widget):
        self.page = storage.__parent__
        self.widget = widget

    def get(self) -> dict[str, str]:
        """Return the options to change."""
        form = get_widget_form(self.widget)
        if not form.__name__:
            # No view of the page: there is no address for it.
            return {}
        view = f"{self.page.absolute_url()}/@@{form.__name__}"
        return {"vocabularyUrl": f"{view}/++widget++{self.widget.name}/@@getSource"}


class StorageSourceView(SourceView):
    """The terms of a field of a form, or what a query finds of them, as JSON."""

    def get_context(self) -> Any:
        """Return the page."""
        return self.context.context.__parent__

    def get_vocabulary(self) -> Any:
        """Return the vocabulary; raises Unauthorized without the form's permission."""
        widget = self.context
        form = get_widget_form(widget)
        if IAnnotationForm.providedBy(form):
            check_permission(form)
        field = widget.field.bind(widget.context)
        if IAjaxSelectWidget.providedBy(widget) and widget.vocabulary:
            return widget.get_vocabulary()
        choice = field.value_type if ICollection.providedBy(field) else field
        return choice.vocabulary
