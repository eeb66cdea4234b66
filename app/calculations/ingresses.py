"""When planets enter signs and the houses of a chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Annotated, Any, NotRequired

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.bodies import PLANETS, Body, Celestial
from app.astrology.curves import Longitudes
from app.astrology.frame import View
from app.astrology.houses import HouseSystem
from app.astrology.ingresses import (
    RUN_BACKWARDS,
    SIGN_BORDERS,
    Border,
    Ingress,
    house_borders,
)
from app.astrology.ingresses import (
    ingresses as found_ingresses,
)
from app.astrology.sky import Ephemeris
from app.astrology.zodiac import SIGNS
from app.calculations.birth import Birth
from app.calculations.catalogue import Answer, Source, long_calculation
from app.calculations.charts import ChartData
from app.calculations.fields import Points, named
from app.calculations.provenance import computed_for
from app.calculations.shapes import instant_text
from app.calculations.sky_events import (
    CENTURY,
    EventCharts,
    bodies_of,
)
from app.calculations.slices import seconds_of_a_hit, seconds_of_a_sample, spans
from app.calculations.span import Span
from app.calculations.wheel import WheelReply, require_twelve
from app.errors import CalculationFailed, InvalidInput

MOST_INGRESSES = 25_000
"""A century of the Moon through twelve signs has 16,000."""
_TURNS_A_DAY = 13.5 / 360.0
"""Circles that the Moon goes in a day."""


class IngressType(StrEnum):
    """What is entered."""

    SIGN = "SIGN"
    HOUSE = "HOUSE"


TypeName = Annotated[IngressType, *named(IngressType)]


class IngressesRequest(EventCharts):
    types: Annotated[
        tuple[TypeName, ...],
        FailFast(),
        Field(description="Empty: SIGN; HOUSE needs `natal_chart`", max_length=2),
    ] = (IngressType.SIGN,)
    natal_chart: Annotated[
        ChartData | None, Field(description="The chart whose houses are entered")
    ] = None
    planets: Annotated[Points, Field(description="Empty: Sun to Pluto")] = PLANETS
    include_retrograde: Annotated[
        bool, Field(description="Entries by retrograde motion too; nodes always move so")
    ] = True


class IngressReply(TypedDict):
    planet: str
    date: Annotated[str, Field(description="UTC")]
    julian_day: float
    is_retrograde: bool
    grazing: Annotated[
        bool, Field(description="A station within a second of arc of the border: it turns there")
    ]
    chart: NotRequired[Annotated[WheelReply, Field(description="With `include_charts`")]]


class SignIngressReply(IngressReply):
    """A planet enters a sign."""

    sign: str
    previous: Annotated[str, Field(description="The sign that it comes from")]


class HouseIngressReply(IngressReply):
    """A planet enters a natal house."""

    house: Annotated[int, Field(description="1 to 12")]
    previous: Annotated[int, Field(description="The house that it comes from")]


class IngressListsReply(TypedDict):
    sign: list[SignIngressReply]
    house: Annotated[
        list[HouseIngressReply] | None,
        Field(description="Null where the natal chart has no houses, under the polar policy FLAG"),
    ]


class IngressesReply(TypedDict):
    ingresses: Annotated[IngressListsReply, Field(description="In the order of time")]


@dataclass(frozen=True, slots=True)
class _Search:
    """Bodies, and the borders of houses with the system applied: None where it has none."""

    span: Span
    bodies: Sequence[Celestial]
    curves: Longitudes
    natal: Birth | None
    types: Sequence[IngressType]
    houses: Sequence[Border] | None
    system: HouseSystem | None = None


def _split(request: IngressesRequest, ephemeris: Almanac) -> list[Any]:
    search = _search(request, ephemeris)
    samples = sum(
        seconds_of_a_sample(body) / search.curves.step(curve)
        for curve, body in enumerate(search.bodies)
    )
    fast = sum(body is Body.MOON for body in search.bodies)
    hits = 12.0 * _TURNS_A_DAY * (fast + 0.1 * len(search.bodies))
    work = samples + hits * max(map(seconds_of_a_hit, search.bodies))
    return spans(search.span, len(search.types) * work)


def _part(request: IngressesRequest, part: Any, ephemeris: Almanac) -> Any:
    search = _search(request, ephemeris)
    signs: list[SignIngressReply] = []
    houses: list[HouseIngressReply] = []
    if IngressType.SIGN in search.types:
        for entry in _entries(request, search, SIGN_BORDERS, part):
            sign, previous = str(SIGNS[entry.entered]), str(SIGNS[entry.previous])
            signs.append({**_reply(search, entry), "sign": sign, "previous": previous})
    for entry in _entries(request, search, search.houses or (), part):
        house, before = entry.entered, entry.previous
        houses.append({**_reply(search, entry), "house": house, "previous": before})
    return {"sign": signs, "house": houses}


@long_calculation(
    "ingresses",
    split=_split,
    part=_part,
    example={
        "start_date": "2026-01-01",
        "end_date": "2026-12-31",
        "planets": ["SUN", "JUPITER", "SATURN", "URANUS"],
    },
    sources=(
        Source("U.S. Naval Observatory, dates and times of equinoxes and solstices", verified=True),
    ),
)
def ingresses(
    request: IngressesRequest, parts: Sequence[Any], ephemeris: Almanac
) -> Answer[IngressesReply]:
    """When planets enter the signs of the zodiac, or the houses of a natal chart.

    Entries by retrograde motion, back into the sign before, are told too, unless
    `include_retrograde` is false; the nodes are always told, whose usual motion it is. The cusps
    of the natal chart are fixed, and houses are entered by longitude, whatever the house rule; so
    it is too where cusps run against the zodiac, beyond the polar circles. With a `place` and
    `include_charts` each ingress has its chart, such as the Aries ingress of the year.
    """
    search = _search(request, ephemeris)
    signs = list(chain.from_iterable(part["sign"] for part in parts))
    houses = list(chain.from_iterable(part["house"] for part in parts))
    if len(signs) + len(houses) > MOST_INGRESSES:
        raise _too_many(len(signs) + len(houses))
    if request.include_charts:
        rows = [*signs, *houses]
        moments = [row["julian_day"] for row in rows]
        for row, chart in zip(rows, request.charts(moments, search.span, ephemeris), strict=True):
            row["chart"] = chart
    found: IngressListsReply = {
        "sign": signs,
        "house": houses if search.houses is not None else None,
    }
    return Answer(
        {"ingresses": found},
        computed_for(
            search.span.first,
            search.bodies,
            ephemeris,
            _definitions(request, search, ephemeris),
            _others(search),
        ),
        search.natal is None or search.natal.lasting,
    )


def _search(request: IngressesRequest, ephemeris: Ephemeris) -> _Search:
    """What the request asks for; raises InvalidInput for choices that contradict."""
    span = request.searched(ephemeris, CENTURY, (View.GEOCENTRIC, View.HELIOCENTRIC))
    request.require_place()
    types = tuple(dict.fromkeys(request.types or (IngressType.SIGN,)))
    bodies = bodies_of(request.planets, PLANETS)
    frame = request.instant(span.first, ephemeris).conventions.frame
    curves = Longitudes(bodies, ephemeris, frame)
    if IngressType.HOUSE not in types:
        return _Search(span, bodies, curves, None, types, ())
    if request.natal_chart is None:
        raise InvalidInput.of("natal_chart", "given, because types name HOUSE", None)
    if request.center is not View.GEOCENTRIC:
        raise InvalidInput.of("center", "GEOCENTRIC for HOUSE", str(request.center))
    system = request.natal_chart.house_system
    require_twelve("natal_chart.house_system", system)
    natal = request.natal_chart.timed("natal_chart", ephemeris)
    chart = request.instant(natal, ephemeris, **request.house_conventions())
    division = chart.divide_as_agreed(system)
    if division is None:
        return _Search(span, bodies, curves, natal, types, None)
    return _Search(
        span, bodies, curves, natal, types, house_borders(division.cusps), division.system
    )


def _entries(
    request: IngressesRequest, search: _Search, borders: Sequence[Border], part: Any
) -> list[Ingress]:
    if not borders:
        return []
    found = found_ingresses(search.curves, borders, part["start"], part["end"])
    if request.include_retrograde:
        return found
    return [
        entry
        for entry in found
        if not entry.is_retrograde or search.bodies[entry.curve] in RUN_BACKWARDS
    ]


def _reply(search: _Search, entry: Ingress) -> IngressReply:
    return {
        "planet": str(search.bodies[entry.curve]),
        "date": instant_text(entry.moment),
        "julian_day": entry.moment,
        "is_retrograde": entry.is_retrograde,
        "grazing": entry.grazing,
    }


def _too_many(count: int) -> CalculationFailed:
    msg = (
        f"the search found {count} ingresses, and an answer holds at most {MOST_INGRESSES}; ask "
        "for a shorter span in several requests, or for fewer planets"
    )
    return CalculationFailed(msg, details={"field": "end_date", "limit": MOST_INGRESSES})


def _definitions(
    request: IngressesRequest, search: _Search, ephemeris: Ephemeris
) -> dict[str, Any]:
    chart = request.instant(search.natal or search.span.first, ephemeris)
    ephemeris.positions((search.span.start,), search.bodies, search.curves.frame)
    definitions = {
        **request.chart_definitions(chart, ()),
        **request.chart_choices(),
        "types": list(search.types),
        "include_retrograde": request.include_retrograde,
    }
    if search.natal is not None:
        rules = request.house_definitions(request.house_system)
        definitions |= {"cusps": "NATAL", "natal_house_system": search.system}
        definitions |= {name: rules[name] for name in ("polar", "polar_fallback")}
    return definitions


def _others(search: _Search) -> dict[str, Birth]:
    others = {"end_date": search.span.last}
    if search.natal is not None:
        others["natal_chart"] = search.natal
    return others
