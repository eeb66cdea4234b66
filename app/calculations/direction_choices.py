"""What a request for primary directions may choose."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import FailFast, Field

from app.astrology.aspects import MAJOR_ASPECTS, AspectKind
from app.astrology.bodies import CELESTIAL, PLANETS, Angle, Body, Lot, Point
from app.astrology.direction_arcs import (
    PLACE_OF_ANGLE,
    ConverseRule,
    DirectionRules,
    DirectionSpace,
    LatitudeRule,
)
from app.astrology.direction_keys import DirectionKey, Key, key_of
from app.astrology.frame import Frame, View
from app.astrology.house_space import DirectionMethod
from app.astrology.progressions import TROPICAL_YEAR
from app.astrology.rulerships import TermSystem
from app.astrology.sect import SectRule
from app.astrology.sky import Ephemeris
from app.calculations.birth import Birth
from app.calculations.charts import ChartData, Date, Fold, Time
from app.calculations.fields import AspectName, CenterName, PointName, SectRuleName, named
from app.calculations.request import CalculationRequest
from app.errors import InvalidInput

LONGEST_LIFE = 120.0
"""Years of life that are directed at most."""
MOST_DIRECTED = 12
"""Promissors or significators of one request: enough for a chart, few enough to stay instant."""
MOST_ASPECTS = 8

SIGNIFICATORS: tuple[Point, ...] = (Body.SUN, Body.MOON, Angle.ASC, Angle.MC, Lot.FORTUNE)
"""Ptolemy's five starting points, Tetrabiblos IV.10."""

METHOD_ALIASES = {
    "SEMI_ARC": DirectionMethod.PLACIDUS_SEMI_ARC,
    "PLACIDUS": DirectionMethod.PLACIDUS_SEMI_ARC,
    "UNDER_THE_POLE": DirectionMethod.PLACIDUS_UNDER_THE_POLE,
    "POLICH_PAGE": DirectionMethod.TOPOCENTRIC,
}

Directed = Annotated[tuple[PointName, ...], FailFast(), Field(max_length=MOST_DIRECTED)]
MethodName = Annotated[DirectionMethod, *named(DirectionMethod, aliases=METHOD_ALIASES)]
KeyName = Annotated[DirectionKey, *named(DirectionKey)]
Age = Annotated[float, Field(ge=0.0, le=LONGEST_LIFE)]


class KeyChoice(CalculationRequest):
    """How many years an arc stands for."""

    key: Annotated[
        KeyName,
        Field(
            description="PTOLEMY 1 degree a year, NAIBOD 59'08\", CARDANO 59'12\", USER any "
            "`key_rate`, STATIC the Sun's right ascension of the day of birth, DYNAMIC_RA "
            "(Placidus) and DYNAMIC_LONGITUDE a day of the Sun's true way a year"
        ),
    ] = DirectionKey.NAIBOD
    key_rate: Annotated[
        float | None, Field(ge=0.1, le=10.0, description="Degrees a year, for the key USER")
    ] = None

    def key_for(self, birth: Birth, longest: float, sky: Ephemeris) -> Key:
        """The key of a birth, good for so many years; raises InvalidInput."""
        if self.key is DirectionKey.USER and self.key_rate is None:
            raise InvalidInput.of("key_rate", "degrees a year, because key is USER", None)
        if self.key is not DirectionKey.USER and self.key_rate is not None:
            expected = f"left out with key {self.key}; choose key USER for a rate of your own"
            raise InvalidInput.of("key_rate", expected, self.key_rate)
        frame, rate = Frame(birth.theory), self.key_rate or 1.0
        return key_of(self.key, birth.julian_day, longest, sky, frame, rate)

    def key_definitions(self) -> dict[str, Any]:
        """What `meta` echoes of it."""
        rate = {"key_rate": self.key_rate} if self.key is DirectionKey.USER else {}
        return {"key": self.key, **rate, "year": TROPICAL_YEAR}


class DirectionsRequest(KeyChoice):
    natal_chart: Annotated[ChartData, Field(description="The birth that is directed")]
    target_date: Annotated[
        Date | None,
        Field(description="Answer directions around this date, with where the angles came"),
    ] = None
    target_time: Time = None
    target_fold: Fold = None
    orb_years: Annotated[
        float, Field(ge=0.0, le=30.0, description="Years before and after `target_date`")
    ] = 1.0
    min_age: Annotated[Age, Field(description="Years, without `target_date`")] = 0.0
    max_age: Annotated[Age, Field(description="Years, without `target_date`")] = 90.0
    promissors: Annotated[
        Directed, Field(description="Bodies that move, with their aspects; empty: Sun to Pluto")
    ] = PLANETS
    significators: Annotated[
        Directed,
        Field(
            description="What they come to: bodies, ASC, MC, DESC, IC or FORTUNE; empty: Sun, "
            "Moon, ASC, MC and FORTUNE"
        ),
    ] = SIGNIFICATORS
    aspects: Annotated[
        tuple[AspectName, ...],
        FailFast(),
        Field(
            description="Empty: the five major ones, under the pole in MUNDANE space the "
            "conjunction alone",
            max_length=MOST_ASPECTS,
        ),
    ] = ()
    method: Annotated[
        MethodName,
        Field(
            description="Semi-arcs of Placidus, circles of position (under the pole and others), "
            "or the cone of TOPOCENTRIC"
        ),
    ] = DirectionMethod.PLACIDUS_SEMI_ARC
    space: Annotated[
        Annotated[DirectionSpace, *named(DirectionSpace)],
        Field(description="MUNDANE directs bodies with latitude, and aspects in house space"),
    ] = DirectionSpace.ZODIACAL
    latitude_rule: Annotated[
        Annotated[LatitudeRule, *named(LatitudeRule)],
        Field(description="Who keeps its latitude in ZODIACAL space"),
    ] = LatitudeRule.NONE
    include_converse: Annotated[bool, Field(description="Adds the converse directions")] = False
    converse_rule: Annotated[
        Annotated[ConverseRule, *named(ConverseRule)],
        Field(description="ROTATION_REVERSED, or ROLES_SWAPPED under the true turn"),
    ] = ConverseRule.ROTATION_REVERSED
    include_bounds: Annotated[
        bool, Field(description="Adds the terms (bounds) that a significator goes through")
    ] = False
    bounds_significator: Annotated[
        PointName, Field(description="Whose way through the terms `include_bounds` tells")
    ] = Angle.ASC
    terms: Annotated[
        Annotated[TermSystem, *named(TermSystem)],
        Field(description="Whose terms those of `include_bounds` are"),
    ] = TermSystem.EGYPTIAN
    center: Annotated[CenterName, Field(description="GEOCENTRIC, or TOPOCENTRIC for parallax")] = (
        View.GEOCENTRIC
    )
    sect: Annotated[
        SectRuleName,
        Field(description="Day while the Sun's centre is above the true horizon, or its limb seen"),
    ] = SectRule.GEOMETRIC
    sect_reversal: Annotated[
        bool, Field(description="The Lot of Fortune turns around by night")
    ] = True

    def rules(self) -> DirectionRules:
        return DirectionRules(self.method, self.space, self.latitude_rule, self.converse_rule)

    def kinds(self) -> tuple[AspectKind, ...]:
        """The aspects in their customary order; raises InvalidInput for what is not defined."""
        conjunction = (AspectKind.CONJUNCTION,)
        undivided = (
            self.space is DirectionSpace.MUNDANE
            and self.method is DirectionMethod.PLACIDUS_UNDER_THE_POLE
        )
        if undivided and any(kind not in conjunction for kind in self.aspects):
            expected = (
                "the CONJUNCTION alone: under the pole house space has no degrees; "
                "choose method PLACIDUS_SEMI_ARC or space ZODIACAL"
            )
            raise InvalidInput.of("aspects", expected, ", ".join(self.aspects))
        asked = set(self.aspects or (conjunction if undivided else MAJOR_ASPECTS))
        return tuple(kind for kind in AspectKind if kind in asked)

    def moved(self) -> tuple[Point, ...]:
        """The promissors, each once; raises InvalidInput for what does not move."""
        points = self.promissors or PLANETS
        wrong = next((point for point in points if not isinstance(point, CELESTIAL)), None)
        if wrong is not None:
            expected = "bodies: angles and lots have no motion of their own in the sky"
            raise InvalidInput.of("promissors", expected, str(wrong))
        return tuple(dict.fromkeys(points))

    def places(self) -> tuple[Point, ...]:
        """The significators, each once; raises InvalidInput for angles without a place."""
        points = self.significators or SIGNIFICATORS
        for point in points:
            require_place("significators", point)
        require_place("bounds_significator", self.bounds_significator)
        return tuple(dict.fromkeys(points))

    def points(self) -> tuple[Point, ...]:
        """All that takes part, each once."""
        bounds = (self.bounds_significator,) if self.include_bounds else ()
        return tuple(dict.fromkeys((*self.moved(), *self.places(), *bounds)))

    def definitions(self, ages: tuple[float, float]) -> dict[str, Any]:
        """What `meta` echoes."""
        zodiacal = self.space is DirectionSpace.ZODIACAL
        echoed: dict[str, Any] = {
            "method": self.method,
            "space": self.space,
            "latitude_rule": self.latitude_rule if zodiacal else None,
            "aspects": list(self.kinds()),
            "converse_rule": self.converse_rule if self.include_converse else None,
            **self.key_definitions(),
            "min_age": ages[0],
            "max_age": ages[1],
            "center": str(self.center),
            "sect": self.sect,
            "sect_reversal": self.sect_reversal,
        }
        if self.include_bounds:
            echoed["terms"] = self.terms
            echoed["bounds_significator"] = str(self.bounds_significator)
        return echoed


def require_place(field: str, point: Point) -> None:
    """Refuse an angle that nothing can be directed to; raises InvalidInput."""
    if isinstance(point, Angle) and point not in PLACE_OF_ANGLE:
        expected = f"a body, a lot, or one of {', '.join(PLACE_OF_ANGLE)}"
        raise InvalidInput.of(field, expected, point)
