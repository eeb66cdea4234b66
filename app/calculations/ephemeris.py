"""Tables of positions, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from math import ceil
from typing import Annotated, Any, NotRequired

import numpy as np
from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.bodies import PLANETS, Body, Celestial, Point
from app.astrology.chart import Instant
from app.astrology.frame import View, Zodiac
from app.astrology.sky import DISTANCE, LATITUDE, LONGITUDE, SPEED, FloatArray
from app.calculations.catalogue import Answer, Source, long_calculation
from app.calculations.conventions import SkyChoice, require_bodies
from app.calculations.fields import Points, named
from app.calculations.provenance import computed_for
from app.calculations.shapes import Degrees, instant_text
from app.calculations.slices import SECONDS_OF_A_SLICE
from app.calculations.span import Span, SpanRequest
from app.errors import InvalidInput

LONGEST_TABLE = 366.0 * 1200.0
"""Days: all that the shipped files reach."""
MOST_CELLS = 1_000_000
"""Rows times points of one stream: some 100 MB of JSON; 80,000 rows of twelve points."""
MOST_CELLS_WHOLE = 100_000
"""The same of one answer, whose parts are joined at once."""
_SECONDS_OF_A_CELL = 2e-5
_SECONDS_OF_A_DAY = 86_400.0
_MINUTES_OF_A_DAY = 1440.0


class Scale(StrEnum):
    """Whose midnight a row stands for: universal time, or terrestrial time as almanacs print."""

    UT = "UT"
    TT = "TT"


class Column(StrEnum):
    """What a row tells of each point."""

    LONGITUDE = "LONGITUDE"
    LATITUDE = "LATITUDE"
    DISTANCE = "DISTANCE"
    SPEED = "SPEED"
    RIGHT_ASCENSION = "RIGHT_ASCENSION"
    DECLINATION = "DECLINATION"


_FROM_ECLIPTIC = {
    Column.LONGITUDE: LONGITUDE,
    Column.LATITUDE: LATITUDE,
    Column.DISTANCE: DISTANCE,
    Column.SPEED: SPEED,
}
_FROM_EQUATOR = {Column.RIGHT_ASCENSION: LONGITUDE, Column.DECLINATION: LATITUDE}

_POINTS: tuple[Point, ...] = (*PLANETS, Body.NORTH_NODE)


class EphemerisRequest(SkyChoice, SpanRequest):
    planets: Annotated[Points, Field(description="Empty: Sun to Pluto and the mean node")] = _POINTS
    step_minutes: Annotated[
        float,
        Field(ge=1.0, le=525_960.0, description="From one row to the next; a day has 1440"),
    ] = _MINUTES_OF_A_DAY
    columns: Annotated[
        tuple[Annotated[Column, *named(Column)], ...],
        FailFast(),
        Field(description="What is told of each point; empty: all", max_length=12),
    ] = (Column.LONGITUDE, Column.SPEED)
    time_scale: Annotated[
        Annotated[Scale, *named(Scale)], Field(description="Scale in which rows are even")
    ] = Scale.UT


class CellReply(TypedDict):
    """One point at one moment, with the columns that were asked for."""

    longitude: NotRequired[Degrees]
    latitude: NotRequired[float]
    distance: NotRequired[Annotated[float, Field(description="Astronomical units")]]
    speed: NotRequired[Annotated[float, Field(description="Degrees of longitude a day")]]
    right_ascension: NotRequired[float]
    declination: NotRequired[float]


class RowReply(TypedDict):
    date: Annotated[str, Field(description="UTC")]
    julian_day: Annotated[float, Field(description="In the time scale that was asked for")]
    sidereal_time: Annotated[float, Field(description="Apparent, at Greenwich, in degrees")]
    positions: dict[str, CellReply]


class EphemerisReply(TypedDict):
    columns: list[str]
    time_scale: str
    rows: list[RowReply]


def _split(request: EphemerisRequest, ephemeris: Almanac) -> list[Any]:
    _, bodies, count = _table(request, ephemeris)
    rows = max(1, int(SECONDS_OF_A_SLICE / (_SECONDS_OF_A_CELL * (len(bodies) + 2))))
    return [{"first": first, "last": min(first + rows, count)} for first in range(0, count, rows)]


def _part(request: EphemerisRequest, part: Any, ephemeris: Almanac) -> list[Any]:
    span, bodies, _ = _table(request, ephemeris)
    numbers = np.arange(part["first"], part["last"])
    written = span.start + numbers * (request.step_minutes / _MINUTES_OF_A_DAY)
    moments = written
    if request.time_scale is Scale.TT:
        moments = written - [_delta_t(at, request, ephemeris) for at in written.tolist()]
    wanted = request.columns or tuple(Column)
    chart = _chart(request, span, ephemeris)
    tables = _columns(chart, moments, bodies, wanted)
    names = [str(body) for body in bodies]
    return [
        {
            "date": instant_text(moment),
            "julian_day": day,
            "sidereal_time": ephemeris.sidereal_time(moment),
            "positions": {
                name: {column.lower(): float(tables[column][row, index]) for column in wanted}
                for index, name in enumerate(names)
            },
        }
        for row, (moment, day) in enumerate(zip(moments.tolist(), written.tolist(), strict=True))
    ]


def _check_whole(request: EphemerisRequest, ephemeris: Almanac) -> None:
    """Refuse tables that only a stream of lines may hold; raises InvalidInput."""
    _, bodies, rows = _table(request, ephemeris)
    hint = f"; up to {MOST_CELLS} come as lines, with Accept: application/x-ndjson"
    _require_cells(rows * len(bodies), MOST_CELLS_WHOLE, hint)


@long_calculation(
    "ephemeris",
    split=_split,
    part=_part,
    check_whole=_check_whole,
    streams=True,
    example={
        "start_date": "2026-01-01",
        "end_date": "2026-01-31",
        "planets": ["SUN", "MOON"],
        "columns": ["LONGITUDE", "SPEED", "DECLINATION"],
    },
    sources=(Source("JPL Horizons, DE441: apparent longitudes", verified=True),),
)
def ephemeris_table(
    request: EphemerisRequest, parts: Sequence[Any], ephemeris: Almanac
) -> Answer[EphemerisReply]:
    """A table of positions at even steps, by default a row for each midnight.

    Each row tells its instant, the sidereal time at Greenwich, and of each point the columns that
    were asked for. Rows are even in UT or in TT, as almanacs print them. With
    `Accept: application/x-ndjson` the rows come as lines, as they are computed: so may a table of
    up to a million cells, where an answer at once holds a hundred thousand.
    """
    span, bodies, _ = _table(request, ephemeris)
    wanted = request.columns or tuple(Column)
    reply: EphemerisReply = {
        "columns": [column.lower() for column in wanted],
        "time_scale": request.time_scale,
        "rows": [row for part in parts for row in part],
    }
    definitions = {
        **request.chart_definitions(_chart(request, span, ephemeris), bodies),
        "time_scale": request.time_scale,
        "step_minutes": request.step_minutes,
    }
    others = {"end_date": span.last}
    return Answer(reply, computed_for(span.first, bodies, ephemeris, definitions, others))


def _table(request: EphemerisRequest, ephemeris: Almanac) -> tuple[Span, Sequence[Celestial], int]:
    """The span, the bodies, and how many rows there are; raises InvalidInput."""
    if request.center is View.TOPOCENTRIC:
        expected = "GEOCENTRIC, HELIOCENTRIC or a body: a table stands at no place"
        raise InvalidInput.of("center", expected, str(request.center))
    if request.zodiac is Zodiac.DRACONIC:
        expected = "TROPICAL or SIDEREAL: the draconic zodiac moves with the node"
        raise InvalidInput.of("zodiac", expected, str(request.zodiac))
    bodies = require_bodies(request.planets or _POINTS, "a body: angles and lots need a place")
    span = request.span(ephemeris, LONGEST_TABLE)
    rows = ceil(round(span.days / (request.step_minutes / _MINUTES_OF_A_DAY), 6))
    _require_cells(rows * len(bodies), MOST_CELLS, "")
    return span, bodies, rows


def _require_cells(cells: int, most: int, hint: str) -> None:
    if cells > most:
        expected = f"so that the table has at most {most} cells (rows times planets){hint}"
        raise InvalidInput.of("step_minutes", expected, f"{cells} cells")


def _chart(request: EphemerisRequest, span: Span, ephemeris: Almanac) -> Instant:
    return request.instant(span.first, ephemeris)


def _columns(
    chart: Instant, moments: FloatArray, bodies: Sequence[Celestial], wanted: Sequence[Column]
) -> dict[Column, FloatArray]:
    """A table of (moments, bodies) for each column."""
    frame, tables = chart.conventions.frame, dict[Column, FloatArray]()
    if not _FROM_ECLIPTIC.keys().isdisjoint(wanted):
        rows = chart.ephemeris.positions(moments, bodies, frame)
        tables |= {column: rows[:, :, at] for column, at in _FROM_ECLIPTIC.items()}
    if not _FROM_EQUATOR.keys().isdisjoint(wanted):
        rows = chart.ephemeris.equatorial(moments, bodies, frame)
        tables |= {column: rows[:, :, at] for column, at in _FROM_EQUATOR.items()}
    return tables


def _delta_t(julian_day: float, request: EphemerisRequest, ephemeris: Almanac) -> float:
    """Days between the two scales; a day of terrestrial time is near enough to ask by."""
    return ephemeris.delta_t(julian_day, request.ephemeris) / _SECONDS_OF_A_DAY
