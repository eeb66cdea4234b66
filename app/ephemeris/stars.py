"""Fixed stars: the catalogue file, and the places that the library gives them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from math import inf
from pathlib import Path

import numpy as np
import swisseph as swe

from app.astrology.almanac import Star
from app.astrology.bodies import Body
from app.astrology.errors import NoSuchPosition, OutsideEphemeris
from app.astrology.frame import Frame
from app.astrology.sky import FloatArray
from app.ephemeris.missing import STARS_FILE, Files, no_catalogue, prefixes_of, without_path
from app.ephemeris.numbers import THEORY_BITS, THEORY_FLAG
from app.ephemeris.swiss import BEHIND_STARS, modes, view_flag

_NAME, _KEY, _MAGNITUDE = 0, 1, 13
"""Columns of the file, as its own header explains them."""
_NO_MAGNITUDE = 999.0
"""What the file writes beyond: clusters, the galactic centre and the like have none."""


class Catalogue:
    """The stars of the first catalogue file in some directories."""

    def __init__(self, directories: Sequence[Path]) -> None:
        self._directories = tuple(directories)

    @cached_property
    def stars(self) -> tuple[Star, ...]:
        """Every star once, in the order of the file; raises OutsideEphemeris without a file."""
        found: dict[str, Star] = {}
        for star in _lines(self._file()):
            known = found.setdefault(star.key, star)
            names = (known.name, *known.aliases)
            if star.name not in names and star.name != star.key:
                found[star.key] = _with_name(known, star.name)
        return tuple(found.values())

    def _file(self) -> Path:
        for directory in self._directories:
            if (path := directory / STARS_FILE).is_file():
                return path
        raise no_catalogue("stars")


def star_table(
    moments: Sequence[float] | FloatArray,
    stars: Sequence[Star],
    frame: Frame,
    files: Files,
    flags: int,
) -> FloatArray:
    """What the library says of each star at each moment: (moments, stars, 6)."""
    if isinstance(frame.center, Body):
        msg = (
            f"stars are seen from the Earth or the Sun here, not from {frame.center}; "
            "let center be GEOCENTRIC, TOPOCENTRIC or HELIOCENTRIC"
        )
        raise NoSuchPosition(msg, details={"field": "center", "got": str(frame.center)})
    flags |= THEORY_FLAG[frame.theory] | view_flag(frame)
    prefixes = prefixes_of(BEHIND_STARS, frame.theory)
    flat: list[float] = []
    with modes(frame):
        for moment in moments:
            files.open_for(moment, BEHIND_STARS, prefixes, frame.theory)
            for star in stars:
                flat += _place(star, moment, flags)
    return np.array(flat, dtype=np.float64).reshape(len(moments), len(stars), 6)


def library_name(star: Star) -> str:
    """By what the library finds this star and no other."""
    return f",{star.key}"


def _place(star: Star, moment: float, flags: int) -> tuple[float, ...]:
    try:
        values, _, used = swe.fixstar2_ut(library_name(star), moment, flags)
    except swe.Error as error:
        raise _refused(star, moment, str(error)) from error
    if used & THEORY_BITS != flags & THEORY_BITS:
        raise _refused(star, moment, "the ephemeris files do not reach it")
    row: tuple[float, ...] = values
    return row


def _refused(star: Star, moment: float, reason: str) -> OutsideEphemeris:
    msg = f"no place of {star.name} at Julian day {moment:.4f}: {without_path(reason)}"
    return OutsideEphemeris(msg, details={"field": "stars", "got": star.key})


def _lines(path: Path) -> Iterator[Star]:
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        columns = [column.strip() for column in line.split(",")]
        if line.startswith("#") or len(columns) <= _MAGNITUDE or not columns[_KEY]:
            continue
        with suppress(ValueError):
            magnitude = float(columns[_MAGNITUDE])
            name = columns[_NAME] or columns[_KEY]
            yield Star(columns[_KEY], name, magnitude if magnitude < _NO_MAGNITUDE else inf)


def _with_name(star: Star, name: str) -> Star:
    if star.name == star.key:
        return star._replace(name=name)
    return star._replace(aliases=(*star.aliases, name))
