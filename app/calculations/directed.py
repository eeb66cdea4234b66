"""What progressions and directions of a birth share: their moment, their orbs, their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from app.astrology.bodies import Point
from app.astrology.houses import HouseBy
from app.astrology.progressions import TROPICAL_YEAR
from app.calculations.charts import ChartData, ChartsRequest
from app.calculations.request import CalculationRequest
from app.calculations.to_natal import FlatOrb, FlatOrbs
from app.calculations.wheel import POINTS_AND_ANGLES, require_twelve
from app.errors import InvalidInput

MOST_DIRECTED = 24
"""Points of one request: each is compared with each of the birth, and of the progressed chart."""

YearLength = Annotated[
    float,
    Field(ge=354.0, le=366.0, description="Days of a year of life; 365.24219 is the tropical one"),
]


class NarrowOrbs(FlatOrbs):
    """Aspects with one narrow orb: a degree is about a year of life."""

    orb: FlatOrb = 1.0


class Lifetime(CalculationRequest):
    """How time is measured out, and in which direction."""

    year_length: YearLength = TROPICAL_YEAR
    converse: Annotated[bool, Field(description="Backwards from the birth")] = False


class DirectedRequest(NarrowOrbs, Lifetime, ChartsRequest):
    """A birth that is carried on, and the aspects of what becomes of it."""

    natal_chart: Annotated[ChartData, Field(description="The birth that is carried on")]

    def require_plain_houses(self) -> None:
        """Refuse what charts without a moment of their own cannot have; raises InvalidInput."""
        require_twelve("natal_chart.house_system", self.natal_chart.house_system)
        if self.house_by is not HouseBy.LONGITUDE:
            expected = "LONGITUDE: the houses of such a chart belong to no real horizon"
            raise InvalidInput.of("house_by", expected, str(self.house_by))


def directed_points(points: Sequence[Point]) -> tuple[Point, ...]:
    """The points asked for, or the usual ones."""
    return tuple(points) or POINTS_AND_ANGLES
