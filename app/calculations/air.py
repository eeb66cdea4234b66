"""How the horizon is seen, as fields of requests and as `meta` echoes them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from app.astrology.almanac import STANDARD_AIR, Air, Limb
from app.calculations.fields import named
from app.calculations.request import CalculationRequest

LimbName = Annotated[Limb, *named(Limb)]


class AirChoice(CalculationRequest):
    """Air, limb and horizon of risings and settings."""

    pressure: Annotated[
        float, Field(ge=0.0, le=1200.0, description="Hectopascals at the place; 0 is no air")
    ] = STANDARD_AIR.pressure
    temperature: Annotated[float, Field(ge=-90.0, le=60.0, description="Degrees Celsius")] = (
        STANDARD_AIR.temperature
    )
    limb: Annotated[LimbName, Field(description="Part of the disc that must touch the horizon")] = (
        STANDARD_AIR.limb
    )
    refraction: Annotated[bool, Field(description="False is the geometric horizon")] = True
    horizon_altitude: Annotated[
        float, Field(ge=-10.0, le=30.0, description="Degrees of the visible horizon: hills, dip")
    ] = 0.0
    hindu: Annotated[
        bool,
        Field(
            description="Centre of the disc, no refraction, no parallax and no ecliptic latitude, "
            "whatever limb and refraction say"
        ),
    ] = False

    def air(self) -> Air:
        """The horizon that these fields describe."""
        return Air(
            pressure=self.pressure,
            temperature=self.temperature,
            limb=Limb.CENTER if self.hindu else self.limb,
            refraction=self.refraction and not self.hindu,
            altitude=self.horizon_altitude,
            geocentric=self.hindu,
        )

    def air_definitions(self) -> dict[str, Any]:
        """What `meta` echoes of the horizon that was applied."""
        air = self.air()
        refraction = air.refraction and air.pressure > 0.0
        return {
            "pressure": air.pressure if refraction else None,
            "temperature": air.temperature if refraction else None,
            "limb": air.limb,
            "refraction": refraction,
            "horizon_altitude": air.altitude,
            "hindu": self.hindu,
        }
