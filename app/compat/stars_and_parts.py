"""Fixed stars and Arabic parts of a chart in the shapes of the public API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NotRequired

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.lot_sets import LotSet
from app.astrology.names import spelled
from app.calculations.arabic_parts import PartName
from app.calculations.fields import MOST_POINTS
from app.calculations.fixed_stars import MOST_STARS, StarName
from app.compat.forms import HouseOption, Operation
from app.compat.legacy import Calls, Payload, chart, picked
from app.compat.requests import LegacyRequest
from app.compat.shapes import Degree, PointAspect, degree_of, point_aspect
from app.compat.stateless_stars import HERMETIC_PARTS, STARS, canonical_part


class StarOptions(LegacyRequest):
    stars: Annotated[
        tuple[StarName, ...],
        FailFast(),
        Field(max_length=MOST_STARS, description="Empty: the sixteen of this API"),
    ] = ()
    include_conjunctions: bool = True
    orb: Annotated[float, Field(ge=0.0, le=5.0, description="Degrees of longitude")] = 1.0
    magnitude_limit: Annotated[
        float | None, Field(ge=-2.0, le=7.0, description="All stars as bright, if none are named")
    ] = None


class StarConjunction(TypedDict):
    planet: str
    orb: float


class LegacyStar(TypedDict):
    longitude: float
    latitude: float
    magnitude: float | None
    constellation: str | None
    is_conjunct: bool
    conjunctions: NotRequired[list[StarConjunction]]


class LegacyStars(TypedDict):
    stars: dict[str, LegacyStar]


def _stars_request(payload: Payload) -> Payload:
    asked = {
        **chart(payload),
        **picked(payload, "stars", "magnitude_limit", "orb"),
        "bright_orb": payload["orb"],
    }
    if not payload["stars"] and payload["magnitude_limit"] is None:
        asked["stars"] = STARS
    return asked


def _stars_reply(reply: Any, payload: Payload) -> LegacyStars:
    return {"stars": {star["star"]: _star(star, payload) for star in reply["stars"]}}


def _star(star: Mapping[str, Any], payload: Payload) -> LegacyStar:
    told: LegacyStar = {
        "longitude": star["longitude"],
        "latitude": star["latitude"],
        "magnitude": star["magnitude"],
        "constellation": star["constellation"],
        "is_conjunct": bool(star["conjunctions"]),
    }
    if payload["include_conjunctions"]:
        told["conjunctions"] = [
            {"planet": met["planet"], "orb": met["orb"]} for met in star["conjunctions"]
        ]
    return told


class PartOptions(HouseOption):
    parts: Annotated[
        tuple[PartName, ...],
        FailFast(),
        Field(max_length=MOST_POINTS, description="Empty: the twenty of this API"),
    ] = ()
    include_aspects: bool = True


class LegacyPart(Degree):
    latitude: float
    house: int | None
    formula: str
    aspects: NotRequired[list[PointAspect]]


class LegacyParts(TypedDict):
    parts: dict[str, LegacyPart]


def _parts_calls(payload: Payload) -> Calls:
    asked = {
        **chart(payload),
        "house_system": payload["house_system"],
        **picked(payload, "include_aspects", "aspects", "orbs"),
    }
    names = payload["parts"]
    hermetic = [name for name in names if canonical_part(name) in HERMETIC_PARTS]
    if not hermetic:
        return [("arabic-parts", {**asked, "set": LotSet.NOCTURNA, "parts": names})]
    calls = [("arabic-parts", {**asked, "set": LotSet.HERMETIC, "parts": hermetic})]
    own = [name for name in names if name not in hermetic]
    ours = ("arabic-parts", {**asked, "set": LotSet.NOCTURNA, "parts": own})
    return [ours, *calls] if own else calls


def _parts_reply(replies: Any, payload: Payload) -> LegacyParts:
    found = {part["lot"]: _part(part) for reply in replies for part in reply["parts"]}
    if not payload["parts"]:
        return {"parts": found}
    return {"parts": {spelled(name): found[canonical_part(name)] for name in payload["parts"]}}


def _part(part: Mapping[str, Any]) -> LegacyPart:
    told: LegacyPart = {
        **degree_of(part),  # type: ignore[typeddict-item]  # `aspects` may be left out
        "latitude": part["latitude"],
        "house": part["house"],
        "formula": part["applied_formula"],
    }
    if "aspects" in part:
        told["aspects"] = [point_aspect(aspect) for aspect in part["aspects"]]
    return told


OPERATIONS = (
    Operation(
        "fixed-stars",
        "fixed-stars",
        "fixed-stars",
        StarOptions,
        _stars_request,
        _stars_reply,
        LegacyStars,
        {"stars": ["REGULUS", "SPICA"]},
        {"bright_orb": "orb"},
    ),
    Operation(
        "arabic-parts",
        "arabic-parts",
        "arabic-parts",
        PartOptions,
        None,
        _parts_reply,
        LegacyParts,
        {"parts": ["FORTUNE", "SPIRIT"]},
        several=_parts_calls,
    ),
)
