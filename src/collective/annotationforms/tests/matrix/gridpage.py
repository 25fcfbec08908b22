"""What the script of a data grid does with its rows in a browser."""

from copy import deepcopy


NEW = "TT"


class GridPage:
    """The grid of a field in a form: rows are deleted, moved and inserted."""

    def __init__(self, form, name: str):
        self.form = form
        self.prefix = f"form.widgets.{name}."
        (self.body,) = form.form.xpath(
            './/*[@data-name_prefix=$name and contains(@class, "datagridwidget-body")]',
            name=self.prefix[:-1],
        )

    @property
    def rows(self) -> list:
        """The rows that are sent."""
        found = self.body.xpath("./tr")
        return [row for row in found if row.get("data-index") not in ("AA", NEW)]

    def delete(self, number: int) -> None:
        self.body.remove(self.rows[number])
        self._renumber()

    def move(self, number: int, to: int) -> None:
        """Let a row be at another place."""
        row = self.rows[number]
        self.body.remove(row)
        self._insert(row, to)

    def insert(self, number: int, **cells) -> None:
        """Insert a row before that one, and type into it."""
        (template,) = self.body.xpath(f"./tr[@data-index='{NEW}']")
        self._insert(deepcopy(template), number)
        for name, value in cells.items():
            self.type(number, name, value)

    def type(self, number: int, name: str, value) -> None:
        """Type into a cell."""
        self.form.fill(f"{self.prefix}{number}.widgets.{name}", value)

    def choose_file(self, number: int, name: str, upload) -> None:
        """Choose a file in place of the one that is there."""
        cell = f"{self.prefix}{number}.widgets.{name}"
        if self.form.form.xpath(".//*[@name=$name]", name=f"{cell}.action"):
            self.form.fill(f"{cell}.action", "replace")
        self.form.fill(cell, upload)

    def texts(self, name: str) -> list[str]:
        """Return what is in the inputs of a column."""
        return [
            self.form.sent(f"{self.prefix}{number}.widgets.{name}")[0]
            for number, _row in enumerate(self.rows)
        ]

    def _insert(self, row, number: int) -> None:
        self.body.insert(number, row)
        self._renumber()

    def _renumber(self) -> None:
        rows, added = self._rows_to_send(), dict(self.form.added)
        names = [[one.get("name") for one in row.xpath(".//*[@name]")] for row in rows]
        moved = []
        for number, row in enumerate(rows):
            old = f"{self.prefix}{row.get('data-index')}"
            for element, name in zip(
                row.xpath(".//*[@name]"), names[number], strict=True
            ):
                if name.startswith(old):
                    element.set("name", f"{self.prefix}{number}{name[len(old) :]}")
                if name in added:
                    # A file that was chosen in the row.
                    moved.append((element.get("name"), added[name]))
        others = [pair for pair in self.form.added if self.prefix not in pair[0]]
        self.form.added = others + moved
        for number, row in enumerate(rows):
            row.set("data-index", str(number))
        self.form.fill(f"{self.prefix}count", str(len(rows)))

    def _rows_to_send(self) -> list:
        """Return the rows, with those just made of the template, which is the last."""
        found = self.body.xpath("./tr[not(@data-index='AA')]")
        return found[:-1]
