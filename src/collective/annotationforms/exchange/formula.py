"""Text that a spreadsheet would compute: an apostrophe before it makes it text again.

Which sign separates the cells of a CSV file is chosen by who opens it, or by the
language of the computer.  So a cell may begin where nobody meant it, inside a text.
"""

import re


# Those that a spreadsheet knows, and what it may make them of: see NFKC of Unicode.
SIGNS = (
    "=+\\-@\uff1d\uff0b\uff0d\uff20\u2212\u207a\u207b\u207c\u208a\u208b\u208c"
    "\ufb29\ufe62\ufe63\ufe66\ufe6b\u2a75\u2a76"
)
SEPARATORS = ";,|\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029\uff0c\uff1b\uff5c"
QUOTES = (
    "'\"`\u00b4\u00ab\u00bb\u02b9-\u02bc\u2018-\u201f\u2032-\u2037\u2039\u203a"
    "\u275b-\u275e\u300c-\u300f\u301d-\u301f\uff02\uff07\uff40"
)
CONTROLS = "\x00-\x1f\x7f-\x9f"
# Characters without a width, the byte order mark among them, and fillers.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e0fff"
)

NUMBER = r"-[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
SEPARATOR = re.compile(f"[{SEPARATORS}]")
IS_NUMBER = re.compile(NUMBER)
# A number in a list is no formula: where a cell begins at it, it ends behind it.
NUMBER_IN_LIST = re.compile(rf"(?<=; ){NUMBER}(?:\Z|; )")
# What may be between the beginning of a cell and its text, and all of it: an attempt
# begins once for each run, so that the time does not grow with the square.
BETWEEN = rf"[\s{SEPARATORS}{QUOTES}{CONTROLS}{INVISIBLE}]"
FORMULA = re.compile(rf"(?<!{BETWEEN}){BETWEEN}*(?=[{SIGNS}])")
# Phone numbers, and numbers so long that a spreadsheet rounds them: nothing in them can
# be computed but the digits.
IS_DIGITS = re.compile(r"\(?[+0][0-9 ()/.-]{1,60}|[0-9]{12,60}")
BEGINS_WITH_CONTROL = re.compile(f"[{CONTROLS}]")


def without_formulas(text: str) -> str:
    """Return the text with apostrophes before what may become a formula in a cell."""
    neutral = FORMULA.sub(_neutralised, text)
    # A spreadsheet drops the control character, and looks at what is behind it then.
    return f"'{neutral}" if BEGINS_WITH_CONTROL.match(text) else neutral


def as_digits(text: str) -> str:
    """Return what is a text for Excel: else it takes digits for a number.

    It is a formula that computes nothing, which an apostrophe would not be: Excel shows
    one.  Only for what is `IS_DIGITS`, which can end no text in quotation marks.
    """
    return f'="{text}"'


def _neutralised(match: re.Match) -> str:
    between, text, end = match.group(), match.string, match.end()
    begins_cell = match.start() == 0 or SEPARATOR.search(between)
    if not begins_cell or NUMBER_IN_LIST.match(text, end):
        return between
    # Behind a separator, an apostrophe may be the quotation mark of a cell: then two
    # more of them are one that stays.
    return f"{between}'" if end == 0 else f"{between}'''"
