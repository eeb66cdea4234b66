"""Field types of requests: names in any case, and the nearest one when a name is unknown."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.astrology.aspects import AspectKind
from app.astrology.bodies import POINT_ALIASES, Angle, Body, Point
from app.astrology.calendar import CalendarChoice
from app.astrology.houses import HOUSE_SYSTEM_ALIASES, HouseSystem
from app.astrology.sky import Theory, UniversalTime
from app.astrology.zones import LocalMeanTime

Name = TypeVar("Name", bound=StrEnum)

LONGEST_NAME = 40
"""Characters of the longest name that is looked up at all; the longest real one has 17."""


def named(
    *kinds: type[Name], aliases: Mapping[str, Name] | None = None
) -> tuple[PlainValidator, WithJsonSchema]:
    """Validation and schema of a closed set of names: any case, `-` and space count as `_`."""
    members: dict[str, Name] = {member.name: member for kind in kinds for member in kind}
    accepted = {**(aliases or {}), **members}

    def look_up(value: Any) -> Name:
        if not isinstance(value, str):
            raise _unknown("a name", members)
        found = accepted.get(value) or accepted.get(_canonical(value))
        if found is None:
            raise _unknown(_advice(value, accepted), members)
        return found

    return PlainValidator(look_up), WithJsonSchema({"type": "string", "enum": list(members)})


def _canonical(name: str) -> str:
    if len(name) > LONGEST_NAME:
        return ""
    return name.strip().upper().replace("-", "_").replace(" ", "_")


def _advice(value: str, accepted: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(_canonical(value), accepted, n=1, cutoff=0.5)
    return f"a known name (nearest: {near[0]})" if near else "a known name"


def _unknown(expected: str, members: Mapping[str, Any]) -> PydanticCustomError:
    return PydanticCustomError(
        "unknown_name",
        "expected {expected}: one of {names}",
        {"expected": f"{expected}: one of {', '.join(members)}", "names": ", ".join(members)},
    )


MOST_POINTS = 64
"""Points of one request: more than all that exist here, few enough to stay instant."""

PointName = Annotated[Point, *named(Body, Angle, aliases=POINT_ALIASES)]
AspectName = Annotated[AspectKind, *named(AspectKind)]
HouseSystemName = Annotated[HouseSystem, *named(HouseSystem, aliases=HOUSE_SYSTEM_ALIASES)]
CalendarName = Annotated[CalendarChoice, *named(CalendarChoice)]
LocalMeanTimeName = Annotated[LocalMeanTime, *named(LocalMeanTime)]
UniversalTimeName = Annotated[UniversalTime, *named(UniversalTime)]
TheoryName = Annotated[Theory, *named(Theory)]

Points = Annotated[tuple[PointName, ...], Field(max_length=MOST_POINTS, strict=False)]
"""Points by name, in the order of the answer."""
