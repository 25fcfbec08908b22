"""JSON that no export writes: each type of value, wherever it is in a valid one."""

from collective.annotationforms.tests.matrix.case import Relation
from collective.annotationforms.tests.matrix.case import StoredFile
from hypothesis import strategies as st
from typing import Any

import base64


def nested(depth: int) -> list:
    """Return a list in a list in a list ..."""
    data: list = []
    for _level in range(depth):
        data = [data]
    return data


NUMBERS = (
    *(True, False, 0, 1, -1, 1.0, 1.5, 1e308, 2**53 + 1, 10**30, 10**400, 10**4000),
    *("1e5000", "1e-5000", "NaN", "sNaN", "inf", "-Infinity", "1e99999999", "1e308"),
    *("1/3", "1/0", "-0", "9" * 400, "0." + "1" * 4000, "1.9999", "1_0", "\u0661"),
)
TEXTS = (
    *("", " ", "\0", "a\0b", "a\x0bb", "\x85", "\u2028", "\ud800", "\ufffe", "\r"),
    *("a\r\nb", "a" * 10_000, "<script>", "javascript:a", "http://[", "http://a/é"),
    *("é@x.y", "a" * 32, "/..", "a.b", "red", "t-red", "Document", "null", "[1]"),
)
TIMES = (
    *("0001-01-01", "9999-12-31", "20270101", "0001-01-01T00:00:00", "2027-01-01"),
    *("9999-12-31T23:59:59.999999", "0001-01-01T00:00:00+14:00", "24:00", "00:00Z"),
    *("9999-12-31T23:59:59-23:59", "2027-01-01T00:00:00Z", "00:00:00+00:00:01"),
    *("2027-01-01T00:00:00+00:00:01", "86399999999999.999999", "-86399999913600"),
)
CONTENT = (
    "====",
    "A",
    "/w==",
    "R0lGODlhAQABAIAAAP",
    "iVBORw0KGgo=",
    "/9j/4AAQ",
    "PHN2Zz4=",
)
STRUCTURES = (
    *(None, [], {}, [[]], [None], [""], {"": ""}, {"[1]": 1}, {"{}": 1}, {"[[": 1}),
    *({"null": 1}, {"a": None}, nested(45), nested(200), [1] * 500, ["a", "a"]),
)
KEYS = (*("[1]", "{}", "[[", "[[]]", "NaN", "1e999", "[" * 5000, "true", "1.5"), *TEXTS)

HOSTILE = st.sampled_from([*NUMBERS, *TEXTS, *TIMES, *CONTENT, *STRUCTURES])


def in_json(value: Any) -> Any:
    """Return the value of a case of the matrix, with JSON for what stands in it."""
    if isinstance(value, Relation):
        return value.uid
    if isinstance(value, StoredFile):
        content = base64.b64encode(value.data).decode("ascii")
        about = {"filename": value.filename, "content-type": value.content_type}
        return {**about, "encoding": "base64", "data": content}
    if isinstance(value, (list, tuple)):
        return [in_json(item) for item in value]
    if isinstance(value, dict):
        return {name: in_json(item) for name, item in value.items()}
    return value


def spoilt(valid: Any) -> st.SearchStrategy:
    """Return a strategy for data in which something is not as it should be."""
    choices = [HOSTILE]
    if isinstance(valid, list) and valid:
        item = spoilt(valid[0])
        choices += [item.map(lambda bad: [bad]), item.map(lambda bad: [valid[0], bad])]
    if isinstance(valid, dict) and valid:
        first = next(iter(valid.values()))
        choices += [spoilt_under(valid, name) for name in valid]
        choices += [st.sampled_from(KEYS).map(lambda key: {key: first})]
    return st.one_of(choices)


def spoilt_under(valid: dict, name: str) -> st.SearchStrategy:
    """Return a strategy for a mapping with something wrong, or nothing, at a name."""
    less = {other: item for other, item in valid.items() if other != name}
    return spoilt(valid[name]).map(lambda bad: {**valid, name: bad}) | st.just(less)
