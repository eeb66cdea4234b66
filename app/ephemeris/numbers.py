"""The numbers and letters by which Swiss Ephemeris knows bodies, house systems and ayanamsas."""

from __future__ import annotations

import swisseph as swe

from app.astrology.bodies import MAIN_ASTEROIDS, Body
from app.astrology.frame import AyanamsaName, Theory

NUMBER_OF: dict[Body, int] = {
    Body.SUN: swe.SUN,
    Body.MOON: swe.MOON,
    Body.MERCURY: swe.MERCURY,
    Body.VENUS: swe.VENUS,
    Body.MARS: swe.MARS,
    Body.JUPITER: swe.JUPITER,
    Body.SATURN: swe.SATURN,
    Body.URANUS: swe.URANUS,
    Body.NEPTUNE: swe.NEPTUNE,
    Body.PLUTO: swe.PLUTO,
    Body.EARTH: swe.EARTH,
    Body.NORTH_NODE: swe.MEAN_NODE,
    Body.TRUE_NODE: swe.TRUE_NODE,
    Body.LILITH: swe.MEAN_APOG,
    Body.LILITH_TRUE: swe.OSCU_APOG,
    Body.LILITH_INTERPOLATED: swe.INTP_APOG,
    Body.PRIAPUS_INTERPOLATED: swe.INTP_PERG,
    Body.CHIRON: swe.CHIRON,
    Body.PHOLUS: swe.PHOLUS,
    Body.CERES: swe.CERES,
    Body.PALLAS: swe.PALLAS,
    Body.JUNO: swe.JUNO,
    Body.VESTA: swe.VESTA,
    Body.CUPIDO: swe.CUPIDO,
    Body.HADES: swe.HADES,
    Body.ZEUS: swe.ZEUS,
    Body.KRONOS: swe.KRONOS,
    Body.APOLLON: swe.APOLLON,
    Body.ADMETOS: swe.ADMETOS,
    Body.VULKANUS: swe.VULKANUS,
    Body.POSEIDON: swe.POSEIDON,
    Body.TRANSPLUTO: swe.ISIS,
    Body.VULCAN: swe.VULCAN,
    Body.WHITE_MOON: swe.WHITE_MOON,
    Body.PROSERPINA: swe.PROSERPINA,
    Body.WALDEMATH: swe.WALDEMATH,
}

FIRST_ASTEROID: int = swe.AST_OFFSET
"""Added to a minor planet number."""

THEORY_FLAG: dict[Theory, int] = {Theory.SWISS: swe.FLG_SWIEPH, Theory.MOSHIER: swe.FLG_MOSEPH}
THEORY_BITS: int = swe.FLG_JPLEPH | swe.FLG_SWIEPH | swe.FLG_MOSEPH

SIDEREAL_MODE_OF: dict[AyanamsaName, int] = {
    name: getattr(swe, f"SIDM_{name.name}") for name in AyanamsaName
}
STAR_BOUND = frozenset(
    {
        *(AyanamsaName.TRUE_CITRA, AyanamsaName.TRUE_REVATI, AyanamsaName.TRUE_PUSHYA),
        *(AyanamsaName.TRUE_MULA, AyanamsaName.TRUE_SHEORAN),
        *(AyanamsaName.GALCENT_0SAG, AyanamsaName.GALCENT_RGILBRAND),
        *(AyanamsaName.GALCENT_MULA_WILHELM, AyanamsaName.GALCENT_COCHRANE),
        *(AyanamsaName.GALEQU_IAU1958, AyanamsaName.GALEQU_TRUE, AyanamsaName.GALEQU_MULA),
    }
)
"""Ayanamsas that follow a star or a point of the Galaxy as the Earth of the moment sees it."""
DEFAULT_SIDEREAL_MODE: int = swe.SIDM_FAGAN_BRADLEY
"""The library's own at its start: what is set again after every request."""

ANALYTIC = frozenset(
    {
        *(Body.NORTH_NODE, Body.SOUTH_NODE, Body.LILITH, Body.PRIAPUS),
        *(Body.LILITH_INTERPOLATED, Body.PRIAPUS_INTERPOLATED),
    }
)
"""Bodies that come from mean elements or series, without any file."""

OSCULATING = frozenset(
    {Body.TRUE_NODE, Body.TRUE_SOUTH_NODE, Body.LILITH_TRUE, Body.PRIAPUS_TRUE},
)
"""Bodies that come from the Moon's orbit of the moment, without the planets."""

IN_ASTEROID_FILES = frozenset(MAIN_ASTEROIDS.values())
"""Bodies of the `seas` files."""
