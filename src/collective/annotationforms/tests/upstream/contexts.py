"""Puts our storage in the place of what tests give to widgets and forms."""

from Acquisition import aq_base
from collections.abc import Iterator
from collective.annotationforms import annotation_storage
from collective.annotationforms.storage.storage import AnnotationStorage
from plone.dexterity.interfaces import IDexterityContent
from plone.dexterity.utils import iterSchemata
from types import ModuleType
from typing import Any
from unittest import mock
from z3c.form.form import BaseForm
from z3c.form.interfaces import IDataManager
from z3c.form.interfaces import IForm
from z3c.form.widget import Widget
from zope.annotation.interfaces import IAnnotations
from zope.annotation.interfaces import IAttributeAnnotatable
from zope.component import getMultiAdapter
from zope.component.hooks import getSite
from zope.interface import alsoProvides
from zope.schema import getFieldsInOrder
from zope.schema.interfaces import IField

import unittest


KEY = "upstream"


class OnStorage:
    """Mixed in before a TestCase: widgets and forms get a storage for content."""

    def run(self, result=None):
        """See unittest.TestCase"""
        with (
            mock.patch.object(Widget, "context", StorageForContext()),
            mock.patch.object(BaseForm, "getContent", storage_of_form),
        ):
            return super().run(result)


def cases_on_storage(source: ModuleType, module: str, layer: Any) -> dict[str, type]:
    """Return the TestCases of a module, to be run on storages as those of `module`."""
    members = {"layer": layer, "__module__": module}
    return {
        name: type(name, (OnStorage, case), dict(members))
        for name, case in vars(source).items()
        if isinstance(case, type) and issubclass(case, unittest.TestCase)
    }


class StorageForContext:
    """In the place of ``Widget.context``: the storage of what is set there.

    A widget without a context has that of the site.
    """

    def __get__(self, widget: Widget | None, owner: type) -> Any:
        """Return the storage."""
        if widget is None:
            return None
        if "context" not in vars(widget):
            self.__set__(widget, None)
        return vars(widget)["context"]

    def __set__(self, widget: Widget, context: Any) -> None:
        # One test sets a string, to see whether just that arrives in the browser.
        if not isinstance(context, str):
            context = storage_of(context, [widget.field] if widget.field else [])
        vars(widget)["context"] = context


def storage_of_form(form: BaseForm) -> Any:
    """In the place of ``BaseForm.getContent``: the storage of its context."""
    return storage_of(form.context)


def storage_of(context: Any, fields: list[IField] = ()) -> Any:
    """Return a storage with the values that `context` has in its attributes."""
    if isinstance(context, AnnotationStorage):
        return context
    if IForm.providedBy(context):
        return context.getContent()
    page = getSite() if context is None else context
    if IAnnotations(page, None) is None:
        alsoProvides(page, IAttributeAnnotatable)
    storage = annotation_storage(page, KEY)
    # As a form does with its own name.
    storage.__name__ = "form"
    for field in (*fields, *fields_of(page)):
        if field.__name__ in vars(aq_base(page)) and not field.readonly:
            value = getMultiAdapter((page, field), IDataManager).get()
            getMultiAdapter((storage, field), IDataManager).set(value)
    return storage


def fields_of(page: Any) -> Iterator[IField]:
    """Yield the fields of all schemas of a content object."""
    if IDexterityContent.providedBy(page):
        for schema in iterSchemata(page):
            for _name, field in getFieldsInOrder(schema):
                yield field
