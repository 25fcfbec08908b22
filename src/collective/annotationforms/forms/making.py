"""The widgets of a form, made as z3c.form makes them, but each marked only once."""

from collective.annotationforms.forms.mark import mark
from collective.annotationforms.interfaces import IStorageWidget
from functools import cache
from functools import partial
from z3c.form.field import AfterWidgetUpdateEvent
from z3c.form.field import Field
from z3c.form.field import FieldWidgets
from z3c.form.interfaces import DISPLAY_MODE
from z3c.form.interfaces import IContextAware
from z3c.form.interfaces import IDataManager
from z3c.form.interfaces import IFieldWidget
from z3c.form.interfaces import IFormAware
from z3c.form.interfaces import IWidget
from z3c.form.util import expandPrefix
from zope.component import getMultiAdapter
from zope.event import notify
from zope.location import locate


def read_rows_once(widget: IWidget) -> None:
    """Let a data grid read what is stored once, from now on, and not for each row."""
    read = getattr(type(widget), "_get_stored_rows", None)
    if read is not None:
        widget._get_stored_rows = cache(partial(read, widget))


class MarkedWidgets(FieldWidgets):
    """Makes a widget for each field of the form; see z3c.form.interfaces.IWidgets.

    z3c.form marks a widget with what it is aware of, and we would mark it again.  Each
    time, its interfaces are put in their order.
    """

    __roles__ = ()

    def update(self) -> None:
        """See z3c.form.interfaces.IWidgets"""
        prefix = expandPrefix(self.form.prefix) + expandPrefix(self.prefix)
        made = dict(self)
        for name, form_field in self.form.fields.items():
            mode = self._mode_on_page(form_field)
            widget = made.get(name)
            if widget is None:
                widget = self._made(form_field, mode)
            widget.name = prefix + name
            self._tell(widget, form_field, mode)
            read_rows_once(widget)
            widget.update()
            notify(AfterWidgetUpdateEvent(widget))
            self.hasRequiredFields = self.hasRequiredFields or widget.required
            if name not in made:
                made[name] = widget
                locate(widget, self, name)
        self.create_according_to_list(made, self.form.fields)

    def mode_of(self, form_field: Field) -> str:
        """Return the mode of a field, whatever its data manager says."""
        readonly = form_field.field.readonly and not self.ignoreReadonly
        return form_field.mode or (DISPLAY_MODE if readonly else self.mode)

    def _mode_on_page(self, form_field: Field) -> str:
        mode = self.mode_of(form_field)
        if form_field.mode is not None or self._ignores_context(form_field):
            return mode
        manager = getMultiAdapter((self.content, form_field.field), IDataManager)
        return mode if manager.canWrite() else DISPLAY_MODE

    def _ignores_context(self, form_field: Field) -> bool:
        ignores = form_field.ignoreContext
        return self.ignoreContext if ignores is None else ignores

    def _made(self, form_field: Field, mode: str) -> IWidget:
        factory = form_field.widgetFactory.get(mode)
        if factory is None:
            return getMultiAdapter((form_field.field, self.request), IFieldWidget)
        return factory(form_field.field, self.request)

    def _tell(self, widget: IWidget, form_field: Field, mode: str) -> None:
        """Tell a widget its id, its form and its mode."""
        widget.id = widget.name.replace(".", "-")
        widget.context = self.content
        widget.form = self.form
        mark(widget, IContextAware, IFormAware, IStorageWidget)
        widget.ignoreContext = self._ignores_context(form_field)
        widget.ignoreRequest = self.ignoreRequest
        if form_field.showDefault is not None:
            widget.showDefault = form_field.showDefault
        widget.mode = mode
