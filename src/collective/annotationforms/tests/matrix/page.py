"""What a browser makes of the HTML of a form: its inputs, and what it sends."""

from dataclasses import dataclass
from lxml import html
from uuid import uuid4


@dataclass(frozen=True)
class Upload:
    """A file that is chosen in a file input."""

    filename: str
    data: bytes
    content_type: str


NO_FILE = Upload("", b"", "application/octet-stream")


class FormPage:
    """The form in a page: can be read, filled in and turned into a request."""

    def __init__(self, url: str, contents: str):
        self.url = url
        #: Without the query.
        self.address = url.split("?")[0]
        self.document = html.fromstring(contents, base_url=url)
        forms = self.document.xpath('//form[.//*[starts-with(@name, "form.")]]')
        assert len(forms) == 1, f"{len(forms)} forms in the page: {contents[:3000]}"
        self.form = forms[0]
        for text in self.form.xpath(".//input[@name][not(@value)]"):
            if text.get("type", "text") in ("text", "hidden", "password"):
                text.set("value", "")
        # What scripts add to the form, and files.
        self.added = []
        for select in self.form.xpath('.//select[contains(@name, ".to")]'):
            # As the script of the ordered select widget does.
            values = [option.get("value") for option in select.xpath("./option")]
            self.add(select.name.removesuffix(".to") + ":list", values)

    @staticmethod
    def document_of(contents: str):
        """Return the parsed HTML of a page."""
        return html.fromstring(contents)

    def widget_html(self, name: str) -> str:
        """Return the HTML of a widget: label, input, help and error."""
        found = self.document.get_element_by_id(f"formfield-form-widgets-{name}", None)
        return "" if found is None else folded(found)

    def values(self, button: str | None = None) -> list[tuple]:
        """Return names and values as they are sent by a click on `button`."""
        added = {name for name, _value in self.added}
        pairs = [
            (name, "\r\n".join(value.splitlines()))
            for name, value in self.form.form_values()
            if name not in added
        ]
        # A browser sends an empty file where none was chosen.
        pairs += [
            (name, NO_FILE)
            for name in self.form.xpath(".//input[@type='file'][@name]/@name")
            if name not in added
        ]
        if button:
            pairs.append((button, "clicked"))
        return pairs + self.added

    def sent(self, name: str) -> list[str]:
        """Return all values that are sent under `name`."""
        return [
            value.replace("\r\n", "\n")
            for found, value in self.values()
            if found == name and isinstance(value, str)
        ]

    def fill(self, name: str, value) -> None:
        """Type or choose `value`: a string, a list of them, an Upload or None."""
        elements = self.form.xpath(".//*[@name=$name]", name=name)
        if not elements:
            raise AssertionError(f"There is no input {name!r}.")
        kind = elements[0].get("type") or elements[0].tag
        wanted = as_list(value)
        if kind == "file":
            self.added = [pair for pair in self.added if pair[0] != name]
            self.added.append((name, value))
        elif kind in ("checkbox", "radio"):
            self._choose(elements, wanted, "checked")
        elif kind == "select":
            self._choose(elements[0].xpath(".//option"), wanted, "selected")
        else:
            elements[0].value = wanted[0] if wanted else ""

    def add(self, name: str, value) -> None:
        """Let a script set, or add, inputs of that name."""
        self.added = [pair for pair in self.added if pair[0] != name]
        self.added += [(name, item) for item in as_list(value)]

    def _choose(self, elements, wanted, attribute):
        missing = set(wanted) - {element.get("value") for element in elements}
        if missing:
            raise AssertionError(f"Can't be chosen: {missing}")
        for element in elements:
            if element.get("value") in wanted:
                element.set(attribute, attribute)
            else:
                element.attrib.pop(attribute, None)


def as_list(value) -> list:
    """Return what stands for several values, one or none as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def folded(element) -> str:
    """Return the HTML of an element with its white space folded."""
    return " ".join(html.tostring(element, encoding="unicode").split())


def multipart(pairs: list[tuple]) -> tuple[bytes, str]:
    """Return the body and content type of a request that sends `pairs`."""
    boundary = uuid4().hex
    parts = []
    for name, value in pairs:
        head = f'Content-Disposition: form-data; name="{name}"'
        if isinstance(value, Upload):
            head += f'; filename="{value.filename}"'
            head += f"\r\nContent-Type: {value.content_type}"
            data = value.data
        else:
            data = value.encode()
        parts += [f"--{boundary}\r\n{head}\r\n\r\n".encode(), data, b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"
