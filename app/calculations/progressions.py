"""Secondary, tertiary and minor progressions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NotRequired

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.aspects import OrbRules, aspects_among, aspects_between
from app.astrology.bodies import Angle, Body
from app.astrology.declination import out_of_bounds
from app.astrology.houses import Division, HouseSystem, houses_of
from app.astrology.lunar_phase import PhaseScheme, lunar_phase
from app.astrology.place import Place
from app.astrology.profections import solar_returns, year_at
from app.astrology.progressed_chart import (
    AscendantMethod,
    MidheavenMethod,
    ObliquityDate,
    Progression,
)
from app.astrology.progressions import Circle, MonthKind, ProgressionKind, clock_of
from app.astrology.sky import Position
from app.calculations.birth import EXAMPLE, Birth, Latitude, Longitude
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.charts import Date, Fold, Time, ZoneName, divided, moment_of_day
from app.calculations.conventions import celestial, sources
from app.calculations.directed import MOST_DIRECTED, DirectedRequest, directed_points
from app.calculations.fields import EACH_ONCE, PointName, named
from app.calculations.provenance import computed_for
from app.calculations.request import CalculationRequest
from app.calculations.shapes import (
    AnglesReply,
    AspectReply,
    Degrees,
    HouseReply,
    PositionReply,
    angles_reply,
    aspect_replies,
    full_position_reply,
    house_replies,
    instant_text,
    more_angles_reply,
)
from app.calculations.to_natal import NatalAspectReply, natal_aspect_replies
from app.calculations.wheel import POINTS_AND_ANGLES, WheelReply, wheel_of
from app.errors import InvalidInput


class Residence(CalculationRequest):
    """Where somebody lives now."""

    latitude: Latitude
    longitude: Longitude


class ProgressionsRequest(DirectedRequest):
    progression_date: Date
    progression_time: Time = None
    progression_timezone: ZoneName = None
    progression_fold: Fold = None
    progression_type: Annotated[
        Annotated[ProgressionKind, *named(ProgressionKind)],
        Field(description="A day for a year, a day for a month, or a month for a year"),
    ] = ProgressionKind.SECONDARY
    month: Annotated[
        Annotated[MonthKind, *named(MonthKind)],
        Field(description="The month of TERTIARY and MINOR: 27.321582, 27.321661, 29.530589 days"),
    ] = MonthKind.TROPICAL
    mc: Annotated[
        Annotated[MidheavenMethod, *named(MidheavenMethod)],
        Field(description="How the midheaven goes on; DAILY turns once a progressed day"),
    ] = MidheavenMethod.SOLAR_ARC_LONGITUDE
    asc: Annotated[
        Annotated[AscendantMethod, *named(AscendantMethod)],
        Field(description="DERIVED from the midheaven with the cusps, or itself by SOLAR_ARC"),
    ] = AscendantMethod.DERIVED
    obliquity: Annotated[
        Annotated[ObliquityDate, *named(ObliquityDate)],
        Field(description="Whose tilt of the equator the progressed houses have"),
    ] = ObliquityDate.PROGRESSED
    relocated_to: Annotated[
        Residence | None, Field(description="Another place than the birth's for the houses")
    ] = None
    phase_scheme: Annotated[
        Annotated[PhaseScheme, *named(PhaseScheme)],
        Field(description="Phases from the new Moon on, or CENTRED on it as in almanacs"),
    ] = PhaseScheme.RUDHYAR
    planets: Annotated[
        tuple[PointName, ...],
        FailFast(),
        Field(
            max_length=MOST_DIRECTED,
            description="Points of both charts; empty: Sun to Pluto, mean node, Lilith, ASC, MC",
        ),
        EACH_ONCE,
    ] = POINTS_AND_ANGLES
    include_solar_return: Annotated[
        bool, Field(description="Adds the solar return of the year of life, at the birthplace")
    ] = False


class ProgressedPosition(PositionReply):
    """A progressed point; its speeds are per progressed day, `house` is of the progressed chart."""

    natal_house: Annotated[int | None, Field(description="1 to 12, among the cusps of the birth")]


class ArcReply(TypedDict):
    """How far the progressed Sun has gone from the natal one, in degrees."""

    longitude: float
    right_ascension: float


class PhaseReply(TypedDict):
    """The phase of the progressed Moon, one of eight."""

    name: str
    elongation: Annotated[float, Field(description="Degrees from the Sun to the Moon, 0 to 360")]
    degrees_left: Annotated[float, Field(description="Degrees of elongation to the next phase")]


class SolarReturnReply(WheelReply):
    """The chart of the last moment, not after the date, when the Sun was back at its degree."""

    return_time: Annotated[str, Field(description="UTC; of the first year of life the birth")]
    julian_day: float


class ProgressionsReply(TypedDict):
    progression_type: str
    progressed_instant: Annotated[str, Field(description="The moment that is read, in UTC")]
    julian_day: Annotated[float, Field(description="The same as Julian day in UT1")]
    target_julian_day: Annotated[float, Field(description="The moment of life, in UT1")]
    years: Annotated[float, Field(description="Years of life since the birth")]
    arc: ArcReply
    positions: list[ProgressedPosition]
    houses: Annotated[list[HouseReply], Field(description="None where the system is undefined")]
    house_system: Annotated[str | None, Field(description="The one applied; null without houses")]
    angles: AnglesReply
    more_angles: Annotated[
        dict[str, Degrees],
        Field(description="Vertex, east point and co-ascendants; no vertex on the equator"),
    ]
    armc: Annotated[float, Field(description="Right ascension of the midheaven, degrees")]
    aspects_to_natal: Annotated[
        list[NatalAspectReply], Field(description="`planet1` is natal, `planet2` is progressed")
    ]
    aspects: Annotated[list[AspectReply], Field(description="Among the progressed points")]
    phase: PhaseReply
    solar_return: NotRequired[SolarReturnReply]


@calculation(
    "progressions",
    example={"natal_chart": EXAMPLE, "progression_date": "2026-06-21"},
    sources=(
        Source("astro.com, progressed chart of San Diego, 2000-01-01 10:00", verified=True),
        Source("Valentin Naibod, Enarratio elementorum astrologiae (1560)"),
        Source("E. H. Troinski (tertiary and minor progressions)"),
        Source("Dane Rudhyar, The Lunation Cycle (1967)"),
    ),
)
def progressions(request: ProgressionsRequest, ephemeris: Almanac) -> Answer[ProgressionsReply]:
    """The chart of a moment shortly after birth that stands for a moment of life.

    SECONDARY progressions read a day as a year, TERTIARY a day as a month, MINOR a month as a
    year; converse ones go back before the birth. The answer holds the progressed moment, positions
    with declinations in the progressed and the natal houses, cusps under an advanced midheaven,
    aspects to the birth and among the progressed points with an orb of one degree, and the phase
    of the Moon. How the midheaven advances is disputed: by the Sun's true arc in longitude (the
    default) or right ascension, by the mean Sun's, or with the progressed day itself. The arc is
    measured from the equinox in every zodiac. Speeds are per progressed day; whether an aspect
    applies is told for the time of life. Lots follow the day or night of the progressed chart.
    """
    request.require_plain_houses()
    birth = request.natal_chart.timed("natal_chart", ephemeris)
    target = moment_of_day(
        request.natal_chart,
        ephemeris,
        field="progression_date",
        date=request.progression_date,
        time=request.progression_time,
        timezone=request.progression_timezone,
        fold=request.progression_fold,
    )
    progression = _progression(request, birth, target, ephemeris)
    points, rules = directed_points(request.planets), request.orb_rules()
    reply = _reply(request, progression, rules)
    if request.include_solar_return:
        reply["solar_return"] = _solar_return(request, progression)
    definitions = {
        **request.chart_definitions(progression.instant, points),
        **request.house_definitions(request.natal_chart.house_system),
        **_definitions(request),
        **request.orb_definitions(rules),
    }
    provenance = computed_for(
        birth,
        sources((*points, Body.SUN, Body.MOON)),
        ephemeris,
        definitions,
        others={"progression_date": target},
    )
    return Answer(reply, provenance, birth.lasting and target.lasting)


def _progression(
    request: ProgressionsRequest, birth: Birth, target: Birth, ephemeris: Almanac
) -> Progression:
    clock = clock_of(
        birth.julian_day,
        request.progression_type,
        year=request.year_length,
        month=request.month,
        converse=request.converse,
    )
    place, other = birth.place, request.relocated_to
    if other is not None:
        place = Place(other.latitude, other.longitude, birth.place.altitude)
    return Progression(
        request.chart_of(birth, ephemeris),
        clock,
        target.julian_day,
        place,
        request.mc,
        request.asc,
        request.obliquity,
    )


def _definitions(request: ProgressionsRequest) -> dict[str, Any]:
    other = request.relocated_to
    return {
        "progression_type": request.progression_type,
        "year_length": request.year_length,
        "month": request.month,
        "converse": request.converse,
        "mc": request.mc,
        "asc": request.asc,
        "obliquity": request.obliquity,
        "relocated_to": None if other is None else other.model_dump(),
        "phase_scheme": request.phase_scheme,
    }


def _reply(
    request: ProgressionsRequest, progression: Progression, rules: OrbRules
) -> ProgressionsReply:
    system, points = request.natal_chart.house_system, directed_points(request.planets)
    natal = progression.natal
    # The Sun first: it tells best when a moment lies outside the ephemeris.
    arc: ArcReply = {
        "longitude": progression.arc(),
        "right_ascension": progression.arc(Circle.RIGHT_ASCENSION),
    }
    natal_houses, natal_angles = divided(natal, system)
    houses = progression.divide_as_agreed(system)
    angles = houses or progression.divide(HouseSystem.EQUAL)
    positions = _with_moving_angles(progression.instant.place_points(points, angles), angles)
    of_life = [_in_life(position, progression) for position in positions]
    birth_points = natal.place_points(points, natal_angles)
    return {
        "progression_type": request.progression_type,
        "progressed_instant": instant_text(progression.moment),
        "julian_day": progression.moment,
        "target_julian_day": progression.target,
        "years": (progression.target - natal.moment) / request.year_length,
        "arc": arc,
        "positions": _placed(progression, positions, houses, natal_houses, request.cusp_orb),
        "houses": house_replies(houses) if houses else [],
        "house_system": houses.system if houses else None,
        "angles": angles_reply(angles),
        "more_angles": more_angles_reply(angles),
        "armc": angles.armc,
        "aspects_to_natal": natal_aspect_replies(
            aspects_between(birth_points, of_life, rules, second_moves=True)
        ),
        "aspects": aspect_replies(aspects_among(of_life, rules), None),
        "phase": _phase(progression, request.phase_scheme),
    }


def _with_moving_angles(positions: Sequence[Position], angles: Division) -> list[Position]:
    """The positions, the angles among them with their speeds."""
    return [
        position._replace(speed=angles.angle_speeds[position.point])
        if isinstance(position.point, Angle)
        else position
        for position in positions
    ]


def _in_life(position: Position, progression: Progression) -> Position:
    """The position with its speed a day of life."""
    return position._replace(speed=position.speed * progression.clock.rate)


def _placed(
    progression: Progression,
    positions: Sequence[Position],
    houses: Division | None,
    natal: Division | None,
    cusp_orb: float,
) -> list[ProgressedPosition]:
    """The positions in both charts' houses, with their declinations."""
    equatorial = _equatorial(progression, positions)
    longitudes = [position.longitude for position in positions]
    own, first = (
        houses_of(longitudes, division.cusps, cusp_orb) if division else [None] * len(positions)
        for division in (houses, natal)
    )
    tilt = progression.natal.ephemeris.obliquity(progression.moment).true
    found: list[ProgressedPosition] = []
    for position, house, natal_house in zip(positions, own, first, strict=True):
        reply: ProgressedPosition = {
            **full_position_reply(position, house),
            "natal_house": natal_house,
        }
        if (row := equatorial.get(str(position.point))) is not None:
            reply["right_ascension"], reply["declination"] = row
            reply["out_of_bounds"] = out_of_bounds(position.point, row[1], tilt)
        found.append(reply)
    return found


def _equatorial(
    progression: Progression, positions: Sequence[Position]
) -> dict[str, tuple[float, float]]:
    """Right ascension and declination of the bodies, in degrees."""
    bodies = celestial([position.point for position in positions])
    instant = progression.instant
    rows = instant.ephemeris.equatorial((instant.moment,), bodies, instant.conventions.frame)[0]
    return {
        str(body): (ascension, declination)
        for body, (ascension, declination, *_) in zip(bodies, rows.tolist(), strict=True)
    }


def _phase(progression: Progression, scheme: PhaseScheme) -> PhaseReply:
    sun, moon = progression.instant.place_points((Body.SUN, Body.MOON))
    phase = lunar_phase(sun.longitude, moon.longitude, scheme)
    return {
        "name": phase.name,
        "elongation": phase.elongation,
        "degrees_left": phase.degrees_left,
    }


def _solar_return(request: ProgressionsRequest, progression: Progression) -> SolarReturnReply:
    """The solar return in force at the date; raises InvalidInput for one before the birth."""
    natal, target = progression.natal, progression.target
    if target < natal.moment:
        expected = "not before the birth, with include_solar_return"
        raise InvalidInput.of("progression_date", expected, request.progression_date)
    sky, frame = natal.ephemeris, natal.conventions.frame
    year = year_at(target, natal.moment, lambda ages: solar_returns(natal.moment, ages, sky, frame))
    chart = natal.at(year.start, natal.place)
    wheel = wheel_of(chart, directed_points(request.planets), request.natal_chart.house_system)
    return {
        **wheel.reply(),
        "return_time": instant_text(year.start),
        "julian_day": year.start,
    }
