"""Names of fixed stars: which star of the catalogue a name means, and what a star is called.

The library's own search takes numbers for places in its list, `%` for any ending, and knows no
Alpha Centauri; names are looked up here, and only unique keys ever reach it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isinf

from app.astrology.almanac import Star
from app.astrology.constellations import CONSTELLATIONS

LONGEST_NAME = 40
"""Characters of the longest name that is looked up; the longest real one has 26."""

GREEK: Mapping[str, str] = {
    "al": "ALPHA",
    "be": "BETA",
    "ga": "GAMMA",
    "de": "DELTA",
    "ep": "EPSILON",
    "ze": "ZETA",
    "et": "ETA",
    "th": "THETA",
    "io": "IOTA",
    "ka": "KAPPA",
    "la": "LAMBDA",
    "mu": "MU",
    "nu": "NU",
    "xi": "XI",
    "omi": "OMICRON",
    "pi": "PI",
    "rh": "RHO",
    "si": "SIGMA",
    "ta": "TAU",
    "up": "UPSILON",
    "ph": "PHI",
    "ch": "CHI",
    "ps": "PSI",
    "ome": "OMEGA",
}
"""Letters of Bayer's names, by the abbreviations of the catalogue's keys."""

PREFERRED: Mapping[str, str] = {
    "alCen": "ALPHA_CENTAURI",
    "epCMa": "ADHARA",
    "beCMa": "MIRZAM",
    "ga-1And": "ALMACH",
    "beTau": "ELNATH",
    "alPer": "MIRFAK",
    "M44": "PRAESEPE",
    "M31": "ANDROMEDA_GALAXY",
}
"""What answers call a star where the catalogue's first name is not the usual one."""

AMBIGUOUS: Mapping[str, str] = {
    "ALGEDI": "al-2Cap",
    "ALNASL": "ga-2Sgr",
    "DABIH": "be-1Cap",
    "JABHAT_AL_AKRAB": "ome-1Sco",
    "KUMA": "nu-2Dra",
    "MABSUTHAT": "31Lyn",
    "MENKAR": "alCet",
    "PROXIMA_CENTAURI": "V645 Cen",
    "RASALGETHI": "al-1Her",
    "REVATI": "zePsc",
    "SECUNDA_HYADUM": "de-1Tau",
    "TABIT": "pi-3Ori",
    "UKDAH": "ta-2Hya",
}
"""Names that the catalogue gives to several lines, and the one that is meant: the brighter star or
the main component."""

NO_STARS = frozenset({"AA11", "GCRS00", "ZE200", "ZL200", "Test"})
"""Lines of the catalogue that test reference frames; nothing stands there."""
UNMEASURED = frozenset({"GPol", "GP1958", "GPPlan", "IDrag", "SunPole", "NGC4194"})
"""Lines whose magnitude of 0 means that there is none: poles of the Galaxy and the like."""

_ELSEWHERE: Mapping[str, str] = {
    "Trappist-1": "Aqr",
    "SgrA*": "Sgr",
    "GA": "Nor",
    "VC": "Vir",
    "M31": "And",
    "M44": "Cnc",
    "M87": "Vir",
    "ACO3558": "Cen",
    "HR4609": "Cam",
    "SN1987A": "Dor",
    "HD149026": "Her",
    "M42": "Ori",
    "NGC869": "Per",
    "M34": "Per",
    "M6": "Sco",
    "M7": "Sco",
    "HR6630": "Sco",
    "M22": "Sgr",
    "NGC6530": "Sgr",
    "80Uma": "UMa",
    "HR3743": "UMa",
    "PSRB1257+12": "Vir",
    "M49": "Vir",
    "GCLiu": "Sgr",
    "NGC4194": "UMa",
    "HD168442": "Ser",
}
"""Constellations of what has a catalogue number for a key."""

_KEY = re.compile(r"(?:([a-z]{2,3})(?:-(\d))?|(\d+)|.*)([A-Z][A-Za-z]{2})A?")
_SIGNS = re.compile(r"[^A-Z0-9]+")


def canonical(name: str) -> str:
    """A name in capitals, its words joined by `_`."""
    return _SIGNS.sub("_", name.upper()).strip("_")


def magnitude_of(star: Star) -> float | None:
    """V magnitude by the catalogue, None where it has none."""
    return None if isinf(star.magnitude) or star.key in UNMEASURED else star.magnitude


def constellation_of(star: Star) -> str | None:
    """The Latin name of the constellation, None for a point that lies in none."""
    short = _ELSEWHERE.get(star.key) or _suffix(star.key)
    return CONSTELLATIONS[short].name if short else None


@dataclass(frozen=True, slots=True)
class StarIndex:
    """Every star by every name that it has, in canonical form, and the name of every star."""

    by_name: Mapping[str, Star]
    by_key: Mapping[str, Star]
    name_of: Mapping[str, str]

    def find(self, name: str) -> Star | None:
        """The star of a name in any spelling, or of a key; None if there is none."""
        if len(name) > LONGEST_NAME:
            return None
        return self.by_key.get(name.strip()) or self.by_name.get(canonical(name))

    def nearest(self, name: str) -> str | None:
        """The known name that is most like an unknown one, or None."""
        if len(name) > LONGEST_NAME:
            return None
        near = difflib.get_close_matches(canonical(name), self.by_name, n=1, cutoff=0.5)
        return near[0] if near else None

    def brighter_than(self, limit: float) -> list[Star]:
        """Stars up to a V magnitude, the brightest first."""
        bright = [
            (magnitude, star.key, star)
            for star in self.by_key.values()
            if (magnitude := magnitude_of(star)) is not None and magnitude <= limit
        ]
        return [star for _, _, star in sorted(bright, key=lambda row: row[:2])]


@lru_cache(maxsize=4)
def star_index(stars: tuple[Star, ...]) -> StarIndex:
    """The index of a catalogue."""
    stars = tuple(star for star in stars if star.key not in NO_STARS)
    by_key = {star.key: star for star in stars}
    by_name: dict[str, Star] = {}
    own = {**AMBIGUOUS, **{name: key for key, name in PREFERRED.items()}}
    for name, key in own.items():
        if key in by_key:
            by_name[name] = by_key[key]
    bright_first = sorted(by_key.values(), key=lambda star: star.magnitude)
    in_turn = ((_traditional, stars), (_systematic, stars), (_unnumbered, bright_first))
    for names, those in in_turn:
        for star in those:
            for name in names(star):
                by_name.setdefault(name, star)
    name_of = {star.key: _chosen(star, by_name) for star in by_key.values()}
    return StarIndex(by_name, by_key, name_of)


def _chosen(star: Star, by_name: Mapping[str, Star]) -> str:
    """The first name that means this star and no other."""
    preferred = PREFERRED.get(star.key, "")
    names = (preferred, *_traditional(star), *_systematic(star))
    return next((name for name in names if by_name.get(name) is star), star.key)


def _traditional(star: Star) -> Iterator[str]:
    """What the catalogue calls it."""
    for name in (star.name, *star.aliases):
        if name != star.key:
            yield canonical(name)


def _systematic(star: Star) -> Iterator[str]:
    """What its key stands for: ALPHA_TAURI, GAMMA_1_LEONIS, 61_CYGNI; then the key itself."""
    match = _KEY.fullmatch(star.key)
    if match is not None and match[4] in CONSTELLATIONS:
        genitive = canonical(CONSTELLATIONS[match[4]].genitive)
        part = f"_{match[2]}" if match[2] else ""
        if match[1] in GREEK:
            yield f"{GREEK[match[1]]}{part}_{genitive}"
        elif match[3]:
            yield f"{match[3]}_{genitive}"
    yield canonical(star.key)


def _unnumbered(star: Star) -> Iterator[str]:
    """The name of a whole pair, as ALPHA_CAPRICORNI; the brightest of them goes by it."""
    match = _KEY.fullmatch(star.key)
    if match is not None and match[2] and match[1] in GREEK and match[4] in CONSTELLATIONS:
        yield f"{GREEK[match[1]]}_{canonical(CONSTELLATIONS[match[4]].genitive)}"


def _suffix(key: str) -> str | None:
    match = _KEY.fullmatch(key)
    return match[4] if match is not None and match[4] in CONSTELLATIONS else None
