"""How bodies look from the Earth, and the nodes and apsides of their orbits."""

from __future__ import annotations

import swisseph as swe

from app.astrology.almanac import OrbitPoints, Phenomena
from app.astrology.bodies import HYPOTHETICAL, LUNAR_POINTS, Body, Celestial
from app.astrology.errors import NoSuchPosition
from app.ephemeris.swiss import library_number

WITH_MEAN_ELEMENTS = frozenset(
    {
        *(Body.MERCURY, Body.VENUS, Body.MARS, Body.JUPITER, Body.SATURN),
        *(Body.URANUS, Body.NEPTUNE),
    }
)
"""Of all others the library takes the osculating elements without a word."""


def looks(moment: float, body: Celestial, theory: int) -> Phenomena:
    """Phase, elongation, diameter and magnitude; raises NoSuchPosition for what has no light."""
    if body in LUNAR_POINTS or body in HYPOTHETICAL or body is Body.EARTH:
        msg = f"{body} has no disc or light that could be seen from the Earth"
        raise NoSuchPosition(msg, details={"field": "planets", "got": str(body)})
    return Phenomena(*swe.pheno_ut(moment, library_number(body), theory)[:5])


def nodes_and_apsides(
    moment: float, body: Celestial, theory: int, *, osculating: bool, heliocentric: bool
) -> OrbitPoints:
    """Nodes and apsides; raises NoSuchPosition for a body without such an orbit."""
    _refuse(body, osculating=osculating)
    method = swe.NODBIT_OSCU if osculating else swe.NODBIT_MEAN
    flags = theory | swe.FLG_SPEED | (swe.FLG_HELCTR if heliocentric else 0)
    return OrbitPoints(*swe.nod_aps_ut(moment, library_number(body), method, flags))


def _refuse(body: Celestial, *, osculating: bool) -> None:
    if body in LUNAR_POINTS or body in HYPOTHETICAL or body in {Body.SUN, Body.EARTH}:
        reason = "it has no orbit around the Sun with nodes on the ecliptic"
    elif body is Body.MOON:
        reason = "they are points of their own: NORTH_NODE, TRUE_NODE, LILITH, PRIAPUS and kin"
    elif not osculating and body not in WITH_MEAN_ELEMENTS:
        reason = "mean elements are known for MERCURY to NEPTUNE only; ask for osculating ones"
    else:
        return
    msg = f"no nodes and apsides of {body} here: {reason}"
    raise NoSuchPosition(msg, details={"field": "planets", "got": str(body)})
