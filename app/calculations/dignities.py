"""Essential and accidental dignities, almutens, receptions and dispositors of a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import FailFast, Field

from app.astrology.accidental import (
    AccidentalRules,
    HayzRule,
    PartileRule,
    SpeedRule,
    Stage,
    accidents_of,
)
from app.astrology.almanac import Almanac, Star
from app.astrology.angles import norm
from app.astrology.bodies import Angle, Body, Celestial, Lot, Point
from app.astrology.chart import Instant
from app.astrology.dignities import (
    Dignity,
    DignityRules,
    Essential,
    essential,
    lords_at,
)
from app.astrology.frame import NodeKind
from app.astrology.houses import HouseSystem
from app.astrology.receptions import (
    Chain,
    Reception,
    ReceptionKind,
    chains,
    receptions_among,
)
from app.astrology.rulerships import (
    OUTER,
    SEVEN,
    RulershipSystem,
)
from app.astrology.sect import altitude_of
from app.astrology.sky import LONGITUDE, Position
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.charts import divided
from app.calculations.conventions import ChartRequest, HouseChoice, require_earth
from app.calculations.dignity_choice import DignityChoice, Limit, SiegeChoice, SolarLimits
from app.calculations.dignity_shapes import (
    DignitiesReply,
    DignityReply,
    accidental_reply,
    almuten_reply,
    dispositor_reply,
    reception_reply,
    rulers_reply,
)
from app.calculations.fields import NodeKindName, Points, named
from app.calculations.provenance import computed_for
from app.calculations.shapes import position_reply
from app.errors import InvalidInput

LILLYS_STARS: Mapping[str, tuple[Star, int]] = {
    "REGULUS": (Star("alLeo", "Regulus", 1.40), 6),
    "SPICA": (Star("alVir", "Spica", 0.97), 5),
    "ALGOL": (Star("bePer", "Algol", 2.12), -5),
}
"""The three stars that Lilly's table scores, page 115."""

SOURCES = (
    Source("William Lilly, Christian Astrology (1647), pp. 177-179: a chart scored", verified=True),
    Source("William Lilly, Christian Astrology (1647), p. 58: terms of Saturn", verified=True),
    Source("William Lilly, Christian Astrology (1647), pp. 104, 112-115"),
    Source("Claudius Ptolemy, Tetrabiblos (tr. F. E. Robbins, 1940), I.17-21"),
    Source("Dorotheus of Sidon, Carmen astrologicum, I.1"),
    Source("Paulus of Alexandria, Introduction, ch. 24"),
)


class DignitiesRequest(SiegeChoice, SolarLimits, DignityChoice, HouseChoice, ChartRequest):
    planets: Annotated[
        Points,
        Field(
            description="Planets of the answer; empty: the seven of tradition. Uranus, Neptune "
            "and Pluto need system MODERN"
        ),
    ] = SEVEN
    include_scores: Annotated[bool, Field(description="Totals; without them they are null")] = True
    include_accidental: Annotated[bool, Field(description="Adds accidental dignities")] = True
    include_almutens: Annotated[bool, Field(description="Adds almutens of the main points")] = True
    include_receptions: Annotated[bool, Field(description="Adds receptions and dispositors")] = True
    include_stars: Annotated[
        bool, Field(description="Scores Regulus, Spica and Algol as Lilly does")
    ] = False
    star_orb: Annotated[Limit, Field(description="Degrees from a star, for `include_stars`")] = 5.0
    node: Annotated[NodeKindName, Field(description="The Moon's node of partile conjunctions")] = (
        NodeKind.MEAN
    )
    peregrine_score: Annotated[
        int, Field(ge=-5, le=0, description="Points of a peregrine planet; -5 with Lilly")
    ] = 0
    mutual_reception_counts: Annotated[
        bool,
        Field(
            description="As with Lilly a mutual reception by domicile or exaltation scores as that "
            "dignity, and its planets are not peregrine"
        ),
    ] = False
    reception_by: Annotated[
        tuple[Annotated[Dignity, *named(Dignity)], ...],
        FailFast(),
        Field(description="Dignities by which planets receive; empty: all five", max_length=5),
    ] = (Dignity.DOMICILE,)
    reception_needs_aspect: Annotated[
        bool, Field(description="Only between signs that see each other by a Ptolemaic aspect")
    ] = False
    modern_dispositors: Annotated[
        bool,
        Field(description="With system MODERN the new rulers dispose of their signs, not the old"),
    ] = True
    stationary_fraction: Annotated[
        float, Field(ge=0.0, le=1.0, description="Stationary below this part of the mean motion")
    ] = 0.1
    speed_rule: Annotated[
        Annotated[SpeedRule, *named(SpeedRule)],
        Field(description="Swift FORWARD only, or ABSOLUTE: also while retrograde"),
    ] = SpeedRule.FORWARD
    partile: Annotated[
        Annotated[PartileRule, *named(PartileRule)],
        Field(description="Partile in the same WHOLE_DEGREE of the signs, or within an ORB of 1"),
    ] = PartileRule.WHOLE_DEGREE
    hayz: Annotated[
        Annotated[HayzRule, *named(HayzRule)],
        Field(description="Planets of the night have it by night above the earth, or under it"),
    ] = HayzRule.AL_BIRUNI


@calculation(
    "dignities",
    example={**EXAMPLE, "terms": "PTOLEMAIC_LILLY", "peregrine_score": -5},
    sources=SOURCES,
)
def dignities(request: DignitiesRequest, ephemeris: Almanac) -> Answer[DignitiesReply]:
    """How strong each planet is by its place: essential and accidental dignities with points.

    Essential dignities score 5 for domicile, 4 for exaltation, 3 for triplicity, 2 for the term
    and 1 for the face, -5 for detriment and -4 for fall; a planet without any of the five is
    peregrine. Authors differ in the terms (Egyptian, or Ptolemy's in two printed versions), in
    the triplicity rulers, in who of them counts, and in the faces: each is a parameter. Accidental
    dignities follow Lilly's table; joy, halb and hayz are told without points, for he gives none.
    The almuten is the planet with the most points of dignity at a degree. Receptions count by
    domicile unless other dignities are named; chains of dispositors end in a planet in its own
    sign or run in a ring. Needs a known time.
    """
    require_earth(request.center, "houses")
    if request.house_system is HouseSystem.GAUQUELIN:
        raise InvalidInput.of("house_system", "a system of twelve houses", "GAUQUELIN")
    rules = request.dignity_rules()
    asked = _asked(request, rules)
    birth = request.known_birth(ephemeris)
    chart = request.instant(birth, ephemeris, **request.house_conventions())
    stage, points = _staged(request, chart, rules, ephemeris)
    day = stage.by_day
    longitudes = {planet: stage.positions[planet].longitude for planet in rules.planets}
    exchanged = _exchanged(request, longitudes, rules, by_day=day)
    reply: DignitiesReply = {
        "dignities": [
            _dignity(request, planet, stage, rules, exchanged.get(planet, ())) for planet in asked
        ],
        "is_day": day,
        "almutens": [almuten_reply(position, rules, by_day=day) for position in points],
        "receptions": [
            reception_reply(each) for each in _receptions(request, longitudes, rules, by_day=day)
        ],
        "dispositors": [dispositor_reply(each) for each in _chains(request, longitudes, asked)],
    }
    definitions = {
        **request.chart_definitions(
            chart, (Lot.FORTUNE,) if request.include_almutens else (), tells_day=True
        ),
        **request.house_definitions(request.house_system),
        **_definitions(request),
    }
    bodies: list[Celestial] = [*rules.planets, *_nodes(request)]
    provenance = computed_for(birth, bodies, ephemeris, definitions, stars=_uses_stars(request))
    return Answer(reply, provenance, birth.lasting)


def _asked(request: DignitiesRequest, rules: DignityRules) -> list[Body]:
    """The planets of the answer; raises InvalidInput for what has no dignities."""
    for index, point in enumerate(request.planets):
        if point not in rules.planets:
            names = ", ".join(rules.planets)
            hint = "" if point not in OUTER else "; with system MODERN also the outer planets"
            expected = f"a planet with dignities: one of {names}{hint}"
            raise InvalidInput.of(f"planets.{index}", expected, str(point))
    return [Body(str(point)) for point in request.planets or SEVEN]


def _staged(
    request: DignitiesRequest, chart: Instant, rules: DignityRules, almanac: Almanac
) -> tuple[Stage, list[Position]]:
    """The chart as accidents need it, and the points whose almutens are told."""
    houses, division = divided(chart, request.house_system)
    more: tuple[Point, ...] = (Angle.ASC, Angle.MC, Lot.FORTUNE)
    nodes = _nodes(request)
    placed = chart.place_points((*rules.planets, *nodes, *more), division)
    count = len(rules.planets)
    planets = dict(zip(rules.planets, placed[:count], strict=True))
    numbers: list[int] = chart.houses_of(placed[:count], houses) if houses else []
    altitudes = {}
    if request.include_accidental:
        altitudes = _altitudes(chart, rules.planets, division.armc)
    stage = Stage(
        planets,
        dict(zip(rules.planets, numbers, strict=False)),
        altitudes,
        chart.is_day(division.armc),
        placed[count : count + len(nodes)],
        _stars(chart, almanac) if _uses_stars(request) else {},
        request.star_orb,
    )
    if not request.include_almutens:
        return stage, []
    return stage, [*placed[:2], *placed[count + len(nodes) :], *placed[2:count]]


def _nodes(request: DignitiesRequest) -> tuple[Body, ...]:
    if request.node is NodeKind.MEAN:
        return (Body.NORTH_NODE, Body.SOUTH_NODE)
    return (Body.TRUE_NODE, Body.TRUE_SOUTH_NODE)


def _altitudes(chart: Instant, planets: Sequence[Body], armc: float) -> dict[Body, float]:
    """Degrees of each planet above the true horizon."""
    rows = chart.ephemeris.equatorial((chart.moment,), planets, chart.conventions.frame)[0].tolist()
    latitude = chart.place.latitude
    return {
        planet: altitude_of(row[0], row[1], armc, latitude)
        for planet, row in zip(planets, rows, strict=True)
    }


def _uses_stars(request: DignitiesRequest) -> bool:
    return request.include_accidental and request.include_stars


def _stars(chart: Instant, almanac: Almanac) -> dict[str, tuple[float, int]]:
    """Longitudes and points of Lilly's three stars, in the chart's zodiac."""
    stars = [star for star, _ in LILLYS_STARS.values()]
    rows = almanac.star_positions((chart.moment,), stars, chart.conventions.frame)[0]
    start, _ = chart.zodiac_start
    return {
        name: (norm(float(row[LONGITUDE]) - start), points)
        for (name, (_, points)), row in zip(LILLYS_STARS.items(), rows, strict=True)
    }


def _accidental_rules(request: DignitiesRequest) -> AccidentalRules:
    return AccidentalRules(
        cazimi=request.cazimi_orb,
        combust=request.combust_orb,
        beams=request.beams_orb,
        combust_in_sign=request.combust_in_sign,
        stationary=request.stationary_fraction,
        speed=request.speed_rule,
        partile=request.partile,
        siege=request.siege,
        siege_span=request.siege_span,
        hayz=request.hayz,
    )


def _dignity(
    request: DignitiesRequest,
    planet: Body,
    stage: Stage,
    rules: DignityRules,
    exchanged: Sequence[Dignity],
) -> DignityReply:
    position = stage.positions[planet]
    points = essential(planet, position.longitude, rules, by_day=stage.by_day)
    points = _with_reception(points, exchanged)
    placed = position_reply(position, stage.houses.get(planet))
    peregrine = request.peregrine_score if points.peregrine else 0
    accidental = None
    if request.include_accidental:
        accidents = accidents_of(planet, stage, _accidental_rules(request))
        accidental = accidental_reply(accidents, scores=request.include_scores)
    return {
        "planet": placed["planet"],
        "longitude": placed["longitude"],
        "sign": placed["sign"],
        "degree": placed["degree"],
        "minute": placed["minute"],
        "second": placed["second"],
        "house": placed["house"],
        "rulership": points.rulership,
        "exaltation": points.exaltation,
        "detriment": points.detriment,
        "fall": points.fall,
        "triplicity": points.triplicity,
        "term": points.term,
        "face": points.face,
        "peregrine": points.peregrine,
        "peregrine_points": peregrine,
        "total_score": points.total + peregrine if request.include_scores else None,
        "rulers": rulers_reply(lords_at(position.longitude, rules)),
        "accidental": accidental,
    }


def _with_reception(points: Essential, exchanged: Sequence[Dignity]) -> Essential:
    """The points with those of mutual receptions in place of dignities that are lacking."""
    if Dignity.DOMICILE in exchanged:
        points = points._replace(rulership=5, peregrine=False)
    if Dignity.EXALTATION in exchanged:
        points = points._replace(exaltation=4, peregrine=False)
    return points


def _exchanged(
    request: DignitiesRequest,
    longitudes: Mapping[Body, float],
    rules: DignityRules,
    *,
    by_day: bool,
) -> dict[Body, tuple[Dignity, ...]]:
    """Domicile and exaltation as far as planets hold them by mutual reception, where it counts."""
    if not request.mutual_reception_counts:
        return {}
    found: dict[Body, tuple[Dignity, ...]] = {}
    for dignity in (Dignity.DOMICILE, Dignity.EXALTATION):
        for each in receptions_among(longitudes, (dignity,), rules, by_day=by_day):
            if each.kind is ReceptionKind.MUTUAL:
                for planet in (each.guest, each.host):
                    found[planet] = (*found.get(planet, ()), dignity)
    return found


def _receptions(
    request: DignitiesRequest,
    longitudes: Mapping[Body, float],
    rules: DignityRules,
    *,
    by_day: bool,
) -> list[Reception]:
    if not request.include_receptions:
        return []
    by = tuple(dignity for dignity in Dignity if dignity in (request.reception_by or Dignity))
    beholding = request.reception_needs_aspect
    return receptions_among(longitudes, by, rules, by_day=by_day, beholding=beholding)


def _chains(
    request: DignitiesRequest, longitudes: Mapping[Body, float], asked: Sequence[Body]
) -> list[Chain]:
    if not request.include_receptions:
        return []
    modern = request.system is RulershipSystem.MODERN and request.modern_dispositors
    return [chain for chain in chains(longitudes, modern=modern) if chain.planet in asked]


def _definitions(request: DignitiesRequest) -> dict[str, Any]:
    """What `meta` echoes of everything about dignity."""
    return {
        **request.dignity_definitions(),
        **request.solar_definitions(),
        "peregrine_score": request.peregrine_score,
        "mutual_reception_counts": request.mutual_reception_counts,
        "reception_by": [str(dignity) for dignity in request.reception_by or Dignity],
        "reception_needs_aspect": request.reception_needs_aspect,
        "modern_dispositors": request.modern_dispositors,
        "stationary_fraction": request.stationary_fraction,
        "speed_rule": request.speed_rule,
        "partile": request.partile,
        "hayz": request.hayz,
        "siege": request.siege,
        "siege_span": request.siege_span,
        "node": request.node,
        "include_stars": request.include_stars,
        "star_orb": request.star_orb,
    }
