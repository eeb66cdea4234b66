"""Charts of the moments when a body comes back to where it was at a birth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import numpy as np
from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.errors import OutsideEphemeris
from app.astrology.frame import View
from app.astrology.torn_loops import gap_of, outside
from app.astrology.transits import Pass, Passing, joined, loops
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, Source, long_calculation
from app.calculations.conventions import sources
from app.calculations.provenance import computed_for
from app.calculations.return_charts import CastReply, Found, cast, part, split
from app.calculations.return_search import (
    MOST_RETURNS,
    CountBy,
    ReturnsRequest,
    ReturnType,
    Search,
    place_of,
    search_of,
    year_begins,
)
from app.calculations.shapes import instant_text
from app.calculations.slices import from_columns
from app.calculations.wheel import POINTS_AND_ANGLES
from app.errors import CalculationFailed, InvalidInput


class ReturnReply(CastReply):
    """One return and its chart."""

    return_type: str
    planet: Annotated[str, Field(description="What came back; PHASE for the phase")]
    return_time: Annotated[str, Field(description="UTC")]
    julian_day: float
    is_retrograde: bool
    pass_number: Annotated[int, Field(description="Which pass of its retrograde loop")]
    passes: Annotated[
        int, Field(description="Passes of this loop, those before the first return told too")
    ]


class ReturnsReply(TypedDict):
    returns: list[ReturnReply]


@long_calculation(
    "returns",
    split=split,
    part=part,
    example={
        "natal_chart": EXAMPLE,
        "return_date": "2026-01-01",
        "return_type": "SOLAR",
        "planets": ["SUN", "MOON", "ASC", "MC"],
    },
    sources=(Source("astro.com, solar return of 2030 for San Diego", verified=True),),
)
def returns(
    request: ReturnsRequest, parts: Sequence[Found], ephemeris: Almanac
) -> Answer[ReturnsReply]:
    """Solar, lunar and planetary returns, and returns of the Moon's phase, each with its chart.

    A solar return is that of the age reached in the calendar year of `return_date`, so that years
    in a row have one each; around the turn of a year it may fall into the neighbouring year, of
    which a warning tells. All others are the next at or after the date; `count` asks for more,
    `end_date` for all until then, and `return_types` for several kinds at once. A planet may pass
    its natal degree three times or five within one retrograde loop: each pass is told with its
    number. `precession` CORRECTED returns to the natal place among the stars, about nine hours
    later in a life of 27 years: `longitude` is then where the body stands in the zodiac asked for,
    `sidereal_longitude` what came back. The chart stands at the birthplace or at `location`, from
    where a TOPOCENTRIC return is seen, too. Its own aspects have the orbs of a birth, those to the
    birth one `orb`, 3 degrees, unless `orbs` says otherwise.
    """
    searches = [search_of(request, kind, ephemeris) for kind in request.kinds()]
    wanted = [_found(request, search, parts) for search in searches]
    _refuse_too_many(request, sum(map(len, wanted)))
    first = searches[0]
    system = request.house_system or request.natal_chart.house_system
    rules, place = request.orb_rules(), place_of(request)
    definitions = {
        **request.chart_definitions(first.chart, request.planets, tells_day=True),
        **request.house_definitions(system),
        **request.orb_definitions(rules),
        **request.natal_orb_definitions(request.natal_rules()),
        "return_types": list(request.kinds()),
        "precession": request.precession,
        "year_rule": request.year_rule if ReturnType.SOLAR in request.kinds() else None,
        "count_by": request.count_by,
        "place": {"latitude": place.latitude, "longitude": place.longitude},
    }
    if request.center is View.TOPOCENTRIC:
        definitions["altitude"] = place.altitude
    charts = _charts(parts)
    found = [
        _return_reply(
            search,
            hit,
            charts.get((search.kind, hit.moment)) or cast(request, search, hit.moment, ephemeris),
        )
        for search, hits in zip(searches, wanted, strict=True)
        for hit in hits
    ]
    bodies = [
        *sources(request.planets or POINTS_AND_ANGLES),
        *(search.body for search in searches),
    ]
    others = {"return_date": first.first}
    if first.last is not None:
        others["end_date"] = first.last
    provenance = computed_for(first.natal, bodies, ephemeris, definitions, others)
    lasting = first.natal.lasting and first.first.lasting
    warnings = tuple(
        warning
        for search, hits in zip(searches, wanted, strict=True)
        if request.by_age(search.kind)
        for warning in _out_of_year(request, search, hits, ephemeris)
    )
    return Answer({"returns": found}, provenance, lasting, warnings)


def _out_of_year(
    request: ReturnsRequest, search: Search, hits: Sequence[Pass], ephemeris: Almanac
) -> Iterator[str]:
    """A warning for each solar return that does not fall into the calendar year of its age."""
    zone = request.return_timezone or request.natal_chart.timezone
    first = search.first.moment.local.year
    for year, hit in enumerate(hits, start=first):
        begins, ends = (year_begins(request, at, ephemeris).julian_day for at in (year, year + 1))
        if not begins <= hit.moment < ends:
            told, other = instant_text(hit.moment), year - 1 if hit.moment < begins else year + 1
            yield f"the solar return of {year}, {told}, falls into {other} by the clocks of {zone}"


def _found(request: ReturnsRequest, search: Search, parts: Sequence[Found]) -> list[Pass]:
    """The returns of one kind; raises OutsideEphemeris where the files end before the last."""
    own = [part for part in parts if part["kind"] == search.kind]
    start, end = search.window(request)
    found = joined([from_columns(part["passes"]) for part in own])
    numbered = loops(joined([found, *_torn(request, search)]))
    wanted = _wanted(request, search, [hit for hit in numbered if start < hit.moment <= end])
    refusal = next((part["outside"] for part in own if "outside" in part), None)
    if refusal is not None and (request.end_date is not None or not _enough(request, wanted)):
        raise OutsideEphemeris(**refusal)
    if request.end_date is None and not _enough(request, wanted):
        raise _not_back(request, search)
    return wanted


def _not_back(request: ReturnsRequest, search: Search) -> CalculationFailed:
    start, end = search.window(request)
    years = int((end - start) / 365.25)
    msg = (
        f"{search.name} is not back {request.count} times within {years} years of return_date; "
        "send an end_date to search on until then"
    )
    return CalculationFailed(msg, details={"field": "return_date", "got": request.return_date})


def _torn(request: ReturnsRequest, search: Search) -> Iterator[Passing]:
    """The passes before and after the time searched that belong to loops which its ends cut."""
    if search.kind is not ReturnType.PLANETARY:
        return
    (start, end), gap = search.window(request), gap_of(search.body)
    level = np.array([search.returning.longitude])
    if gap:
        yield outside(search.returning.curves, 0, level, start, -gap)
        yield outside(search.returning.curves, 0, level, end, gap)


def _enough(request: ReturnsRequest, found: Sequence[Pass]) -> bool:
    """Whether there are as many passes, or beginnings of cycles, as were asked for."""
    cycles = request.count_by is CountBy.CYCLES
    return sum(hit.number == 1 or not cycles for hit in found) >= request.count


def _charts(parts: Sequence[Found]) -> dict[tuple[ReturnType, float], CastReply]:
    """The charts that slices cast, by the kind of return and its moment."""
    return {
        (ReturnType(part["kind"]), moment): chart
        for part in parts
        for moment, chart in zip(sorted(part["passes"]["moments"]), part["charts"], strict=False)
    }


def _refuse_too_many(request: ReturnsRequest, count: int) -> None:
    if request.end_date is not None and count > MOST_RETURNS:
        expected = f"nearer: {count} returns until then, and at most {MOST_RETURNS} fit"
        raise InvalidInput.of("end_date", expected, request.end_date)


def _wanted(request: ReturnsRequest, search: Search, hits: Sequence[Pass]) -> list[Pass]:
    """As many as were asked for, or all until the end date."""
    if search.last is not None:
        return list(hits)
    if request.count_by is CountBy.PASSES:
        return list(hits[: request.count])
    # The rest of a loop that began before is told, and is no cycle.
    starts = [index for index, hit in enumerate(hits) if hit.number == 1]
    beyond = [*starts, len(hits)][request.count] if request.count <= len(starts) else len(hits)
    return list(hits[:beyond])


def _return_reply(search: Search, hit: Pass, chart: CastReply) -> ReturnReply:
    return {
        "return_type": search.kind,
        "planet": search.name,
        "return_time": instant_text(hit.moment),
        "julian_day": hit.moment,
        "is_retrograde": not hit.rising,
        "pass_number": hit.number,
        "passes": hit.of,
        **chart,
    }
