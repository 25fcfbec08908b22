"""Working copies of plone.app.iterate: data of their own, brought over at check-in."""

from collective.annotationforms.catalog.relations import catalog_replaced_data
from collective.annotationforms.lifecycle.copies import forms_of
from collective.annotationforms.storage.storage import stored_mappings
from typing import Any
from zope.annotation.interfaces import IAnnotations
from zope.copy import clone


def give_data_to_working_copy(event: Any) -> None:
    """Copy the data of the page; `event` is plone.app.iterate's ICheckoutEvent.

    The working copy of an item is a copy, without what its forms don't want to be
    copied; that of a folderish page has the very mappings of the page.
    """
    copies = stored_mappings(event.working_copy)
    for key, stored in stored_mappings(event.object).items():
        if copies.get(key, stored) is stored:
            copied = IAnnotations(event.working_copy)[key] = clone(stored)
            catalog_replaced_data(event.working_copy, key, {}, copied)


def bring_data_back(event: Any) -> None:
    """Give the working copy's data to the page; `event` is an ICheckinEvent.

    plone.app.iterate does so as well, but leaves on the page what the working copy
    has no longer, and knows nothing of relations.
    """
    old, new = stored_mappings(event.baseline), stored_mappings(event.object)
    annotations = IAnnotations(event.baseline)
    for key in {**old, **new}:
        if key in new:
            catalog_replaced_data(event.object, key, new[key], {})
            annotations[key] = new[key]
        elif forms_of(key):
            del annotations[key]
        else:
            continue
        catalog_replaced_data(event.baseline, key, old.get(key, {}), new.get(key, {}))
