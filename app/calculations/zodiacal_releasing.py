"""Zodiacal releasing from a lot."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.bodies import POINT_ALIASES, Lot
from app.astrology.names import Name
from app.astrology.progressions import TROPICAL_YEAR
from app.astrology.releasing import (
    LEVELS,
    WHOLE_CIRCLE,
    YEAR,
    Chapter,
    chain_at,
    chapters_within,
    is_peak,
    next_sign,
    place_from,
)
from app.astrology.rulerships import DOMICILES
from app.astrology.zodiac import Sign, sign_of
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.conventions import sources
from app.calculations.directed import YearLength
from app.calculations.fields import named
from app.calculations.provenance import computed_for
from app.calculations.shapes import Degrees
from app.calculations.timelords import Instants, MaybeLifeRequest, Told
from app.errors import InvalidInput

LONGEST_WINDOW = {1: float(WHOLE_CIRCLE), 2: float(WHOLE_CIRCLE), 3: 100.0, 4: 10.0}
"""Years of age that an answer may go through by its deepest level: about a thousand chapters."""

_LOT_ALIASES = {name: lot for name, lot in POINT_ALIASES.items() if isinstance(lot, Lot)}


class SameSign(Name):
    """Where Spirit starts that stands in one sign with Fortune: in the NEXT one, or there."""

    NEXT = "NEXT"
    KEEP = "KEEP"


class ZodiacalReleasingRequest(MaybeLifeRequest):
    lot: Annotated[
        Annotated[Lot, *named(Lot, aliases=_LOT_ALIASES)],
        Field(description="The lot whose sign comes first; Spirit for deeds, Fortune for the body"),
    ] = Lot.SPIRIT
    levels: Annotated[
        int, Field(ge=1, le=LEVELS, description="Levels of `chapters`; `current` has all four")
    ] = 2
    from_age: Annotated[
        float, Field(ge=0.0, le=WHOLE_CIRCLE, description="Years of age that `chapters` begin at")
    ] = 0.0
    to_age: Annotated[
        float | None,
        Field(
            ge=0.0,
            le=WHOLE_CIRCLE,
            description="Years of age that they end at; null: 100, or as far as the levels allow",
        ),
    ] = None
    same_sign: Annotated[
        Annotated[SameSign, *named(SameSign)],
        Field(description="Where Spirit starts that shares Fortune's sign"),
    ] = SameSign.NEXT
    year_length: Annotated[
        YearLength, Field(description="Days of a year of the first level; each lower one a twelfth")
    ] = YEAR


class ChapterReply(TypedDict):
    """A part of life under a sign; the levels above it stand before it in the list."""

    level: Annotated[int, Field(description="1 to 4")]
    sign: str
    signs: Annotated[list[str], Field(description="From the first level down to this one")]
    lord: str
    start: Instants
    end: Instants
    from_fortune: Annotated[int, Field(description="Place of the sign from Fortune's, 1 to 12")]
    is_peak: Annotated[bool, Field(description="Angular from Fortune: 1, 4, 7 or 10")]
    loosing: Annotated[
        bool, Field(description="The bond is loosed here: from the sign opposite its parent's")
    ]
    cut: Annotated[bool, Field(description="Its parent ends before its time is full")]


class ZodiacalReleasingReply(TypedDict):
    lot: str
    lot_longitude: Degrees
    fortune_longitude: Degrees
    first_sign: Annotated[str, Field(description="The one that is released from")]
    moved_on: Annotated[bool, Field(description="Spirit starts in the sign after its own")]
    is_day: bool
    chapters: Annotated[
        list[ChapterReply], Field(description="Those that overlap the ages asked for, in order")
    ]
    current: Annotated[
        list[ChapterReply] | None,
        Field(description="The four levels at `target_date`; null without it"),
    ]


@calculation(
    "zodiacal-releasing",
    example={"natal_chart": EXAMPLE, "target_date": "2026-06-21"},
    sources=(
        Source("Vettius Valens, Anthology IV.4-10"),
        Source("Chris Brennan, chart of G. W. Bush (periods of the first level)", verified=True),
    ),
)
def zodiacal_releasing(
    request: ZodiacalReleasingRequest, ephemeris: Almanac
) -> Answer[ZodiacalReleasingReply]:
    """The signs that rule chapters of life, released one after another from a lot.

    Each sign has its years of 360 days (Aries 15, Taurus 8, Gemini 20, Cancer 25, Leo 19, Virgo
    20, Libra 8, Scorpio 15, Sagittarius 12, Capricorn 27, Aquarius 30, Pisces 12); a lower level
    takes twelfths of them and begins with the sign of its parent. When all twelve had their turn
    within a parent, the bond is loosed: the sign opposite the parent's comes next. Chapters in
    signs angular from Fortune are peaks. Where Spirit and Fortune share a sign, Spirit starts in
    the next one. Deeper levels are told for fewer years at once: three for 100, four for 10.
    """
    birth = request.natal_chart.timed("natal_chart", ephemeris)
    target = request.maybe_moment(birth, ephemeris)
    to_age = _last_age(request)
    natal = request.natal(birth, ephemeris)
    angles = natal.angles()
    fortune, lot = natal.place_points((Lot.FORTUNE, request.lot), angles)
    home, origin = sign_of(fortune.longitude), sign_of(lot.longitude)
    moves = request.lot is Lot.SPIRIT and origin is home and request.same_sign is SameSign.NEXT
    first = next_sign(origin) if moves else origin
    start, year = birth.julian_day, request.year_length
    begin, end = (start + age * TROPICAL_YEAR for age in (request.from_age, to_age))
    chapters = chapters_within(start, first, request.levels, begin, end, year)
    current = None if target is None else chain_at(target.julian_day, start, first, year)
    told = Told()
    reply: ZodiacalReleasingReply = {
        "lot": str(request.lot),
        "lot_longitude": lot.longitude,
        "fortune_longitude": fortune.longitude,
        "first_sign": str(first),
        "moved_on": moves,
        "is_day": natal.is_day(angles.armc),
        "chapters": [_chapter(chapter, home, told) for chapter in chapters],
        "current": None
        if current is None
        else [_chapter(chapter, home, told) for chapter in current],
    }
    definitions: dict[str, Any] = {
        **request.chart_definitions(natal, (request.lot,)),
        "lot": request.lot,
        "levels": request.levels,
        "from_age": request.from_age,
        "to_age": to_age,
        "same_sign": request.same_sign,
        "year_length": year,
        "peaks_from": Lot.FORTUNE,
        "rulers": "TRADITIONAL",
    }
    others = {} if target is None else {"target_date": target}
    bodies = sources((Lot.FORTUNE, request.lot))
    provenance = computed_for(birth, bodies, ephemeris, definitions, others=others)
    return Answer(reply, provenance, birth.lasting and (target is None or target.lasting))


def _last_age(request: ZodiacalReleasingRequest) -> float:
    """The age that the chapters end at; raises InvalidInput for a window that is too wide."""
    longest = LONGEST_WINDOW[request.levels]
    if request.to_age is None:
        return min(request.from_age + longest, max(100.0, request.from_age + 10.0))
    if not request.from_age < request.to_age <= request.from_age + longest:
        expected = f"within {longest:g} years after from_age for {request.levels} levels"
        raise InvalidInput.of("to_age", expected, request.to_age)
    return request.to_age


def _chapter(chapter: Chapter, fortune: Sign, told: Told) -> ChapterReply:
    place = place_from(chapter.sign, fortune)
    return {
        "level": chapter.level,
        "sign": str(chapter.sign),
        "signs": [str(sign) for sign in chapter.signs],
        "lord": str(DOMICILES[chapter.sign]),
        "start": told[chapter.start],
        "end": told[chapter.end],
        "from_fortune": place,
        "is_peak": is_peak(place),
        "loosing": chapter.loosing,
        "cut": chapter.cut,
    }
