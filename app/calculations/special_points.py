"""Nodes, Lilith, Selena, planetary nodes, prenatal lunation, twelfth-parts and decans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NotRequired

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac, EclipseOf
from app.astrology.bodies import PLANETS, Angle, Body
from app.astrology.chart import Instant
from app.astrology.dodecatemoria import TwelfthPart, decan_of, dodecatemorion
from app.astrology.frame import NodeKind
from app.astrology.houses import Division
from app.astrology.prenatal import (
    FullMoonDegree,
    PrenatalEclipse,
    prenatal_eclipse,
    prenatal_syzygy,
)
from app.astrology.rulerships import FaceSystem
from app.astrology.sky import Position
from app.astrology.special_points import (
    LILITHS,
    NODES,
    PERIGEES,
    SELENAS,
    WITH_ORBITS,
    Named,
    Orbit,
    OrbitCenter,
    OrbitElements,
    SelenaKind,
    orbit_of,
)
from app.astrology.syzygy import SyzygyRule
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.conventions import ChartRequest, require_earth, sources
from app.calculations.fields import HouseSystemName, Points, named
from app.calculations.placing import PlaceHouses
from app.calculations.provenance import computed_for
from app.calculations.shapes import (
    DegreeReply,
    PositionReply,
    degree_reply,
    instant_text,
    position_reply,
)

_LATE_ANGLES = (Angle.VERTEX, Angle.ANTI_VERTEX, Angle.EAST_POINT)


class SpecialPointsRequest(PlaceHouses, ChartRequest):
    house_system: Annotated[
        HouseSystemName | None,
        Field(description="Fills `house` of every point; null leaves it null"),
    ] = None
    include_nodes: Annotated[bool, Field(description="The nodes of the Moon")] = True
    use_true_node: Annotated[
        bool, Field(description="The osculating node in place of the mean one")
    ] = False
    include_lilith: Annotated[
        bool, Field(description="The Moon's apogee: mean, osculating and interpolated")
    ] = True
    include_perigees: Annotated[
        bool, Field(description="The Moon's perigee: mean, osculating and interpolated")
    ] = False
    include_selena: Annotated[bool, Field(description="Adds Selena, as `selena` has it")] = True
    selena: Annotated[
        Annotated[SelenaKind, *named(SelenaKind)],
        Field(
            description="What Selena is: the White Moon of the Avestans, as in lists of points, or "
            "the mean perigee, which is PRIAPUS there"
        ),
    ] = SelenaKind.WHITE_MOON
    include_angles: Annotated[
        bool, Field(description="Vertex, anti-vertex and east point; no vertex on the equator")
    ] = False
    orbits: Annotated[
        tuple[Annotated[Body, *named(WITH_ORBITS)], ...],
        FailFast(),
        Field(max_length=len(WITH_ORBITS), description="Planets whose nodes and apsides are told"),
    ] = ()
    orbit_center: Annotated[
        Annotated[OrbitCenter, *named(OrbitCenter)],
        Field(description="From where these are seen; from the Earth nodes are not opposite"),
    ] = OrbitCenter.HELIOCENTRIC
    orbit_elements: Annotated[
        Annotated[OrbitElements, *named(OrbitElements)],
        Field(description="Orbits on average, known up to Neptune, or OSCULATING: of the moment"),
    ] = OrbitElements.MEAN
    include_syzygy: Annotated[bool, Field(description="The lunation before the birth")] = True
    syzygy_rule: Annotated[
        Annotated[SyzygyRule, *named(SyzygyRule)],
        Field(description="The last new or full Moon, or always the last one of a kind"),
    ] = SyzygyRule.LAST_SYZYGY
    full_moon_degree: Annotated[
        Annotated[FullMoonDegree, *named(FullMoonDegree)],
        Field(description="Whose degree a full Moon leaves"),
    ] = FullMoonDegree.MOON
    include_eclipses: Annotated[
        bool, Field(description="The last solar and lunar eclipse before the birth, anywhere")
    ] = False
    include_dodecatemoria: Annotated[
        bool, Field(description="Twelfth-parts and decans of the `planets`")
    ] = True
    planets: Annotated[
        Points, Field(description="Points of `include_dodecatemoria`; empty: Sun to Pluto")
    ] = PLANETS
    twelfth_part: Annotated[
        Annotated[TwelfthPart, *named(TwelfthPart)],
        Field(description="Degrees in the sign times 12, or 13 as some have it"),
    ] = TwelfthPart.TWELVE
    decans: Annotated[
        Annotated[FaceSystem, *named(FaceSystem)],
        Field(description="Rulers of decans: in the CHALDEAN order, or of the sign meant"),
    ] = FaceSystem.CHALDEAN

    @property
    def lunar_points(self) -> dict[str, Named]:
        """The points of the Moon's orbit that are asked for, by their names in the answer."""
        kind = NodeKind.TRUE if self.use_true_node else NodeKind.MEAN
        return {
            **(NODES[kind] if self.include_nodes else {}),
            **(LILITHS if self.include_lilith else {}),
            **(PERIGEES if self.include_perigees else {}),
            **({"selena": SELENAS[self.selena]} if self.include_selena else {}),
        }


class SpecialPointReply(PositionReply):
    type: Annotated[
        str,
        Field(
            description="MEAN, TRUE, OSCULATING, INTERPOLATED, MEAN_OPPOSITE (of the mean Lilith), "
            "or HYPOTHETICAL"
        ),
    ]


class OrbitReply(TypedDict):
    """Where a planet's orbit cuts the ecliptic, and where it is nearest to the Sun and farthest."""

    planet: str
    north_node: PositionReply
    south_node: PositionReply
    perihelion: PositionReply
    aphelion: PositionReply


class SyzygyReply(DegreeReply):
    """The lunation that the birth follows; its degree is that of `light`."""

    kind: Annotated[str, Field(description="NEW_MOON or FULL_MOON")]
    light: Annotated[str, Field(description="SUN or MOON: whose degree it is")]
    date: Annotated[str, Field(description="UTC")]
    julian_day: Annotated[float, Field(description="UT1")]
    days_before: Annotated[float, Field(description="Days from the lunation to the birth")]
    sun_longitude: float
    moon_longitude: float


class PrenatalEclipseReply(DegreeReply):
    """An eclipse before the birth; its degree is that of the lunation."""

    of: Annotated[str, Field(description="SUN or MOON")]
    kind: str
    date: Annotated[str, Field(description="When it was greatest, UTC")]
    julian_day: Annotated[float, Field(description="The same in UT1")]
    lunation: Annotated[str, Field(description="The new or full Moon itself, UTC")]
    longitude_at_greatest: float
    magnitude: float
    saros_series: Annotated[int | None, Field(description="Null where no series is known")]
    saros_member: int | None


class TwelfthReply(DegreeReply):
    """The twelfth-part of a point, and the decan that the point itself stands in."""

    planet: str
    original_longitude: float
    decan: Annotated[int, Field(description="1 to 3")]
    decan_ruler: str
    decan_sign: Annotated[str, Field(description="Sign of the same triplicity that it stands for")]


class SpecialPointsReply(TypedDict):
    """What was asked for; the rest is left out."""

    north_node: NotRequired[SpecialPointReply]
    south_node: NotRequired[SpecialPointReply]
    lilith_mean: NotRequired[SpecialPointReply]
    lilith_true: NotRequired[SpecialPointReply]
    lilith_interpolated: NotRequired[SpecialPointReply]
    perigee_mean: NotRequired[SpecialPointReply]
    perigee_true: NotRequired[SpecialPointReply]
    perigee_interpolated: NotRequired[SpecialPointReply]
    selena: NotRequired[SpecialPointReply]
    angles: NotRequired[list[PositionReply]]
    orbits: NotRequired[list[OrbitReply]]
    syzygy: NotRequired[SyzygyReply]
    eclipses: NotRequired[list[PrenatalEclipseReply]]
    dodecatemoria: NotRequired[list[TwelfthReply]]


@calculation(
    "special-points",
    example={**EXAMPLE, "orbits": ["MARS"], "include_eclipses": True},
    sources=(
        Source("Swiss Ephemeris documentation, section 2.2 (nodes, Lilith)"),
        Source("Ptolemy, Tetrabiblos III.2 (the syzygy before the birth)", verified=True),
        Source("Firmicus Maternus, Mathesis II.13 (twelfth-parts)"),
    ),
)
def special_points(request: SpecialPointsRequest, ephemeris: Almanac) -> Answer[SpecialPointsReply]:
    """Special points: lunar nodes, Lilith and Selena, planetary nodes, the prenatal lunation.

    Every point tells in `type` how it is found, for one name has several: the mean node and the
    true (osculating) one; the mean, osculating and interpolated Lilith, which are the apogees of
    the Moon; Selena as the White Moon, a body that nobody has seen, or as the mean perigee. The
    south node lies exactly opposite the north node, and the mean and osculating perigees opposite
    their apogees, but not the interpolated one. The prenatal lunation is the last new or full
    Moon before the birth. A twelfth-part is the degree in the sign times 12, counted from the
    sign's start.
    """
    require_earth(request.center, "the nodes and apsides of the Moon")
    birth = request.known_birth(ephemeris)
    instant = request.instant(birth, ephemeris, **request.house_conventions())
    division = request.division(instant)
    lunar = request.lunar_points
    reply: SpecialPointsReply = {}
    _add_lunar(reply, lunar, instant, division)
    if request.include_angles:
        reply["angles"] = _angles(instant, division)
    if request.orbits:
        reply["orbits"] = _orbits(request, instant, ephemeris)
    if request.include_syzygy:
        reply["syzygy"] = _syzygy(request, instant)
    if request.include_eclipses:
        reply["eclipses"] = _eclipses(instant, ephemeris)
    if request.include_dodecatemoria:
        reply["dodecatemoria"] = _twelfths(request, instant, division)
    points = request.planets or PLANETS if request.include_dodecatemoria else ()
    bodies = [named_point.body for named_point in lunar.values()]
    behind = sources([*points, *bodies, *request.orbits, Body.SUN, Body.MOON])
    definitions = _definitions(request, instant)
    return Answer(reply, computed_for(birth, behind, ephemeris, definitions), birth.lasting)


def _add_lunar(
    reply: SpecialPointsReply,
    lunar: Mapping[str, Named],
    instant: Instant,
    division: Division | None,
) -> None:
    for (name, (_, kind)), row in zip(
        lunar.items(),
        _placed(instant, [body for body, _ in lunar.values()], division),
        strict=True,
    ):
        reply[name] = {**row, "type": kind}  # type: ignore[literal-required]  # names of a table


def _placed(
    instant: Instant, points: Sequence[Body | Angle], division: Division | None
) -> list[PositionReply]:
    positions = instant.place_points(points, division)
    if division is None:
        return [position_reply(position, None) for position in positions]
    houses = instant.houses_of(positions, division)
    return [
        position_reply(position, house) for position, house in zip(positions, houses, strict=True)
    ]


def _angles(instant: Instant, division: Division | None) -> list[PositionReply]:
    angles = division or instant.angles()
    existing = [angle for angle in _LATE_ANGLES if angle in angles.angles]
    if division is not None:
        return _placed(instant, existing, division)
    return [position_reply(row, None) for row in instant.place_points(existing, angles)]


def _orbits(request: SpecialPointsRequest, instant: Instant, almanac: Almanac) -> list[OrbitReply]:
    found = (
        orbit_of(instant, body, almanac, request.orbit_elements, request.orbit_center)
        for body in dict.fromkeys(request.orbits)
    )
    return [_orbit(orbit) for orbit in found]


def _orbit(orbit: Orbit) -> OrbitReply:
    return {
        "planet": orbit.body,
        "north_node": position_reply(orbit.north_node, None),
        "south_node": position_reply(orbit.south_node, None),
        "perihelion": position_reply(orbit.perihelion, None),
        "aphelion": position_reply(orbit.aphelion, None),
    }


def _syzygy(request: SpecialPointsRequest, instant: Instant) -> SyzygyReply:
    found = prenatal_syzygy(instant, request.syzygy_rule, request.full_moon_degree)
    return {
        **degree_reply(found.chosen.longitude),
        "kind": found.syzygy.kind,
        "light": str(found.chosen.point),
        "date": instant_text(found.syzygy.moment),
        "julian_day": found.syzygy.moment,
        "days_before": instant.moment - found.syzygy.moment,
        "sun_longitude": found.sun.longitude,
        "moon_longitude": found.moon.longitude,
    }


def _eclipses(instant: Instant, almanac: Almanac) -> list[PrenatalEclipseReply]:
    return [_eclipse(prenatal_eclipse(instant, of, almanac)) for of in EclipseOf]


def _eclipse(found: PrenatalEclipse) -> PrenatalEclipseReply:
    eclipse = found.eclipse
    return {
        **degree_reply(found.at_lunation.longitude),
        "of": eclipse.of,
        "kind": eclipse.kind,
        "date": instant_text(eclipse.greatest),
        "julian_day": eclipse.greatest,
        "lunation": instant_text(found.lunation),
        "longitude_at_greatest": found.at_greatest.longitude,
        "magnitude": eclipse.magnitude,
        "saros_series": eclipse.saros_series,
        "saros_member": eclipse.saros_member,
    }


def _twelfths(
    request: SpecialPointsRequest, instant: Instant, division: Division | None
) -> list[TwelfthReply]:
    points = request.planets or PLANETS
    return [_twelfth(request, position) for position in instant.place_points(points, division)]


def _twelfth(request: SpecialPointsRequest, position: Position) -> TwelfthReply:
    decan = decan_of(position.longitude, request.decans)
    return {
        "planet": str(position.point),
        **degree_reply(dodecatemorion(position.longitude, request.twelfth_part)),
        "original_longitude": position.longitude,
        "decan": decan.number,
        "decan_ruler": decan.ruler,
        "decan_sign": decan.sign,
    }


def _definitions(request: SpecialPointsRequest, instant: Instant) -> dict[str, Any]:
    asked = [*(request.planets if request.include_dodecatemoria else ())]
    echoed = {
        **request.chart_definitions(instant, asked),
        **request.house_definitions(request.house_system),
    }
    if request.include_nodes:
        echoed["node"] = NodeKind.TRUE if request.use_true_node else NodeKind.MEAN
    if request.include_selena:
        echoed["selena"] = request.selena
    if request.orbits:
        echoed["orbit_center"] = request.orbit_center
        echoed["orbit_elements"] = request.orbit_elements
    if request.include_syzygy:
        echoed["syzygy_rule"] = request.syzygy_rule
        echoed["full_moon_degree"] = request.full_moon_degree
    if request.include_dodecatemoria:
        echoed["twelfth_part"] = request.twelfth_part
        echoed["decans"] = request.decans
    return echoed
