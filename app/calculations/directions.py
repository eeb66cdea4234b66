"""Primary directions: the speculum, arcs to significators, and the years that they stand for."""

from __future__ import annotations

from typing import Annotated, NotRequired

import numpy as np
from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.angles import norm
from app.astrology.aspects import ANGLE_OF
from app.astrology.bodies import Angle, Body, Point
from app.astrology.chart import Conventions, Instant
from app.astrology.direction_arcs import (
    PLACE_OF_ANGLE,
    DirectionRules,
    DirectionSpace,
    Ray,
    Sphere,
    never_crossing,
    rays_of,
)
from app.astrology.direction_keys import Key
from app.astrology.directions import Bound, Direction, Turn, bounds_of, directions
from app.astrology.errors import PolarHouses
from app.astrology.frame import Frame, View
from app.astrology.houses import Division, HouseSystem
from app.astrology.progressions import TROPICAL_YEAR
from app.astrology.sky import Ephemeris, Position
from app.astrology.speculum import SpeculumRow, speculum
from app.calculations.birth import EXAMPLE, Birth
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.charts import moment_of_day
from app.calculations.conventions import require_earth, sources
from app.calculations.direction_choices import LONGEST_LIFE, DirectionsRequest
from app.calculations.provenance import computed_for
from app.calculations.shapes import (
    AnglesReply,
    Degrees,
    HouseReply,
    angles_reply,
    house_replies,
    instant_text,
    more_angles_reply,
)
from app.errors import InvalidInput


class SpeculumReply(TypedDict):
    """Where a point stands against equator, meridian and horizon; degrees."""

    planet: str
    longitude: Degrees
    latitude: float
    right_ascension: float
    declination: float
    above_horizon: bool
    meridian: Annotated[str, Field(description="The nearer in time: MC above the horizon, or IC")]
    meridian_distance: Annotated[float, Field(description="From that meridian, east positive")]
    ascensional_difference: Annotated[
        float | None, Field(description="Null for what never crosses the horizon, as semi-arcs")
    ]
    diurnal_semi_arc: float | None
    nocturnal_semi_arc: float | None
    proportion: Annotated[float | None, Field(description="Meridian distance by its semi-arc")]


class DirectionReply(TypedDict):
    """One direction."""

    promissor: str
    aspect_type: str
    angle: Annotated[float, Field(description="Degrees of the aspect")]
    side: Annotated[str | None, Field(description="DEXTER or SINISTER; null where both are one")]
    significator: str
    direction: Annotated[str, Field(description="DIRECT or CONVERSE")]
    mundane: bool
    arc: Annotated[float, Field(description="Degrees of right ascension, above 0")]
    age: Annotated[float, Field(description="Years of life by the key")]
    date: Annotated[str, Field(description="The instant in UTC")]
    julian_day: float
    orb: NotRequired[Annotated[float, Field(description="Degrees of arc from `target_date`")]]
    strength: NotRequired[
        Annotated[float, Field(description="1 - years from `target_date` / `orb_years`")]
    ]


class BoundReply(TypedDict):
    """A term that comes to the significator."""

    longitude: Degrees
    sign: str
    lord: str
    arc: Annotated[float, Field(description="0 for the term at birth")]
    age: float
    date: str
    julian_day: float


class DirectedReply(TypedDict):
    """What stands on the angles at `target_date`, by direct motion."""

    age: float
    arc: float
    armc: float
    angles: AnglesReply
    more_angles: Annotated[
        dict[str, Degrees],
        Field(description="Vertex, east point and co-ascendants; no vertex on the equator"),
    ]
    houses: Annotated[list[HouseReply], Field(description="Empty where the system is undefined")]
    house_system: str | None


class OmittedReply(TypedDict):
    """What has no arcs, and why."""

    point: str
    role: Annotated[str, Field(description="PROMISSOR or SIGNIFICATOR")]
    aspect_type: str | None
    side: str | None
    reason: str


class DirectionsReply(TypedDict):
    directions: Annotated[list[DirectionReply], Field(description="By their arc")]
    speculum: list[SpeculumReply]
    armc: Annotated[float, Field(description="Right ascension of the natal midheaven")]
    obliquity: float
    omitted: Annotated[
        list[OmittedReply], Field(description="What never crosses the horizon has no arcs")
    ]
    directed: Annotated[DirectedReply | None, Field(description="Null without `target_date`")]
    bounds: NotRequired[list[BoundReply]]


SOURCES = (
    Source("Ptolemy, Tetrabiblos III.10: arcs by hourly times, with his example", verified=True),
    Source("Placidus de Titis, Primum Mobile (1657): semi-arcs, pole, key by the true Sun"),
    Source("Regiomontanus, Tabulae directionum: circles of position"),
    Source("Naibod, Enarratio (1560): the mean Sun's daily motion as key"),
    Source("Gansten, Primary Directions (2009)"),
)


@calculation(
    "directions",
    example={"natal_chart": EXAMPLE, "target_date": "2026-01-11", "orb_years": 2.0},
    sources=SOURCES,
)
def primary_directions(request: DirectionsRequest, ephemeris: Ephemeris) -> Answer[DirectionsReply]:
    """Primary directions: arcs of the daily turn that carry promissors to significators.

    The answer holds the speculum, and each direction with its arc, the age and the date that the
    key makes of it. The promissor, or one of its aspects, is always what moves; a direct one
    moves with the sky. PLACIDUS_SEMI_ARC keeps the significator's part of its semi-arc, and the
    promissor's semi-arc is the one of the same side of the horizon; PLACIDUS_UNDER_THE_POLE and
    REGIOMONTANUS (to which CAMPANUS is equal but for mundane aspects) keep circles of position,
    TOPOCENTRIC a cone. Converse means that the sky turns backwards, or with ROLES_SWAPPED that
    the significator comes to the promissor's place. DEXTER aspects fall earlier in the zodiac.
    What never crosses the horizon is directed to the meridian only and told in `omitted`.
    """
    birth = request.natal_chart.timed("natal_chart", ephemeris)
    target, ages = _ages(request, birth, ephemeris)
    key = request.key_for(birth, ages[1], ephemeris)
    division, positions = _positions(request, birth, ephemeris)
    tilt = ephemeris.obliquity(birth.julian_day).true
    sphere = Sphere(division.armc, tilt, birth.place.latitude)
    rays = rays_of([positions[body] for body in request.moved()], request.kinds())
    significators = [positions[point] for point in request.places()]
    rules = request.rules()
    turns = tuple(Turn) if request.include_converse else (Turn.DIRECT,)
    found = directions(rays, significators, sphere, rules, key, turns=turns, ages=ages)
    mundane = request.space is DirectionSpace.MUNDANE
    seen = [place for place in positions.values() if place.point not in PLACE_OF_ANGLE]
    table = speculum(seen, sphere.armc, tilt, sphere.latitude)
    reply: DirectionsReply = {
        "directions": [_direction_reply(one, birth, mundane=mundane) for one in found],
        "speculum": [_speculum_reply(row) for row in table],
        "armc": sphere.armc,
        "obliquity": tilt,
        "omitted": _omitted(rays, significators, sphere, rules),
        "directed": _directed(request, birth, target, key, sphere, ephemeris) if target else None,
    }
    if reply["directed"] is not None:
        _add_orbs(reply["directions"], reply["directed"], request.orb_years)
    if request.include_bounds:
        start = positions[request.bounds_significator]
        entered = bounds_of(start, sphere, rules, key, request.terms, ages[1])
        reply["bounds"] = [_bound_reply(bound, birth) for bound in entered]
    bodies = [*sources(tuple(positions)), Body.SUN]
    others = {"target_date": target} if target else None
    provenance = computed_for(birth, bodies, ephemeris, request.definitions(ages), others)
    return Answer(reply, provenance, birth.lasting and (target is None or target.lasting))


def _ages(
    request: DirectionsRequest, birth: Birth, sky: Ephemeris
) -> tuple[Birth | None, tuple[float, float]]:
    """The target, and the ages between which directions are answered; raises InvalidInput."""
    if request.target_date is None:
        if request.min_age > request.max_age:
            raise InvalidInput.of("max_age", f"at least min_age {request.min_age}", request.max_age)
        return None, (request.min_age, request.max_age)
    target = moment_of_day(
        request.natal_chart,
        sky,
        field="target_date",
        date=request.target_date,
        time=request.target_time,
        fold=request.target_fold,
    )
    age = _age(birth, target)
    if not 0.0 <= age <= LONGEST_LIFE:
        expected = f"between the birth and {LONGEST_LIFE:.0f} years after it"
        raise InvalidInput.of("target_date", expected, request.target_date)
    return target, (max(0.0, age - request.orb_years), age + request.orb_years)


def _age(birth: Birth, target: Birth) -> float:
    return (target.julian_day - birth.julian_day) / TROPICAL_YEAR


def _positions(
    request: DirectionsRequest, birth: Birth, sky: Ephemeris
) -> tuple[Division, dict[Point, Position]]:
    """The natal angles and tropical positions of all that takes part."""
    require_earth(request.center, "directions")
    observer = birth.place if request.center is View.TOPOCENTRIC else None
    frame = Frame(birth.theory, request.center, None, observer)
    conventions = Conventions(frame, sect=request.sect, sect_reversal=request.sect_reversal)
    instant = Instant(birth.julian_day, birth.place, conventions, sky)
    points = request.points()
    angles = instant.angles()
    return angles, dict(zip(points, instant.place_points(points, angles), strict=True))


def _directed(
    request: DirectionsRequest,
    birth: Birth,
    target: Birth,
    key: Key,
    sphere: Sphere,
    sky: Ephemeris,
) -> DirectedReply:
    """The angles and cusps of the natal place after the arc of the target's age."""
    age = _age(birth, target)
    arc = float(key.arcs(np.array([age]))[0])
    armc = norm(sphere.armc + arc)
    system = request.natal_chart.house_system
    sun = sky.equatorial((birth.julian_day,), (Body.SUN,), Frame(birth.theory))[0, 0]
    place = (armc, sphere.latitude, sphere.tilt)
    division: Division | None = None
    try:
        division = sky.divide_meridian(*place, system, float(sun[1]))
    except PolarHouses:
        angles = sky.divide_meridian(*place, HouseSystem.EQUAL)
    else:
        angles = division
    return {
        "age": age,
        "arc": arc,
        "armc": armc,
        "angles": angles_reply(angles),
        "more_angles": more_angles_reply(angles),
        "houses": house_replies(division) if division else [],
        "house_system": division.system if division else None,
    }


def _omitted(
    rays: list[Ray], significators: list[Position], sphere: Sphere, rules: DirectionRules
) -> list[OmittedReply]:
    moved, fixed = never_crossing(rays, significators, sphere, rules)
    where = f"never crosses the horizon at latitude {sphere.latitude:g}"
    found: list[OmittedReply] = [
        {
            "point": str(ray.promissor.point),
            "role": "PROMISSOR",
            "aspect_type": ray.aspect,
            "side": ray.side,
            "reason": f"{where}: directed to MC and IC only",
        }
        for ray in moved
    ]
    found += [
        {
            "point": str(significator.point),
            "role": "SIGNIFICATOR",
            "aspect_type": None,
            "side": None,
            "reason": f"{where}: it has no place between the angles",
        }
        for significator in fixed
    ]
    return found


def _direction_reply(found: Direction, birth: Birth, *, mundane: bool) -> DirectionReply:
    ray, day = found.ray, birth.julian_day + found.years * TROPICAL_YEAR
    return {
        "promissor": str(ray.promissor.point),
        "aspect_type": ray.aspect,
        "angle": ANGLE_OF[ray.aspect],
        "side": ray.side,
        "significator": str(found.significator.point),
        "direction": found.turn,
        "mundane": mundane,
        "arc": found.arc,
        "age": found.years,
        "date": instant_text(day),
        "julian_day": day,
    }


def _add_orbs(found: list[DirectionReply], target: DirectedReply, orb_years: float) -> None:
    """Add to every direction how far it is from the target."""
    for one in found:
        one["orb"] = abs(one["arc"] - target["arc"])
        years = abs(one["age"] - target["age"])
        one["strength"] = 1.0 - years / orb_years if orb_years else 1.0


def _bound_reply(bound: Bound, birth: Birth) -> BoundReply:
    day = birth.julian_day + bound.years * TROPICAL_YEAR
    return {
        "longitude": bound.longitude,
        "sign": bound.sign,
        "lord": bound.lord,
        "arc": bound.arc,
        "age": bound.years,
        "date": instant_text(day),
        "julian_day": day,
    }


def _speculum_reply(row: SpeculumRow) -> SpeculumReply:
    return {
        "planet": str(row.point),
        "longitude": row.position.longitude,
        "latitude": row.position.latitude,
        "right_ascension": row.right_ascension,
        "declination": row.declination,
        "above_horizon": row.above_horizon,
        "meridian": Angle.MC if row.above_horizon else Angle.IC,
        "meridian_distance": row.meridian_distance,
        "ascensional_difference": row.ascensional_difference,
        "diurnal_semi_arc": row.diurnal_semi_arc,
        "nocturnal_semi_arc": row.nocturnal_semi_arc,
        "proportion": row.proportion,
    }
