"""Synastry: two births compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.aspects import OrbRules, aspects_between
from app.astrology.bodies import Point
from app.astrology.chart import Instant
from app.astrology.composite import (
    CompositeHouses,
    HouseMethod,
    MidpointBase,
    composite_points,
    divide_as_agreed,
)
from app.astrology.davison import DavisonPlace, DavisonTime, davison_charts
from app.astrology.houses import Division, HouseBy, HouseSystem, houses_of
from app.astrology.sky import Ephemeris, Position
from app.astrology.synastry import (
    ASPECT_WEIGHTS,
    OTHER_POINT,
    POINT_WEIGHTS,
    SCORE_FORMULA,
    Score,
    overlay,
    score_of,
)
from app.calculations.birth import Birth
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.fields import MOST_POINTS, AspectName, PointName, Points, few
from app.calculations.orbs import MOST_ORBS, OrbChoice
from app.calculations.pairs import EXAMPLE_PAIR, PairRequest, computed_for_pair
from app.calculations.shapes import AspectReply, aspect_reply, instant_text
from app.calculations.untimed import (
    BirthWheel,
    BirthWheelReply,
    birth_wheel,
    told_points,
    untimed_wheel_reply,
)
from app.calculations.wheel import POINTS_AND_ANGLES, Wheel, WheelReply, wheel_of
from app.errors import InvalidInput

EXPRESSION = (
    "value = 100 * harmony / (harmony + tension); every aspect contributes aspect_weight * "
    "points_weight * strength, to harmony above 0 and to tension below; points_weight is the "
    "product of the weights of its two points"
)
COMPOSITE_HOUSES, COMPOSITE_BASE = CompositeHouses.MIDPOINT_ASC_MC, MidpointBase.MC
DAVISON_TIME, DAVISON_PLACE = DavisonTime.JD_UT, DavisonPlace.ARITHMETIC
Weights = tuple[dict[str, float], dict[str, float]]
"""Of aspects and of points, by name."""


class SynastryRequest(OrbChoice, PairRequest):
    works_without_time: ClassVar[bool] = True
    without_time: ClassVar[str] = (
        "utc in computed_for is the noon of that day, and houses, angles, lots and aspects of the "
        "Moon are left out, of the score too"
    )

    planets: Annotated[
        Points,
        Field(description="Points of both charts; empty: Sun to Pluto, node, Lilith, ASC, MC"),
    ] = POINTS_AND_ANGLES
    planets2: Annotated[
        Points, Field(description="Points of chart 2, where they are others than those of chart 1")
    ] = ()
    aspect_weights: Annotated[
        dict[AspectName, Annotated[float, Field(ge=-10.0, le=10.0)]],
        few(MOST_ORBS),
        Field(
            description="Weights of aspects in the score, below 0 for tension; the others keep "
            "theirs",
            max_length=MOST_ORBS,
        ),
    ] = {}  # noqa: RUF012 - pydantic copies it
    point_weights: Annotated[
        dict[PointName, Annotated[float, Field(ge=0.0, le=10.0)]],
        few(MOST_POINTS),
        Field(
            description="Weights of points in the score; the others keep theirs",
            max_length=MOST_POINTS,
        ),
    ] = {}  # noqa: RUF012 - pydantic copies it
    include_composite: Annotated[
        bool, Field(description="Adds the midpoints of both charts, with houses as `composite` has")
    ] = False
    include_davison: Annotated[
        bool, Field(description="Adds the chart of the middle moment at the middle place")
    ] = False

    def check_davison(self, births: tuple[Birth, Birth]) -> None:
        """Refuse the chart of a middle moment that nobody knows; raises InvalidInput."""
        if self.include_davison and not all(birth.time_known for birth in births):
            expected = "false where a birth has no known time: the Davison chart is of a moment"
            raise InvalidInput.of("include_davison", expected, got=True)

    def check_composite(self) -> None:
        """Refuse true positions for midpoints; raises InvalidInput."""
        if self.include_composite and self.house_by is HouseBy.POSITION:
            expected = "LONGITUDE with include_composite: midpoints stand nowhere in space"
            raise InvalidInput.of("house_by", expected, "POSITION")


class OverlayReply(TypedDict):
    """A point of one person in a house of the other."""

    planet: str
    house: Annotated[
        int | None, Field(description="1 to 12; null without houses, and of a Moon of unknown time")
    ]


class OverlaysReply(TypedDict):
    chart2_in_chart1: list[OverlayReply]
    chart1_in_chart2: list[OverlayReply]


class SynastryAspectReply(AspectReply):
    """An aspect of a point of chart 1 to one of chart 2, and what it adds to the score."""

    aspect_weight: float
    points_weight: float
    contribution: Annotated[
        float, Field(description="Both weights * strength; below 0 it is tension")
    ]


class ScoreReply(TypedDict):
    """A number of our own making; what each aspect added is told with the aspect."""

    value: Annotated[float | None, Field(description="0 to 100; null where nothing was weighed")]
    harmony: float
    tension: float
    formula: Annotated[str, Field(description="Names the formula and its default weights")]
    expression: str
    aspect_weights: Annotated[
        dict[str, float], Field(description="Those applied; any other aspect weighs 0")
    ]
    point_weights: Annotated[dict[str, float], Field(description="Those applied")]
    other_point_weight: Annotated[float, Field(description="Of every other point")]


class MiddleChartReply(WheelReply):
    """The chart of the middle moment at the middle place."""

    utc: str
    julian_day: Annotated[float, Field(description="The instant as Julian day in UT1")]
    latitude: Annotated[float, Field(description="Degrees, north positive")]
    longitude: Annotated[float, Field(description="Degrees, east positive, -180 up to 180")]
    ambiguous: Annotated[
        bool, Field(description="The places lie opposite each other: two middles are as near")
    ]


class SynastryReply(TypedDict):
    aspects: Annotated[
        list[SynastryAspectReply], Field(description="`planet1` of chart 1, `planet2` of chart 2")
    ]
    overlays: OverlaysReply
    score: ScoreReply
    chart1: BirthWheelReply
    chart2: BirthWheelReply
    composite: NotRequired[BirthWheelReply]
    davison: NotRequired[MiddleChartReply]


@calculation(
    "synastry",
    example={**EXAMPLE_PAIR, "planets": ["SUN", "MOON", "VENUS", "MARS", "ASC"]},
    sources=(Source("Ronald Davison, Synastry (1977): house overlays"),),
)
def synastry(request: SynastryRequest, ephemeris: Ephemeris) -> Answer[SynastryReply]:
    """Two births compared: aspects between their points, and points in each other's houses.

    Every point of one chart is compared with every point of the other; as both births are over,
    no aspect applies or separates, and `applying` is null. Overlays put each person's points
    among the cusps of the other, by `house_by` of the host. The score is a formula of our own
    and of no author: it lists its id, its weights and what every aspect added, and the weights
    can be replaced. The composite and the Davison chart come with the defaults of the
    calculations of these names, in the houses of chart 1. A birth with `time` unknown is the noon
    of its day, without houses, angles, lots and aspects of its Moon, and has no Davison chart.
    """
    request.check_composite()
    births = request.births(ephemeris)
    request.check_davison(births)
    first, second = (request.chart_of(birth, ephemeris) for birth in births)
    points, others = _points(request, births)
    wheels = (
        birth_wheel(births[0], first, points, request.chart1.house_system),
        birth_wheel(births[1], second, others, request.chart2.house_system),
    )
    rules = request.orb_rules()
    aspects = aspects_between(wheels[0].steady, wheels[1].steady, rules)
    weights = (
        _weights(ASPECT_WEIGHTS, request.aspect_weights),
        _weights(POINT_WEIGHTS, request.point_weights),
    )
    score = score_of(aspects, *weights)
    reply: SynastryReply = {
        "aspects": _aspects(score),
        "overlays": {
            "chart2_in_chart1": _overlay(wheels[1], second, wheels[0], first),
            "chart1_in_chart2": _overlay(wheels[0], first, wheels[1], second),
        },
        "score": _score_reply(score, weights),
        "chart1": wheels[0].reply(),
        "chart2": wheels[1].reply(),
    }
    if request.include_composite:
        reply["composite"] = _composite(request, births, (first, second))
    if request.include_davison:
        reply["davison"] = _davison(first, second, points, request.chart1.house_system)
    every = (*points, *others)
    definitions = {
        **request.pair_definitions(births, (first, second), every),
        **_definitions(request, births, rules, weights),
    }
    provenance = computed_for_pair(births, every, ephemeris, definitions)
    return Answer(reply, provenance, births[0].lasting and births[1].lasting)


def _points(
    request: SynastryRequest, births: tuple[Birth, Birth]
) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """The points of both charts; raises InvalidInput for one that needs an unknown time."""
    first, second = (birth.time_known for birth in births)
    usual, asked, others = POINTS_AND_ANGLES, request.planets, request.planets2
    field = "planets2" if others else "planets"
    return (
        told_points(asked, usual, time_known=first),
        told_points(others or asked, usual, time_known=second, field=field),
    )


def _definitions(
    request: SynastryRequest,
    births: tuple[Birth, Birth],
    rules: OrbRules,
    weights: Weights,
) -> dict[str, Any]:
    charts = {"chart1": request.chart1, "chart2": request.chart2}
    systems = {
        name: chart.house_system if birth.time_known else None
        for (name, chart), birth in zip(charts.items(), births, strict=True)
    }
    echoed = {
        **request.house_definitions(next(filter(None, systems.values()), None)),
        "house_system": systems,
        **request.orb_definitions(rules),
        "score": SCORE_FORMULA,
        "aspect_weights": weights[0],
        "point_weights": weights[1],
    }
    if request.include_composite:
        timed = all(birth.time_known for birth in births)
        houses = {"houses": COMPOSITE_HOUSES, "base": COMPOSITE_BASE}
        echoed["composite"] = houses if timed else dict.fromkeys(houses)
    if request.include_davison:
        echoed["davison"] = {"davison_time": DAVISON_TIME, "davison_place": DAVISON_PLACE}
    return echoed


def _composite(
    request: SynastryRequest, births: tuple[Birth, Birth], charts: tuple[Instant, Instant]
) -> BirthWheelReply:
    first, second = charts
    timed = all(birth.time_known for birth in births)
    points = told_points(request.planets, POINTS_AND_ANGLES, time_known=timed)
    places = first.place_points(points), second.place_points(points)
    if not timed:
        return untimed_wheel_reply([point.position for point in composite_points(*places, None)])
    latitude = (first.place.latitude + second.place.latitude) / 2.0
    method = HouseMethod(COMPOSITE_HOUSES, COMPOSITE_BASE, latitude)
    houses, angles = divide_as_agreed(first, second, request.chart1.house_system, method)
    positions = [point.position for point in composite_points(*places, angles)]
    wheel = Wheel(positions, houses, angles, _houses(positions, first, houses))
    return {**wheel.reply()}


def _houses(
    positions: Sequence[Position], chart: Instant, houses: Division | None
) -> Sequence[int | None]:
    if houses is None:
        return [None] * len(positions)
    longitudes = [position.longitude for position in positions]
    return houses_of(longitudes, houses.cusps, chart.conventions.house_rule.cusp_orb)


def _davison(
    first: Instant, second: Instant, points: Sequence[Point], system: HouseSystem
) -> MiddleChartReply:
    chart, *others = davison_charts(first, second, DAVISON_TIME, DAVISON_PLACE)
    return {
        **wheel_of(chart, points, system).reply(),
        "utc": instant_text(chart.moment),
        "julian_day": chart.moment,
        "latitude": chart.place.latitude,
        "longitude": chart.place.longitude,
        "ambiguous": bool(others),
    }


def _overlay(
    guests: BirthWheel, guest: Instant, hosts: BirthWheel, host: Instant
) -> list[OverlayReply]:
    """The guests' houses; a Moon whose time nobody knows is in none."""
    steady, division = guests.steady, hosts.houses
    houses = overlay(steady, guest, host, division) if division else [None] * len(steady)
    house_of = dict(zip((position.point for position in steady), houses, strict=True))
    return [
        {"planet": str(position.point), "house": house_of.get(position.point)}
        for position in guests.positions
    ]


def _score_reply(score: Score, weights: Weights) -> ScoreReply:
    aspect_weights, point_weights = weights
    return {
        "value": score.value,
        "harmony": score.harmony,
        "tension": score.tension,
        "formula": SCORE_FORMULA,
        "expression": EXPRESSION,
        "aspect_weights": aspect_weights,
        "point_weights": point_weights,
        "other_point_weight": OTHER_POINT,
    }


def _aspects(score: Score) -> list[SynastryAspectReply]:
    return [
        {
            **aspect_reply(part.aspect),
            "aspect_weight": part.aspect_weight,
            "points_weight": part.points_weight,
            "contribution": part.value,
        }
        for part in score.contributions
    ]


def _weights(known: Mapping[str, float], given: Mapping[Any, float]) -> dict[str, float]:
    """The default weights with those given in their place, by name."""
    return {str(name): weight for name, weight in (*known.items(), *given.items())}
