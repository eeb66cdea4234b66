"""Where an observer stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Geographic latitude (north positive) and longitude (east positive), in degrees.

    `altitude` above the sea, in metres.
    """

    latitude: float
    longitude: float
    altitude: float = 0.0
