"""The rules of merging, by tables: which value wins."""

from collective.annotationforms.saving.merge import CONFLICT
from collective.annotationforms.saving.merge import decide
from collective.annotationforms.saving.merge import MINE
from collective.annotationforms.saving.merge import SENT
from collective.annotationforms.saving.merge import STORED
from collective.annotationforms.saving.merge import THEIRS
from collective.annotationforms.saving.token import UNSTORED
from itertools import product
from unittest import TestCase


# A, B and C stand for values that are stored, ~D for a default that is shown.
TABLE = (
    # seen, stored, sent, choice, outcome
    ("A", "A", "A", None, STORED, "nobody has changed anything"),
    ("A", "A", "B", None, SENT, "the editor has changed it"),
    ("A", "B", "A", None, STORED, "somebody else has changed it"),
    ("A", "B", "B", None, SENT, "both have changed it to the same"),
    ("A", "B", "C", None, CONFLICT, "both have changed it"),
    ("A", "B", "C", MINE, CONFLICT, "a choice about what was not seen yet"),
    ("B", "B", "C", MINE, SENT, "the editor has seen theirs, and chose"),
    ("B", "B", "C", THEIRS, STORED, "the editor has seen theirs, and chose them"),
    ("A", "B", "C", THEIRS, STORED, "theirs, whatever they are meanwhile"),
    ("~D", "~D", "D", None, STORED, "a default was shown and left alone"),
    ("~D", "~D", "B", None, SENT, "a default was shown and changed"),
    ("~D", "D", "D", None, STORED, "somebody else has stored the default"),
    ("~D", "D", "B", None, CONFLICT, "so they have, and the editor changed it"),
    ("~D", "B", "D", None, STORED, "somebody else has stored another value"),
    ("~D", "B", "B", None, SENT, "both have stored the same"),
    ("~D", "B", "C", None, CONFLICT, "both have stored something"),
    ("~D", "~E", "D", None, SENT, "the default is another one now, and was left alone"),
    ("~D", "~E", "E", None, SENT, "so it is, and the editor typed the new one"),
    ("~D", "~E", "B", None, SENT, "so it is, and the editor changed it"),
    ("~D", "~E", "D", THEIRS, STORED, "so it is, and theirs were chosen"),
    ("~D~1", "~D~1", "D", None, STORED, "a default that is sent back with less in it"),
    ("~D~1", "~D~2", "D", None, SENT, "one that differs in what is not sent back"),
    ("~D~1", "~D~1", "B", None, SENT, "one that the editor changed"),
    ("~D~1", "A", "D", None, STORED, "somebody else has stored another value"),
    ("~D~1", "A", "B", None, CONFLICT, "so they have, and the editor changed it"),
    ("A", "~D~1", "D", None, SENT, "the value was deleted, the default typed"),
    ("A", "~D", "A", None, STORED, "somebody else has deleted the value"),
    ("A", "~D", "D", None, SENT, "so they have, and the editor typed the default"),
    ("A", "~D", "B", None, CONFLICT, "so they have, and the editor changed it"),
    ("!B", "B", "C", None, CONFLICT, "a conflict was shown, and nothing was chosen"),
    ("!B", "B", "C", MINE, SENT, "so it was, and mine was chosen"),
    ("!B", "B", "C", THEIRS, STORED, "so it was, and theirs were chosen"),
    ("!B", "B", "B", None, SENT, "so it was, and the editor typed theirs"),
    ("!B", "D", "C", MINE, CONFLICT, "a third one has changed it since"),
    ("!B", "D", "B", None, CONFLICT, "so they have, and the editor typed the second"),
    ("!B", "D", "C", THEIRS, STORED, "so they have, and theirs were chosen"),
    ("!~D", "~D", "C", None, CONFLICT, "the value was deleted, nothing was chosen"),
    ("!~D", "~D", "C", MINE, SENT, "so it was, and mine was chosen"),
    ("!~D", "~E", "C", MINE, SENT, "so it was, and the default is another one now"),
    ("!~D", "B", "C", MINE, CONFLICT, "so it was, and somebody has stored one since"),
    ("~D~1", "~E~1", "B", None, SENT, "the default is another one, the editor typed"),
    ("A~E", "~D~1", "B", None, CONFLICT, "rows that lack a column were deleted"),
    (None, "B", "C", None, SENT, "a script says nothing of what it saw"),
    (None, "B", "C", THEIRS, SENT, "a script has nothing to choose"),
)


def outcome(seen, stored, sent, choice):
    return decide(
        seen=seen,
        sent=sent,
        choice=choice,
        is_stored=not stored.startswith(UNSTORED),
        get_stored=lambda: stored,
    )


class TestDecide(TestCase):
    """Which of two values wins, without a form and a database."""

    def test_table(self):
        for seen, stored, sent, choice, expected, situation in TABLE:
            with self.subTest(situation):
                self.assertEqual(expected, outcome(seen, stored, sent, choice))

    def test_a_change_of_somebody_else_is_never_overwritten_unseen(self):
        for seen, stored, sent in product("ABC", repeat=3):
            for choice in (None, MINE):
                found = outcome(seen, stored, sent, choice)
                if seen != stored and found == SENT:
                    self.assertEqual(stored, sent)

    def test_what_the_editor_typed_is_never_dropped_unless_chosen(self):
        for seen, stored, sent in product("ABC", repeat=3):
            for choice in (None, MINE):
                found = outcome(seen, stored, sent, choice)
                if found == STORED:
                    self.assertEqual(seen, sent)
