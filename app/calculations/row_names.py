"""Names for the rows of an answer: what a factor is called among its like, whatever their order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_IDENTITIES: Sequence[tuple[str, ...]] = (
    ("planet1", "aspect_type", "planet2"),
    ("planet1", "planet2"),
    ("promissor", "aspect_type", "significator"),
    ("promissor", "significator"),
    ("technique", "moved", "aspect_type", "fixed"),
    ("planet", "aspect_type"),
    ("planet", "line"),
    ("planet", "star"),
    ("name", "what"),
    ("name",),
    ("consideration",),
    ("planet",),
    ("star",),
    ("lot",),
    ("point",),
    ("number",),
    ("harmonic",),
    ("level", "sign", "start"),
    ("lord", "start"),
    ("pattern",),
    ("phase", "date"),
    ("technique",),
    ("formula",),
    ("role",),
    ("condition",),
    ("twilight",),
    ("apsis",),
    ("node",),
    ("eclipse",),
    ("of", "kind"),
    ("date",),
    ("moment",),
    ("time",),
    ("start",),
    ("house",),
    ("sign",),
)
"""What names a row, the first that it has."""

_FURTHER: Sequence[str] = (
    "role",
    "significator",
    "type",
    "kind",
    "side",
    "direction",
    "converse",
    "mundane",
    "planets",
    "points",
    "members",
    "date",
    "return_time",
    "time",
    "moment",
    "enter",
    "start",
    "exact",
    "leave",
    "end",
    "pass_number",
    "by",
    "back",
    "house",
    "sign",
)
"""What tells rows of one name apart, the first that does so."""

_DAYS = ("date", "return_time")
"""Members whose day belongs to every name, so that no other row is needed to tell it."""
_DAY = re.compile(r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}")


def named_rows(rows: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Each row with its name; rows that nothing tells apart have one name."""
    found = [_name(row, index) for index, row in enumerate(rows, start=1)]
    often = Counter(found)
    alike: dict[str, list[Any]] = {}
    for name, row in zip(found, rows, strict=True):
        if often[name] > 1 and isinstance(row, Mapping):
            alike.setdefault(name, []).append(row)
    keys = {name: _telling(group) for name, group in alike.items()}
    for name, row in zip(found, rows, strict=True):
        more = (token for key in keys.get(name, ()) if (token := _further(row, key)))
        yield ".".join((name, *more)), row


def naming(row: Mapping[str, Any]) -> Sequence[str]:
    """The members that name a row."""
    return next((keys for keys in _IDENTITIES if all(_names(row.get(key)) for key in keys)), ())


def _names(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def _name(row: Any, index: int) -> str:
    """What names a row within its list; its place in the list where nothing does."""
    if not isinstance(row, Mapping) or not (keys := naming(row)):
        return str(index)
    days = [day(row[key]) for key in _DAYS if key not in keys and isinstance(row.get(key), str)]
    return ".".join((*(str(row[key]) for key in keys), *days))


def day(instant: str) -> str:
    """The day of an instant."""
    found = _DAY.match(instant)
    return found.group() if found else instant


def _telling(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The members that tell rows of one name apart, as few as do."""
    taken = {*naming(rows[0])}
    keys = [key for key in _candidates(rows) if key not in taken]
    for key in keys:
        if _told_apart(rows, [key]):
            return [key]
    telling: list[str] = []
    for key in keys:
        if len({_further(row, key) for row in rows}) > 1:
            telling.append(key)
            if _told_apart(rows, telling):
                break
    return telling


def _candidates(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from _FURTHER
    members = sorted({key for row in rows for key in row} - {*_FURTHER})
    yield from (key for key in members if not any(isinstance(row.get(key), float) for row in rows))


def _told_apart(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> bool:
    names = {tuple(_further(row, key) for key in keys) for row in rows}
    return len(names) == len(rows)


def _further(row: Mapping[str, Any], key: str) -> str:
    """A member as part of a name, empty where it says nothing."""
    value = row.get(key)
    if value is True:
        return key
    return "" if value is False or value is None else _token(value)


def _token(value: Any) -> str:
    if isinstance(value, Mapping):
        found = [value[key] for key in (*naming(value)[:1], "date") if value.get(key)]
        return str(found[0]) if found else ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "-".join(filter(None, map(_token, value)))
    return str(value)
