"""Requests about two births, and how answers echo what both rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from app.astrology.bodies import Point
from app.astrology.chart import Instant
from app.astrology.houses import HouseSystem
from app.astrology.sky import Ephemeris
from app.calculations.birth import EXAMPLE, Birth
from app.calculations.charts import ChartData, ChartsRequest
from app.calculations.conventions import sources
from app.calculations.provenance import ComputedFor, computed_for
from app.calculations.untimed import time_definitions
from app.calculations.wheel import require_twelve
from app.errors import InvalidInput

EXAMPLE_PAIR: dict[str, Any] = {
    "chart1": EXAMPLE,
    "chart2": {
        "date": "1988-06-02",
        "time": "09:15:00",
        "latitude": 51.5074,
        "longitude": -0.1278,
        "timezone": "Europe/London",
    },
}
"""Two births for examples: New York and London."""


class PairRequest(ChartsRequest):
    """Two births."""

    chart1: Annotated[ChartData, Field(description="The first birth")]
    chart2: Annotated[ChartData, Field(description="The second birth")]

    def births(self, sky: Ephemeris) -> tuple[Birth, Birth]:
        """Both births as instants; raises InvalidInput for unlike data.

        And for unknown times, unless the calculation works without one.
        """
        first, second = (
            chart.born(name, sky) if self.works_without_time else chart.timed(name, sky)
            for name, chart in (("chart1", self.chart1), ("chart2", self.chart2))
        )
        if first.theory is not second.theory:
            expected = f"the same as that of chart1, {first.theory}"
            raise InvalidInput.of("chart2.ephemeris", expected, second.theory)
        require_twelve("chart1.house_system", self.chart1.house_system)
        require_twelve("chart2.house_system", self.chart2.house_system)
        return first, second

    def pair_definitions(
        self,
        births: tuple[Birth, Birth],
        charts: tuple[Instant, Instant],
        points: Sequence[Point],
        name: str = "chart2",
    ) -> dict[str, Any]:
        """What `meta` echoes of both skies: the second, under its name, where it differs."""
        times = time_definitions(*births)
        first, second = (
            {**self.chart_definitions(chart, points), **known}
            for chart, known in zip(charts, times, strict=True)
        )
        return differing(first, second, name)

    def merged_house_system(self, asked: HouseSystem | None) -> HouseSystem:
        """The houses of a chart made of two: those asked for, or those of the first chart."""
        system = asked or self.chart1.house_system
        require_twelve("house_system", system)
        return system


def differing(first: Mapping[str, Any], second: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The first echo, with what the second one has otherwise under a name."""
    unlike = {key: value for key, value in second.items() if first.get(key) != value}
    return {**first, name: unlike} if unlike else dict(first)


def computed_for_pair(
    births: tuple[Birth, Birth],
    points: Sequence[Point],
    ephemeris: Ephemeris,
    definitions: Mapping[str, Any],
    name: str = "chart2",
) -> ComputedFor:
    """The provenance of an answer about two instants, the second one by its name."""
    first, second = births
    return computed_for(first, sources(points), ephemeris, definitions, {name: second})
