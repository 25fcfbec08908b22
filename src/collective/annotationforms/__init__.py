"""Forms for Plone that keep their data in an annotation of the content."""

from importlib import import_module
from typing import Any


# The public names and their modules.  They are imported at their first use: who imports
# collective.annotationforms.connections need not have Plone.
_MODULES = {
    "AnnotationEditForm": "forms.form",
    "AnnotationStorageMixin": "forms.form",
    "AnnotationView": "forms.form",
    "annotation_storage": "storage.storage",
    "schema_view": "saving.schemaview",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    """Return a public name; see PEP 562."""
    try:
        module = _MODULES[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    value = globals()[name] = getattr(import_module(f"{__name__}.{module}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
