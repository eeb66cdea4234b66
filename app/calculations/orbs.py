"""Which aspects a request looks for, and how wide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from app.astrology.aspects import DEFAULT_ORBS, MAJOR_ASPECTS, AspectKind
from app.calculations.fields import AspectName
from app.calculations.request import CalculationRequest

WIDEST_ORB = 30.0
"""Degrees: beyond half of the smallest step between common aspects an orb says nothing."""

Orb = Annotated[float, Field(ge=0.0, le=WIDEST_ORB)]


class AspectChoice(CalculationRequest):
    """Fields of every request that answers with aspects."""

    aspects: Annotated[
        tuple[AspectName, ...],
        Field(
            description="Aspects to look for; empty: the five major ones",
            max_length=32,
            strict=False,
        ),
    ] = MAJOR_ASPECTS
    orbs: Annotated[
        dict[AspectName, Orb],
        Field(
            description="Orb in degrees for some aspects; the others keep their default",
            max_length=32,
        ),
    ] = {}  # noqa: RUF012 - pydantic copies it
    orb_multiplier: Annotated[float, Field(ge=0.1, le=3.0, description="Scales every orb")] = 1.0

    def allowed_orbs(self) -> dict[AspectKind, float]:
        """Degrees allowed each aspect that was asked for, in the customary order."""
        asked = set(self.aspects or MAJOR_ASPECTS)
        return {
            kind: self.orbs.get(kind, default) * self.orb_multiplier
            for kind, default in DEFAULT_ORBS.items()
            if kind in asked
        }


def orb_definitions(orbs: Mapping[AspectKind, float]) -> dict[str, Any]:
    """What `meta` echoes of the orbs that were applied."""
    return {"orbs": {str(kind): orb for kind, orb in orbs.items()}, "angle_motion": "FIXED"}
