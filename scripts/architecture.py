"""Draw the rooms of the package and their imports, or check that the picture is right.

architecture.py           write docs/images/architecture.svg
architecture.py --check   fail if it is not what would be written

The rooms are on the levels that lint-imports reads from pyproject.toml.
"""

from collections import Counter
from house import HEAD
from house import House
from house import LETTER
from house import LINE
from house import MARGIN
from house import SPACE
from html import escape
from importlinter.api import read_configuration
from pathlib import Path

import ast
import grimp
import re
import sys


ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
PICTURE = ROOT / "docs/images/architecture.svg"
PACKAGE = "collective.annotationforms"
ALONE = "connections"
# A line is as wide as this, for so many imported names at least.
WIDTHS = {1: 1.4, 3: 2.4, 8: 4}
STYLE = """
text { font: 12px Helvetica, Arial, sans-serif; fill: #3b4754; }
text.name { font-size: 14px; font-weight: bold; fill: #16324f; }
text.title { font-size: 18px; font-weight: bold; fill: #16324f; }
rect.paper { fill: #ffffff; }
rect.room { fill: #eef4fa; stroke: #5f87ad; }
rect.top { fill: #ffffff; stroke-dasharray: 5 3; }
rect.alone { fill: #fdf5e8; stroke: #b8893b; }
path { fill: none; stroke-linejoin: round; }
path.direct { stroke: #16324f; }
path.implied { stroke: #a7b2bd; }
circle.direct, #direct path { fill: #16324f; }
circle.implied, #implied path { fill: #a7b2bd; }
"""


def levels():
    """Return the names of the rooms by level, from the top."""
    contracts = read_configuration(str(ROOT / "pyproject.toml"))["contracts_options"]
    (layers,) = (entry["layers"] for entry in contracts if entry.get("id") == "rooms")
    return [re.split(r"\s*\|\s*", layer) for layer in layers]


def first_sentence(room):
    """Return the first sentence of the docstring of the room."""
    path = SOURCE / PACKAGE.replace(".", "/") / room
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    return " ".join(re.match(r"(?s).*?\.(?=\s|$)", docstring)[0].split())


def room_of(module):
    """Return the name of the room that the module is in, or is."""
    return module.removeprefix(f"{PACKAGE}.").partition(".")[0]


def count_imports():
    """Count the names that a room imports from another, by both rooms."""
    sys.path.insert(0, str(SOURCE))
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    found = Counter()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            names = graph.get_import_details(importer=importer, imported=imported)
            found[room_of(importer), room_of(imported)] += len(names)
    return found


def text(x, y, content, kind=""):
    kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}"{kind}>{escape(content)}</text>'


def draw_room(room, kind):
    """Yield the box and what is written in it."""
    yield (
        f'<rect class="{kind}" x="{room.x:g}" y="{room.y:g}"'
        f' width="{room.width:g}" height="{room.height:g}" rx="5"/>'
    )
    y = room.y + SPACE / 2 + LINE
    yield text(room.x + SPACE, y, room.name, "name")
    for number, line in enumerate(room.lines, 1):
        yield text(room.x + SPACE, y + number * LINE, line)


def draw_line(path, kind, count, words):
    width = max(width for least, width in WIDTHS.items() if least <= count)
    if kind == "implied":
        width = min(WIDTHS.values())
    return (
        f'<path class="{kind}" d="{path}" stroke-width="{width}"'
        f' marker-end="url(#{kind})"><title>{words}</title></path>'
    )


def draw_imports(house):
    """Yield the lines, and above them the dots; the dark ones above the others."""
    kinds = dict.fromkeys(house.imports, "direct")
    kinds |= dict.fromkeys(house.implied, "implied")
    edges = sorted(kinds, key=lambda edge: (kinds[edge] == "direct", edge))
    for edge in edges:
        yield draw_line(
            house.path(edge), kinds[edge], house.imports[edge], " imports ".join(edge)
        )
    for edge in edges:
        if house.kind(edge) == "far":
            x, y = house.dot(edge)
            yield f'<circle class="{kinds[edge]}" cx="{x:g}" cy="{y:g}" r="3.5"/>'


def draw_legend(house):
    """Yield what the lines mean."""
    x, y = MARGIN, house.bottom + 2.5 * LINE
    for kind, count, words in (
        ("direct", 1, "imports one or two names"),
        ("direct", 3, "three to seven"),
        ("direct", 8, "eight or more"),
        ("implied", 1, "the dark arrows lead there, too"),
    ):
        yield draw_line(f"M{x:g},{y:g}h30", kind, count, words)
        yield text(x + 48, y + 4, words)
        x += 48 + LETTER * len(words) + LINE


def description(house):
    """Return the picture in words."""
    sentences = []
    for room in house.rooms:
        imported = [other for importer, other in house.imports if importer == room]
        sentences.append(f"{room} imports {', '.join(imported) or 'no other'}.")
    return " ".join(sentences)


def draw(house):
    """Return the picture."""
    width, height = house.width, house.bottom + 4.5 * LINE
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" role="img"'
        f' aria-labelledby="title desc" viewBox="0 0 {width:g} {height:g}"'
        f' width="{width:g}" height="{height:g}">',
        f'<title id="title">The rooms of {PACKAGE}</title>',
        f'<desc id="desc">{escape(description(house))}</desc>',
        f"<style>{STYLE}</style>",
        "<defs>",
        *(
            f'<marker id="{kind}" viewBox="0 0 10 10" refY="5" orient="auto"'
            f' markerUnits="userSpaceOnUse" markerWidth="{HEAD}" markerHeight="{HEAD}">'
            '<path d="M0,1L10,5L0,9z"/></marker>'
            for kind in ("direct", "implied")
        ),
        "</defs>",
        f'<rect class="paper" width="{width:g}" height="{height:g}"/>',
        text(MARGIN, 34, f"The rooms of {PACKAGE}", "title"),
        text(MARGIN, 54, "Each imports from those below it only."),
    ]
    lines.extend(draw_imports(house))
    for room in house.rooms.values():
        kind = "room alone" if room is house.annex else "room"
        lines.extend(draw_room(room, "room top" if room.row == 0 else kind))
    lines.extend(draw_legend(house))
    return "\n".join([*lines, "</svg>", ""])


def main(arguments):
    rows = levels()
    sentences = {
        room: first_sentence(room) for names in [*rows, [ALONE]] for room in names
    }
    picture = draw(House(rows, ALONE, sentences, count_imports()))
    if arguments != ["--check"]:
        PICTURE.write_text(picture, encoding="utf-8")
    elif not PICTURE.exists() or PICTURE.read_text(encoding="utf-8") != picture:
        sys.exit(f"{PICTURE.name} is not what the imports are: run make architecture")


if __name__ == "__main__":
    main(sys.argv[1:])
