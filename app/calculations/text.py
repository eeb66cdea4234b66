"""Any answer as text: for language models, and for people who read without a program.

Every factor has an id in brackets that is the same in every answer that holds it, so that a text
written about a chart can point at what it rests on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.astrology.angles import Sexagesimal
from app.astrology.zodiac import degree_in_sign, sign_of
from app.calculations.provenance import ComputedFor, InstantReply
from app.calculations.row_names import named_rows, naming

SUMMARY = "summary"
"""Heading of what an answer tells in one value each."""

_PLACE = ("degree", "minute", "second", "sign")
_ANGLES = "angles"
"""What names of members end in that hold longitudes by angle."""
_MEANT_FALSE = {"applying", "applies"}
"""What is told where it is false too: an aspect that separates, a consideration that is not met."""
_OF_BODIES = {"distance", "speed", "latitude_speed", "distance_speed"}
"""What only bodies have; of an angle it is 0."""
_DECIMALS = 6


def text_of(
    name: str,
    summary: str,
    reply: Mapping[str, Any],
    computed_for: ComputedFor,
    warnings: Sequence[str] = (),
) -> str:
    """Markdown: what was computed and for what, then every factor with its id."""
    lines = [f"# {name}", "", f"{summary}.", "", *_circumstances(computed_for)]
    lines += [f"- Warning: {warning}" for warning in warnings]
    told = {member: value for member, value in reply.items() if not _is_empty(value)}
    single = {member: value for member, value in told.items() if _is_single(value)}
    if single:
        facts = (f"- [{member}] {_listed(value)}" for member, value in single.items())
        lines += ["", f"## {SUMMARY}", "", *facts]
    taken = Counter(single)
    for member, value in told.items():
        if member not in single:
            lines += ["", f"## {member}", "", *_section(member, value, taken)]
    return "\n".join(lines) + "\n"


def _circumstances(computed_for: ComputedFor) -> Iterator[str]:
    """The instants, the ephemeris and the definitions behind the answer."""
    yield f"- UTC: {_instant(computed_for)} (Julian day {computed_for['julian_day']})"
    for other, instant in computed_for.get("others", {}).items():
        yield f"- UTC of {other}: {_instant(instant)}"
    source = computed_for["ephemeris"]
    yield f"- Ephemeris: {source['library']}, {source['theory']}"
    definitions = ", ".join(
        f"{key} {_listed(value)}"
        for key, value in computed_for["definitions"].items()
        if not _is_empty(value)
    )
    yield f"- Definitions: {definitions}"


def _instant(instant: InstantReply) -> str:
    """The instant in UTC, and by which clock it was written."""
    zone, offset = instant["timezone"], instant["utc_offset"]
    clock = f"{zone} {offset}" if zone != offset else f"offset {offset}"
    return f"{instant['utc']}, {clock}"


def _section(member: str, value: Any, taken: Counter[str]) -> Iterator[str]:
    """What stands below a heading: one factor where that is a point, else all inside."""
    if isinstance(value, Mapping) and all(key in value for key in _PLACE):
        yield from _factor(member, value, taken, "", as_row=False)
    else:
        yield from _inside(member, value, taken, "")


def _inside(path: str, value: Any, taken: Counter[str], indent: str) -> Iterator[str]:
    """Every factor inside a list or an object, each on its line."""
    value = _features(value)
    if not isinstance(value, Mapping):
        rows: Iterator[tuple[str, Any]] = named_rows(value)
    else:
        rows = ((key, member) for key, member in value.items() if not _is_empty(member))
    as_angles = isinstance(value, Mapping) and path.endswith(_ANGLES)
    for name, row in rows:
        inner = f"{path}.{name}"
        if as_angles and isinstance(row, float):
            yield f"{indent}- [{_once(inner, taken)}] {_place(row)}, longitude {_scalar(row)}"
        elif isinstance(row, Mapping) and not _is_collection(inner, row):
            yield from _factor(inner, row, taken, indent, as_row=not isinstance(value, Mapping))
        elif _is_branch(inner, row):
            yield from _inside(inner, row, taken, indent)
        else:
            yield f"{indent}- [{_once(inner, taken)}] {_listed(row)}"


def _factor(
    path: str, row: Mapping[str, Any], taken: Counter[str], indent: str, *, as_row: bool
) -> Iterator[str]:
    """One line, and more below it for what is inside.

    What names a row of a list stands in its id, and is not told again.
    """
    path = _once(path, taken)
    inner = {key: member for key, member in row.items() if _is_branch(f"{path}.{key}", member)}
    told = {*inner, *(naming(row) if as_row else ())}
    own = {key: member for key, member in row.items() if key not in told}
    yield f"{indent}- [{path}] {_inline(own)}".rstrip()
    for key, member in inner.items():
        below = f"{path}.{key}"
        if isinstance(member, Mapping) and not _is_collection(below, member):
            yield from _factor(below, member, taken, f"{indent}  ", as_row=False)
        else:
            yield from _inside(below, member, taken, f"{indent}  ")


def _once(path: str, taken: Counter[str]) -> str:
    """The id, numbered where an equal one was told before."""
    taken[path] += 1
    return path if taken[path] == 1 else f"{path}#{taken[path]}"


# One line


def _inline(members: Mapping[str, Any]) -> str:
    """The members of an object on one line; a place in a sign is written as one."""
    parts = []
    whole_place = all(key in members for key in _PLACE)
    if whole_place:
        degree, minute, second, sign = (members[key] for key in _PLACE)
        parts.append(_in_sign(degree, minute, second, sign))
    without_body = members.get("distance") == 0.0
    for key, value in members.items():
        if _is_empty(value) or (whole_place and key in _PLACE):
            continue
        if value is False and key not in _MEANT_FALSE:
            continue
        if without_body and key in _OF_BODIES and value == 0.0:
            continue
        parts.append(f"{key} {_listed(value)}")
    return ", ".join(parts)


def _place(longitude: float) -> str:
    degree, minute, second = Sexagesimal.of(degree_in_sign(longitude))
    return _in_sign(degree, minute, second, sign_of(longitude))


def _in_sign(degree: int, minute: int, second: int, sign: str) -> str:
    return f"{degree}\N{DEGREE SIGN}{minute:02d}\N{PRIME}{second:02d}\N{DOUBLE PRIME} {sign}"


def _listed(value: Any) -> str:
    if isinstance(value, Mapping):
        if "coordinates" in value:
            return f"{value.get('type', 'geometry')} (its coordinates are in the JSON answer)"
        return f"({_inline(value)})"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " ".join(_listed_item(member) for member in value) or "none"
    return _scalar(value)


def _listed_item(value: Any) -> str:
    """A member of a list; a list in it keeps its bounds."""
    many = isinstance(value, Sequence) and not isinstance(value, str)
    return f"({_listed(value)})" if many else _listed(value)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        text = f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    return "none" if value is None else str(value)


# Kinds of values


def _features(value: Any) -> Any:
    """GeoJSON as rows: the properties of each feature, and what kind of line it is."""
    if not isinstance(value, Mapping) or "features" not in value:
        return value
    return [{**each["properties"], "geometry": each["geometry"]} for each in value["features"]]


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, Mapping | list | tuple) and not value)


def _is_single(value: Any) -> bool:
    """Whether a member is told in one value, or in a list of such."""
    if isinstance(value, Mapping):
        return False
    if isinstance(value, list | tuple):
        return not any(isinstance(member, Mapping) for member in value)
    return True


def _is_branch(path: str, value: Any) -> bool:
    """Whether a member has factors of its own: rows of objects, or an object with such inside."""
    if isinstance(value, Mapping):
        inner = (_is_branch(f"{path}.{key}", member) for key, member in value.items())
        return _is_collection(path, value) or any(inner)
    return not _is_single(value)


def _is_collection(path: str, value: Mapping[str, Any]) -> bool:
    """Whether an object holds things of one kind by their names, and is none itself."""
    if "features" in value or path.endswith(_ANGLES):
        return True
    return bool(value) and all(isinstance(member, Mapping) for member in value.values())
