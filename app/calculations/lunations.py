"""Phases of the Moon, its apsides and nodes, in a span of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Annotated, Any, NotRequired

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.bodies import Body
from app.astrology.curves import ASTRONOMICAL_UNIT, Longitudes, reach
from app.astrology.frame import Frame
from app.astrology.lunar_phase import PhaseScheme, lunar_phase
from app.astrology.lunations import (
    Apsis,
    NodePassage,
    Phase,
    Phases,
    apsides_between,
    eclipses_of,
    node_passages,
    phase_state,
    phases_between,
)
from app.astrology.sky import Ephemeris
from app.calculations.birth import Birth
from app.calculations.catalogue import Answer, Source, long_calculation
from app.calculations.fields import named
from app.calculations.provenance import computed_for
from app.calculations.shapes import DegreeReply, degree_reply, instant_text
from app.calculations.sky_events import (
    CENTURY,
    EventCharts,
    MomentChoice,
)
from app.calculations.slices import SECONDS_OF_A_HIT, SECONDS_OF_A_SAMPLE, spans
from app.calculations.span import Span
from app.calculations.wheel import WheelReply

_SECONDS_OF_AN_ECLIPSE = 2e-3
_ECLIPSES_A_DAY = 5.0 / 365.0
_PHASES_A_DAY = 8.0 / 29.5


class Include(StrEnum):
    """What is told."""

    PHASES = "PHASES"
    APSIDES = "APSIDES"
    NODES = "NODES"
    EARTH_APSIDES = "EARTH_APSIDES"


class LunationsRequest(EventCharts, MomentChoice):
    phases: Annotated[
        Annotated[Phases, *named(Phases)],
        Field(description="FOUR quarters, or EIGHT phases of 45 degrees"),
    ] = Phases.FOUR
    include: Annotated[
        tuple[Annotated[Include, *named(Include)], ...],
        FailFast(),
        Field(
            description="PHASES, APSIDES of the Moon, its NODES, EARTH_APSIDES; empty: PHASES",
            max_length=4,
        ),
    ] = (Include.PHASES,)
    include_eclipses: Annotated[
        bool, Field(description="Tells which new and full Moons are eclipses")
    ] = False
    phase_scheme: Annotated[
        Annotated[PhaseScheme, *named(PhaseScheme)],
        Field(description="Where phases begin at `moment`: RUDHYAR, or CENTRED as almanacs do"),
    ] = PhaseScheme.RUDHYAR


class LunationReply(TypedDict):
    """One phase."""

    phase: Annotated[str, Field(description="NEW_MOON, CRESCENT … BALSAMIC")]
    angle: Annotated[float, Field(description="Degrees from the Sun to the Moon")]
    date: Annotated[str, Field(description="UTC")]
    julian_day: float
    sun: DegreeReply
    moon: DegreeReply
    eclipse: Annotated[
        str | None,
        Field(description="TOTAL, ANNULAR, HYBRID, PARTIAL, PENUMBRAL; null without, or not asked"),
    ]
    chart: NotRequired[Annotated[WheelReply, Field(description="With `include_charts`")]]


class ApsisReply(DegreeReply):
    """A perigee, an apogee, a perihelion or an aphelion, and where the body stands then."""

    apsis: Annotated[str, Field(description="PERIGEE or APOGEE; PERIHELION or APHELION")]
    date: Annotated[str, Field(description="UTC")]
    julian_day: float
    distance_km: Annotated[float, Field(description="Between the centres")]
    distance_au: float


class NodePassageReply(DegreeReply):
    """The Moon crosses the ecliptic."""

    node: Annotated[str, Field(description="ASCENDING or DESCENDING")]
    date: Annotated[str, Field(description="UTC")]
    julian_day: float


class QuarterReply(TypedDict):
    phase: str
    date: Annotated[str, Field(description="UTC")]
    julian_day: float


class PhaseStateReply(TypedDict):
    """The Moon's phase at `moment`."""

    date: Annotated[str, Field(description="UTC")]
    julian_day: float
    angle: Annotated[float, Field(description="Degrees from the Sun to the Moon, 0 up to 360")]
    phase: Annotated[str, Field(description="By `phase_scheme`")]
    phase_rudhyar: Annotated[str, Field(description="Phases of 45 degrees from the new Moon")]
    phase_centred: Annotated[str, Field(description="The same around the quarters")]
    tithi: Annotated[int, Field(description="Lunar day of 12 degrees, 1 to 30")]
    karana: Annotated[int, Field(description="Whole steps of 6 degrees, 0 to 59")]
    illumination: Annotated[float, Field(description="Lit part of the disc, 0 to 1")]
    age: Annotated[float | None, Field(description="Days since the new Moon")]
    previous: Annotated[QuarterReply | None, Field(description="Last quarter phase, or now")]
    next: QuarterReply | None


class LunationsReply(TypedDict):
    """Lists that were not asked for are null."""

    phases: Annotated[list[LunationReply] | None, Field(description="In the order of time")]
    apsides: Annotated[list[ApsisReply] | None, Field(description="Of the Moon")]
    nodes: Annotated[list[NodePassageReply] | None, Field(description="Of the Moon")]
    earth_apsides: Annotated[
        list[ApsisReply] | None, Field(description="Of the Earth; the longitude is the Sun's")
    ]
    state: Annotated[PhaseStateReply | None, Field(description="Null without `moment`")]


@dataclass(frozen=True, slots=True)
class _Search:
    span: Span
    include: Sequence[Include]
    frame: Frame
    moment: Birth | None


def _split(request: LunationsRequest, ephemeris: Almanac) -> list[Any]:
    search = _search(request, ephemeris)
    # Two samples a day of both lights, or of one of them and its neighbours.
    work = 2.0 * 3.0 * len(search.include) * SECONDS_OF_A_SAMPLE + _PHASES_A_DAY * SECONDS_OF_A_HIT
    if request.include_eclipses:
        work += _ECLIPSES_A_DAY * _SECONDS_OF_AN_ECLIPSE
    return spans(search.span, work)


def _part(request: LunationsRequest, part: Any, ephemeris: Almanac) -> Any:
    search = _search(request, ephemeris)
    start, end, frame = part["start"], part["end"], search.frame
    found: dict[str, list[Any]] = {}
    if Include.PHASES in search.include:
        found["phases"] = _phases(request, search, part, ephemeris)
    if Include.APSIDES in search.include:
        rows = apsides_between(start, end, Body.MOON, ephemeris, frame)
        found["apsides"] = [_apsis(row, ("PERIGEE", "APOGEE")) for row in rows]
    if Include.NODES in search.include:
        found["nodes"] = [_node(row) for row in node_passages(start, end, ephemeris, frame)]
    if Include.EARTH_APSIDES in search.include:
        rows = apsides_between(start, end, Body.SUN, ephemeris, frame)
        found["earth_apsides"] = [_apsis(row, ("PERIHELION", "APHELION")) for row in rows]
    return found


@long_calculation(
    "lunations",
    split=_split,
    part=_part,
    example={
        "start_date": "2026-11-01",
        "end_date": "2026-11-30",
        "include": ["PHASES", "APSIDES", "NODES"],
        "moment": "2026-11-20T12:00:00Z",
    },
    sources=(
        Source("Dane Rudhyar, The Lunation Cycle (1967): eight phases"),
        Source("Jean Meeus, Astronomical Algorithms (1998), chapter 49", verified=True),
        Source("Fred Espenak, AstroPixels: phases of the Moon 2001 to 2100", verified=True),
    ),
)
def lunations(
    request: LunationsRequest, parts: Sequence[Any], ephemeris: Almanac
) -> Answer[LunationsReply]:
    """New and full Moons and the phases between them, with the Moon's apsides and nodes.

    Phases are moments when the Moon has gone a multiple of 90 or 45 degrees from the Sun, by
    apparent longitudes. `include` adds perigees and apogees, passages through the ecliptic, and
    the Earth's perihelia and aphelia. Distances are those that light has gone, as everywhere here:
    tables of the Moon's geometric distance differ by up to 40 km, and by a quarter of an hour.
    With `include_eclipses` each new and full Moon tells whether it is an eclipse. With `moment`
    the answer holds the Moon's state then: its phase by both schemes, lunar day, light and age.
    The eight phases of Rudhyar begin at the quarters, those of almanacs stand around them: the
    same Moon bears two names. With a `place` and `include_charts` each phase has its chart.
    """
    search = _search(request, ephemeris)
    lists: dict[str, Any] = {
        name: list(chain.from_iterable(part[name] for part in parts))
        for name in (include.value.lower() for include in search.include)
    }
    phases = lists.get("phases")
    if request.include_charts and phases is not None:
        moments = [row["julian_day"] for row in phases]
        for row, chart in zip(phases, request.charts(moments, search.span, ephemeris), strict=True):
            row["chart"] = chart
    reply: LunationsReply = {
        "phases": phases,
        "apsides": lists.get("apsides"),
        "nodes": lists.get("nodes"),
        "earth_apsides": lists.get("earth_apsides"),
        "state": _state(request, search, ephemeris),
    }
    bodies = (Body.SUN, Body.MOON)
    ephemeris.positions((search.span.start,), bodies, search.frame)  # opens its files
    definitions = {
        **request.chart_definitions(request.instant(search.span.first, ephemeris), ()),
        **request.chart_choices(),
        "phases": request.phases,
        "include": list(search.include),
        "include_eclipses": request.include_eclipses,
        "phase_scheme": request.phase_scheme if search.moment is not None else None,
    }
    others = {"end_date": search.span.last}
    if search.moment is not None:
        others["moment"] = search.moment
    return Answer(reply, computed_for(search.span.first, bodies, ephemeris, definitions, others))


def _search(request: LunationsRequest, ephemeris: Ephemeris) -> _Search:
    span = request.searched(ephemeris, CENTURY)
    request.require_place()
    frame = request.instant(span.first, ephemeris).conventions.frame
    include = tuple(dict.fromkeys(request.include or (Include.PHASES,)))
    return _Search(span, include, frame, request.asked_moment(ephemeris))


def _phases(
    request: LunationsRequest, search: _Search, part: Any, ephemeris: Almanac
) -> list[LunationReply]:
    start, end, frame = part["start"], part["end"], search.frame
    found = phases_between(start, end, request.phases, ephemeris, frame)
    kinds: dict[float, str] = {}
    if request.include_eclipses:
        lights = Longitudes((Body.SUN, Body.MOON), ephemeris, frame)
        low, high = reach(lights, start, start - 1.0), reach(lights, end, end + 1.0)
        eclipses = eclipses_of(found, low, high, ephemeris, frame)
        kinds = {moment: str(eclipse.kind) for moment, eclipse in eclipses.items()}
    return [_phase(phase, kinds.get(phase.moment)) for phase in found]


def _state(
    request: LunationsRequest, search: _Search, ephemeris: Almanac
) -> PhaseStateReply | None:
    if search.moment is None:
        return None
    state = phase_state(search.moment.julian_day, ephemeris, search.frame)
    names = {scheme: lunar_phase(0.0, state.angle, scheme).name for scheme in PhaseScheme}
    return {
        "date": instant_text(search.moment.julian_day),
        "julian_day": search.moment.julian_day,
        "angle": state.angle,
        "phase": names[request.phase_scheme],
        "phase_rudhyar": names[PhaseScheme.RUDHYAR],
        "phase_centred": names[PhaseScheme.CENTRED],
        "tithi": state.tithi,
        "karana": state.karana,
        "illumination": state.illumination,
        "age": state.age,
        "previous": _quarter(state.previous),
        "next": _quarter(state.following),
    }


def _phase(phase: Phase, eclipse: str | None) -> LunationReply:
    return {
        "phase": phase.name,
        "angle": phase.angle,
        "date": instant_text(phase.moment),
        "julian_day": phase.moment,
        "sun": degree_reply(phase.sun),
        "moon": degree_reply(phase.moon),
        "eclipse": eclipse,
    }


def _apsis(apsis: Apsis, names: tuple[str, str]) -> ApsisReply:
    nearest, farthest = names
    return {
        "apsis": nearest if apsis.is_nearest else farthest,
        "date": instant_text(apsis.moment),
        "julian_day": apsis.moment,
        "distance_km": apsis.distance,
        "distance_au": apsis.distance / ASTRONOMICAL_UNIT,
        **degree_reply(apsis.longitude),
    }


def _node(passage: NodePassage) -> NodePassageReply:
    return {
        "node": "ASCENDING" if passage.ascending else "DESCENDING",
        "date": instant_text(passage.moment),
        "julian_day": passage.moment,
        **degree_reply(passage.longitude),
    }


def _quarter(phase: Phase | None) -> QuarterReply | None:
    if phase is None:
        return None
    return {
        "phase": phase.name,
        "date": instant_text(phase.moment),
        "julian_day": phase.moment,
    }
