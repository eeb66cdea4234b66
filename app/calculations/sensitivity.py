"""What an error of the birth time changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.angles import signed_arc
from app.astrology.bodies import PLANETS, Lot, Point
from app.astrology.houses import HouseBy, HouseSystem
from app.astrology.sensitivity import (
    MINUTES_OF_A_DAY,
    Change,
    Key,
    Mark,
    Movement,
    Turning,
    What,
    movements,
    turnings,
)
from app.astrology.sky import Ephemeris
from app.astrology.zodiac import SIGNS
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.conventions import ChartRequest, HouseChoice, require_earth, sources
from app.calculations.fields import EACH_ONCE, PointName
from app.calculations.provenance import computed_for
from app.calculations.shapes import Degrees, instant_text
from app.errors import InvalidInput

SENSITIVE_POINTS: tuple[Point, ...] = (*PLANETS, Lot.FORTUNE)
MOST_POINTS = 12


class SensitivityRequest(HouseChoice, ChartRequest):
    planets: Annotated[
        tuple[PointName, ...],
        FailFast(),
        Field(
            description="Bodies and lots beside angles and cusps; empty: Sun to Pluto and Fortune",
            max_length=MOST_POINTS,
        ),
        EACH_ONCE,
    ] = SENSITIVE_POINTS
    minutes: Annotated[
        float, Field(ge=0.1, le=60.0, description="Of birth time, before and after")
    ] = 4.0
    window_hours: Annotated[
        float, Field(ge=1.0, le=24.0, description="How far changes are searched, to either side")
    ] = 24.0


class MovementReply(TypedDict):
    """How far something moves with the birth time."""

    name: Annotated[str, Field(description="A point, or CUSP_1 to CUSP_12")]
    before: Annotated[float, Field(description="Longitude `minutes` earlier, degrees")]
    longitude: Degrees
    after: Annotated[float, Field(description="Longitude `minutes` later, degrees")]
    change_before: Annotated[float, Field(description="Degrees from now to `before`, signed")]
    change_after: Annotated[float, Field(description="Degrees from now to `after`, signed")]
    speed: Annotated[
        float | None, Field(description="Degrees a minute at the moment; null for a lot")
    ]


class ChangeReply(TypedDict):
    """The first change to one side of the birth time."""

    minutes: Annotated[float, Field(description="From the birth time; negative is earlier")]
    time: Annotated[str, Field(description="UTC")]
    julian_day: float
    becomes: Annotated[str | int, Field(description="The sign or house there")]


class TurningReply(TypedDict):
    """A sign or a house, and how long it lasts; null where it outlasts the window."""

    name: Annotated[str, Field(description="A point, or CUSP_1 to CUSP_12")]
    what: Annotated[str, Field(description="SIGN or HOUSE")]
    now: Annotated[str | int, Field(description="The sign or house at the birth time")]
    earlier: ChangeReply | None
    later: ChangeReply | None


class StableReply(TypedDict):
    """The change that the smallest error of the birth time makes."""

    name: Annotated[str, Field(description="A point, or CUSP_1 to CUSP_12")]
    what: Annotated[str, Field(description="SIGN or HOUSE")]
    now: str | int
    becomes: str | int
    minutes: Annotated[float, Field(description="From the birth time; negative is earlier")]


class SensitivityReply(TypedDict):
    movements: Annotated[
        list[MovementReply], Field(description="Angles, then cusps, then the points asked for")
    ]
    changes: Annotated[
        list[TurningReply],
        Field(description="Signs of ASC, MC, cusps and points; then houses of points"),
    ]
    stable_minutes: Annotated[
        float | None,
        Field(description="An error below it changes none of these; null beyond the window"),
    ]
    stable_because: Annotated[
        StableReply | None, Field(description="The change that limits `stable_minutes`")
    ]


@calculation(
    "sensitivity",
    example={**EXAMPLE, "minutes": 2.0},
    sources=(Source("Swiss Ephemeris, Programming interface: swe_houses_ex2 (cusp speeds)"),),
)
def sensitivity(request: SensitivityRequest, ephemeris: Ephemeris) -> Answer[SensitivityReply]:
    """What an error of the birth time changes: how far points move, and when signs and houses turn.

    Tells where angles, cusps, bodies and lots stand some minutes earlier and later, with their
    speed a minute; then for the signs of ascendant, midheaven, cusps and points and for the
    houses of points the last change before the birth time and the first one after it, within a
    day. `stable_minutes` is the smallest error that changes any of them, and
    `stable_because` tells which. Houses go by longitude
    among the cusps of the moment. A change that is undone within ten minutes, or within 90 for
    the sign of a body, is not seen.
    """
    require_earth(request.center, "angles and houses")
    _refuse_unsearchable(request)
    birth = request.known_birth(ephemeris)
    instant = request.instant(birth, ephemeris, **request.house_conventions())
    points = request.planets or SENSITIVE_POINTS
    moved = movements(instant, points, request.house_system, request.minutes)
    turned = turnings(instant, points, request.house_system, request.window_hours)
    moment = birth.julian_day
    nearest = _nearest(turned, moment)
    reply: SensitivityReply = {
        "movements": [_movement(movement) for movement in moved],
        "changes": [_turning(turning, moment) for turning in turned],
        "stable_minutes": None if nearest is None else abs(nearest["minutes"]),
        "stable_because": nearest,
    }
    definitions: dict[str, Any] = {
        **request.chart_definitions(instant, points),
        **request.house_definitions(request.house_system),
        "minutes": request.minutes,
        "window_hours": request.window_hours,
    }
    provenance = computed_for(birth, sources(points), ephemeris, definitions)
    return Answer(reply, provenance, birth.lasting)


def _refuse_unsearchable(request: SensitivityRequest) -> None:
    """Refuse houses whose borders are not searched; raises InvalidInput."""
    if request.house_by is HouseBy.POSITION:
        expected = "LONGITUDE: changes of house are searched among cusps only"
        raise InvalidInput.of("house_by", expected, str(request.house_by))
    for field, system in (
        ("house_system", request.house_system),
        ("polar_fallback", request.polar_fallback),
    ):
        if system is HouseSystem.GAUQUELIN:
            raise InvalidInput.of(field, "a system of twelve houses", "GAUQUELIN")


def _name(key: Key) -> str:
    return f"CUSP_{key}" if isinstance(key, int) else str(key)


def _movement(movement: Movement) -> MovementReply:
    return {
        "name": _name(movement.key),
        "before": movement.before,
        "longitude": movement.now,
        "after": movement.after,
        "change_before": signed_arc(movement.now, movement.before),
        "change_after": signed_arc(movement.now, movement.after),
        "speed": movement.speed,
    }


def _turning(turning: Turning, moment: float) -> TurningReply:
    mark = turning.mark
    return {
        "name": _name(mark.key),
        "what": mark.what,
        "now": _state(mark, turning.now),
        "earlier": _change(mark, turning.earlier, moment),
        "later": _change(mark, turning.later, moment),
    }


def _change(mark: Mark, change: Change | None, moment: float) -> ChangeReply | None:
    if change is None:
        return None
    return {
        "minutes": (change.moment - moment) * MINUTES_OF_A_DAY,
        "time": instant_text(change.moment),
        "julian_day": change.moment,
        "becomes": _state(mark, change.becomes),
    }


def _state(mark: Mark, state: int) -> str | int:
    return str(SIGNS[state]) if mark.what is What.SIGN else state


def _nearest(turned: Sequence[Turning], moment: float) -> StableReply | None:
    """The change nearest to the birth time, None without any."""
    changes = [
        (turning, change)
        for turning in turned
        for change in (turning.earlier, turning.later)
        if change is not None
    ]
    if not changes:
        return None
    turning, change = min(changes, key=lambda pair: abs(pair[1].moment - moment))
    mark = turning.mark
    return {
        "name": _name(mark.key),
        "what": mark.what,
        "now": _state(mark, turning.now),
        "becomes": _state(mark, change.becomes),
        "minutes": (change.moment - moment) * MINUTES_OF_A_DAY,
    }
