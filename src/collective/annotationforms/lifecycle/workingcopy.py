"""Working copies of plone.app.iterate: data of their own, brought over at check-in.

Whoever checks a page out owns the working copy: it has the values that they may read,
and nobody may do more in it than in the page.  At check-in the page gets what they may
write; the rest stays on it.
"""

from collective.annotationforms.catalog.inventory import storage_keys
from collective.annotationforms.interfaces import IOriginalPage
from collective.annotationforms.interfaces import IRegisteredForm
from collective.annotationforms.lifecycle.copies import withheld_names
from collective.annotationforms.permission.access import Access
from collective.annotationforms.registry import form_of
from collective.annotationforms.registry import known_keys
from collective.annotationforms.saving.replacement import replace_data
from collective.annotationforms.storage.loading import why_unreadable
from collective.annotationforms.storage.storage import stored_mappings
from collective.annotationforms.storage.value import same
from persistent.mapping import PersistentMapping
from plone.app.iterate.interfaces import ICheckinCheckoutPolicy
from plone.app.iterate.interfaces import IWorkingCopy
from typing import Any
from zope.annotation.interfaces import IAnnotations
from zope.component import adapter
from zope.component.hooks import getSite
from zope.copy import clone
from zope.interface import implementer


#: The annotation of a working copy in which it is kept what it did not get: annotation
#: key -> names.  No value that is missing for this reason was deleted in it.
WITHHELD = "collective.annotationforms.withheld"


@adapter(IWorkingCopy)
@implementer(IOriginalPage)
def original_of(working_copy: Any) -> Any:
    """Return the page that was checked out, the site if it is gone.

    The roles that somebody has on the working copy alone open nothing then, either.
    """
    try:
        original = ICheckinCheckoutPolicy(working_copy).getBaseline()
    except KeyError:
        # Its relation is left, and leads nowhere.
        original = None
    return getSite() if original is None else original


def give_data_to_working_copy(event: Any) -> None:
    """Copy the data of the page; `event` is plone.app.iterate's ICheckoutEvent.

    The working copy of an item is a copy, without what its forms don't want to be
    copied; that of a folderish page has the very mappings of the page.
    """
    page, working_copy = event.object, event.working_copy
    copies, ours = stored_mappings(working_copy, known_keys()), storage_keys(page)
    withheld = {}
    for key, stored in stored_mappings(page, known_keys()).items():
        if why_unreadable(stored) is not None:
            # What can't be read is not given away, and stays on the page.
            IAnnotations(working_copy).pop(key, None)
            continue
        form = form_of(page, key)
        names = withheld_names(page, form, stored)
        if names:
            withheld[key] = names
        if copies.get(key, stored) is not stored:
            # It has a copy already, without these, and with less in rows.
            _give_whole_rows(copies[key], stored)
            continue
        given = {name: stored[name] for name in stored if name not in names}
        if key in ours:
            IAnnotations(working_copy).pop(key, None)
            replace_data(working_copy, form, clone(given))
        else:
            IAnnotations(working_copy)[key] = clone(stored)
    if withheld:
        IAnnotations(working_copy)[WITHHELD] = withheld


def _give_whole_rows(copied: PersistentMapping, stored: PersistentMapping) -> None:
    """Let the copy have rows as they are stored: some are without columns.

    Nobody may see more of them there than on the page, and at check-in each row still
    has what was withheld.
    """
    for name, value in copied.items():
        if not same(None, value, stored[name]):
            copied[name] = clone(stored[name])


def bring_data_back(event: Any) -> None:
    """Give the working copy's data to the page; `event` is an ICheckinEvent.

    plone.app.iterate puts the other mappings of the working copy in place of those of
    the page, and leaves on the page what the working copy has no longer.
    """
    page, working_copy = event.baseline, event.object
    old, new = (
        stored_mappings(page, known_keys()),
        stored_mappings(working_copy, known_keys()),
    )
    withheld = IAnnotations(working_copy).pop(WITHHELD, {})
    ours = {*storage_keys(page), *storage_keys(working_copy)}
    for key in sorted(ours):
        form = form_of(page, key)
        both = (old.get(key), new.get(key))
        if any(why_unreadable(stored) is not None for stored in both):
            continue
        if key in new or form.is_known:
            values = dict(new.get(key, {}))
            # Its relations are the page's from now on.
            form.storage(working_copy).remove()
            # plone.app.iterate has a lock of its own on the page, and tells it in the
            # end.
            replace_data(
                page, form, _brought_back(page, form, values, withheld.get(key, ()))
            )


def _brought_back(
    page: Any, form: IRegisteredForm, values: dict[str, Any], withheld: Any
) -> dict[str, Any]:
    """Return what the page is to have: values of the working copy, and its own."""
    if not form.is_known:
        return values
    live = dict(form.storage(page).data)
    access = Access(page, form)
    is_new = {
        name: access.may_write(name) and (name in values or name not in withheld)
        for name in {**live, **values}
    }
    return {
        name: access.written(name, values[name], live.get(name)) if new else live[name]
        for name, new in is_new.items()
        if name in (values if new else live)
    }
