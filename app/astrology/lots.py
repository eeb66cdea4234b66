"""Lots: points that are sums of others."""

from __future__ import annotations

from app.astrology.angles import norm


def fortune(ascendant: float, sun: float, moon: float, *, by_day: bool) -> float:
    """Longitude of the Lot of Fortune: ascendant + Moon - Sun by day, + Sun - Moon by night.

    Paulus of Alexandria, chapter 23, and Valens II.3 reverse it by night; Ptolemy, Tetrabiblos
    III.10, never does: take it `by_day` always for his.
    """
    return norm(ascendant + moon - sun if by_day else ascendant + sun - moon)
