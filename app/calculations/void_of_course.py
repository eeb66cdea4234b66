"""When the Moon is void of course in a span of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.aspects import LILLY_ORBS
from app.astrology.bodies import Body, Celestial
from app.astrology.curves import MOON_STEP, Longitudes, reach, step_of
from app.astrology.frame import Frame
from app.astrology.horary import VOID_EXCUSED
from app.astrology.sky import LONGITUDE, Ephemeris, FloatArray
from app.astrology.void_of_course import (
    OTHER_ORB,
    REACH,
    Contact,
    Course,
    Edge,
    Entry,
    VoidRule,
    Window,
    course,
    empty_path,
    joined,
    merged,
    met_by,
    outside_orbs,
    until_exit,
)
from app.astrology.zodiac import Sign
from app.calculations.birth import Birth
from app.calculations.catalogue import Answer, Source, long_calculation
from app.calculations.fields import PointName, named
from app.calculations.provenance import computed_for
from app.calculations.shapes import instant_text
from app.calculations.sky_events import (
    MomentChoice,
    bodies_of,
)
from app.calculations.slices import SECONDS_OF_A_HIT, seconds_of_a_sample, slices_between
from app.calculations.span import Span
from app.errors import InvalidInput

LONGEST_SEARCH = 3_653.0
"""Days: ten years."""
MOST_PLANETS = 24
_HOURS = 24.0
_SPAN, _MOMENT = "SPAN", "MOMENT"


class VoidOfCourseRequest(MomentChoice):
    rule: Annotated[
        Annotated[VoidRule, *named(VoidRule)],
        Field(description="MORRISON, TRADITIONAL, LILLY or HELLENISTIC"),
    ] = VoidRule.MORRISON
    planets: Annotated[
        tuple[PointName, ...],
        FailFast(),
        Field(
            description="Whose aspects count; empty: Sun to Pluto for MORRISON, else to Saturn",
            max_length=MOST_PLANETS,
        ),
    ] = ()
    must_perfect_in_sign: Annotated[
        bool,
        Field(description="LILLY: aspects that are exact in the next sign do not count"),
    ] = False
    merge_signs: Annotated[
        bool, Field(description="Windows that follow each other over a sign's end are one")
    ] = False


class MoonAspectReply(TypedDict):
    """An exact aspect of the Moon."""

    planet: str
    aspect_type: str
    date: Annotated[str, Field(description="UTC")]
    julian_day: float
    moon_longitude: float


class VoidWindowReply(TypedDict):
    """The Moon is void of course from `start` to `end`."""

    start: Annotated[str, Field(description="UTC")]
    end: Annotated[str, Field(description="UTC")]
    start_julian_day: float
    end_julian_day: float
    hours: float
    sign: Annotated[str, Field(description="In which she is when it begins")]
    signs: Annotated[list[str], Field(description="All that she passes meanwhile")]
    whole_sign: Annotated[
        bool, Field(description="She makes no aspect from the beginning of a sign to its end")
    ]
    excused: Annotated[
        bool,
        Field(description="In Taurus, Cancer, Sagittarius or Pisces, where she performs somewhat"),
    ]
    last_aspect: Annotated[
        MoonAspectReply | None,
        Field(description="Last exact one, in an earlier sign if need be; null: outside the files"),
    ]
    next_aspect: MoonAspectReply | None


class VoidMomentReply(TypedDict):
    """Whether the Moon is void at `moment`."""

    date: Annotated[str, Field(description="UTC")]
    julian_day: float
    is_void: bool
    window: Annotated[VoidWindowReply | None, Field(description="The window that holds it")]
    next_window: Annotated[VoidWindowReply | None, Field(description="The first that follows")]


class VoidOfCourseReply(TypedDict):
    windows: Annotated[
        list[VoidWindowReply],
        Field(description="All that touch the span, told whole, in the order of time"),
    ]
    state: Annotated[VoidMomentReply | None, Field(description="Null without `moment`")]


@dataclass(frozen=True, slots=True)
class _Search:
    span: Span
    met: Sequence[Celestial]
    frame: Frame
    moment: Birth | None


def _split(request: VoidOfCourseRequest, ephemeris: Almanac) -> list[Any]:
    search = _search(request, ephemeris)
    lights = Longitudes((Body.MOON, *search.met), ephemeris, search.frame)
    looks = 2.0 if request.rule is VoidRule.LILLY else 1.0
    # Each body and the Moon are sampled together, and meet in eight aspects a month.
    each = sum(
        seconds_of_a_sample(body) / min(MOON_STEP, step_of(body))
        + looks * 0.3 * (SECONDS_OF_A_HIT + 3.0 * seconds_of_a_sample(body))
        for body in (Body.MOON, Body.MOON, *search.met)
    )

    def stretch(start: float, end: float, of: str) -> list[Any]:
        first = reach(lights, start, start - REACH)
        last = reach(lights, end, end + REACH)
        return [{**part, "of": of} for part in slices_between(first, last, each)]

    parts = stretch(search.span.start, search.span.end, _SPAN)
    if search.moment is not None:
        moment = search.moment.julian_day
        parts += stretch(moment, moment, _MOMENT)
    return parts


def _part(request: VoidOfCourseRequest, part: Any, ephemeris: Almanac) -> Any:
    search = _search(request, ephemeris)
    lilly = request.rule is VoidRule.LILLY
    start, end = part["start"], part["end"]
    found = course(start, end, search.met, ephemeris, search.frame, moieties=lilly)
    return {
        "of": part["of"],
        "entries": [[entry.moment, str(entry.sign)] for entry in found.entries],
        "contacts": [list(contact) for contact in found.contacts],
        "edges": [list(edge) for edge in found.edges],
    }


@long_calculation(
    "void-of-course",
    split=_split,
    part=_part,
    example={
        "start_date": "2026-01-01",
        "end_date": "2026-01-31",
        "moment": "2026-01-06T15:00:00Z",
    },
    sources=(
        Source("Al H. Morrison, void-of-course Moon tables: to the exit from the sign"),
        Source("William Lilly, Christian Astrology (1647), pages 112 and 122"),
        Source("Antiochus and Porphyry: kenodromia, the next 30 degrees"),
    ),
)
def void_of_course(
    request: VoidOfCourseRequest, parts: Sequence[Any], ephemeris: Almanac
) -> Answer[VoidOfCourseReply]:
    """When the Moon is void of course, by the rule of your choice, in a span of up to ten years.

    MORRISON: from her last exact Ptolemaic aspect to the Sun and the planets to Pluto until she
    leaves the sign, and all the time in a sign where she makes none. TRADITIONAL: the same with
    the planets to Saturn. LILLY: while she applies to none of these within the moieties of their
    orbs; an aspect that is exact in the next sign only counts too, unless `must_perfect_in_sign`.
    In Taurus, Cancer, Sagittarius and Pisces she performs somewhat nevertheless: `excused`.
    HELLENISTIC: from an exact aspect on, as long as she makes no other within the next 30 degrees
    of her path. `planets` chooses others, and `merge_signs` joins windows over the end of a sign.
    """
    search = _search(request, ephemeris)
    windows = _windows(request, search, _course(parts, _SPAN), ephemeris)
    start, end = search.span.start, search.span.end
    reply: VoidOfCourseReply = {
        "windows": [row for row in windows if _touches(row, start, end)],
        "state": _state(request, search, parts, ephemeris),
    }
    bodies = (Body.MOON, *search.met)
    ephemeris.positions((start,), bodies, search.frame)  # opens its files
    others = {"end_date": search.span.last}
    if search.moment is not None:
        others["moment"] = search.moment
    definitions = _definitions(request, search, ephemeris)
    return Answer(reply, computed_for(search.span.first, bodies, ephemeris, definitions, others))


def _definitions(
    request: VoidOfCourseRequest, search: _Search, ephemeris: Ephemeris
) -> dict[str, Any]:
    lilly = request.rule is VoidRule.LILLY
    orbs = {str(body): LILLY_ORBS.get(str(body), OTHER_ORB) for body in (Body.MOON, *search.met)}
    return {
        **request.chart_definitions(request.instant(search.span.first, ephemeris), ()),
        "rule": request.rule,
        "planets": [str(body) for body in search.met],
        "must_perfect_in_sign": request.must_perfect_in_sign if lilly else None,
        "moieties": orbs if lilly else None,
        "merge_signs": request.merge_signs,
    }


def _search(request: VoidOfCourseRequest, ephemeris: Ephemeris) -> _Search:
    span = request.searched(ephemeris, LONGEST_SEARCH)
    met = bodies_of(request.planets, met_by(request.rule))
    if Body.MOON in met:
        expected = "left out of planets: it is she who makes the aspects"
        raise InvalidInput.of(f"planets.{request.planets.index(Body.MOON)}", expected, "MOON")
    frame = request.instant(span.first, ephemeris).conventions.frame
    return _Search(span, met, frame, request.asked_moment(ephemeris))


def _course(parts: Sequence[Any], of: str) -> Course:
    """The course of the Moon read back from JSON values."""
    return joined(
        [
            Course(
                [Entry(moment, Sign(sign)) for moment, sign in part["entries"]],
                [Contact(*row) for row in part["contacts"]],
                [Edge(*row) for row in part["edges"]],
            )
            for part in parts
            if part["of"] == of
        ]
    )


def _windows(
    request: VoidOfCourseRequest, search: _Search, course: Course, ephemeris: Ephemeris
) -> list[VoidWindowReply]:
    """Every window of a course, also those before and after what was asked."""

    def moon(moments: FloatArray) -> FloatArray:
        longitudes: FloatArray = ephemeris.positions(moments, (Body.MOON,), search.frame)[
            :, 0, LONGITUDE
        ]
        return longitudes

    if request.rule is VoidRule.HELLENISTIC:
        found = empty_path(course, moon)
    elif request.rule is VoidRule.LILLY:
        found = outside_orbs(course, perfect_in_sign=request.must_perfect_in_sign)
    else:
        found = until_exit(course)
    if request.merge_signs:
        found = merged(found)
    return [_reply(window, course, search) for window in found]


def _state(
    request: VoidOfCourseRequest, search: _Search, parts: Sequence[Any], ephemeris: Ephemeris
) -> VoidMomentReply | None:
    if search.moment is None:
        return None
    moment = search.moment.julian_day
    windows = _windows(request, search, _course(parts, _MOMENT), ephemeris)
    holding = (row for row in windows if row["start_julian_day"] <= moment < row["end_julian_day"])
    window = next(holding, None)
    following = (row for row in windows if row["start_julian_day"] > moment)
    return {
        "date": instant_text(moment),
        "julian_day": moment,
        "is_void": window is not None,
        "window": window,
        "next_window": next(following, None),
    }


def _touches(row: VoidWindowReply, start: float, end: float) -> bool:
    return row["start_julian_day"] < end and row["end_julian_day"] > start


def _reply(window: Window, course: Course, search: _Search) -> VoidWindowReply:
    return {
        "start": instant_text(window.start),
        "end": instant_text(window.end),
        "start_julian_day": window.start,
        "end_julian_day": window.end,
        "hours": (window.end - window.start) * _HOURS,
        "sign": str(window.signs[0]),
        "signs": [str(sign) for sign in window.signs],
        "whole_sign": window.whole_sign,
        "excused": window.signs[0] in VOID_EXCUSED,
        "last_aspect": _aspect(course.last_before(window.start), search),
        "next_aspect": _aspect(course.first_after(window.end), search),
    }


def _aspect(contact: Contact | None, search: _Search) -> MoonAspectReply | None:
    if contact is None:
        return None
    return {
        "planet": str(search.met[contact.planet]),
        "aspect_type": str(contact.kind),
        "date": instant_text(contact.moment),
        "julian_day": contact.moment,
        "moon_longitude": contact.longitude,
    }
