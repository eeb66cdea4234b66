"""What a search for transits asks for, and the curves that answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from math import inf
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
from pydantic import FailFast, Field

from app.astrology.aspects import ANGLE_OF, MAJOR_ASPECTS, AspectRule
from app.astrology.bodies import (
    CELESTIAL,
    PLANETS,
    STANDARD_POINTS,
    Angle,
    Body,
    Celestial,
    Point,
    is_fixed_pair,
)
from app.astrology.chart import Instant
from app.astrology.curves import Carried, Elongations, Longitudes, Slowed
from app.astrology.frame import View, Zodiac
from app.astrology.progressed_chart import MidheavenMethod, Progression
from app.astrology.progressed_curves import (
    PROGRESSED_ANGLES,
    Arc,
    Chosen,
    ProgressedAngles,
)
from app.astrology.progressions import Clock, clock_of
from app.astrology.search import Curves
from app.astrology.sky import Ephemeris, FloatArray, Position
from app.astrology.solar_arc import ArcKey
from app.astrology.stations import LONGEST_LOOP
from app.astrology.torn_loops import gap_between, gap_of
from app.astrology.transits import Target, targets_of
from app.calculations.birth import Birth
from app.calculations.charts import ChartData
from app.calculations.conventions import SkyChoice, celestial, refuse_first, require_earth, sources
from app.calculations.directed import Lifetime
from app.calculations.fields import AspectName, Points, named
from app.calculations.orbs import OwnAspect, refuse_names_twice
from app.calculations.slices import (
    SECONDS_OF_A_SLICE,
    looks_a_day,
    seconds_of_a_hit,
    seconds_of_a_sample,
)
from app.calculations.span import Span, SpanRequest
from app.calculations.untimed import steady, told_points
from app.errors import InvalidInput

LONGEST_SEARCH = 36_525.0
"""Days: a century."""

NARROWEST_ORB = 0.01
"""Degrees of orb that a window needs: in less nothing stays."""

_FROM_EARTH = frozenset({View.GEOCENTRIC, View.TOPOCENTRIC})

_MARGIN = 0.01
"""Degrees that the polar circles may move within a life."""

NATAL_POINTS: tuple[Point, ...] = (*STANDARD_POINTS, Angle.ASC, Angle.MC)


class Moving(StrEnum):
    """What moves: the sky itself, the secondary progressed chart, or the solar arc."""

    TRANSITS = "TRANSITS"
    PROGRESSIONS = "PROGRESSIONS"
    SOLAR_ARC = "SOLAR_ARC"


class Against(StrEnum):
    """What is met: the natal chart, or the other moving points."""

    NATAL = "NATAL"
    EACH_OTHER = "EACH_OTHER"


class TransitSearchRequest(Lifetime, SkyChoice, SpanRequest):
    works_without_time: ClassVar[bool] = True
    without_time: ClassVar[str] = (
        "its utc in computed_for is the noon of that day, and its angles, lots and Moon are left "
        "out"
    )

    natal_chart: Annotated[
        ChartData | None,
        Field(description="The chart that is met; may be left out for transits to EACH_OTHER"),
    ] = None
    moving: Annotated[Annotated[Moving, *named(Moving)], Field(description="What moves")] = (
        Moving.TRANSITS
    )
    against: Annotated[
        Annotated[Against, *named(Against)], Field(description="What the moving points meet")
    ] = Against.NATAL
    planets: Annotated[
        Points,
        Field(
            description="Moving points; empty: Sun to Pluto, and by SOLAR_ARC mean node, mean "
            "Lilith, ASC and MC too. ASC and MC move by PROGRESSIONS too, toward the birth"
        ),
    ] = ()
    natal_points: Annotated[
        Points,
        Field(description="Natal points; empty: Sun to Pluto, mean node, mean Lilith, ASC, MC"),
    ] = NATAL_POINTS
    aspects: Annotated[
        tuple[AspectName, ...],
        FailFast(),
        Field(description="Aspects to look for; empty: the five major ones", max_length=32),
    ] = MAJOR_ASPECTS
    own_aspects: Annotated[
        tuple[OwnAspect, ...], FailFast(), Field(description="Aspects of your own", max_length=16)
    ] = ()
    include_windows: Annotated[
        bool, Field(description="Adds when each aspect enters its orb and leaves it")
    ] = False
    orb: Annotated[
        float,
        Field(
            ge=NARROWEST_ORB,
            le=10.0,
            description="Degrees of orb for the windows; `own_aspects` have their own",
        ),
    ] = 1.0
    arc: Annotated[
        Annotated[ArcKey, *named(ArcKey)],
        Field(description="Of SOLAR_ARC: TRUE, NAIBOD, ONE_DEGREE a year, or USER: `user_rate`"),
    ] = ArcKey.TRUE
    user_rate: Annotated[
        float, Field(ge=0.01, le=360.0, description="Degrees a year, for the arc USER alone")
    ] = 1.0
    mc: Annotated[
        Annotated[MidheavenMethod, *named(MidheavenMethod)],
        Field(description="How the midheaven of PROGRESSIONS goes on; ASC is derived from it"),
    ] = MidheavenMethod.SOLAR_ARC_LONGITUDE

    def clock(self, birth: float) -> Clock:
        """How progressed time runs from a birth, a Julian day, on."""
        return clock_of(birth, year=self.year_length, converse=self.converse)

    def moving_points(self) -> tuple[Point, ...]:
        """What moves: the points asked for, or the usual ones."""
        usual = NATAL_POINTS if self.moving is Moving.SOLAR_ARC else PLANETS
        return tuple(dict.fromkeys(self.planets or usual))

    def met_points(self, *, time_known: bool) -> tuple[Point, ...]:
        """The natal points; raises InvalidInput for one that needs a time that nobody knows."""
        points = told_points(
            self.natal_points, NATAL_POINTS, time_known=time_known, field="natal_points"
        )
        return tuple(dict.fromkeys(points))

    def motion_definitions(self) -> dict[str, Any]:
        """What `meta` echoes of the motion: null where it has no part in it."""
        in_life = self.moving is not Moving.TRANSITS
        directed = self.moving is Moving.SOLAR_ARC
        user = directed and self.arc is ArcKey.USER
        return {
            "moving": self.moving,
            "year_length": self.year_length if in_life else None,
            "converse": self.converse if in_life else None,
            "arc": self.arc if directed else None,
            "user_rate": self.user_rate if user else None,
            "mc": self.mc if self.moving is Moving.PROGRESSIONS else None,
        }


class Loops(NamedTuple):
    """Days that may lie between two passes of one loop: of each curve, 0 without loops, and of any.

    Only as seen from the Earth they are known.
    """

    gaps: Sequence[float]
    longest: float


@dataclass(frozen=True, slots=True)
class Search:
    """The curves of a request, what each of them meets, and for how long.

    `backwards` where progressed time runs against that of life.
    """

    chart: Instant
    span: Span
    curves: Curves
    names: Sequence[tuple[str, str | None]]
    targets: Sequence[Target]
    natal: Birth | None
    bodies: Sequence[Celestial]
    loops: Loops
    firsts: Curves | None = None
    backwards: bool = False

    @property
    def levels(self) -> FloatArray:
        return np.array([target.longitude for target in self.targets])

    @property
    def orbs(self) -> FloatArray:
        """Degrees to either side of each level that its windows reach."""
        return np.array([target.rule.orb for target in self.targets])


def search_of(request: TransitSearchRequest, ephemeris: Ephemeris) -> Search:
    """What the request asks for; raises InvalidInput for choices that contradict."""
    if request.zodiac is Zodiac.DRACONIC:
        expected = "TROPICAL or SIDEREAL: the draconic zodiac moves with the node"
        raise InvalidInput.of("zodiac", expected, str(request.zodiac))
    span = request.span(ephemeris, LONGEST_SEARCH)
    natal = _birth(request, ephemeris)
    alone = request.against is Against.EACH_OTHER and request.moving is Moving.TRANSITS
    if natal is None and not alone:
        expected = "given, unless transits are searched against EACH_OTHER"
        raise InvalidInput.of("natal_chart", expected, None)
    if natal is None and request.center is View.TOPOCENTRIC:
        expected = "GEOCENTRIC without a natal_chart, whose place is that of the observer"
        raise InvalidInput.of("center", expected, str(request.center))
    chart = request.instant(natal or span.first, ephemeris)
    return (
        _each_other(request, span, chart, natal)
        if request.against is Against.EACH_OTHER
        else _natal(request, span, chart, natal)
    )


def _birth(request: TransitSearchRequest, ephemeris: Ephemeris) -> Birth | None:
    """The birth, if one is given; raises InvalidInput where its life is measured from a minute."""
    if request.natal_chart is None:
        return None
    if request.moving is Moving.TRANSITS:
        return request.natal_chart.born("natal_chart", ephemeris)
    return request.natal_chart.timed("natal_chart", ephemeris)


def _natal(
    request: TransitSearchRequest, span: Span, chart: Instant, natal: Birth | None
) -> Search:
    """Moving points upon the chart of a birth."""
    known = natal is None or natal.time_known
    moving, met = request.moving_points(), request.met_points(time_known=known)
    places = steady(chart.place_points(met), time_known=known)
    targets = targets_of(places, _rules(request))
    names = [(str(point), None) for point in moving]
    bodies = list(dict.fromkeys((*sources(moving), *sources(met), Body.SUN)))
    curves = _curves(request, chart, moving)
    backwards = request.converse and request.moving is Moving.PROGRESSIONS
    gaps = [gap_of(point) if isinstance(point, CELESTIAL) else 0.0 for point in moving]
    loops = _loops(request, chart, gaps)
    return Search(chart, span, curves, names, targets, natal, bodies, loops, backwards=backwards)


def _each_other(
    request: TransitSearchRequest, span: Span, chart: Instant, natal: Birth | None
) -> Search:
    """Moving points that meet each other."""
    bodies = _bodies(request.moving_points())
    if request.moving is Moving.SOLAR_ARC:
        expected = "TRANSITS or PROGRESSIONS: under a solar arc all points keep their distances"
        raise InvalidInput.of("moving", expected, str(request.moving))
    pairs = [pair for pair in combinations(bodies, 2) if not is_fixed_pair(*pair)]
    frame = chart.conventions.frame
    curves: Curves = Elongations(pairs, chart.ephemeris, frame, follows_observer=True)
    firsts: Curves = Longitudes([first for first, _ in pairs], chart.ephemeris, frame)
    if request.moving is Moving.PROGRESSIONS:
        clock = request.clock(chart.moment)
        curves, firsts = Slowed(curves, clock), Slowed(firsts, clock)
    names = [(str(first), str(second)) for first, second in pairs]
    targets = targets_of((Position(Body.SUN, 0.0),), _rules(request))
    loops = _loops(request, chart, [gap_between(*pair) for pair in pairs])
    return Search(chart, span, curves, names, targets, natal, bodies, loops, firsts)


def _loops(request: TransitSearchRequest, chart: Instant, gaps: Sequence[float]) -> Loops:
    """The loops of curves as the time of the search has them, given those of the sky."""
    if request.moving is Moving.SOLAR_ARC or request.center not in _FROM_EARTH:
        return Loops([0.0] * len(gaps), inf)
    transits = request.moving is Moving.TRANSITS
    slower = 1.0 if transits else 1.0 / abs(request.clock(chart.moment).rate)
    return Loops([gap * slower for gap in gaps], LONGEST_LOOP * slower)


def _curves(request: TransitSearchRequest, chart: Instant, points: Sequence[Point]) -> Curves:
    """How the points move; raises InvalidInput for points that do not move by themselves."""
    frame, sky = chart.conventions.frame, chart.ephemeris
    if request.moving is Moving.TRANSITS:
        return Longitudes(_bodies(points), sky, frame, follows_observer=True)
    clock = request.clock(chart.moment)
    if request.moving is Moving.SOLAR_ARC:
        arc = Arc(request.arc, clock, sky, frame.theory, request.user_rate)
        return Carried([p.longitude for p in chart.place_points(points)], arc)
    angles = [point for point in points if point in PROGRESSED_ANGLES]
    bodies = [point for point in points if point not in PROGRESSED_ANGLES]
    _refuse_fixed(points, PROGRESSED_ANGLES)
    progressed = Slowed(Longitudes(_bodies(bodies), sky, frame, follows_observer=True), clock)
    return _with_angles(request, chart, progressed, points) if angles else progressed


def _with_angles(
    request: TransitSearchRequest, chart: Instant, bodies: Curves, points: Sequence[Point]
) -> Curves:
    """The curves of progressed bodies with those of angles, in the order of the points.

    Raises InvalidInput within the polar circles, where the ascendant leaps.
    """
    require_earth(request.center, "angles")
    polar = 90.0 - chart.ephemeris.obliquity(chart.moment).true
    if Angle.ASC in points and abs(chart.place.latitude) >= polar - _MARGIN:
        expected = "bodies or MC: within the polar circles a progressed ascendant leaps"
        refuse_first(points, lambda point: point is Angle.ASC, expected)
    born = Progression(chart, request.clock(chart.moment), chart.moment, chart.place, request.mc)
    numbers = iter(range(bodies.count))
    order = [
        (1, PROGRESSED_ANGLES.index(point)) if isinstance(point, Angle) else (0, next(numbers))
        for point in points
    ]
    return Chosen((bodies, ProgressedAngles(PROGRESSED_ANGLES, born)), order)


def _bodies(points: Sequence[Point]) -> list[Celestial]:
    _refuse_fixed(points)
    return celestial(points)


def _refuse_fixed(points: Sequence[Point], but: Sequence[Point] = ()) -> None:
    expected = (
        "a body: lots and angles move by SOLAR_ARC, ASC and MC also by PROGRESSIONS toward the "
        "birth"
    )
    refuse_first(
        points, lambda point: not isinstance(point, CELESTIAL) and point not in but, expected
    )


def _rules(request: TransitSearchRequest) -> list[AspectRule]:
    """The aspects to look for; raises InvalidInput for own ones that cannot be told."""
    refuse_names_twice(request.own_aspects)
    if request.include_windows:
        for index, own in enumerate(request.own_aspects):
            if own.orb < NARROWEST_ORB:
                expected = f"at least {NARROWEST_ORB}, because windows are included"
                raise InvalidInput.of(f"own_aspects.{index}.orb", expected, own.orb)
    asked = request.aspects or (() if request.own_aspects else MAJOR_ASPECTS)
    kinds = [AspectRule(kind, ANGLE_OF[kind], request.orb) for kind in dict.fromkeys(asked)]
    return [*kinds, *(AspectRule(own.name, own.angle, own.orb) for own in request.own_aspects)]


_SECONDS_OF_AN_ANGLE = 3e-4
"""What a progressed angle takes more, each time that it is looked at."""
_LOOKS_OF_A_HIT = 4.0
_DAYS_OF_A_YEAR = 365.25
_TOPOCENTRIC = 1.7
"""How much longer it takes to see the sky from a place, where no curve is smooth."""
_LOOKS_OF_AN_EDGE = 2.0
"""Samples at an edge of the span for each that one loop has: some loops are followed farther."""


def seconds_a_day(request: TransitSearchRequest, search: Search) -> float:
    """About how long the search takes for each day of its span, in seconds."""
    curves, levels = search.curves, len(search.targets)
    moving = _slowest(search)
    samples = sum(
        seconds_of_a_sample(body) * looks_a_day(curves, at) for at, body in enumerate(moving)
    )
    hits = levels * _turns_a_day(request, search)
    if request.include_windows:
        hits *= 3.0
    seconds = samples + hits * max(map(seconds_of_a_hit, moving), default=0.0)
    if request.center is View.TOPOCENTRIC:
        seconds *= _TOPOCENTRIC
    if request.moving is not Moving.PROGRESSIONS:
        return seconds
    angles = [at for at, (name, _) in enumerate(search.names) if name in PROGRESSED_ANGLES]
    turning = 360.0 if request.mc is MidheavenMethod.DAILY else 1.0
    looks = sum(1.0 / curves.step(at) for at in angles)
    met = len(angles) * levels * turning / 360.0 / _DAYS_OF_A_YEAR * _LOOKS_OF_A_HIT
    return seconds + (looks + (3.0 if request.include_windows else 1.0) * met) * (
        _SECONDS_OF_AN_ANGLE
    )


def edge_curves(search: Search) -> list[list[int]]:
    """The curves whose loops an edge of the span may cut, as many together as one part may hold."""
    groups: list[list[int]] = []
    left = 0.0
    for curve, (body, gap) in enumerate(zip(_slowest(search), search.loops.gaps, strict=True)):
        if not gap:
            continue
        looks = _LOOKS_OF_AN_EDGE if search.firsts is None else 2.0 * _LOOKS_OF_AN_EDGE
        samples = looks * gap * looks_a_day(search.curves, curve) * seconds_of_a_sample(body)
        seconds = samples + len(search.targets) * seconds_of_a_hit(body)
        if seconds > left:
            groups.append([])
            left = SECONDS_OF_A_SLICE
        groups[-1].append(curve)
        left -= seconds
    return groups


def _slowest(search: Search) -> list[Celestial]:
    """Of each pair the body that takes longer to compute; angles move as the Sun does."""
    bodies = {str(body): body for body in search.bodies}
    return [
        max((bodies.get(name or "", Body.SUN) for name in names), key=seconds_of_a_sample)
        for names in search.names
    ]


def _turns_a_day(request: TransitSearchRequest, search: Search) -> float:
    """About how many times a day any target is passed."""
    if request.moving is Moving.SOLAR_ARC:
        rate = request.user_rate if request.arc is ArcKey.USER else 1.0
        return search.curves.count * rate / 360.0 / _DAYS_OF_A_YEAR
    rate = 1.0 if request.moving is Moving.TRANSITS else 1.0 / _DAYS_OF_A_YEAR
    fast = any(Body.MOON in names for names in search.names)
    return rate * (13.2 if fast else 1.0) / 360.0 * 3.0
