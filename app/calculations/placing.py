"""Houses of places that no point of the sky stands on: lots, antiscia and the like."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Annotated

from pydantic import Field

from app.astrology.chart import Instant
from app.astrology.houses import Division, HouseSystem
from app.astrology.sky import Position
from app.calculations.conventions import HouseRules
from app.calculations.fields import HouseSystemName
from app.errors import InvalidInput


class PlaceHouses(HouseRules):
    """Houses where they are wanted, by default those of Placidus."""

    house_system: Annotated[
        HouseSystemName | None, Field(description="Fills `house`; null leaves it null")
    ] = HouseSystem.PLACIDUS

    def division(self, instant: Instant) -> Division | None:
        """The houses under the polar policy, None without any; raises InvalidInput."""
        if self.house_system is HouseSystem.GAUQUELIN:
            raise InvalidInput.of("house_system", "a system of twelve houses", "GAUQUELIN")
        if self.house_system is None:
            return None
        return instant.divide_as_agreed(self.house_system)


def house_numbers(
    instant: Instant, places: Sequence[Position], division: Division | None
) -> list[int | None]:
    """The house of each place of the chart's zodiac, None without houses."""
    if division is None:
        return [*repeat(None, len(places))]
    return [*instant.houses_at(places, division)]
