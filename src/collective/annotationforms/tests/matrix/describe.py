"""Values in a form that can be compared and read."""

from collective.annotationforms.tests.matrix.case import Relation
from collective.annotationforms.tests.matrix.case import StoredFile


def described(value):
    """Return type and content of a value, such that they can be compared."""
    kind = type(value).__name__
    if isinstance(value, (Relation, StoredFile)):
        return value.described()
    if isinstance(value, (list, tuple)):
        return (kind, [described(item) for item in value])
    if isinstance(value, (set, frozenset)):
        return (kind, sorted(value))
    if isinstance(value, dict):
        return (kind, {key: described(item) for key, item in value.items()})
    for has, attributes in DESCRIBED_BY.items():
        if hasattr(value, has):
            found = [getattr(value, name, None) for name in attributes]
            return (kind, *[item() if callable(item) else item for item in found])
    return (kind, value)


#: What has the first attribute is described by the others.
DESCRIBED_BY = {
    "to_object": ["to_path"],
    "contentType": ["filename", "contentType", "data"],
    "outputMimeType": ["raw", "mimeType", "outputMimeType"],
    "tzinfo": ["isoformat", "tzname"],
    "portal_type": ["getId"],
    "__dict__": ["__getstate__"],
}
