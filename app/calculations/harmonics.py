"""Harmonic charts."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, ClassVar

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.aspects import OrbRules
from app.astrology.bodies import STANDARD_POINTS, Angle
from app.astrology.chart import Instant
from app.astrology.frame import View
from app.astrology.harmonics import (
    HarmonicAspect,
    HarmonicHouses,
    OrbRule,
    equal_cusps,
    harmonic_aspects,
    house_in,
    multiplied,
    multiplied_cusps,
)
from app.astrology.houses import Division, HouseSystem
from app.astrology.sky import Ephemeris, Position
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.conventions import ChartRequest, require_earth, sources
from app.calculations.fields import HouseSystemName, Points, named
from app.calculations.orbs import Orb, OrbChoice
from app.calculations.provenance import computed_for
from app.calculations.shapes import (
    AspectReply,
    Degrees,
    HouseReply,
    PositionReply,
    aspect_reply,
    full_position_reply,
    house_reply,
)
from app.calculations.untimed import steady, time_definitions, told_points
from app.errors import InvalidInput

HIGHEST_HARMONIC = 360
"""Beyond it a minute of arc in the radix is more than six degrees."""
MOST_HARMONICS = 32
MOST_PAIRS = 4_000
"""Pairs of points, of all harmonics together, that are compared within about 15 ms."""
PAIRS_A_RULE = 30
"""What making ready one aspect for one harmonic costs, where orbs change with the harmonic."""

HarmonicNumber = Annotated[int, Field(ge=1, le=HIGHEST_HARMONIC)]


class HarmonicsRequest(OrbChoice, ChartRequest):
    works_without_time: ClassVar[bool] = True

    harmonics: Annotated[
        tuple[HarmonicNumber, ...],
        FailFast(),
        Field(description="Whole numbers to multiply by, 1 to 360", max_length=MOST_HARMONICS),
    ] = (2, 3, 4, 5, 7, 9)
    planets: Annotated[
        Points,
        Field(description="Points to multiply; empty: Sun to Pluto, mean node and mean Lilith"),
    ] = STANDARD_POINTS
    include_aspects: Annotated[
        bool, Field(description="Adds the aspects within the harmonic chart")
    ] = True
    orb_rule: Annotated[
        Annotated[OrbRule, *named(OrbRule)],
        Field(description="Orbs as given in the HARMONIC chart, or in the RADIX: times n in it"),
    ] = OrbRule.HARMONIC
    flat_orb: Annotated[
        Orb | None,
        Field(description="One orb for every aspect, in place of all other orbs"),
    ] = None
    houses: Annotated[
        Annotated[HarmonicHouses, *named(HarmonicHouses)],
        Field(description="NONE; EQUAL from the multiplied ascendant; MULTIPLIED cusps"),
    ] = HarmonicHouses.NONE
    house_system: Annotated[
        HouseSystemName, Field(description="Whose cusps are MULTIPLIED; else unused")
    ] = HouseSystem.PLACIDUS

    def harmonic_rules(self) -> OrbRules:
        """The aspects and their orbs, before any harmonic scales them."""
        rules = self.orb_rules()
        if self.flat_orb is None:
            return rules
        flat = tuple(rule._replace(orb=self.flat_orb) for rule in rules.aspects)
        return OrbRules(flat, pairs=rules.pairs)


class HarmonicPositionReply(PositionReply):
    """A multiplied position; latitude and distance are those of the radix."""

    radix_longitude: Degrees


class HarmonicAspectReply(AspectReply):
    """An aspect among multiplied longitudes."""

    radix_orb: Annotated[float, Field(description="The orb in degrees of the radix: orb / n")]


class HarmonicReply(TypedDict):
    """One harmonic chart."""

    harmonic: int
    positions: list[HarmonicPositionReply]
    angles: Annotated[
        dict[str, Degrees] | None,
        Field(
            description="Every angle multiplied as a point; null from another centre, and without "
            "a known time"
        ),
    ]
    houses: Annotated[list[HouseReply], Field(description="Empty where `houses` is NONE")]
    aspects: list[HarmonicAspectReply]


class HarmonicsReply(TypedDict):
    harmonics: Annotated[list[HarmonicReply], Field(description="In the order asked, each once")]
    houses: Annotated[str, Field(description="How the charts are divided: NONE where they are not")]
    armc: Annotated[
        float | None,
        Field(
            description="Right ascension of the radix midheaven, not multiplied; null where "
            "`angles` are"
        ),
    ]


@calculation(
    "harmonics",
    example={**EXAMPLE, "harmonics": [5, 7]},
    sources=(
        Source("John M. Addey, Harmonics in Astrology (1976)"),
        Source("David Hamblin, Harmonic Charts (1983)"),
    ),
)
def harmonics(request: HarmonicsRequest, ephemeris: Ephemeris) -> Answer[HarmonicsReply]:
    """Harmonic charts: every longitude multiplied by a whole number, around the circle.

    Points that stand a multiple of 360 / n degrees apart in the radix come together in the nth
    harmonic. Latitude and distance are kept, speeds are multiplied. Aspects are tested at the
    ordinary angles among the multiplied longitudes; their orbs count there as given (an orb of 8
    degrees in the fifth harmonic is 1.6 degrees in the radix), or in the radix. Angles are
    multiplied as points, so that descendant and ascendant fall together in even harmonics, and
    stand still. No author defines houses of a harmonic chart: none are given unless asked for,
    either equal ones from the multiplied ascendant, or each cusp multiplied as some programs do,
    which then hold no points. With `time` unknown the radix is that of the noon of the day,
    without houses, angles, lots and aspects of the Moon.
    """
    birth = request.birth(ephemeris)
    instant = request.instant(birth, ephemeris)
    known = birth.time_known
    points = told_points(request.planets, STANDARD_POINTS, time_known=known)
    request = request if known else request.model_copy(update={"houses": HarmonicHouses.NONE})
    rules = request.harmonic_rules()
    asked = tuple(dict.fromkeys(request.harmonics))
    _refuse_too_much(request, asked, len(points), len(rules.aspects))
    division = _division(request, instant) if known else None
    positions = instant.place_points(points, division)
    reply: HarmonicsReply = {
        "harmonics": [_chart(request, n, positions, division, rules, known=known) for n in asked],
        "houses": request.houses,
        "armc": division.armc if division else None,
    }
    definitions = {
        **request.chart_definitions(instant, points),
        **_definitions(request, rules),
        **time_definitions(birth)[0],
    }
    provenance = computed_for(birth, sources(points), ephemeris, definitions)
    return Answer(reply, provenance, birth.lasting)


def _division(request: HarmonicsRequest, instant: Instant) -> Division | None:
    """The angles and, to be multiplied, the cusps; None from another centre than the Earth."""
    if request.houses is not HarmonicHouses.NONE:
        require_earth(request.center, "houses")
    if request.houses is HarmonicHouses.MULTIPLIED:
        if request.house_system is HouseSystem.GAUQUELIN:
            raise InvalidInput.of("house_system", "a system of twelve houses", "GAUQUELIN")
        return instant.divide(request.house_system)
    from_earth = request.center in {View.GEOCENTRIC, View.TOPOCENTRIC}
    return instant.angles() if from_earth else None


def _refuse_too_much(
    request: HarmonicsRequest, harmonics: tuple[int, ...], points: int, aspects: int
) -> None:
    """Keep one request within milliseconds; raises InvalidInput."""
    if not request.include_aspects:
        return
    each = points * (points - 1) // 2
    if request.orb_rule is OrbRule.RADIX:
        each += aspects * PAIRS_A_RULE
    if each * len(harmonics) > MOST_PAIRS:
        expected = (
            f"at most {MOST_PAIRS // each} for {points} points and {aspects} aspects; "
            "ask for fewer, or leave include_aspects false"
        )
        raise InvalidInput.of("harmonics", expected, f"{len(harmonics)} items")


def _chart(
    request: HarmonicsRequest,
    harmonic: int,
    positions: list[Position],
    division: Division | None,
    rules: OrbRules,
    *,
    known: bool,
) -> HarmonicReply:
    turned = [multiplied(position, harmonic) for position in positions]
    cusps = _cusps(request, harmonic, division)
    equal = cusps if request.houses is HarmonicHouses.EQUAL else ()
    aspects = (
        harmonic_aspects(steady(turned, time_known=known), harmonic, rules, request.orb_rule)
        if request.include_aspects
        else []
    )
    return {
        "harmonic": harmonic,
        "positions": [
            {
                **full_position_reply(place, house_in(place, equal) if equal else None),
                "radix_longitude": radix.longitude,
            }
            for place, radix in zip(turned, positions, strict=True)
        ],
        "angles": None if division is None else _angles(division, harmonic),
        "houses": [house_reply(number, cusp) for number, cusp in enumerate(cusps, start=1)],
        "aspects": [_aspect(found) for found in aspects],
    }


def _cusps(
    request: HarmonicsRequest, harmonic: int, division: Division | None
) -> tuple[float, ...]:
    if division is None or request.houses is HarmonicHouses.NONE:
        return ()
    if request.houses is HarmonicHouses.EQUAL:
        return equal_cusps(division.ascendant, harmonic)
    return multiplied_cusps(division.cusps, harmonic)


def _angles(division: Division, harmonic: int) -> dict[str, float]:
    points: dict[Angle, float] = division.angles
    return {
        str(angle): multiplied(Position(angle, longitude), harmonic).longitude
        for angle, longitude in points.items()
    }


def _aspect(found: HarmonicAspect) -> HarmonicAspectReply:
    return {**aspect_reply(found.aspect), "radix_orb": found.radix_orb}


def _definitions(request: HarmonicsRequest, rules: OrbRules) -> dict[str, Any]:
    echoed: dict[str, Any] = {"houses": request.houses}
    if request.houses is HarmonicHouses.MULTIPLIED:
        echoed["house_system"] = request.house_system
    if not request.include_aspects:
        return echoed
    plain = rules if request.flat_orb is None else replace(rules, point_orbs=None)
    return {
        **echoed,
        **request.orb_definitions(plain),
        "orb_rule": request.orb_rule,
        "flat_orb": request.flat_orb,
    }
