"""The diurnal chart: a day at the natal time of day and place."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.aspects import aspects_between
from app.astrology.calendar import CivilDateTime, civil_of_ticks
from app.astrology.names import Name
from app.astrology.sky import Ephemeris
from app.astrology.zones import LocalClock, find_zone
from app.calculations.birth import EXAMPLE, Birth
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.charts import ChartData, ChartsRequest, moment_of_day
from app.calculations.fields import Points, named
from app.calculations.pairs import computed_for_pair, differing
from app.calculations.shapes import instant_text
from app.calculations.to_natal import NatalAspectReply, OrbsToNatal, natal_aspect_replies
from app.calculations.wheel import (
    POINTS_AND_ANGLES,
    AspectedWheelReply,
    WheelReply,
    aspected_wheel,
    require_twelve,
    wheel_of,
)
from app.errors import InvalidInput

_DATE = re.compile(r"[+-]?[0-9]{4,6}-[0-9]{2}-[0-9]{2}")


class DiurnalClock(Name):
    """Whose clock tells the natal time of day on the other date.

    BIRTH_OFFSET keeps the offset from UTC that was in force at the birth, whatever the season or
    the law since; LOCAL_CLOCK is the clock on the wall of the birthplace on that date.
    """

    BIRTH_OFFSET = "BIRTH_OFFSET"
    LOCAL_CLOCK = "LOCAL_CLOCK"


class DiurnalRequest(OrbsToNatal, ChartsRequest):
    natal_chart: Annotated[ChartData, Field(description="The birth that is met")]
    target_date: Annotated[
        str, Field(description="YYYY-MM-DD, in the calendar of the birth", max_length=64)
    ]
    clock: Annotated[
        Annotated[DiurnalClock, *named(DiurnalClock)],
        Field(
            description="BIRTH_OFFSET: the time of day under the offset in force at birth; "
            "LOCAL_CLOCK: as the clocks of the birthplace run on the date, the first of two "
            "equal readings"
        ),
    ] = DiurnalClock.BIRTH_OFFSET
    planets: Annotated[
        Points,
        Field(description="Points of both charts; empty: Sun to Pluto, node, Lilith, ASC, MC"),
    ] = POINTS_AND_ANGLES


class DiurnalReply(TypedDict):
    utc: Annotated[str, Field(description="The instant, taking UT1 for UTC")]
    julian_day: Annotated[float, Field(description="The instant as Julian day in UT1")]
    chart: AspectedWheelReply
    aspects_to_natal: Annotated[
        list[NatalAspectReply],
        Field(description="`planet1` of the birth, which stands still, `planet2` of the day"),
    ]
    natal: WheelReply


@calculation(
    "diurnal",
    example={"natal_chart": EXAMPLE, "target_date": "2026-01-11", "planets": ["SUN", "ASC"]},
    sources=(
        Source("Celeste Teal, The Diurnal Chart (astrologysoftware.com)", verified=True),
        Source("Alice Portman, Diurnal (Daily) Charts (aliceportman.com)", verified=True),
    ),
)
def diurnal(request: DiurnalRequest, ephemeris: Ephemeris) -> Answer[DiurnalReply]:
    """The diurnal chart: a date at the natal time of day and at the birthplace.

    The Sun stays in about its natal house, and the angles go once around the zodiac in a year.
    The time of day is told by the offset that was in force at birth, so that summer time does
    not make the angles jump; LOCAL_CLOCK takes the clocks of the date instead. Aspects to the
    birth apply by the motion of the day's points alone, and have one `orb`, 3 degrees, unless
    `orbs` says otherwise; those of the day's chart have the orbs of a birth.
    """
    birth = request.natal_chart.timed("natal_chart", ephemeris)
    system = request.natal_chart.house_system
    require_twelve("natal_chart.house_system", system)
    day = _day(request, birth, ephemeris)
    natal = request.chart_of(birth, ephemeris)
    chart = request.chart_of(day, ephemeris, angles_move=request.angles_move)
    points = request.planets or POINTS_AND_ANGLES
    rules, to_natal = request.orb_rules(), request.natal_rules()
    old, new = wheel_of(natal, points, system), wheel_of(chart, points, system)
    between = aspects_between(old.positions, new.positions, to_natal, second_moves=True)
    reply: DiurnalReply = {
        "utc": instant_text(chart.moment),
        "julian_day": chart.moment,
        "chart": aspected_wheel(new, chart, request, rules),
        "aspects_to_natal": natal_aspect_replies(between),
        "natal": old.reply(),
    }
    definitions = {
        **differing(
            request.chart_definitions(natal, points, tells_day=True),
            request.chart_definitions(chart, points, tells_day=True),
            "diurnal",
        ),
        **request.house_definitions(system),
        **request.orb_definitions(rules),
        **request.natal_orb_definitions(to_natal),
        "clock": request.clock,
    }
    provenance = computed_for_pair((birth, day), points, ephemeris, definitions, "target_date")
    return Answer(reply, provenance, birth.lasting)


def _day(request: DiurnalRequest, birth: Birth, ephemeris: Ephemeris) -> Birth:
    """The target date at the time of day of the birth; raises InvalidInput."""
    date = request.target_date.strip()
    if not _DATE.fullmatch(date):
        expected = "YYYY-MM-DD: its time of day is that of the birth"
        raise InvalidInput.of("target_date", expected, request.target_date)
    kept = request.clock is DiurnalClock.BIRTH_OFFSET
    reading = birth.moment.local if kept else _on_the_wall(request.natal_chart, birth)
    try:
        return moment_of_day(
            request.natal_chart,
            ephemeris,
            field="target_date",
            date=date,
            time=reading.time_text,
            timezone=birth.moment.offset_text if kept else None,
            fold=0,
            calendar=request.natal_chart.calendar,
        )
    except InvalidInput as error:
        # The caller gave no time: what is wrong with it is wrong with the date.
        raise error.renamed({"target_time": "target_date"}) from error


def _on_the_wall(chart: ChartData, birth: Birth) -> CivilDateTime:
    """The birth on the clocks of its zone, however its own time was written."""
    moment = birth.moment
    clock = LocalClock(find_zone(moment.zone), chart.local_mean_time, chart.longitude)
    offset = clock.at(moment.utc.ticks)
    return civil_of_ticks(moment.utc.ticks + offset.microseconds, moment.calendar)
