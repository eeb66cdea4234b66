"""Fixed stars of a chart: places, conjunctions, parans and heliacal phases."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import FailFast, Field

from app.astrology.almanac import Air, Almanac, HeliacalEvent, Star
from app.astrology.bodies import STANDARD_POINTS, Angle, Body, Celestial, Point
from app.astrology.chart import Instant
from app.astrology.fixed_stars import (
    StarOrbs,
    StarPlace,
    StarPlaces,
    meetings,
    star_places,
)
from app.astrology.parans import (
    DEGREES_OF_A_DAY,
    day_events,
    event_times,
    star_parans,
)
from app.astrology.star_names import (
    LONGEST_NAME,
    StarIndex,
    star_index,
)
from app.calculations.birth import EXAMPLE, Birth
from app.calculations.catalogue import Answer, Cost, Source, long_calculation
from app.calculations.conventions import ChartRequest, celestial, require_earth, sources
from app.calculations.fields import Points, named
from app.calculations.provenance import computed_for
from app.calculations.request import CalculationRequest
from app.calculations.shapes import instant_text
from app.calculations.star_shapes import (
    FixedStarsReply,
    HeliacalReply,
    StarParanReply,
    paran_reply,
    star_replies,
)
from app.calculations.untimed import WITHOUT_MOON, meeting_points
from app.errors import InvalidInput

CHART_POINTS: tuple[Point, ...] = (*STANDARD_POINTS, Angle.ASC, Angle.MC)
"""Points that stars are compared with when the caller names none."""
MOST_STARS = 64
"""Stars that one request may name."""
MOST_IN_PARANS = 16
"""Bodies whose risings and culminations are looked for: each takes about half a millisecond."""
FAINTEST_IN_PARANS = 3.0
"""Magnitude limit with parans: some 180 stars."""
MOST_HELIACAL = 1
"""Stars whose heliacal phases are searched: one takes about 20 milliseconds, and up to two seconds
where the library looks through five years in vain. So each phase is a part of long work."""

_PHASES = (HeliacalEvent.MORNING_FIRST, HeliacalEvent.EVENING_LAST)
"""The phases of a star: its first morning and its last evening of a year."""

StarName = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]


class ParanWindow(StrEnum):
    """Which turn of the sky is searched: half of it either side of the birth, or all to one."""

    AROUND = "AROUND"
    BEFORE = "BEFORE"
    AFTER = "AFTER"


_MIDDLE = {ParanWindow.AROUND: 0.0, ParanWindow.BEFORE: -180.0, ParanWindow.AFTER: 180.0}
"""Degrees from the birth to the middle of the turn."""


class Observer(CalculationRequest):
    """Who looks for a star, and through what air."""

    # Air or eyes through which hardly any star is seen let the library search for seconds.
    pressure: Annotated[float, Field(ge=500.0, le=1100.0, description="Hectopascals")] = 1013.25
    temperature: Annotated[float, Field(ge=-40.0, le=40.0, description="Degrees Celsius")] = 15.0
    humidity: Annotated[float, Field(ge=0.0, le=90.0, description="Percent")] = 40.0
    age: Annotated[float, Field(ge=10.0, le=100.0, description="Years")] = 36.0
    acuity: Annotated[float, Field(ge=0.5, le=2.0, description="Snellen ratio; 1 is normal")] = 1.0


class FixedStarsRequest(ChartRequest):
    works_without_time: ClassVar[bool] = True
    without_time: ClassVar[str] = WITHOUT_MOON

    stars: Annotated[
        tuple[StarName, ...],
        FailFast(),
        Field(
            max_length=MOST_STARS,
            description="Stars by traditional name (SPICA), Bayer's (ALPHA_VIRGINIS) or key "
            "(alVir), whatever their magnitude; empty: all up to `magnitude_limit`",
        ),
    ] = ()
    magnitude_limit: Annotated[
        float, Field(ge=-2.0, le=7.0, description="Faintest V magnitude when no stars are named")
    ] = 2.0
    star_place: Annotated[
        Annotated[StarPlace, *named(StarPlace)],
        Field(description="MEAN leaves out nutation, aberration and the bending of light"),
    ] = StarPlace.APPARENT
    include_conjunctions: Annotated[
        bool, Field(description="Adds conjunctions and oppositions with the chart's points")
    ] = True
    planets: Annotated[
        Points,
        Field(
            description="Points of the chart; empty: Sun to Pluto, mean node and Lilith, ASC, MC"
        ),
    ] = CHART_POINTS
    orb: Annotated[float, Field(ge=0.0, le=5.0, description="Degrees of longitude")] = 1.0
    bright_orb: Annotated[float, Field(ge=0.0, le=5.0, description="The same of bright stars")] = (
        1.5
    )
    bright_magnitude: Annotated[
        float, Field(ge=-2.0, le=7.0, description="Faintest V magnitude of a bright star")
    ] = 1.5
    include_parans: Annotated[
        bool, Field(description="Adds stars on an angle at the same time as a body")
    ] = False
    paran_orb: Annotated[
        float, Field(ge=0.0, le=3.0, description="Degrees of sidereal time; 1 is four minutes")
    ] = 1.0
    paran_window: Annotated[
        Annotated[ParanWindow, *named(ParanWindow)],
        Field(description="One turn of the sky AROUND the birth, BEFORE or AFTER it"),
    ] = ParanWindow.AROUND
    paran_horizon: Annotated[
        float,
        Field(ge=-2.0, le=2.0, description="Altitude of the horizon in degrees; 0 is geometric"),
    ] = 0.0
    heliacal_stars: Annotated[
        tuple[StarName, ...],
        FailFast(),
        Field(max_length=MOST_HELIACAL, description="Stars whose heliacal phases are searched"),
    ] = ()
    observer: Annotated[
        Observer, Field(description="Eyes and air of who looks for `heliacal_stars`")
    ] = Observer()

    def uses_altitude(self) -> bool:
        return super().uses_altitude() or bool(self.heliacal_stars)

    def orbs(self) -> StarOrbs:
        return StarOrbs(self.orb, self.bright_orb, self.bright_magnitude)


def split(request: FixedStarsRequest, ephemeris: Almanac) -> list[Any]:
    """The phases to search, of each star; none for a request without `heliacal_stars`.

    What is wrong with the rest of the request is refused before the search.
    """
    if not request.heliacal_stars:
        return []
    index = star_index(tuple(ephemeris.stars()))
    _stars(request, index)
    for position, name in enumerate(request.heliacal_stars):
        _star(name, f"heliacal_stars.{position}", index)
    known = _moment(request, ephemeris).time_known
    _check_parans(request, meeting_points(request.planets, CHART_POINTS, time_known=known))
    return [
        {"star": position, "event": event}
        for position in range(len(request.heliacal_stars))
        for event in _PHASES
    ]


def part(request: FixedStarsRequest, part: Any, ephemeris: Almanac) -> HeliacalReply:
    """The next such phase of a star after the birth."""
    index = star_index(tuple(ephemeris.stars()))
    position, event = part["star"], HeliacalEvent(part["event"])
    name = request.heliacal_stars[position]
    star = _star(name, f"heliacal_stars.{position}", index)
    birth, seen = _moment(request, ephemeris), request.observer
    day = ephemeris.heliacal(
        birth.julian_day,
        star,
        event,
        birth.place,
        Air(seen.pressure, seen.temperature),
        (seen.humidity, seen.age, seen.acuity),
        theory=birth.theory,
    )
    text = None if day is None else instant_text(day)
    return {"star": index.name_of[star.key], "event": event, "time": text, "julian_day": day}


def _moment(request: FixedStarsRequest, ephemeris: Almanac) -> Birth:
    """The birth; raises InvalidInput for parans without a time."""
    return request.known_birth(ephemeris) if request.include_parans else request.birth(ephemeris)


@long_calculation(
    "fixed-stars",
    split=split,
    part=part,
    cost=Cost.VARIES,
    example={**EXAMPLE, "stars": ["ALDEBARAN", "ALGOL", "REGULUS", "SPICA"]},
    sources=(
        Source("Ptolemy, Tetrabiblos, I.9"),
        Source("Vivian E. Robson, The Fixed Stars and Constellations in Astrology (1923)"),
    ),
)
def fixed_stars(
    request: FixedStarsRequest, parts: Sequence[Any], ephemeris: Almanac
) -> Answer[FixedStarsReply]:
    """Places of fixed stars, and the points of a chart that they meet.

    Proper motion is included; places are apparent unless mean ones are asked for, which differ by
    up to 20 seconds of arc. Conjunctions and oppositions are in longitude, 1 degree wide, 1.5 for
    stars of the first magnitude. Without names all stars up to the magnitude limit are taken; a
    named star is always told. With `time` unknown it is the noon of the day, and neither the Moon
    nor angles and lots are met. Parans are stars that rise, culminate, set or anticulminate at the
    birthplace together with a body that does so, within one turn of the sky. Heliacal phases are
    the next first morning and last evening of a star for the observer, good to the day.
    """
    index = star_index(tuple(ephemeris.stars()))
    stars = _stars(request, index)
    birth = _moment(request, ephemeris)
    instant = request.instant(birth, ephemeris)
    points = meeting_points(request.planets, CHART_POINTS, time_known=birth.time_known)
    _check_parans(request, points)
    places = star_places(stars, instant, ephemeris, request.star_place)
    found = (
        meetings(places, instant.place_points(points), request.orbs())
        if request.include_conjunctions
        else []
    )
    reply: FixedStarsReply = {
        "stars": star_replies(places, found, index),
        "parans": _parans(request, places, instant, index, ephemeris),
        "heliacal": [*parts] if request.heliacal_stars else None,
    }
    definitions = {
        **request.chart_definitions(instant, points),
        **_definitions(request),
        "time_known": birth.time_known,
    }
    behind = [*sources(points), Body.SUN]
    provenance = computed_for(birth, behind, ephemeris, definitions, stars=True)
    return Answer(reply, provenance, birth.lasting)


def _stars(request: FixedStarsRequest, index: StarIndex) -> list[Star]:
    """The stars named, each once, or the bright ones; raises InvalidInput for unknown names."""
    if not request.stars:
        return index.brighter_than(request.magnitude_limit)
    named_ones = [
        _star(name, f"stars.{position}", index) for position, name in enumerate(request.stars)
    ]
    return list(dict.fromkeys(named_ones))


def _star(name: str, field: str, index: StarIndex) -> Star:
    star = index.find(name)
    if star is None:
        near = index.nearest(name)
        hint = f" (nearest: {near})" if near else ""
        expected = f"a star by traditional name, Bayer's name or catalogue key{hint}"
        raise InvalidInput.of(field, expected, name)
    return star


def _check_parans(request: FixedStarsRequest, points: Sequence[Point]) -> None:
    """Refuse parans that are too many to search at once, or have no horizon."""
    if not request.include_parans:
        return
    require_earth(request.center, "parans")
    if len(celestial(points)) > MOST_IN_PARANS:
        expected = f"at most {MOST_IN_PARANS} bodies with include_parans"
        raise InvalidInput.of("planets", expected, f"{len(celestial(points))} bodies")
    if not request.stars and request.magnitude_limit > FAINTEST_IN_PARANS:
        expected = f"at most {FAINTEST_IN_PARANS} with include_parans; or name the stars"
        raise InvalidInput.of("magnitude_limit", expected, request.magnitude_limit)


def _parans(
    request: FixedStarsRequest,
    places: StarPlaces,
    instant: Instant,
    index: StarIndex,
    almanac: Almanac,
) -> list[StarParanReply] | None:
    if not request.include_parans:
        return None
    if request.star_place is not StarPlace.APPARENT:
        # What is seen to rise is where it appears.
        places = star_places(places.stars, instant, almanac, StarPlace.APPARENT)
    points = request.planets or CHART_POINTS
    bodies: list[Celestial] = list(dict.fromkeys(celestial(points)))
    frame, place = instant.conventions.frame, instant.place
    middle = instant.moment + _MIDDLE[request.paran_window] / DEGREES_OF_A_DAY
    horizon = request.paran_horizon
    ascensions, declinations = places.equatorial.T
    times = event_times(ascensions, declinations, place.latitude, horizon)
    others = day_events(bodies, middle, place, horizon, almanac, frame)
    names = [index.name_of[star.key] for star in places.stars]
    return [paran_reply(paran, names) for paran in star_parans(times, others, request.paran_orb)]


def _definitions(request: FixedStarsRequest) -> dict[str, Any]:
    echoed: dict[str, Any] = {"star_place": request.star_place}
    if not request.stars:
        echoed["magnitude_limit"] = request.magnitude_limit
    if request.include_conjunctions:
        echoed |= {
            "orb": request.orb,
            "bright_orb": request.bright_orb,
            "bright_magnitude": request.bright_magnitude,
        }
    if request.include_parans:
        echoed |= {
            "paran_orb": request.paran_orb,
            "paran_window": request.paran_window,
            "paran_horizon": request.paran_horizon,
        }
    if request.heliacal_stars:
        echoed["observer"] = {
            name: getattr(request.observer, name) for name in Observer.model_fields
        }
    return echoed
