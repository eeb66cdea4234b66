"""Lines on the map of the Earth where bodies rise, culminate and set at the birth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.astrocartography import (
    Band,
    MapLine,
    OnEquator,
    Projection,
    equatorial_places,
    horizon_limit,
    line_on_map,
    meridian_of,
    nearest_on_line,
)
from app.astrology.bodies import PLANETS
from app.astrology.frame import Frame
from app.astrology.parans import Paran, paran_latitudes
from app.calculations.birth import EXAMPLE, BirthRequest
from app.calculations.catalogue import Answer, Source, calculation
from app.calculations.fields import named
from app.calculations.mapping import (
    EarthPlace,
    GeometryReply,
    MappedBodies,
    bodies_of,
    geometry,
    kilometres,
)
from app.calculations.provenance import computed_for
from app.errors import InvalidInput

MOST_IN_PARANS = 12
"""Bodies among which crossings are looked for: up to 396."""

LineName = Annotated[MapLine, *named(MapLine, aliases={"DSC": MapLine.DESC})]
MapLatitude = Annotated[float, Field(ge=-90.0, le=90.0)]


class AstrocartographyRequest(BirthRequest):
    planets: Annotated[MappedBodies, Field(description="Bodies to draw; empty: Sun to Pluto")] = (
        PLANETS
    )
    lines: Annotated[
        tuple[LineName, ...],
        FailFast(),
        Field(max_length=8, description="ASC (rising), MC, DESC or DSC (setting), IC; empty: all"),
    ] = tuple(MapLine)
    projection: Annotated[
        Annotated[Projection, *named(Projection)],
        Field(description="IN_MUNDO: the body itself; IN_ZODIACO: its degree, at latitude 0"),
    ] = Projection.IN_MUNDO
    latitude_step: Annotated[
        float, Field(ge=0.5, le=10.0, description="Degrees of latitude from point to point")
    ] = 1.0
    south: Annotated[MapLatitude, Field(description="Latitude where lines start")] = -85.0
    north: Annotated[MapLatitude, Field(description="Latitude where lines end")] = 85.0
    include_parans: Annotated[
        bool, Field(description="Adds the latitudes where lines of two bodies cross")
    ] = False
    place: Annotated[
        EarthPlace | None, Field(description="Adds the distance from there to every line")
    ] = None

    def band(self) -> Band:
        """The latitudes to draw; raises InvalidInput where they are none."""
        if self.south >= self.north:
            raise InvalidInput.of("north", f"above south, which is {self.south}", self.north)
        return Band(self.south, self.north, self.latitude_step)


class LineProperties(TypedDict):
    planet: str
    line: str


class LineFeature(TypedDict):
    """A GeoJSON feature: one line of one body."""

    type: str
    geometry: GeometryReply
    properties: LineProperties


class LineCollection(TypedDict):
    """A GeoJSON feature collection."""

    type: str
    features: list[LineFeature]


class OverheadReply(TypedDict):
    """A body on the equator of date, and the place on the Earth that has it overhead."""

    planet: str
    right_ascension: float
    declination: float
    zenith_longitude: float
    zenith_latitude: float
    horizon_limit: Annotated[
        float, Field(description="Latitude, either side, beyond which it neither rises nor sets")
    ]


class UndrawnReply(TypedDict):
    planet: str
    line: str


class ParanReply(TypedDict):
    """Two lines that cross; at this latitude both bodies come to their angles together."""

    planet1: str
    line1: str
    planet2: str
    line2: str
    latitude: float
    longitude: Annotated[float, Field(description="Where they do so at the moment of birth")]


class DistanceReply(TypedDict):
    """How far a place is from a line, drawn or not, along a great circle."""

    planet: str
    line: str
    degrees: float
    kilometres: float
    longitude: Annotated[float, Field(description="The nearest point of the line")]
    latitude: float


class AstrocartographyReply(TypedDict):
    lines: LineCollection
    bodies: list[OverheadReply]
    undrawn: Annotated[
        list[UndrawnReply], Field(description="Lines that do not reach the latitudes asked for")
    ]
    parans: Annotated[list[ParanReply] | None, Field(description="From south to north")]
    distances: Annotated[list[DistanceReply] | None, Field(description="The nearest first")]


@calculation(
    "astrocartography",
    example={**EXAMPLE, "planets": ["SUN", "VENUS"], "latitude_step": 5.0},
    sources=(Source("Jim Lewis, Astro*Carto*Graphy (1976)"),),
)
def astrocartography(
    request: AstrocartographyRequest, ephemeris: Almanac
) -> Answer[AstrocartographyReply]:
    """Lines on the Earth's map where bodies rise, set and culminate at a moment, as GeoJSON.

    On its MC line a body culminates, on its IC line it does so under the earth, on its ASC and
    DESC lines its centre stands on the geometric horizon. IN_MUNDO, the default, takes the body
    where it is; IN_ZODIACO its degree of the ecliptic, which rises elsewhere when the body has
    latitude. Coordinates are longitude and latitude; lines are cut at the meridian of 180
    degrees, and rising and setting lines end at 90 degrees less the declination. Parans are the
    crossings of lines of two bodies, distances run along great circles of a sphere.
    """
    band = request.band()
    bodies = bodies_of(request.planets or PLANETS)
    if request.include_parans and len(bodies) > MOST_IN_PARANS:
        expected = f"at most {MOST_IN_PARANS} with include_parans"
        raise InvalidInput.of("planets", expected, f"{len(bodies)} bodies")
    birth = request.known_birth(ephemeris)
    sidereal_time = ephemeris.sidereal_time(birth.julian_day)
    places = equatorial_places(
        birth.julian_day, bodies, ephemeris, Frame(birth.theory), request.projection
    )
    lines = tuple(dict.fromkeys(request.lines)) or tuple(MapLine)
    features, undrawn = _drawn(places, lines, sidereal_time, band)
    reply: AstrocartographyReply = {
        "lines": {"type": "FeatureCollection", "features": features},
        "bodies": [_overhead(place, sidereal_time) for place in places],
        "undrawn": undrawn,
        "parans": _parans(places, sidereal_time, band) if request.include_parans else None,
        "distances": _distances(places, lines, sidereal_time, request.place),
    }
    definitions = {
        "projection": request.projection,
        "horizon": "GEOMETRIC",
        "sidereal_time": sidereal_time,
        "latitude_step": request.latitude_step,
        "south": request.south,
        "north": request.north,
    }
    return Answer(reply, computed_for(birth, bodies, ephemeris, definitions), birth.lasting)


def _drawn(
    places: Sequence[OnEquator], lines: Sequence[MapLine], sidereal_time: float, band: Band
) -> tuple[list[LineFeature], list[UndrawnReply]]:
    features: list[LineFeature] = []
    undrawn: list[UndrawnReply] = []
    for place in places:
        for line in lines:
            planet = str(place.body)
            if parts := line_on_map(place, line, sidereal_time, band):
                features.append(
                    {
                        "type": "Feature",
                        "geometry": geometry(parts),
                        "properties": {"planet": planet, "line": line},
                    }
                )
            else:
                undrawn.append({"planet": planet, "line": line})
    return features, undrawn


def _overhead(place: OnEquator, sidereal_time: float) -> OverheadReply:
    return {
        "planet": str(place.body),
        "right_ascension": place.right_ascension,
        "declination": place.declination,
        "zenith_longitude": meridian_of(place, MapLine.MC, sidereal_time),
        "zenith_latitude": place.declination,
        "horizon_limit": horizon_limit(place.declination),
    }


def _parans(places: Sequence[OnEquator], sidereal_time: float, band: Band) -> list[ParanReply]:
    found = paran_latitudes(places, sidereal_time)
    inside = [paran for paran in found if band.south <= paran.latitude <= band.north]
    return [_paran(paran) for paran in sorted(inside, key=lambda paran: paran.latitude)]


def _paran(paran: Paran) -> ParanReply:
    return {
        "planet1": str(paran.first),
        "line1": paran.first_line,
        "planet2": str(paran.second),
        "line2": paran.second_line,
        "latitude": paran.latitude,
        "longitude": paran.longitude,
    }


def _distances(
    places: Sequence[OnEquator],
    lines: Sequence[MapLine],
    sidereal_time: float,
    to: EarthPlace | None,
) -> list[DistanceReply] | None:
    if to is None:
        return None
    found: list[DistanceReply] = []
    for place in places:
        for line in lines:
            nearest = nearest_on_line(place, line, sidereal_time, to.place)
            found.append(
                {
                    "planet": str(place.body),
                    "line": line,
                    "degrees": nearest.arc,
                    "kilometres": kilometres(nearest.arc),
                    "longitude": nearest.longitude,
                    "latitude": nearest.latitude,
                }
            )
    return sorted(found, key=lambda row: row["degrees"])
