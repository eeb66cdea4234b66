"""Tables of essential rulership: which planet owns which part of the zodiac."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from app.astrology.bodies import Body
from app.astrology.names import Name
from app.astrology.zodiac import SIGNS, Sign

SEVEN: tuple[Body, ...] = tuple(Body)[:7]
"""The planets of tradition, Sun to Saturn."""
OUTER: tuple[Body, ...] = (Body.URANUS, Body.NEPTUNE, Body.PLUTO)

CHALDEAN_ORDER: tuple[Body, ...] = (
    Body.SATURN,
    Body.JUPITER,
    Body.MARS,
    Body.SUN,
    Body.VENUS,
    Body.MERCURY,
    Body.MOON,
)
"""From the slowest to the swiftest; a planet is weightier than all that follow it."""

MALEFICS = frozenset({Body.MARS, Body.SATURN})
BENEFICS = frozenset({Body.VENUS, Body.JUPITER})


class RulershipSystem(Name):
    """TRADITIONAL knows seven planets; MODERN adds Uranus, Neptune and Pluto as co-rulers."""

    TRADITIONAL = "TRADITIONAL"
    MODERN = "MODERN"


class TermSystem(Name):
    """Whose terms (bounds): the Egyptian ones, Ptolemy's as Robbins prints them, or as Lilly."""

    EGYPTIAN = "EGYPTIAN"
    PTOLEMAIC_ROBBINS = "PTOLEMAIC_ROBBINS"
    PTOLEMAIC_LILLY = "PTOLEMAIC_LILLY"


class TriplicitySystem(Name):
    """Whose triplicity rulers: those of Dorotheus, Ptolemy or Lilly."""

    DOROTHEAN = "DOROTHEAN"
    PTOLEMAIC = "PTOLEMAIC"
    LILLY = "LILLY"


class FaceSystem(Name):
    """CHALDEAN faces follow the planets' speeds; TRIPLICITY decans the signs of one element."""

    CHALDEAN = "CHALDEAN"
    TRIPLICITY = "TRIPLICITY"


DOMICILES: Mapping[Sign, Body] = {
    Sign.ARIES: Body.MARS,
    Sign.TAURUS: Body.VENUS,
    Sign.GEMINI: Body.MERCURY,
    Sign.CANCER: Body.MOON,
    Sign.LEO: Body.SUN,
    Sign.VIRGO: Body.MERCURY,
    Sign.LIBRA: Body.VENUS,
    Sign.SCORPIO: Body.MARS,
    Sign.SAGITTARIUS: Body.JUPITER,
    Sign.CAPRICORN: Body.SATURN,
    Sign.AQUARIUS: Body.SATURN,
    Sign.PISCES: Body.JUPITER,
}
"""Ptolemy, Tetrabiblos I.17."""

MODERN_RULERS: Mapping[Sign, Body] = {
    Sign.SCORPIO: Body.PLUTO,
    Sign.AQUARIUS: Body.URANUS,
    Sign.PISCES: Body.NEPTUNE,
}
"""Co-rulers beside the old ones. On exaltations of these three authors disagree."""

EXALTATIONS: Mapping[Body, tuple[Sign, int]] = {
    Body.SUN: (Sign.ARIES, 19),
    Body.MOON: (Sign.TAURUS, 3),
    Body.MERCURY: (Sign.VIRGO, 15),
    Body.VENUS: (Sign.PISCES, 27),
    Body.MARS: (Sign.CAPRICORN, 28),
    Body.JUPITER: (Sign.CANCER, 15),
    Body.SATURN: (Sign.LIBRA, 21),
}
"""Sign (Tetrabiblos I.19) and cardinal degree; the 19th degree of the ordinal reading is 18-19."""


class Triplicity(NamedTuple):
    """Rulers of an element: by day, by night, and those that take part in both."""

    day: tuple[Body, ...]
    night: tuple[Body, ...]
    participating: tuple[Body, ...] = ()


ELEMENTS = ("FIRE", "EARTH", "AIR", "WATER")
"""Element of every fourth sign, from Aries on."""

TRIPLICITIES: Mapping[TriplicitySystem, tuple[Triplicity, ...]] = {
    TriplicitySystem.DOROTHEAN: (
        Triplicity((Body.SUN,), (Body.JUPITER,), (Body.SATURN,)),
        Triplicity((Body.VENUS,), (Body.MOON,), (Body.MARS,)),
        Triplicity((Body.SATURN,), (Body.MERCURY,), (Body.JUPITER,)),
        Triplicity((Body.VENUS,), (Body.MARS,), (Body.MOON,)),
    ),
    TriplicitySystem.PTOLEMAIC: (
        Triplicity((Body.SUN,), (Body.JUPITER,)),
        Triplicity((Body.VENUS,), (Body.MOON,)),
        Triplicity((Body.SATURN,), (Body.MERCURY,)),
        Triplicity((Body.MARS, Body.VENUS), (Body.MARS, Body.MOON)),
    ),
    TriplicitySystem.LILLY: (
        Triplicity((Body.SUN,), (Body.JUPITER,)),
        Triplicity((Body.VENUS,), (Body.MOON,)),
        Triplicity((Body.SATURN,), (Body.MERCURY,)),
        Triplicity((Body.MARS,), (Body.MARS,)),
    ),
}
"""In the order of ELEMENTS. Dorotheus I.1; Tetrabiblos I.18, where Mars rules the water by day
and night, with Venus by day and the Moon by night; Lilly, Christian Astrology, page 104."""

Terms = tuple[tuple[Body, int], ...]
"""The terms of a sign: each ruler with the degree up to which it reaches."""

_LETTERS = {
    "S": Body.SATURN,
    "J": Body.JUPITER,
    "M": Body.MARS,
    "V": Body.VENUS,
    "H": Body.MERCURY,
}


def _terms(*signs: str) -> Mapping[Sign, Terms]:
    """Terms from Aries on, written as ruler and upper degree (H for Hermes, who is Mercury)."""
    return {
        sign: tuple((_LETTERS[part[0]], int(part[1:])) for part in text.split())
        for sign, text in zip(SIGNS, signs, strict=True)
    }


TERMS: Mapping[TermSystem, Mapping[Sign, Terms]] = {
    TermSystem.EGYPTIAN: _terms(
        "J6 V12 H20 M25 S30",
        "V8 H14 J22 S27 M30",
        "H6 J12 V17 M24 S30",
        "M7 V13 H19 J26 S30",
        "J6 V11 S18 H24 M30",
        "H7 V17 J21 M28 S30",
        "S6 H14 J21 V28 M30",
        "M7 V11 H19 J24 S30",
        "J12 V17 H21 S26 M30",
        "H7 J14 V22 S26 M30",
        "H7 V13 J20 M25 S30",
        "V12 J16 H19 M28 S30",
    ),
    TermSystem.PTOLEMAIC_ROBBINS: _terms(
        "J6 V14 H21 M26 S30",
        "V8 H15 J22 S24 M30",
        "H7 J13 V20 M26 S30",
        "M6 J13 H20 V27 S30",
        "J6 H13 S19 V25 M30",
        "H7 V13 J18 S24 M30",
        "S6 V11 H16 J24 M30",
        "M6 V13 J21 H27 S30",
        "J8 V14 H19 S25 M30",
        "V6 H12 J19 S25 M30",
        "S6 H12 V20 J25 M30",
        "V8 J14 H20 M25 S30",
    ),
    TermSystem.PTOLEMAIC_LILLY: _terms(
        "J6 V14 H21 M26 S30",
        "V8 H15 J22 S26 M30",
        "H7 J14 V21 S25 M30",
        "M6 J13 H20 V27 S30",
        "S6 H13 V19 J25 M30",
        "H7 V13 J18 S24 M30",
        "S6 V11 J19 H24 M30",
        "M6 J14 V21 H27 S30",
        "J8 V14 H19 S25 M30",
        "V6 H12 J19 M25 S30",
        "S6 H12 V20 J25 M30",
        "V8 J14 H20 M26 S30",
    ),
}
"""Tetrabiblos I.20-21 in Robbins' translation; Lilly, Christian Astrology, page 104."""

DEGREES_OF_A_FACE = 10

JOYS: Mapping[Body, int] = {
    Body.MERCURY: 1,
    Body.MOON: 3,
    Body.VENUS: 5,
    Body.MARS: 6,
    Body.SUN: 9,
    Body.JUPITER: 11,
    Body.SATURN: 12,
}
"""House in which each planet rejoices; Paulus of Alexandria, chapter 24."""


def opposite(sign: Sign) -> Sign:
    """The sign across the zodiac."""
    return SIGNS[(SIGNS.index(sign) + 6) % 12]


def element_of(sign: Sign) -> int:
    """Index of the sign's element in ELEMENTS."""
    return SIGNS.index(sign) % 4


def is_masculine(sign: Sign) -> bool:
    """Whether the sign is masculine: Aries and every second one after it."""
    return SIGNS.index(sign) % 2 == 0


def term_lord(sign: Sign, degree: float, system: TermSystem) -> Body:
    """Ruler of the term that holds a degree within [0, 30) of a sign."""
    return next(ruler for ruler, end in TERMS[system][sign] if degree < end)


def face_lord(sign: Sign, degree: float, system: FaceSystem) -> Body:
    """Ruler of the ten degrees that hold a degree within [0, 30) of a sign."""
    index, face = SIGNS.index(sign), int(degree // DEGREES_OF_A_FACE)
    if system is FaceSystem.TRIPLICITY:
        return DOMICILES[SIGNS[(index + 4 * face) % 12]]
    # Aries opens with Mars, the third of the Chaldean order.
    return CHALDEAN_ORDER[(2 + 3 * index + face) % 7]
