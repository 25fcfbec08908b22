"""The addresses of widgets, ``@@form/++widget++name``, and of what is below them.

On the way to a widget a form is updated before Zope knows the user: plone.z3cform marks
the request meanwhile.  So everything is asked as soon as the user is known.
"""

from AccessControl import Unauthorized
from Acquisition import aq_base
from collections.abc import Iterator
from collective.annotationforms.fields.innerwidget import all_inner_widgets
from collective.annotationforms.forms.sent import columns_on_path
from collective.annotationforms.interfaces import describe_page
from collective.annotationforms.interfaces import IAnnotationForm
from collective.annotationforms.interfaces import IStorageWidget
from collective.annotationforms.interfaces import IStorageWidgetPart
from collective.annotationforms.permission.column import Columns
from collective.annotationforms.permission.form import check_permission
from collective.annotationforms.permission.form import columns_in_form
from collective.annotationforms.permission.form import may_use_form_field
from collective.annotationforms.permission.form import whole_form
from collective.annotationforms.permission.path import is_content
from collective.annotationforms.saving.merge import widgets_by_name
from collective.annotationforms.storage.partialschema import with_columns
from plone.app.z3cform.interfaces import IPloneFormLayer
from plone.z3cform.interfaces import IDeferSecurityCheck
from plone.z3cform.interfaces import IFormWrapper
from plone.z3cform.traversal import FormWidgetTraversal
from plone.z3cform.traversal import WrapperWidgetTraversal
from typing import Any
from z3c.form.interfaces import IForm
from z3c.form.interfaces import IWidget
from zope.component import adapter
from zope.component import queryMultiAdapter
from zope.interface import alsoProvides
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse
from zope.publisher.interfaces import NotFound
from zope.publisher.interfaces.browser import IBrowserRequest


class WidgetsOnly:
    """Mixed into the traversal of ``++widget++``: NotFound where there is no widget."""

    __roles__ = ()

    _form: IForm | None = None

    def traverse(self, name: str, ignored: Any) -> IWidget:
        """See zope.traversing.interfaces.ITraversable"""
        try:
            widget = super().traverse(name, ignored)
        except ValueError as error:
            if IDeferSecurityCheck.providedBy(self.request):
                # The form could not be updated.
                raise
            # plone.z3cform expects more than the name of a row.
            raise NotFound(self.context, name, self.request) from error
        is_ours = IAnnotationForm.providedBy(self._form)
        if is_ours and not IStorageWidget.providedBy(widget) and self._is_published():
            alsoProvides(widget, IStorageWidgetPart)
        return widget

    def _prepareForm(self) -> IForm:
        # A wrapper may make another form whenever it is asked for it.
        self._form = super()._prepareForm()
        if IAnnotationForm.providedBy(self._form):
            self._form.is_on_the_way = self._is_published()
        return self._form

    def _is_published(self) -> bool:
        """Tell whether the path of the request leads here, not one in code."""
        parents = self.request.get("PARENTS", ())
        return any(aq_base(parent) is aq_base(self.context) for parent in parents)


@adapter(IAnnotationForm, IBrowserRequest)
class FormTraversal(WidgetsOnly, FormWidgetTraversal):
    """Leads from a form to its widgets, and to what is in these."""


@adapter(IFormWrapper, IPloneFormLayer)
class WrapperTraversal(WidgetsOnly, WrapperWidgetTraversal):
    """The same from what plone.z3cform wraps around a form, be it ours or not."""


@implementer(IPublishTraverse)
@adapter(IStorageWidget, IBrowserRequest)
class ViewsOfWidget:
    """Leads from a widget to views of it: Zope would try its attributes, too."""

    __roles__ = ()

    def __init__(self, widget: IWidget, request: Any):
        self.widget = widget

    def publishTraverse(self, request: Any, name: str) -> Any:
        """See IPublishTraverse"""
        view = queryMultiAdapter((self.widget, request), name=name)
        return Nothing() if view is None else view


@adapter(IStorageWidgetPart, IBrowserRequest)
class ViewsOfPart(ViewsOfWidget):
    """The same for a widget within a widget."""


@implementer(IPublishTraverse)
class Nothing:
    """What is at an address that leads to nothing, until Zope knows who wants to know.

    Who may not use the widget is told the same of what is there and what is not.
    """

    def publishTraverse(self, request: Any, name: str) -> "Nothing":
        """See IPublishTraverse"""
        return self

    def __call__(self) -> None:
        """Raise NotFound, to whom `_check_published` has not refused it."""
        raise NotFound(self, "", None)


def user_is_unknown(form: IForm) -> bool:
    """Tell whether the form, or that of a group, is updated on the way to a widget.

    The mark of plone.z3cform alone does not tell: it stays on a request whose traversal
    has failed, and other forms may be on the page that shows the error.
    """
    is_on_the_way = getattr(whole_form(form), "is_on_the_way", False)
    return is_on_the_way and IDeferSecurityCheck.providedBy(form.request)


def check_permission_when_user_is_known(form: IAnnotationForm) -> None:
    """Check the permission now, or as soon as the request is authenticated.

    Raises Unauthorized; and NotFound for what is published below a widget, but is no
    view of it, and for a form of anything but content.
    """
    if not is_content(form.context):
        # A form for all objects is a view of each form, and of each widget, too.
        raise NotFound(form.context, form.__name__, form.request)
    if user_is_unknown(form):
        form.request.post_traverse(_check_published, (form,))
    else:
        check_permission(form)


def _check_published(form: IAnnotationForm) -> None:
    check_permission(form)
    # What is published is not among its parents.
    path = [form.request["PUBLISHED"], *form.request["PARENTS"]]
    for number, published in enumerate(path):
        if IWidget.providedBy(published):
            # Before it is told what there is: a row that is none has a widget, too.
            _check_field(published, form)
            _check_there(published, form)
            _check_views(published, path[:number], form.request)
            return
    raise NotFound(form, form.request["URL"], form.request)


def _check_there(published: IWidget, form: IAnnotationForm) -> None:
    """Raise NotFound if the form has no such widget."""
    for widget in _outermost(published, form):
        for one in (widget, *all_inner_widgets(widget)):
            if aq_base(one) is aq_base(published):
                return
    raise NotFound(form, form.request["URL"], form.request)


def _check_views(widget: IWidget, published: list, request: Any) -> None:
    """Raise NotFound for an attribute: only views of a widget have an address."""
    for item in published:
        # A method of a view, its call as a rule, or a view that is traversed further.
        view = getattr(item, "__self__", item)
        if aq_base(getattr(view, "context", None)) is not aq_base(widget):
            raise NotFound(widget, request["URL"], request)


def _check_field(published: IWidget, form: IAnnotationForm) -> None:
    """Raise Unauthorized if the user may not use the field of a widget.

    plone.autoform leaves out such fields, but not as long as it doesn't know the user.
    """
    outermost = list(_outermost(published, form))
    if not outermost or not all(_may_use(widget, published) for widget in outermost):
        raise Unauthorized(
            f"You are not allowed to use the field {published.name} of"
            f" {describe_page(form.context)}."
        )


def _outermost(published: IWidget, form: IAnnotationForm) -> Iterator[IWidget]:
    """Yield the widget of the form that is published, or that has it as a part."""
    for _name, widget in widgets_by_name(form):
        if f"{published.name}.".startswith(f"{widget.name}."):
            yield widget


def _may_use(widget: IWidget, published: IWidget) -> bool:
    """Tell whether the user may use the field of a widget, and all that is published.

    It was made for a user who was not known: with all columns of rows.
    """
    # A group has its own fields; a widget is called as its form field.
    form_field = widget.form.fields[widget.__name__]
    if not may_use_form_field(form_field, widget.mode, widget.form):
        return False
    page = whole_form(widget.form).context
    keeps = columns_in_form(Columns(page), widget.mode, widget.form)
    path = published.name[len(widget.name) + 1 :].split(".")
    columns = columns_on_path(widget.field, [step for step in path if step])
    return all(keeps(schema, name) for schema, name in columns) and (
        published.field is None
        or with_columns(published.field, keeps) is published.field
    )
