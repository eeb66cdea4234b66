"""Balance of elements, modalities, polarities, hemispheres and quadrants."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.balance import (
    ELEMENT_OF,
    MODALITY_OF,
    POLARITY_OF,
    Element,
    Hemisphere,
    Modality,
    Polarity,
    Quadrant,
    Share,
    Side,
    WeightScheme,
    shares,
    sides,
    signs_of,
    weights_of,
)
from app.astrology.bodies import PLANETS, Point
from app.astrology.chart import Instant
from app.astrology.frame import View
from app.astrology.houses import HouseBy
from app.astrology.sky import Ephemeris
from app.astrology.zodiac import SIGNS
from app.calculations.birth import EXAMPLE, Birth
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.conventions import ChartRequest, sources
from app.calculations.fields import MOST_POINTS, HouseByName, PointName, Points, few, named
from app.calculations.provenance import computed_for
from app.calculations.untimed import ranges, time_definitions, told_points

Weight = Annotated[float, Field(ge=0.0, le=100.0)]


class BalanceRequest(ChartRequest):
    works_without_time: ClassVar[bool] = True
    without_time: ClassVar[str] = (
        "utc in computed_for is the noon of that day, and houses, angles, lots, hemispheres, "
        "quadrants and points that changed sign that day are left out"
    )

    planets: Annotated[Points, Field(description="Points to count; empty: Sun to Pluto")] = PLANETS
    weights: Annotated[
        Annotated[WeightScheme, *named(WeightScheme)],
        Field(description="EQUAL, or LUMINARIES_DOUBLE: Sun, Moon and ascendant count twice"),
    ] = WeightScheme.EQUAL
    point_weights: Annotated[
        dict[PointName, Weight],
        few(MOST_POINTS),
        Field(description="Weights of your own for some points", max_length=MOST_POINTS),
    ] = {}  # noqa: RUF012 - pydantic copies it
    hemisphere_by: Annotated[
        HouseByName,
        Field(description="True POSITION against horizon and meridian, or halves of LONGITUDE"),
    ] = HouseBy.POSITION


class ShareReply(TypedDict):
    """What falls into one group."""

    name: str
    count: int
    weight: Annotated[float, Field(description="Sum of the weights of its points")]
    share: Annotated[float, Field(description="Part of the whole weight, 0 to 1")]
    points: list[str]


class BalanceReply(TypedDict):
    total_weight: float
    elements: list[ShareReply]
    modalities: list[ShareReply]
    polarities: list[ShareReply]
    signs: list[ShareReply]
    hemispheres: Annotated[
        list[ShareReply] | None,
        Field(description="ABOVE and BELOW the horizon, EAST and WEST of the meridian"),
    ]
    quadrants: Annotated[
        list[ShareReply] | None,
        Field(description="As houses are counted: FIRST is below the horizon in the east"),
    ]


@calculation(
    "balance",
    example=EXAMPLE,
    sources=(
        Source("Ptolemy, Tetrabiblos (tr. Robbins) I.11 and I.12", verified=True),
        Source("Ptolemy, Tetrabiblos I.18"),
    ),
)
def balance(request: BalanceRequest, ephemeris: Ephemeris) -> Answer[BalanceReply]:
    """How the points of a chart are spread over elements, modalities, polarities, signs and sky.

    Each group tells its points, their number and the sum of their weights. Hemispheres and
    quadrants are those of the sky: by altitude above the true horizon and by hour angle from the
    meridian, with latitude, and not by halves of the ecliptic unless asked for. A point exactly
    on the horizon or the meridian belongs to neither side; seen from elsewhere than the Earth
    there are no sides, and they are null. With `time` unknown there are none either, and points
    count that stood in one sign all day.
    """
    birth = request.birth(ephemeris)
    instant = request.instant(birth, ephemeris)
    told_of = told_points(request.planets, PLANETS, time_known=birth.time_known)
    points = _in_one_sign(birth, instant, told_of)
    weights = weights_of(points, request.weights, request.point_weights)
    signs = signs_of(instant.place_points(points))
    total = sum(weights.values())

    def told(found: Iterable[Share]) -> list[ShareReply]:
        return [_share(share, total) for share in found]

    around = _around(request, instant, points) if birth.time_known else None
    reply: BalanceReply = {
        "total_weight": total,
        "elements": told(shares(Element, points, lambda p: ELEMENT_OF[signs[p]], weights)),
        "modalities": told(shares(Modality, points, lambda p: MODALITY_OF[signs[p]], weights)),
        "polarities": told(shares(Polarity, points, lambda p: POLARITY_OF[signs[p]], weights)),
        "signs": told(shares(SIGNS, points, lambda p: signs[p], weights)),
        "hemispheres": None,
        "quadrants": None,
    }
    if around is not None:
        reply["hemispheres"] = told(_hemispheres(points, around, weights))
        quadrant = {side.point: side.quadrant for side in around}
        reply["quadrants"] = told(shares(Quadrant, points, quadrant.__getitem__, weights))
    definitions: dict[str, Any] = {
        **request.chart_definitions(instant, points),
        "weights": request.weights,
        "point_weights": {str(point): weights[point] for point in points},
        "hemisphere_by": None if around is None else request.hemisphere_by,
        **time_definitions(birth)[0],
    }
    provenance = computed_for(birth, sources(points), ephemeris, definitions)
    return Answer(reply, provenance, birth.lasting)


def _in_one_sign(birth: Birth, instant: Instant, points: tuple[Point, ...]) -> tuple[Point, ...]:
    """The points whose sign is certain: all of them at a known time."""
    if birth.time_known:
        return points
    rows = zip(points, ranges(birth, instant, points), strict=True)
    return tuple(point for point, row in rows if row["sign_certain"])


def _around(
    request: BalanceRequest, instant: Instant, points: tuple[Point, ...]
) -> list[Side] | None:
    """Where the points are in the sky, None from another centre than the Earth."""
    if request.center not in {View.GEOCENTRIC, View.TOPOCENTRIC}:
        return None
    return sides(instant, points, request.hemisphere_by)


def _hemispheres(
    points: tuple[Point, ...], around: list[Side], weights: dict[Point, float]
) -> list[Share]:
    names: dict[bool | None, Hemisphere | None]
    names = {True: Hemisphere.ABOVE, False: Hemisphere.BELOW, None: None}
    vertical = {side.point: names[side.above] for side in around}
    names = {True: Hemisphere.EAST, False: Hemisphere.WEST, None: None}
    horizontal = {side.point: names[side.east] for side in around}
    above, below, east, west = Hemisphere
    return [
        *shares((above, below), points, vertical.__getitem__, weights),
        *shares((east, west), points, horizontal.__getitem__, weights),
    ]


def _share(share: Share, total: float) -> ShareReply:
    return {
        "name": share.name,
        "count": len(share.points),
        "weight": share.weight,
        "share": share.weight / total if total else 0.0,
        "points": [str(point) for point in share.points],
    }
