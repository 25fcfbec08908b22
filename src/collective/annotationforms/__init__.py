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

# Classes whose objects are stored by the name of the package: wherever they go, they
# stay here.
_STORED = {
    "FormDataIndex": "catalog.formindex",
    "StorageModifier": "lifecycle.version",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    """Return a public name, or a class that is stored; see PEP 562."""
    module = _MODULES.get(name) or _STORED.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{module}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
