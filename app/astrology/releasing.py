"""Zodiacal releasing (aphesis): signs from a lot as lords of chapters of life."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.astrology.zodiac import SIGNS, Sign

RELEASING_YEARS: Mapping[Sign, int] = {
    Sign.ARIES: 15,
    Sign.TAURUS: 8,
    Sign.GEMINI: 20,
    Sign.CANCER: 25,
    Sign.LEO: 19,
    Sign.VIRGO: 20,
    Sign.LIBRA: 8,
    Sign.SCORPIO: 15,
    Sign.SAGITTARIUS: 12,
    Sign.CAPRICORN: 27,
    Sign.AQUARIUS: 30,
    Sign.PISCES: 12,
}
"""The lesser years of each sign's lord, but 27 for Capricorn; 211 in all. Valens IV.4-10."""

WHOLE_CIRCLE = sum(RELEASING_YEARS.values())
"""Years after which the first sign comes again."""
YEAR = 360.0
"""Days of a year: twelve months of thirty days. Valens IV.4-10."""
LEVELS = 4
"""Years, months, and twice a twelfth of what stands above."""
_PARTS = 12
_ANGULAR = frozenset({1, 4, 7, 10})


@dataclass(frozen=True, slots=True)
class Chapter:
    """A sign's part of life; Julian days. `signs` are those of the levels above it and its own.

    `loosing` marks the one that takes over from the sign opposite its parent's, where the bond is
    loosed. `cut` tells that its parent ended it early.
    """

    signs: tuple[Sign, ...]
    start: float
    end: float
    loosing: bool = False
    cut: bool = False

    @property
    def level(self) -> int:
        return len(self.signs)

    @property
    def sign(self) -> Sign:
        return self.signs[-1]


def released(birth: float, sign: Sign, year: float = YEAR) -> Iterator[Chapter]:
    """The chapters of the first level from a sign on, without end; `year` in days."""
    start, index = birth, SIGNS.index(sign)
    while True:
        current = SIGNS[index % len(SIGNS)]
        end = start + RELEASING_YEARS[current] * year
        yield Chapter((current,), start, end)
        start, index = end, index + 1


def parts_of(parent: Chapter, year: float = YEAR) -> list[Chapter]:
    """The chapters of the next level, from the parent's own sign on.

    When all twelve signs had their turn, the bond is loosed: the sign opposite the parent's comes
    next, and those after it in order. The last one ends with the parent.
    """
    unit = year / _PARTS**parent.level
    first, start, count = SIGNS.index(parent.sign), parent.start, 0
    found = []
    while start < parent.end - _INSTANT:
        shift = len(SIGNS) // 2 if count >= len(SIGNS) else 0
        sign = SIGNS[(first + count + shift) % len(SIGNS)]
        end = start + RELEASING_YEARS[sign] * unit
        cut = end > parent.end + _INSTANT
        loosing = count == len(SIGNS)
        closed = parent.end if end > parent.end - _INSTANT else end
        found.append(Chapter((*parent.signs, sign), start, closed, loosing, cut))
        start, count = closed, count + 1
    return found


_INSTANT = 1e-6
"""Days, a tenth of a second: less is the rounding of Julian days."""


def chain_at(moment: float, birth: float, sign: Sign, year: float = YEAR) -> list[Chapter]:
    """The chapters of all four levels that hold a moment not before the birth."""
    current = next(chapter for chapter in released(birth, sign, year) if moment < chapter.end)
    chain = [current]
    while len(chain) < LEVELS:
        current = next(part for part in reversed(parts_of(current, year)) if part.start <= moment)
        chain.append(current)
    return chain


def chapters_within(
    birth: float, sign: Sign, levels: int, start: float, end: float, year: float = YEAR
) -> list[Chapter]:
    """Every chapter of the first levels that overlaps a stretch of time, each before its parts."""
    found: list[Chapter] = []
    for chapter in released(birth, sign, year):
        if chapter.start >= end:
            return found
        found += _unfolded(chapter, levels, start, end, year)
    return found


def _unfolded(
    chapter: Chapter, levels: int, start: float, end: float, year: float
) -> Iterator[Chapter]:
    if chapter.end <= start or chapter.start >= end:
        return
    yield chapter
    if chapter.level < levels:
        for part in parts_of(chapter, year):
            yield from _unfolded(part, levels, start, end, year)


def place_from(sign: Sign, fortune: Sign) -> int:
    """Which place from the Lot of Fortune a sign is, 1 to 12."""
    return (SIGNS.index(sign) - SIGNS.index(fortune)) % len(SIGNS) + 1


def is_peak(place: int) -> bool:
    """Whether a place from Fortune is angular: 1, 10, 7 or 4."""
    return place in _ANGULAR


def next_sign(sign: Sign) -> Sign:
    """The sign that Spirit is released from where Fortune shares its own. Valens IV.4-10."""
    return SIGNS[(SIGNS.index(sign) + 1) % len(SIGNS)]
