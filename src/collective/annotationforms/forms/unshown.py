"""Fields that can't be shown: a form has a sentence in their place, and all others.

They are only displayed, so that a save leaves what is stored in them.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collective.annotationforms.fields.unshownwidget import FAULTS
from collective.annotationforms.fields.unshownwidget import log_fault
from collective.annotationforms.fields.unshownwidget import unshown_name
from collective.annotationforms.fields.unshownwidget import UnshownFieldWidget
from copy import copy
from z3c.form.field import Field
from z3c.form.field import FieldWidgets
from z3c.form.interfaces import DISPLAY_MODE


def update_widgets(widgets: FieldWidgets, update: Callable[[], None]) -> None:
    """Call `update`; if that fails, again without the fields that are to blame."""
    try:
        update()
    except FAULTS:
        _leave_out(widgets, [*_faulty(widgets, update)])
        update()
    if widgets.request.form:
        unshown = [*_unshown_before(widgets)]
        if unshown:
            _leave_out(widgets, unshown)
            update()


def _faulty(widgets: FieldWidgets, update: Callable[[], None]) -> Iterator[str]:
    """Yield the names of the fields that fail when they are alone."""
    form = widgets.form
    fields = form.fields
    for name, field in fields.items():
        _forget(widgets)
        form.fields = type(fields)(field)
        try:
            update()
        except FAULTS:
            log_fault(name)
            yield name
    form.fields = fields


def _unshown_before(widgets: FieldWidgets) -> Iterator[str]:
    """Yield the names of fields that the form did not show when it was sent.

    What is stored stays, also if it could be shown by now: nothing was sent for it.
    Where nothing is stored, what a browser says is tried: else it could leave out a
    field that is required.
    """
    for name, widget in widgets.items():
        if unshown_name(widget.name) not in widgets.request.form:
            continue
        if widget.field.__name__ in widgets.content:
            yield name
            continue
        try:
            widget.render()
        except FAULTS:
            yield name


def _leave_out(widgets: FieldWidgets, names: list[str]) -> None:
    form = widgets.form
    form.fields = type(form.fields)(
        *(
            _only_said(field) if name in names else field
            for name, field in form.fields.items()
        )
    )
    _forget(widgets)


def _only_said(field: Field) -> Field:
    """Return a copy of a form's field with a sentence for a widget."""
    made = copy(field)
    factories = copy(field.widgetFactory)
    factories[DISPLAY_MODE] = UnshownFieldWidget
    # Past the properties, which validate and notify.
    vars(made).update(mode=DISPLAY_MODE, _widgetFactories=factories)
    return made


def _forget(widgets: FieldWidgets) -> None:
    """Let all widgets be made anew."""
    widgets.create_according_to_list({}, [])
