"""Directions, progressions and rectification of a birth in the shapes of the public API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.bodies import STANDARD_POINTS
from app.astrology.house_space import DirectionMethod
from app.astrology.houses import PolarPolicy
from app.astrology.names import Name
from app.astrology.progressions import ProgressionKind
from app.calculations.direction_choices import MethodName
from app.calculations.fields import named
from app.compat.forms import Operation
from app.compat.legacy import Calls, Payload, chart
from app.compat.requests import LegacyRequest
from app.compat.shapes import Degree, degree_of
from app.compat.stateless import by_moving_point
from app.errors import InvalidInput

TargetDate = Annotated[
    str | None, Field(description="YYYY-MM-DD or ISO date-time in the zone of the birth")
]


class DirectionType(Name):
    """PRIMARY directions, or those by SOLAR_ARC."""

    PRIMARY = "PRIMARY"
    SOLAR_ARC = "SOLAR_ARC"


class DirectionOptions(LegacyRequest):
    target_date: TargetDate = None
    direction_date: Annotated[str | None, Field(description="Another name of `target_date`")] = None
    type: Annotated[DirectionType, *named(DirectionType)] = DirectionType.PRIMARY
    method: Annotated[
        MethodName | None, Field(description="For PRIMARY; left out: PLACIDUS_SEMI_ARC")
    ] = None
    include_converse: bool = False


class LegacyDirection(TypedDict):
    """A direction that is exact within a year of the date."""

    planet: str
    angle: Annotated[float, Field(description="Degrees of the aspect")]
    arc: Annotated[float, Field(description="Degrees; by SOLAR_ARC that of the date")]
    type: Annotated[str, Field(description="DIRECT or CONVERSE")]
    promissor: Annotated[str, Field(description="The same as `planet`")]
    significator: str
    aspect_type: str
    date: Annotated[str | None, Field(description="When it is exact; UTC")]
    mundane: bool


class LegacyDirections(TypedDict):
    directions: list[LegacyDirection]
    converse: Annotated[list[LegacyDirection], Field(description="Empty when not asked for")]


def _target(payload: Payload, other: str) -> str:
    """The date of a request under either of its names; raises InvalidInput."""
    date = payload["target_date"] or payload[other]
    if date is None:
        raise InvalidInput.of("target_date", "given", None)
    return str(date)


def _directions_calls(payload: Payload) -> Calls:
    date, converse = _target(payload, "direction_date"), payload["include_converse"]
    asked: Payload = {"natal_chart": chart(payload), "target_date": date, "target_fold": 0}
    if payload["type"] is DirectionType.SOLAR_ARC:
        if payload["method"] is not None:
            expected = "left out with type SOLAR_ARC, which has one method"
            raise InvalidInput.of("method", expected, payload["method"])
        turns = (False, True) if converse else (False,)
        by_arc = {**asked, "include_exact_time": True, "polar": PolarPolicy.FLAG}
        return [("solar-arc", {**by_arc, "converse": backwards}) for backwards in turns]
    method = payload["method"] or DirectionMethod.PLACIDUS_SEMI_ARC
    return [("directions", {**asked, "method": method, "include_converse": converse})]


def _directions_reply(replies: Any, payload: Payload) -> LegacyDirections:
    if payload["type"] is DirectionType.SOLAR_ARC:
        direct, *converse = (_by_arc(reply) for reply in replies)
        return {
            "directions": [{**row, "type": "DIRECT"} for row in direct],
            "converse": [{**row, "type": "CONVERSE"} for rows in converse for row in rows],
        }
    rows = [_direction(row) for row in replies[0]["directions"]]
    return {
        "directions": [row for row in rows if row["type"] == "DIRECT"],
        "converse": [row for row in rows if row["type"] == "CONVERSE"],
    }


def _direction(row: Mapping[str, Any]) -> LegacyDirection:
    return {
        "planet": row["promissor"],
        "angle": row["angle"],
        "arc": row["arc"],
        "type": row["direction"],
        "promissor": row["promissor"],
        "significator": row["significator"],
        "aspect_type": row["aspect_type"],
        "date": row["date"],
        "mundane": row["mundane"],
    }


def _by_arc(reply: Mapping[str, Any]) -> list[LegacyDirection]:
    return [
        {
            "planet": row["moving_planet"],
            "angle": row["angle"],
            "arc": reply["arc"],
            "type": "DIRECT",
            "promissor": row["moving_planet"],
            "significator": row["natal_planet"],
            "aspect_type": row["aspect_type"],
            "date": row["exact_time"],
            "mundane": False,
        }
        for row in by_moving_point(
            reply["aspects"], [place["planet"] for place in reply["positions"]]
        )
    ]


class ProgressionType(Name):
    """The progressions of the catalogue, and directions by SOLAR_ARC."""

    SECONDARY = "SECONDARY"
    TERTIARY = "TERTIARY"
    MINOR = "MINOR"
    SOLAR_ARC = "SOLAR_ARC"


TYPE_ALIASES = {
    "DAY_FOR_YEAR": ProgressionType.SECONDARY,
    "DAY_FOR_MONTH": ProgressionType.TERTIARY,
    "MONTH_FOR_YEAR": ProgressionType.MINOR,
}


class ProgressionOptions(LegacyRequest):
    target_date: TargetDate = None
    progression_date: Annotated[str | None, Field(description="Another name of `target_date`")] = (
        None
    )
    type: Annotated[ProgressionType, *named(ProgressionType, aliases=TYPE_ALIASES)] = (
        ProgressionType.SECONDARY
    )
    include_returns: bool = False
    include_angles: bool = True


class LegacyProgressed(Degree):
    latitude: float
    house: int | None


class LegacyAngles(TypedDict):
    ASC: float
    MC: float


class LegacyReturnPlace(TypedDict):
    longitude: float
    latitude: float


class LegacySolarReturn(TypedDict):
    date: str
    positions: dict[str, LegacyReturnPlace]


class LegacyProgressedReturns(TypedDict):
    solar: Annotated[
        LegacySolarReturn, Field(description="The last solar return, not after the date")
    ]


class LegacyProgressions(TypedDict):
    date: Annotated[str, Field(description="The progressed moment, in UTC")]
    positions: dict[str, LegacyProgressed]
    angles: NotRequired[LegacyAngles]
    returns: NotRequired[LegacyProgressedReturns]


def _progressions_calls(payload: Payload) -> Calls:
    date = _target(payload, "progression_date")
    asked: Payload = {
        "natal_chart": chart(payload),
        "planets": STANDARD_POINTS,
        "polar": PolarPolicy.FLAG,
    }
    by_arc = payload["type"] is ProgressionType.SOLAR_ARC
    kind = ProgressionKind.SECONDARY if by_arc else ProgressionKind(payload["type"])
    progressed = (
        "progressions",
        {
            **asked,
            "progression_date": date,
            "progression_fold": 0,
            "progression_type": kind,
            "include_solar_return": payload["include_returns"],
        },
    )
    if not by_arc:
        return [progressed]
    directed = ("solar-arc", {**asked, "target_date": date, "target_fold": 0})
    return [directed, progressed] if payload["include_returns"] else [directed]


def _progressions_reply(replies: Any, payload: Payload) -> LegacyProgressions:
    reply = replies[0]
    angles = reply["angles"]
    told: LegacyProgressions = {
        "date": reply["progressed_instant"],
        "positions": {row["planet"]: _progressed(row) for row in reply["positions"]},
    }
    if payload["include_angles"]:
        told["angles"] = {"ASC": angles["ASC"], "MC": angles["MC"]}
    if payload["include_returns"]:
        found = replies[-1]["solar_return"]
        told["returns"] = {
            "solar": {
                "date": found["return_time"],
                "positions": positions_by_planet(found["positions"]),
            }
        }
    return told


def _progressed(row: Mapping[str, Any]) -> LegacyProgressed:
    return {**degree_of(row), "latitude": row["latitude"], "house": row["house"]}


def positions_by_planet(rows: list[Mapping[str, Any]]) -> dict[str, LegacyReturnPlace]:
    """Where points stand, by their name."""
    return {
        row["planet"]: {"longitude": row["longitude"], "latitude": row["latitude"]} for row in rows
    }


OPERATIONS = (
    Operation(
        "primary-directions",
        "directions",
        "directions",
        DirectionOptions,
        None,
        _directions_reply,
        LegacyDirections,
        {"target_date": "2026-01-11", "include_converse": True},
        several=_directions_calls,
    ),
    Operation(
        "secondary-progressions",
        "progressions",
        "progressions",
        ProgressionOptions,
        None,
        _progressions_reply,
        LegacyProgressions,
        {"target_date": "2026-01-11", "include_returns": True},
        {"progression_date": "target_date"},
        several=_progressions_calls,
    ),
)
