"""Midpoints, midpoint trees, dials and planetary pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.bodies import PLANETS, Angle, Body, Point
from app.astrology.midpoints import Contact, Midpoint, Tree, midpoints_among, on_dial, trees
from app.astrology.pictures import Picture, pictures_among
from app.astrology.sky import Ephemeris, Position
from app.astrology.zodiac import degree_in_sign, sign_of
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.conventions import ChartRequest, sources
from app.calculations.fields import EACH_ONCE, PointName
from app.calculations.provenance import computed_for
from app.calculations.shapes import Degrees
from app.calculations.untimed import WITHOUT_MOON, meeting_points, require_points, time_definitions

MIDPOINT_POINTS: tuple[Point, ...] = (*PLANETS, Body.NORTH_NODE, Angle.ASC, Angle.MC)
"""The thirteen factors of cosmobiology."""
MOST_POINTS, FEWEST_POINTS = 32, 2
MOST_PICTURES = 500

Dial = Literal[45, 90, 180, 360]


class MidpointsRequest(ChartRequest):
    works_without_time: ClassVar[bool] = True
    without_time: ClassVar[str] = WITHOUT_MOON

    planets: Annotated[
        tuple[PointName, ...],
        FailFast(),
        Field(
            description="Points; empty: Sun to Pluto, mean node, ascendant and midheaven",
            max_length=MOST_POINTS,
        ),
        EACH_ONCE,
    ] = MIDPOINT_POINTS
    modulus: Annotated[
        Dial,
        Field(description="Degrees after which an axis repeats: at 360 the near midpoint alone"),
    ] = 45
    orb: Annotated[float, Field(ge=0.0, le=3.0, description="Of points from axes, degrees")] = 1.5
    dial: Annotated[Dial, Field(description="Degrees of the sorted dial")] = 90
    include_dial_midpoints: Annotated[
        bool, Field(description="The sorted dial holds midpoints too")
    ] = True
    include_pictures: Annotated[
        bool, Field(description="Adds planetary pictures a + b - c = d")
    ] = True
    picture_modulus: Annotated[Dial, Field(description="Dial on which sums are compared")] = 360
    picture_orb: Annotated[float, Field(ge=0.0, le=2.0, description="Of the sums, degrees")] = 1.0
    most_pictures: Annotated[
        int, Field(ge=1, le=MOST_PICTURES, description="Only the closest ones are told")
    ] = 100


class MidpointReply(TypedDict):
    """The middle of the shorter arc between two points; an exact opposition gives two."""

    planet1: str
    planet2: str
    longitude: Degrees
    sign: str
    degree: int
    arc: Annotated[float, Field(description="Degrees between the two points, 0 to 180")]
    dial: Annotated[float, Field(description="Degrees on the dial")]
    exact_opposition: Annotated[bool, Field(description="The other middle is as near")]


class TreeContactReply(TypedDict):
    """A midpoint on whose axis a point stands."""

    planet1: str
    planet2: str
    midpoint: Degrees
    delta: Annotated[float, Field(description="Arc from midpoint to point, -180 up to 180")]
    angle: Annotated[float, Field(description="Multiple of the modulus that it comes near to")]
    orb: float
    direct: Annotated[bool, Field(description="On the axis itself: at 0 or 180 degrees")]


class TreeReply(TypedDict):
    """A point and the midpoints it stands on, the closest first."""

    planet: str
    longitude: Degrees
    dial: float
    contacts: list[TreeContactReply]


class DialReply(TypedDict):
    """A point or midpoint on the dial."""

    dial: float
    longitude: Degrees
    planet1: str
    planet2: Annotated[str | None, Field(description="Null for a point, else the midpoint's other")]


class PictureReply(TypedDict):
    """planet1 + planet2 - planet3 = planet4: both pairs have one axis."""

    planet1: str
    planet2: str
    planet3: str
    planet4: str
    longitude: Annotated[float, Field(description="planet1 + planet2 - planet3, degrees")]
    orb: Annotated[float, Field(description="Degrees by which it misses planet4 on the dial")]


class MidpointsReply(TypedDict):
    midpoints: Annotated[list[MidpointReply], Field(description="In the order of the points")]
    trees: list[TreeReply]
    dial: Annotated[list[DialReply], Field(description="Sorted by degrees on the dial")]
    pictures: Annotated[list[PictureReply], Field(description="The closest first")]
    pictures_found: Annotated[int, Field(description="Within the orb, told or not")]


@calculation(
    "midpoints",
    example={**EXAMPLE, "planets": ["SUN", "MOON", "MARS", "ASC", "MC"]},
    sources=(Source("Reinhold Ebertin, Combination of Stellar Influences"),),
)
def midpoints(request: MidpointsRequest, ephemeris: Ephemeris) -> Answer[MidpointsReply]:
    """Midpoints of all pairs of points, the points on their axes, a sorted dial, and pictures.

    A midpoint is the middle of the shorter arc; two points in exact opposition have two. The tree
    of a point lists the midpoints whose axis it stands on, directly (at 0 or 180 degrees) or
    indirectly (at 45, 90 or 135, as the modulus tells), without those of its own pairs. The dial
    sorts points and midpoints by their longitude modulo 90 degrees or another. A planetary
    picture, as Alfred Witte has them, is an equation a + b - c = d of four different points, told
    once though it can be written in four ways. With `time` unknown all are those of the noon of
    the day, among the bodies but for the Moon.
    """
    birth = request.birth(ephemeris)
    instant = request.instant(birth, ephemeris)
    known = birth.time_known
    points = meeting_points(request.planets, MIDPOINT_POINTS, time_known=known)
    require_points(points, FEWEST_POINTS, time_known=known)
    positions = instant.place_points(points)
    found = midpoints_among(positions)
    grown = trees(positions, found, request.modulus, request.orb)
    pictures, count = _pictures(request, positions)
    reply: MidpointsReply = {
        "midpoints": [_midpoint(midpoint, request.dial) for midpoint in found],
        "trees": [_tree(tree, request.dial) for tree in grown],
        "dial": _dial(request, positions, found),
        "pictures": [_picture(picture) for picture in pictures],
        "pictures_found": count,
    }
    definitions = {
        **request.chart_definitions(instant, points),
        **_definitions(request),
        **time_definitions(birth)[0],
    }
    provenance = computed_for(birth, sources(points), ephemeris, definitions)
    return Answer(reply, provenance, birth.lasting)


def _pictures(
    request: MidpointsRequest, positions: Sequence[Position]
) -> tuple[list[Picture], int]:
    if not request.include_pictures:
        return [], 0
    modulus, orb = request.picture_modulus, request.picture_orb
    return pictures_among(positions, modulus, orb, request.most_pictures)


def _definitions(request: MidpointsRequest) -> dict[str, Any]:
    echoed: dict[str, Any] = {
        "modulus": request.modulus,
        "orb": request.orb,
        "dial": request.dial,
        "midpoint": "NEAR",
    }
    if request.include_pictures:
        echoed["picture_modulus"] = request.picture_modulus
        echoed["picture_orb"] = request.picture_orb
    return echoed


def _midpoint(midpoint: Midpoint, dial: float) -> MidpointReply:
    return {
        "planet1": str(midpoint.first.point),
        "planet2": str(midpoint.second.point),
        "longitude": midpoint.longitude,
        "sign": sign_of(midpoint.longitude),
        "degree": int(degree_in_sign(midpoint.longitude)),
        "arc": midpoint.arc,
        "dial": on_dial(midpoint.longitude, dial),
        "exact_opposition": midpoint.opposed,
    }


def _tree(tree: Tree, dial: float) -> TreeReply:
    return {
        "planet": str(tree.point.point),
        "longitude": tree.point.longitude,
        "dial": on_dial(tree.point.longitude, dial),
        "contacts": [_contact(contact) for contact in tree.contacts],
    }


def _contact(contact: Contact) -> TreeContactReply:
    return {
        "planet1": str(contact.midpoint.first.point),
        "planet2": str(contact.midpoint.second.point),
        "midpoint": contact.midpoint.longitude,
        "delta": contact.delta,
        "angle": contact.angle,
        "orb": contact.orb,
        "direct": contact.direct,
    }


def _dial(
    request: MidpointsRequest, positions: Sequence[Position], found: Sequence[Midpoint]
) -> list[DialReply]:
    rows: list[DialReply] = [
        {
            "dial": on_dial(position.longitude, request.dial),
            "longitude": position.longitude,
            "planet1": str(position.point),
            "planet2": None,
        }
        for position in positions
    ]
    if request.include_dial_midpoints:
        rows += [
            {
                "dial": on_dial(midpoint.longitude, request.dial),
                "longitude": midpoint.longitude,
                "planet1": str(midpoint.first.point),
                "planet2": str(midpoint.second.point),
            }
            for midpoint in found
        ]
    return sorted(rows, key=lambda row: row["dial"])


def _picture(picture: Picture) -> PictureReply:
    return {
        "planet1": str(picture.first.point),
        "planet2": str(picture.second.point),
        "planet3": str(picture.third.point),
        "planet4": str(picture.fourth.point),
        "longitude": picture.longitude,
        "orb": picture.orb,
    }
