"""Where an observer stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Geographic latitude (north positive) and longitude (east positive), in degrees."""

    latitude: float
    longitude: float
