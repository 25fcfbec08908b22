"""Where the rooms and their imports are in the picture of scripts/architecture.py."""

from dataclasses import dataclass
from functools import cache
from textwrap import wrap


# Measures in pixels; a letter is as wide as that of the widest font to expect.
MARGIN = 20
SPACE = 12
LINE = 16
LETTER = 7
TOP = 76
ANNEX = 150
HOUSE_X = MARGIN + ANNEX + 3 * SPACE
HOUSE = 620
LANES_X = HOUSE_X + HOUSE + 2 * SPACE
LANE = 15
GAP = 30
TRACK = 9
HEAD = 10


def find_implied(imports):
    """Return those pairs of rooms that are joined by a way through others, too."""

    @cache
    def reached(room):
        direct = {imported for importer, imported in imports if importer == room}
        return direct.union(*map(reached, direct))

    return {
        (importer, imported)
        for importer, imported in imports
        if any(
            start == importer and imported in reached(between)
            for start, between in imports
        )
    }


@dataclass
class Room:
    """A box of the picture."""

    name: str
    sentence: str
    row: int
    x: float
    width: float
    y: float = 0
    height: float = 0

    @property
    def right(self):
        return self.x + self.width

    @property
    def bottom(self):
        return self.y + self.height

    @property
    def middle(self):
        return self.y + self.height / 2

    @property
    def is_whole_level(self):
        return self.width == HOUSE

    @property
    def lines(self):
        """The sentence, in lines that fit in."""
        return wrap(self.sentence, int((self.width - 2 * SPACE) / LETTER))

    @property
    def least_height(self):
        return 1.5 * SPACE + LINE * (1 + len(self.lines))


def rooms_of_level(row, names, sentences):
    """Yield the rooms, from the left: all are as wide."""
    width = (HOUSE - SPACE * (len(names) - 1)) / len(names)
    for number, name in enumerate(names):
        x = HOUSE_X + number * (width + SPACE)
        yield Room(name, sentences[name], row, x, width)


class House:
    """The levels, from the top, and beside them a room that stands alone.

    Neighbours are joined in the gap between their levels.  All others are joined by
    lanes on the right, one for each imported room: the dots say who imports it.
    """

    def __init__(self, levels, alone, sentences, imports):
        self.levels = [
            list(rooms_of_level(row, names, sentences))
            for row, names in enumerate(levels)
        ]
        self.annex = Room(alone, sentences[alone], len(levels), MARGIN, ANNEX)
        self.rooms = {room.name: room for rooms in self.levels for room in rooms}
        self.rooms[alone] = self.annex
        self.imports = self.downwards(imports)
        self.implied = find_implied(self.imports)
        far = [edge for edge in self.imports if self.kind(edge) == "far"]
        self.leaving = {importer for importer, _imported in far}
        arriving = {imported for _importer, imported in far}
        self.lanes = {
            name: LANES_X + LANE * number
            for number, name in enumerate(n for n in self.rooms if n in arriving)
        }
        self.place()

    def downwards(self, imports):
        """Return the imports to draw.

        Of those upwards lint-imports complains.
        """
        return {
            (importer, imported): count
            for (importer, imported), count in sorted(imports.items())
            if {importer, imported} <= set(self.rooms)
            and self.rooms[importer].row < self.rooms[imported].row
        }

    def kind(self, edge):
        """Return how the two rooms are joined."""
        upper, lower = (self.rooms[name] for name in edge)
        if lower is self.annex:
            return "annex"
        return "near" if lower.row == upper.row + 1 else "far"

    def place(self):
        """Give each room its place, and each line in a gap its height."""
        self.tracks = {}
        y = TOP
        for row, rooms in enumerate(self.levels):
            height = max(room.least_height for room in rooms)
            for room in rooms:
                room.y, room.height = y, height
            tracks = self.lines_below(row)
            for number, line in enumerate(tracks):
                self.tracks[line] = y + height + SPACE + number * TRACK
            y += height + GAP + len(tracks) * TRACK
        self.annex.height = self.annex.least_height
        self.annex.y = self.levels[-1][0].bottom - self.annex.height

    def lines_below(self, row):
        """Return the lines that run along the gap below the level, from the top.

        In this order those that leave do not cross, and those that arrive neither.
        """
        leaving = [
            ("leaving", room.name)
            for room in reversed(self.levels[row])
            if room.name in self.leaving and not room.is_whole_level
        ]
        bent = [
            edge
            for edge in self.imports
            if self.kind(edge) == "near" and self.rooms[edge[0]].row == row
            if len(set(self.ends(edge))) > 1
        ]
        arriving = [
            ("arriving", room.name)
            for rooms in self.levels[row + 1 : row + 2]
            for room in rooms
            if room.name in self.lanes and not room.is_whole_level
        ]
        return [*leaving, *bent, *arriving]

    def ends(self, edge):
        """Return where the line between neighbours leaves and arrives."""
        upper, lower = (self.rooms[name] for name in edge)
        left, right = max(upper.x, lower.x), min(upper.right, lower.right)
        if left < right:
            return (left + right) / 2, (left + right) / 2
        # No line leaves where another arrives below.
        if upper.x < lower.x:
            return upper.right - 5 * SPACE, lower.x + 2 * SPACE
        return upper.x + 4 * SPACE, lower.right - 3 * SPACE

    def dot(self, edge):
        """Return where the line from the room meets the lane of the other."""
        upper = self.rooms[edge[0]]
        if upper.is_whole_level:
            return self.lanes[edge[1]], upper.middle + SPACE / 2
        return self.lanes[edge[1]], self.tracks["leaving", upper.name]

    def path(self, edge):
        """Return the line of an import, in the language of SVG, without its head."""
        upper, lower = (self.rooms[name] for name in edge)
        kind = self.kind(edge)
        if kind == "annex":
            x = lower.x + lower.width / 2
            return f"M{upper.x:g},{upper.middle:g}H{x:g}V{lower.y - HEAD:g}"
        if kind == "near":
            start, end = self.ends(edge)
            bend = "" if start == end else f"V{self.tracks[edge]:g}H{end:g}"
            return f"M{start:g},{upper.bottom:g}{bend}V{lower.y - HEAD:g}"
        return self.path_by_lane(edge, upper, lower)

    def path_by_lane(self, edge, upper, lower):
        """Return the line out of the room, along the lane and into the other."""
        x, y = self.dot(edge)
        path = f"M{upper.right:g},{y:g}H{x:g}"
        if not upper.is_whole_level:
            path = f"M{upper.right - SPACE:g},{upper.bottom:g}V{y:g}H{x:g}"
        if lower.is_whole_level:
            return f"{path}V{lower.middle - SPACE / 2:g}H{lower.right + HEAD:g}"
        arrival = self.tracks["arriving", lower.name]
        return f"{path}V{arrival:g}H{lower.right - SPACE:g}V{lower.y - HEAD:g}"

    @property
    def width(self):
        return LANES_X + LANE * len(self.lanes) + MARGIN

    @property
    def bottom(self):
        return self.levels[-1][0].bottom
