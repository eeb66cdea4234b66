"""What requests and replies about the Earth's map and the horizon share."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians
from typing import Annotated

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.bodies import Celestial, Point
from app.astrology.frame import Frame, Theory, View
from app.astrology.map_lines import EARTH_RADIUS, Line
from app.astrology.place import Place
from app.calculations.birth import Latitude, Longitude
from app.calculations.conventions import require_bodies
from app.calculations.fields import PointName
from app.calculations.request import CalculationRequest

MOST_MAPPED = 24
"""Bodies of one map: their lines take about 10 milliseconds."""
_DEGREE = radians(EARTH_RADIUS)
"""Kilometres of one degree of a great circle."""

MappedBodies = Annotated[
    tuple[PointName, ...], FailFast(), Field(max_length=MOST_MAPPED, description="Bodies by name")
]


class EarthPlace(CalculationRequest):
    """A place on the map."""

    latitude: Latitude
    longitude: Longitude

    @property
    def place(self) -> Place:
        return Place(self.latitude, self.longitude)


class GeometryReply(TypedDict):
    """A GeoJSON geometry; every coordinate is longitude and latitude, in degrees."""

    type: Annotated[str, Field(description="LineString, or MultiLineString where it is cut at 180")]
    coordinates: list[list[float]] | list[list[list[float]]]


def geometry(lines: Sequence[Line]) -> GeometryReply:
    """The parts of a line as GeoJSON has them."""
    if len(lines) == 1:
        return {"type": "LineString", "coordinates": lines[0]}
    return {"type": "MultiLineString", "coordinates": list(lines)}


def kilometres(arc: float) -> float:
    """Length of an arc of degrees on a sphere of the Earth's mean radius."""
    return arc * _DEGREE


def bodies_of(points: Sequence[Point]) -> tuple[Celestial, ...]:
    """The points, each once; raises InvalidInput for angles and lots, which are no bodies."""
    return require_bodies(points, "a body: angles and lots have no place of their own in the sky")


def sky_of(theory: Theory, place: Place, *, topocentric: bool) -> Frame:
    """The tropical frame as seen from the Earth's centre, or from the place."""
    if topocentric:
        return Frame(theory, View.TOPOCENTRIC, None, place)
    return Frame(theory)
