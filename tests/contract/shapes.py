"""A small language for the shapes of answers, and a check that tells where an answer differs.

A `dict` asks for at least its members, `Exactly` for these and no other; `Rows` is a list of one
shape, `Names` an object whose names are points, stars or parts; `Maybe` allows null. All else is
a `Kind`: one type, exactly, and where the documentation bounds it also a range or a spelling.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

Shape = Any


@dataclass(frozen=True, slots=True)
class Kind:
    """A value of one type."""

    name: str
    fits: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Maybe:
    """The shape or null."""

    shape: Shape


@dataclass(frozen=True, slots=True)
class Exactly:
    """An object of these members and no others."""

    members: Mapping[str, Shape]


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of one shape, of a length or of at least so many."""

    shape: Shape
    least: int = 0
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """An object of one shape under names: these, or else any in capitals, at least one."""

    shape: Shape
    names: tuple[str, ...] = ()


def departures(value: Any, shape: Shape, where: str = "") -> Iterator[str]:
    """Where a value is not of its shape."""
    if isinstance(shape, Kind):
        if not shape.fits(value):
            yield f"{where or '.'} is {value!r}, not {shape.name}"
    elif isinstance(shape, Maybe):
        if value is not None:
            yield from departures(value, shape.shape, where)
    elif isinstance(shape, Rows):
        yield from _rows(value, shape, where)
    elif isinstance(shape, Names):
        yield from _names(value, shape, where)
    else:
        exact = isinstance(shape, Exactly)
        yield from _members(value, shape.members if exact else shape, where, exact=exact)


def _members(
    value: Any, members: Mapping[str, Shape], where: str, *, exact: bool = False
) -> Iterator[str]:
    if type(value) is not dict:
        yield f"{where or '.'} is {value!r}, not an object"
        return
    yield from (f"{where} lacks {name}" for name in members if name not in value)
    if exact:
        yield from (f"{where} has {name}" for name in value if name not in members)
    for name, inner in members.items():
        if name in value:
            yield from departures(value[name], inner, f"{where}.{name}")


def _rows(value: Any, shape: Rows, where: str) -> Iterator[str]:
    if type(value) is not list:
        yield f"{where or '.'} is {value!r}, not a list"
        return
    if len(value) < shape.least or shape.length not in {None, len(value)}:
        yield f"{where or '.'} has {len(value)} rows"
    for index, inner in enumerate(value):
        yield from departures(inner, shape.shape, f"{where}.{index}")


def _names(value: Any, shape: Names, where: str) -> Iterator[str]:
    if type(value) is not dict or not value:
        yield f"{where or '.'} is {value!r}, not an object with members"
        return
    if shape.names and set(value) != set(shape.names):
        yield f"{where} has the names {sorted(value)}, not {sorted(shape.names)}"
    for name, inner in value.items():
        if not _CAPITALS(name) and name not in shape.names:
            yield f"{where} has the name {name}"
        yield from departures(inner, shape.shape, f"{where}.{name}")


_CAPITALS = re.compile(r"[A-Z][A-Z0-9_]*\Z").match
_SMALL = re.compile(r"[a-z][a-z0-9_]*\Z").match
_NAIVE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\Z").match
_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+\Z").match
_SIGNS = (
    *("ARIES", "TAURUS", "GEMINI", "CANCER", "LEO", "VIRGO"),
    *("LIBRA", "SCORPIO", "SAGITTARIUS", "CAPRICORN", "AQUARIUS", "PISCES"),
)


def _is_number(value: Any) -> bool:
    return type(value) in {int, float} and math.isfinite(value)


def between(low: float, high: float, name: str) -> Kind:
    """A number from `low` up to, and not including, `high`."""
    return Kind(name, lambda value: _is_number(value) and low <= value < high)


def whole(low: int, high: int) -> Kind:
    """A whole number in this range; 14.0 is one too, as existing servers write it."""
    return Kind(
        f"{low} to {high}",
        lambda value: _is_number(value) and low <= value <= high and value == int(value),
    )


def one_of(*values: Any) -> Kind:
    """One of these values, of the same type."""
    return Kind(
        f"one of {values}",
        lambda value: any(type(value) is type(known) and value == known for known in values),
    )


def _spelled(name: str, match: Callable[[str], Any]) -> Kind:
    return Kind(name, lambda value: type(value) is str and match(value) is not None)


def _is_uuid(value: Any) -> bool:
    try:
        return type(value) is str and str(UUID(value)) == value
    except ValueError:
        return False


def _is_instant(value: Any) -> bool:
    try:
        return type(value) is str and "T" in value and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


TEXT = Kind("text", lambda value: type(value) is str)
WORDS = Kind("text that is not empty", lambda value: type(value) is str and value.strip() != "")
FLAG = Kind("true or false", lambda value: type(value) is bool)
WHOLE = Kind("a whole number", lambda value: type(value) is int)
NUMBER = Kind("a number", _is_number)
NULL = Kind("null", lambda value: value is None)
ANY = Kind("anything", lambda _: True)
ID = Kind("a uuid in small letters", _is_uuid)
ISO = Kind("an ISO date-time", _is_instant)
NAIVE = _spelled("an ISO date-time with microseconds and no zone", _NAIVE)
JWT = _spelled("a JWT", _JWT)
CAPITALS = _spelled("a name in capitals", _CAPITALS)
SMALL = _spelled("a name in small letters", _SMALL)
TRUE = Kind("true", lambda value: value is True)
SIGN = one_of(*_SIGNS)
LONGITUDE = between(0.0, 360.0, "degrees from 0 to 360")
LATITUDE = between(-90.0, 90.0001, "degrees from -90 to 90")
SEPARATION = between(0.0, 180.0001, "degrees from 0 to 180")
ORB = between(0.0, 31.0, "degrees of an orb")
PART = between(0.0, 1.0000001, "a number from 0 to 1")
POSITIVE = between(0.0, math.inf, "a number that is not negative")
HOUSE = Kind("1 to 12", lambda value: type(value) is int and 1 <= value <= 12)
