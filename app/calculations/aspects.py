"""Aspects between the points of one chart."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.aspects import aspects_among
from app.astrology.bodies import STANDARD_POINTS, Body
from app.astrology.chart import place_points
from app.astrology.houses import HouseSystem
from app.astrology.sky import Ephemeris
from app.calculations.birth import EXAMPLE, BirthRequest
from app.calculations.catalogue import Answer, calculation
from app.calculations.fields import Points
from app.calculations.orbs import AspectChoice, orb_definitions
from app.calculations.provenance import computed_for
from app.calculations.shapes import AspectReply, aspect_reply


class AspectsRequest(AspectChoice, BirthRequest):
    planets: Annotated[
        Points,
        Field(description="Points to compare; empty: Sun to Pluto, mean node and mean Lilith"),
    ] = STANDARD_POINTS


class AspectsReply(TypedDict):
    aspects: list[AspectReply]


@calculation("aspects", example={**EXAMPLE, "aspects": ["TRINE", "SQUARE"], "orb_multiplier": 0.5})
def aspects(request: AspectsRequest, ephemeris: Ephemeris) -> Answer[AspectsReply]:
    """Aspects between the points of a chart, with orb, strength, and whether they apply.

    Applying means that the orb shrinks at the true speeds of both points at the moment; angles
    count as standing still. Each pair gives its closest aspect only.
    """
    birth = request.birth(ephemeris)
    points = request.planets or STANDARD_POINTS
    division = ephemeris.divide(birth.julian_day, birth.place, HouseSystem.EQUAL)
    positions = place_points(birth.julian_day, points, division, ephemeris, birth.theory)
    orbs = request.allowed_orbs()
    found = [aspect_reply(aspect) for aspect in aspects_among(positions, orbs)]
    bodies = [point for point in points if isinstance(point, Body)]
    return Answer({"aspects": found}, computed_for(birth, bodies, ephemeris, orb_definitions(orbs)))
