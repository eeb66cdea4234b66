"""Risings, settings, culminations and twilights of a civil day."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Annotated, Any, ClassVar

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac, Star
from app.astrology.bodies import PLANETS, Body, Celestial
from app.astrology.frame import Frame
from app.astrology.risings import DEPRESSION, Day, Sky, Twilight, day_of, direction, twilight_of
from app.astrology.star_names import LONGEST_NAME, StarIndex, star_index
from app.calculations.air import AirChoice
from app.calculations.birth import BirthRequest
from app.calculations.catalogue import Answer, Source, long_calculation
from app.calculations.civil_day import CivilDay, DateName, civil_day
from app.calculations.conventions import require_bodies
from app.calculations.fields import PointName
from app.calculations.provenance import computed_for
from app.calculations.shapes import instant_text
from app.errors import InvalidInput

MOST_BODIES = MOST_STARS = 24
ROWS_OF_A_PART = 8
"""Near the poles each crossing is sought point by point, and a row may take 10 ms."""
VISIBLE: tuple[Celestial, ...] = PLANETS[:7]
"""Sun to Saturn: what the eye can see rise."""


class RiseSetRequest(AirChoice, BirthRequest):
    works_without_time: ClassVar[bool] = True
    without_time: ClassVar[str] = (
        "utc in computed_for is the first instant of that day, which the answer is about as a whole"
    )

    planets: Annotated[
        tuple[PointName, ...],
        FailFast(),
        Field(description="Bodies, no angles or lots; empty: to Saturn", max_length=MOST_BODIES),
    ] = VISIBLE
    stars: Annotated[
        tuple[Annotated[str, Field(max_length=LONGEST_NAME)], ...],
        FailFast(),
        Field(
            description="Fixed stars by name, such as Alpha Centauri",
            max_length=MOST_STARS,
        ),
    ] = ()
    include_twilights: Annotated[bool, Field(description="Adds the twilights")] = True

    def bodies(self) -> list[Celestial]:
        """The bodies, each once; raises InvalidInput for what has no place in the sky."""
        expected = "a body: angles and lots do not rise and set"
        return list(require_bodies(self.planets or VISIBLE, expected))

    def found_stars(self, index: StarIndex) -> list[Star]:
        """The stars by their names; raises InvalidInput with the nearest name."""
        found = []
        for position, name in enumerate(self.stars):
            star = index.find(name)
            if star is None:
                near = index.nearest(name)
                hint = f" (nearest: {near})" if near else ""
                expected = f"a star of the catalogue{hint}"
                raise InvalidInput.of(f"stars.{position}", expected, name)
            found.append(star)
        return list(dict.fromkeys(found))


class CrossingReply(TypedDict):
    """When and where on the horizon or the meridian."""

    time: Annotated[str, Field(description="UTC")]
    julian_day: float
    local_time: Annotated[str, Field(description="On the clocks of `timezone`, with their offset")]
    azimuth: Annotated[float, Field(description="Degrees from north through east, of the centre")]
    altitude: Annotated[float, Field(description="True altitude of the centre, degrees")]


class DayOfBodyReply(TypedDict):
    """The day of a body: of each event none, one or two."""

    planet: str
    state: Annotated[str, Field(description="CROSSES, ALWAYS_UP or ALWAYS_DOWN, all day long")]
    rises: list[CrossingReply]
    sets: list[CrossingReply]
    culminations: list[CrossingReply]
    anticulminations: list[CrossingReply]


class DayOfStarReply(TypedDict):
    """The day of a fixed star."""

    star: str
    state: str
    rises: list[CrossingReply]
    sets: list[CrossingReply]
    culminations: list[CrossingReply]
    anticulminations: list[CrossingReply]


class TwilightReply(TypedDict):
    """When the Sun's centre passes a depth below the horizon."""

    twilight: Annotated[str, Field(description="CIVIL, NAUTICAL or ASTRONOMICAL")]
    altitude: Annotated[float, Field(description="Degrees of the Sun's centre")]
    state: Annotated[str, Field(description="ALWAYS_UP where it never gets so dark")]
    dawns: list[CrossingReply]
    dusks: list[CrossingReply]


class RiseSetReply(TypedDict):
    date: Annotated[str, Field(description="The civil day in `timezone`")]
    start: Annotated[str, Field(description="Its first instant, UTC")]
    end: Annotated[str, Field(description="The first instant of the next day, UTC")]
    bodies: list[DayOfBodyReply]
    stars: list[DayOfStarReply]
    twilights: list[TwilightReply]


class Part(TypedDict):
    """Rows of the answer, each as its list and its place there, and the day that all are of."""

    day: DateName
    rows: list[list[Any]]


def split(request: RiseSetRequest, ephemeris: Almanac) -> list[Part]:
    """Some rows to a part. The clock is read here alone, so that no answer mixes two days."""
    day = civil_day(request, ephemeris).date_name
    rows: list[list[Any]] = [["bodies", place] for place in range(len(request.bodies()))]
    stars = request.found_stars(_index(ephemeris)) if request.stars else []
    rows += [["stars", place] for place in range(len(stars))]
    if request.include_twilights:
        rows += [["twilights", place] for place in range(len(Twilight))]
    return [
        {"day": day, "rows": rows[at : at + ROWS_OF_A_PART]}
        for at in range(0, len(rows), ROWS_OF_A_PART)
    ]


def part(request: RiseSetRequest, asked: Part, ephemeris: Almanac) -> Part:
    """The rows of a part, each with the name of its list, and their day."""
    day = civil_day(request, ephemeris, asked["day"])
    sky = Sky(ephemeris, day.first.place, request.air(), request.ephemeris)
    rows = [[kind, _row(kind, place, request, day, sky)] for kind, place in asked["rows"]]
    return {"day": asked["day"], "rows": rows}


@long_calculation(
    "rise-set",
    example={
        "date": "2026-06-21",
        "latitude": 51.5074,
        "longitude": -0.1278,
        "timezone": "Europe/London",
        "planets": ["SUN", "MOON"],
        "stars": ["Sirius"],
    },
    split=split,
    part=part,
    sources=(Source("United States Naval Observatory, Rise, Set, and Twilight Definitions"),),
)
def rise_set(
    request: RiseSetRequest, parts: Sequence[Part], ephemeris: Almanac
) -> Answer[RiseSetReply]:
    """When bodies and stars rise, set and culminate on a civil day, and the twilights.

    A civil day may hold none, one or two of an event; `state` tells of bodies that stay above or
    below the horizon all day. By default the upper limb touches a sea horizon in mean air of
    1013.25 hPa and 15 degrees Celsius: 10 degrees more or less move a sunrise by some ten
    seconds, and real air by minutes. Twilights are those of the Sun's centre without refraction.
    Hindu risings take the centre of the disc without refraction.
    """
    day = civil_day(request, ephemeris, parts[0]["day"])
    rows = list(chain.from_iterable(part["rows"] for part in parts))
    reply: RiseSetReply = {
        "date": day.date,
        "start": instant_text(day.start),
        "end": instant_text(day.end),
        "bodies": [row for kind, row in rows if kind == "bodies"],
        "stars": [row for kind, row in rows if kind == "stars"],
        "twilights": [row for kind, row in rows if kind == "twilights"],
    }
    bodies = request.bodies()
    ephemeris.positions((day.start,), bodies, Frame(request.ephemeris))  # opens its files
    provenance = computed_for(
        day.first, bodies, ephemeris, request.air_definitions(), stars=bool(request.stars)
    )
    return Answer(reply, provenance, day.first.lasting)


def _index(ephemeris: Almanac) -> StarIndex:
    return star_index(tuple(ephemeris.stars()))


def _row(
    kind: str, place: int, request: RiseSetRequest, day: CivilDay, sky: Sky
) -> DayOfBodyReply | DayOfStarReply | TwilightReply:
    if kind == "bodies":
        return _body_reply(request.bodies()[place], day, sky)
    if kind == "twilights":
        return _twilight_reply(tuple(Twilight)[place], day, sky)
    index = _index(sky.almanac)
    star = request.found_stars(index)[place]
    return _star_reply(star, index.name_of[star.key], day, sky)


def _body_reply(body: Celestial, day: CivilDay, sky: Sky) -> DayOfBodyReply:
    found = day_of(body, day.start, day.end, sky)
    return {
        "planet": str(body),
        "state": found.state,
        **_crossings(body, found, day, sky),  # type: ignore[typeddict-item]  # its four lists
    }


def _star_reply(star: Star, name: str, day: CivilDay, sky: Sky) -> DayOfStarReply:
    found = day_of(star, day.start, day.end, sky)
    return {
        "star": name,
        "state": found.state,
        **_crossings(star, found, day, sky),  # type: ignore[typeddict-item]  # its four lists
    }


def _crossings(
    body: Celestial | Star, found: Day, day: CivilDay, sky: Sky
) -> dict[str, list[CrossingReply]]:
    return {
        "rises": _replies(body, found.rises, day, sky),
        "sets": _replies(body, found.sets, day, sky),
        "culminations": _replies(body, found.culminations, day, sky),
        "anticulminations": _replies(body, found.anticulminations, day, sky),
    }


def _replies(
    body: Celestial | Star, moments: Sequence[float], day: CivilDay, sky: Sky
) -> list[CrossingReply]:
    return [_reply(body, moment, day, sky) for moment in moments]


def _reply(body: Celestial | Star, moment: float, day: CivilDay, sky: Sky) -> CrossingReply:
    azimuth, altitude = direction(body, moment, sky)
    return {
        "time": instant_text(moment),
        "julian_day": moment,
        "local_time": day.local_text(moment),
        "azimuth": azimuth,
        "altitude": altitude,
    }


def _twilight_reply(kind: Twilight, day: CivilDay, sky: Sky) -> TwilightReply:
    found = twilight_of(kind, day.start, day.end, sky)
    return {
        "twilight": kind,
        "altitude": DEPRESSION[kind],
        "state": found.state,
        "dawns": _replies(Body.SUN, found.rises, day, sky),
        "dusks": _replies(Body.SUN, found.sets, day, sky),
    }
