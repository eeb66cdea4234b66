"""Field types of requests: names in any case, and the nearest one when a name is unknown."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    FailFast,
    Field,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from app.astrology.aspects import AspectKind
from app.astrology.bodies import (
    ASTEROID_NUMBERS,
    CENTERS,
    POINT_ALIASES,
    Angle,
    Body,
    Lot,
    Point,
    numbered_asteroid,
)
from app.astrology.calendar import CalendarChoice
from app.astrology.frame import (
    AyanamsaName,
    Center,
    NodeKind,
    Theory,
    UniversalTime,
    View,
    Zodiac,
)
from app.astrology.houses import HOUSE_SYSTEM_ALIASES, HouseBy, HouseSystem, PolarPolicy
from app.astrology.names import spelled
from app.astrology.sect import SectRule
from app.astrology.zones import LocalMeanTime

Found = TypeVar("Found")

LONGEST_NAME = 40
"""Characters of the longest name that is looked up at all; the longest real one has 20."""


def named(
    *kinds: Iterable[StrEnum],
    aliases: Mapping[str, Any] | None = None,
    otherwise: Callable[[str], Any] | None = None,
    also: tuple[str, ...] = (),
) -> tuple[PlainValidator, WithJsonSchema]:
    """Validation and schema of a closed set of names: any case, `-` and space count as `_`.

    `otherwise` may know more names, of which `also` are shown as examples.
    """
    members = {member.name: member for kind in kinds for member in kind}
    accepted = {**(aliases or {}), **members}
    names = ", ".join((*members, *also))

    def look_up(value: Any) -> Any:
        if not isinstance(value, str):
            raise _unknown("a name", names)
        found = accepted.get(value) or accepted.get(_canonical(value))
        if found is None and otherwise is not None:
            found = otherwise(_canonical(value))
        if found is None:
            raise _unknown(_advice(value, accepted), names)
        return found

    schema: dict[str, Any] = {"type": "string", "enum": list(members)}
    if otherwise is not None:
        schema = {"type": "string", "examples": [*members, *also], "maxLength": LONGEST_NAME}
    return PlainValidator(look_up), WithJsonSchema(schema)


def numbered(names: Sequence[str]) -> tuple[BeforeValidator, WithJsonSchema]:
    """Validation and schema of a number from 0 on, or the name that it stands for."""

    def look_up(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if (name := _canonical(value)) not in names:
            known = {name: name for name in names}
            raise _unknown(_advice(value, known), ", ".join(names))
        return names.index(name)

    number = {"type": "integer", "minimum": 0, "maximum": len(names) - 1}
    schema = {"anyOf": [number, {"type": "string", "enum": list(names)}]}
    return BeforeValidator(look_up), WithJsonSchema(schema)


def _canonical(name: str) -> str:
    if len(name) > LONGEST_NAME:
        return ""
    return spelled(name)


def _advice(value: str, accepted: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(_canonical(value), accepted, n=1, cutoff=0.5)
    return f"a known name (nearest: {near[0]})" if near else "a known name"


def _unknown(expected: str, names: str) -> PydanticCustomError:
    context = {"expected": f"{expected}: one of {names}"}
    return PydanticCustomError("unknown_name", "expected {expected}", context)


def few(count: int) -> BeforeValidator:
    """Refuses an object of more than `count` members before any is looked at.

    A list fails at its first wrong item instead: a megabyte of wrong names, each compared with
    all right ones, would keep a worker for minutes.
    """

    def counted(value: Any) -> Any:
        if isinstance(value, dict) and len(value) > count:
            context = {"max_length": count, "actual_length": len(value)}
            raise PydanticCustomError("too_long", "expected at most {max_length} items", context)
        return value

    return BeforeValidator(counted)


MOST_POINTS = 64
"""Points of one request: about all that have names here, few enough to stay instant."""

PointName = Annotated[
    Point,
    *named(
        Body,
        Angle,
        Lot,
        aliases=POINT_ALIASES,
        otherwise=numbered_asteroid,
        also=(*ASTEROID_NUMBERS, "ASTEROID_433"),
    ),
]
AspectName = Annotated[AspectKind, *named(AspectKind)]
HouseSystemName = Annotated[HouseSystem, *named(HouseSystem, aliases=HOUSE_SYSTEM_ALIASES)]
HouseByName = Annotated[HouseBy, *named(HouseBy)]
PolarPolicyName = Annotated[PolarPolicy, *named(PolarPolicy)]
CalendarName = Annotated[CalendarChoice, *named(CalendarChoice)]
LocalMeanTimeName = Annotated[LocalMeanTime, *named(LocalMeanTime)]
UniversalTimeName = Annotated[UniversalTime, *named(UniversalTime)]
TheoryName = Annotated[Theory, *named(Theory)]
ZodiacName = Annotated[Zodiac, *named(Zodiac)]
Ayanamsas = Annotated[AyanamsaName, *named(AyanamsaName)]
NodeKindName = Annotated[NodeKind, *named(NodeKind)]
SectRuleName = Annotated[SectRule, *named(SectRule)]
CenterName = Annotated[Center, *named(View, CENTERS, aliases={Body.EARTH.name: View.GEOCENTRIC})]


def _each_once(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """The points without repetitions, which hide under aliases at times."""
    return tuple(dict.fromkeys(points))


EACH_ONCE = AfterValidator(_each_once)
"""Makes of a list of points one without repetitions."""

Points = Annotated[
    tuple[PointName, ...],
    FailFast(),
    Field(max_length=MOST_POINTS),
    EACH_ONCE,
]
"""Points by name, each once, in the order of the answer."""
