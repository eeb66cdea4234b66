"""POST /api/stateless/…: fixed stars and lots of one chart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.bodies import STANDARD_POINTS
from app.astrology.lot_sets import LOT_ALIASES, LotSet
from app.astrology.names import spelled
from app.calculations.arabic_parts import PartName
from app.calculations.fields import MOST_POINTS
from app.compat.legacy import IN_CHART_DATA, Adapter, Calls, Payload
from app.compat.stateless import (
    CHART_EXAMPLE,
    LegacyChartDataRequest,
    Point,
    birth_alone,
    point,
)

STARS = (
    "ALDEBARAN",
    "ALGOL",
    "ALPHA_CENTAURI",
    "ANTARES",
    "ARCTURUS",
    "BETELGEUSE",
    "CANOPUS",
    "CAPELLA",
    "DENEB",
    "FOMALHAUT",
    "POLLUX",
    "PROCYON",
    "REGULUS",
    "SIRIUS",
    "SPICA",
    "VEGA",
)
"""The stars of the public API."""

PART_NAMES = {"FORTUNE": "FORTUNA"}
"""Lots that the public API has under other names."""

HERMETIC_PARTS = frozenset({"EROS"})
"""Lots that the public API documents, but has no formula for: they are taken from Paulus."""


class LegacyStarsRequest(LegacyChartDataRequest):
    orb: Annotated[float, Field(ge=0.0, le=5.0, description="Degrees of conjunctions")] = 1.0
    magnitude_limit: Annotated[
        float | None,
        Field(ge=-2.0, le=7.0, description="All stars up to it; left out: the sixteen named ones"),
    ] = None


class LegacyPartsRequest(LegacyChartDataRequest):
    parts: Annotated[
        tuple[PartName, ...],
        FailFast(),
        Field(max_length=MOST_POINTS, description="Empty: all twenty; EROS (LOVE) is known too"),
    ] = ()


class Conjunction(TypedDict):
    planet: str
    orb: float


class LegacyStar(Point):
    magnitude: float | None
    constellation: str | None
    conjunctions: list[Conjunction]


def _stars_request(payload: Payload) -> Payload:
    limit, orb = payload["magnitude_limit"], payload["orb"]
    stars = {"stars": STARS} if limit is None else {"magnitude_limit": limit}
    orbs = {"orb": orb, "bright_orb": orb}
    return {**birth_alone(payload), **stars, **orbs, "planets": STANDARD_POINTS}


def _stars_reply(reply: Any, _: Payload) -> dict[str, LegacyStar]:
    return {star["star"]: _star(star) for star in reply["stars"]}


def _star(star: Mapping[str, Any]) -> LegacyStar:
    return {
        **point({**star, "is_retrograde": star["speed"] < 0.0}),
        "magnitude": star["magnitude"],
        "constellation": star["constellation"],
        "conjunctions": [
            {"planet": met["planet"], "orb": met["orb"]} for met in star["conjunctions"]
        ],
    }


def _parts_calls(payload: Payload) -> Calls:
    birth, names = birth_alone(payload), payload["parts"]
    hermetic = [name for name in names if canonical_part(name) in HERMETIC_PARTS]
    # Every name keeps its place in the list, for refusals to tell which is unknown.
    own = ["FORTUNE" if name in hermetic else name for name in names]
    calls = [("arabic-parts", {**birth, "set": LotSet.NOCTURNA, "parts": own})]
    if hermetic:
        calls.append(("arabic-parts", {**birth, "set": LotSet.HERMETIC, "parts": hermetic}))
    return calls


def _parts_reply(replies: Any, payload: Payload) -> dict[str, float]:
    found = {part["lot"]: part["longitude"] for reply in replies for part in reply["parts"]}
    if not payload["parts"]:
        return {PART_NAMES.get(name, name): longitude for name, longitude in found.items()}
    return {spelled(name): found[canonical_part(name)] for name in payload["parts"]}


def canonical_part(name: str) -> str:
    written = spelled(name)
    return LOT_ALIASES.get(written, written)


ADAPTERS = (
    Adapter(
        "stateless/fixed-stars",
        "fixed-stars",
        LegacyStarsRequest,
        {**CHART_EXAMPLE, "orb": 1.5},
        _stars_request,
        _stars_reply,
        dict[str, LegacyStar],
        IN_CHART_DATA,
    ),
    Adapter(
        "stateless/arabic-parts",
        "arabic-parts",
        LegacyPartsRequest,
        {**CHART_EXAMPLE, "parts": ["FORTUNE", "SPIRIT"]},
        None,
        _parts_reply,
        dict[str, float],
        IN_CHART_DATA,
        several=_parts_calls,
    ),
)
