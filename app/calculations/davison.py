"""The Davison chart of two births."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.aspects import OrbRules
from app.astrology.bodies import Point
from app.astrology.chart import Instant
from app.astrology.davison import DavisonPlace, DavisonTime, davison_charts
from app.astrology.houses import HouseSystem
from app.astrology.sky import Ephemeris
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.fields import HouseSystemName, Points, named
from app.calculations.orbs import AspectChoice
from app.calculations.pairs import EXAMPLE_PAIR, PairRequest, computed_for_pair
from app.calculations.shapes import instant_text
from app.calculations.wheel import (
    POINTS_AND_ANGLES,
    AspectedWheelReply,
    aspected_wheel,
    wheel_of,
)


class DavisonRequest(AspectChoice, PairRequest):
    planets: Annotated[
        Points,
        Field(description="Points of the chart; empty: Sun to Pluto, node, Lilith, ASC, MC"),
    ] = POINTS_AND_ANGLES
    davison_time: Annotated[
        Annotated[DavisonTime, *named(DavisonTime)],
        Field(description="What is averaged: Julian days in universal or in terrestrial time"),
    ] = DavisonTime.JD_UT
    davison_place: Annotated[
        Annotated[DavisonPlace, *named(DavisonPlace)],
        Field(
            description="ARITHMETIC: mean latitude, and the middle of the shorter arc of "
            "longitude; SPHERICAL: the middle of the great circle"
        ),
    ] = DavisonPlace.ARITHMETIC
    house_system: Annotated[
        HouseSystemName | None, Field(description="Left out: that of chart1")
    ] = None

    def uses_altitude(self) -> bool:
        return True  # the middle place has one


class DavisonChartReply(AspectedWheelReply):
    """A chart as any other, of the middle moment at the middle place."""

    utc: Annotated[str, Field(description="The instant, taking UT1 for UTC")]
    julian_day: Annotated[float, Field(description="The instant as Julian day in UT1")]
    latitude: Annotated[float, Field(description="Degrees, north positive")]
    longitude: Annotated[float, Field(description="Degrees, east positive, -180 up to 180")]
    altitude: Annotated[float, Field(description="Metres, the mean of both")]


class DavisonReply(TypedDict):
    chart: DavisonChartReply
    ambiguous: Annotated[
        bool, Field(description="The places lie opposite each other: two middles are as near")
    ]
    alternative: Annotated[
        DavisonChartReply | None, Field(description="The chart of the other middle, if ambiguous")
    ]


@calculation(
    "davison",
    example={**EXAMPLE_PAIR, "planets": ["SUN", "MOON", "ASC", "MC"]},
    sources=(
        Source("Ronald Davison, Synastry (1977), page 244"),
        Source("Matrix Software, Astro*Index dictionary: Relationship Chart", verified=True),
    ),
)
def davison(request: DavisonRequest, ephemeris: Ephemeris) -> Answer[DavisonReply]:
    """The Davison relationship chart: a real sky, of the moment and the place between two births.

    The moment is the mean of both instants in universal time. The place is disputed: Davison took
    the mean of the latitudes and of the longitudes, others take the middle of the great circle,
    which may lie a long way from it. Where both births are on opposite meridians, or for
    SPHERICAL at opposite points of the Earth, two places are halfway; `chart` and `alternative`
    answer for them.
    """
    births = request.births(ephemeris)
    first, second = (
        request.chart_of(birth, ephemeris, angles_move=request.angles_move) for birth in births
    )
    points = request.planets or POINTS_AND_ANGLES
    system = request.merged_house_system(request.house_system)
    rules = request.orb_rules()
    charts = davison_charts(first, second, request.davison_time, request.davison_place)
    replies = [_chart(request, chart, points, system, rules) for chart in charts]
    reply: DavisonReply = {
        "chart": replies[0],
        "ambiguous": len(replies) > 1,
        "alternative": replies[1] if len(replies) > 1 else None,
    }
    definitions = {
        **request.chart_definitions(charts[0], points, tells_day=True),
        **request.house_definitions(system),
        **request.orb_definitions(rules),
        "davison_time": request.davison_time,
        "davison_place": request.davison_place,
    }
    provenance = computed_for_pair(births, points, ephemeris, definitions)
    return Answer(reply, provenance, births[0].lasting and births[1].lasting)


def _chart(
    request: DavisonRequest,
    chart: Instant,
    points: tuple[Point, ...],
    system: HouseSystem,
    rules: OrbRules,
) -> DavisonChartReply:
    wheel = wheel_of(chart, points, system)
    return {
        **aspected_wheel(wheel, chart, request, rules),
        "utc": instant_text(chart.moment),
        "julian_day": chart.moment,
        "latitude": chart.place.latitude,
        "longitude": chart.place.longitude,
        "altitude": chart.place.altitude,
    }
