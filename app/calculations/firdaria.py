"""Firdaria."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.bodies import Body
from app.astrology.firdaria import FIRDAR_YEARS, Firdar, NodePlacement, firdaria, order_of
from app.astrology.names import Name
from app.astrology.progressions import TROPICAL_YEAR
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.directed import YearLength
from app.calculations.fields import named
from app.calculations.provenance import computed_for
from app.calculations.shapes import instant_text
from app.calculations.timelords import Instants, MaybeLifeRequest

MOST_CYCLES = 3
FULL_CYCLE = sum(FIRDAR_YEARS.values())
"""Years after which the first lord comes again."""


class ChartSect(Name):
    """Day or night by the Sun of the birth, or as the caller says."""

    CHART = "CHART"
    DAY = "DAY"
    NIGHT = "NIGHT"


class FirdariaRequest(MaybeLifeRequest):
    nodes: Annotated[
        Annotated[NodePlacement, *named(NodePlacement)],
        Field(description="Nodes at the END of the 75 years, or after Mars (BONATTI)"),
    ] = NodePlacement.END
    chart_sect: Annotated[
        Annotated[ChartSect, *named(ChartSect)],
        Field(description="CHART tells day from night by the Sun, as `sect` defines it"),
    ] = ChartSect.CHART
    year_length: YearLength = TROPICAL_YEAR
    cycles: Annotated[
        int, Field(ge=1, le=MOST_CYCLES, description="How often the 75 years are gone through")
    ] = 1


class SubFirdarReply(TypedDict):
    """A seventh of a firdar."""

    lord: str
    start: Instants
    end: Instants


class FirdarReply(TypedDict):
    """A firdar with its seven parts; those of the nodes have none."""

    lord: str
    years: int
    start: Instants
    end: Instants
    subperiods: list[SubFirdarReply]


class CurrentFirdarReply(TypedDict):
    """What the moment asked about belongs to."""

    lord: str
    start: Instants
    end: Instants
    subperiod: Annotated[SubFirdarReply | None, Field(description="Null under a node")]


class FirdariaReply(TypedDict):
    is_day: Annotated[bool, Field(description="Whether the order of the day was taken")]
    order: Annotated[list[str], Field(description="The nine lords, from the birth on")]
    periods: list[FirdarReply]
    current: Annotated[CurrentFirdarReply | None, Field(description="Null without `target_date`")]


@calculation(
    "firdaria",
    example={"natal_chart": EXAMPLE, "target_date": "2026-06-21"},
    sources=(
        Source(
            "Abu Ma'shar, Great Introduction, chapter 8 on the years of the planets", verified=True
        ),
        Source("al-Biruni, Book of Instruction in the Elements of the Art of Astrology"),
        Source("Guido Bonatti, Liber astronomiae (nodes after Mars)"),
    ),
)
def firdaria_of_life(request: FirdariaRequest, ephemeris: Almanac) -> Answer[FirdariaReply]:
    """The planets and nodes that rule parts of life one after another, 75 years in all.

    By day they begin with the Sun (10 years), Venus 8, Mercury 13, Moon 9, Saturn 11, Jupiter 12,
    Mars 7, north node 3, south node 2; by night with the Moon, the others following in the same
    order. Where the nodes come by night is disputed: at the END of all, or after Mars, as Bonatti
    is read. Every planet's part has seven equal parts, the first its own; those of the nodes are
    undivided. After 75 years the first lord comes again.
    """
    birth = request.natal_chart.timed("natal_chart", ephemeris)
    target = request.maybe_moment(birth, ephemeris)
    natal = request.natal(birth, ephemeris)
    by_day = natal.is_day(natal.angles().armc)
    if request.chart_sect is not ChartSect.CHART:
        by_day = request.chart_sect is ChartSect.DAY
    order = order_of(request.nodes, by_day=by_day)
    start, year = birth.julian_day, request.year_length
    reply: FirdariaReply = {
        "is_day": by_day,
        "order": [str(lord) for lord in order],
        "periods": [_period(period) for period in firdaria(start, order, year, request.cycles)],
        "current": None if target is None else _current(start, order, year, target.julian_day),
    }
    definitions: dict[str, Any] = {
        **request.chart_definitions(natal, ()),
        "sect": request.sect,
        "chart_sect": request.chart_sect,
        "nodes": request.nodes,
        "year_length": year,
        "cycles": request.cycles,
    }
    others = {} if target is None else {"target_date": target}
    provenance = computed_for(birth, (Body.SUN,), ephemeris, definitions, others=others)
    return Answer(reply, provenance, birth.lasting and (target is None or target.lasting))


def _current(
    birth: float, order: tuple[Body, ...], year: float, moment: float
) -> CurrentFirdarReply:
    """The period and its part that hold a moment, however many cycles after the birth."""
    past = int((moment - birth) // (FULL_CYCLE * year))
    periods = firdaria(birth + past * FULL_CYCLE * year, order, year, 2)
    period = _holding(periods, moment)
    sub = _holding(period.subs, moment) if period.subs else None
    return {
        "lord": str(period.lord),
        "start": instant_text(period.start),
        "end": instant_text(period.end),
        "subperiod": None if sub is None else _sub(sub),
    }


def _holding(periods: Sequence[Firdar], moment: float) -> Firdar:
    """The one that holds a moment; the last one where rounding puts it behind all."""
    return next((period for period in periods if period.holds(moment)), periods[-1])


def _period(period: Firdar) -> FirdarReply:
    return {
        "lord": str(period.lord),
        "years": FIRDAR_YEARS[period.lord],
        "start": instant_text(period.start),
        "end": instant_text(period.end),
        "subperiods": [_sub(sub) for sub in period.subs],
    }


def _sub(sub: Firdar) -> SubFirdarReply:
    return {
        "lord": str(sub.lord),
        "start": instant_text(sub.start),
        "end": instant_text(sub.end),
    }
