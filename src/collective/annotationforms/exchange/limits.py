"""How much an import may do at once: what an admin has set."""

from collective.annotationforms.i18n import _
from plone.registry.interfaces import IRegistry
from zope import schema
from zope.component import getUtility
from zope.interface import Interface
from zope.interface import Invalid


PREFIX = "collective.annotationforms.imports"


class IImportLimits(Interface):
    """How much an import may do at once: records of the configuration registry."""

    max_bytes = schema.Int(
        title=_("Largest file for an import"),
        description=_("In bytes. All of it is in memory while it is looked at."),
        default=50_000_000,
        min=1,
    )
    max_records = schema.Int(
        title=_("Most pages in a file for an import"),
        description=_("All of them are looked at in one request."),
        default=10_000,
        min=1,
    )
    records_in_part = schema.Int(
        title=_("Pages that are imported in one request"),
        description=_("A file with more of them is imported in parts."),
        default=100,
        min=1,
    )


def import_limit(name: str) -> int:
    """Return the limit of that name, its default if the site does not have it yet."""
    found = getUtility(IRegistry).get(f"{PREFIX}.{name}")
    return IImportLimits[name].default if found is None else found


def check_size(size: int) -> None:
    """Raise Invalid, with a message for people, for a file with too many bytes."""
    maximum = import_limit("max_bytes")
    if size > maximum:
        mapping = {
            "size": size,
            "maximum": maximum,
            "record": f"{PREFIX}.max_bytes",
        }
        message = _(
            "The file has ${size} bytes, and ${maximum} are the limit. Somebody who"
            " manages the site can change it in the configuration registry: ${record}",
            mapping=mapping,
        )
        raise Invalid(message)


def check_number_of_records(number: int) -> None:
    """Raise Invalid, with a message for people, for a file with too many pages."""
    maximum = import_limit("max_records")
    if number > maximum:
        mapping = {
            "number": number,
            "maximum": maximum,
            "record": f"{PREFIX}.max_records",
        }
        message = _(
            "The file has data of ${number} pages, and ${maximum} are the limit."
            " Somebody who manages the site can change it in the configuration"
            " registry: ${record}",
            mapping=mapping,
        )
        raise Invalid(message)
