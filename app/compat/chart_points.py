"""Dignities, reflections, declinations and harmonics in the shapes of the public API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NotRequired

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.houses import PolarPolicy
from app.astrology.rulerships import OUTER, RulershipSystem
from app.calculations.fields import Points
from app.calculations.harmonics import MOST_HARMONICS, HarmonicNumber
from app.compat.forms import HouseOption, Operation
from app.compat.legacy import Payload, chart, picked
from app.compat.requests import LegacyRequest
from app.compat.shapes import Degree, PairAspect, PointAspect, degree_of, pair_aspect, point_aspect
from app.errors import InvalidInput


class DignityOptions(LegacyRequest):
    planets: Annotated[
        Points, Field(description="Empty: Sun to Saturn; Uranus to Pluto are co-rulers of today")
    ] = ()
    include_scores: bool = True


class LegacyDignity(TypedDict):
    """Points of each dignity, 0 for one that the planet lacks."""

    sign: str
    rulership: int
    exaltation: int
    detriment: int
    fall: int
    triplicity: int
    term: int
    face: int
    total_score: NotRequired[int]


class LegacyDignities(TypedDict):
    dignities: dict[str, LegacyDignity]


def _dignities_request(payload: Payload) -> Payload:
    modern = any(planet in OUTER for planet in payload["planets"])
    return {
        **chart(payload),
        **picked(payload, "planets"),
        "system": RulershipSystem.MODERN if modern else RulershipSystem.TRADITIONAL,
        "include_accidental": False,
        "include_almutens": False,
        "include_receptions": False,
        "polar": PolarPolicy.FLAG,
    }


def _dignities_reply(reply: Any, payload: Payload) -> LegacyDignities:
    scores = payload["include_scores"]
    return {
        "dignities": {row["planet"]: _dignity(row, scores=scores) for row in reply["dignities"]}
    }


def _dignity(row: Mapping[str, Any], *, scores: bool) -> LegacyDignity:
    told: LegacyDignity = {
        "sign": row["sign"],
        "rulership": row["rulership"],
        "exaltation": row["exaltation"],
        "detriment": row["detriment"],
        "fall": row["fall"],
        "triplicity": row["triplicity"],
        "term": row["term"],
        "face": row["face"],
    }
    if scores:
        told["total_score"] = row["total_score"]
    return told


class AntisciaOptions(HouseOption):
    planets: Annotated[
        Points, Field(description="Empty: Sun to Pluto, mean node and mean Lilith")
    ] = ()
    include_aspects: bool = True


class LegacyAntiscion(Degree):
    latitude: float
    house: int | None
    aspects: NotRequired[list[PointAspect]]


class LegacyAntiscia(TypedDict):
    antiscia: dict[str, LegacyAntiscion]


def _antiscia_request(payload: Payload) -> Payload:
    return {
        **chart(payload),
        **picked(payload, "planets", "include_aspects"),
        "house_system": payload["house_system"],
        "include_contra": False,
    }


def _antiscia_reply(reply: Any, _: Payload) -> LegacyAntiscia:
    return {"antiscia": {row["planet"]: _antiscion(row) for row in reply["antiscia"]}}


def _antiscion(row: Mapping[str, Any]) -> LegacyAntiscion:
    told: LegacyAntiscion = {
        **degree_of(row),  # type: ignore[typeddict-item]  # `aspects` may be left out
        "latitude": row["latitude"],
        "house": row["house"],
    }
    if "aspects" in row:
        told["aspects"] = [point_aspect(aspect) for aspect in row["aspects"]]
    return told


class DeclinationOptions(LegacyRequest):
    planets: Annotated[Points, Field(description="Empty: Sun to Pluto")] = ()
    include_parallels: bool = True


class LegacyParallel(TypedDict):
    planet: str
    orb: float
    aspect_type: Annotated[str, Field(description="PARALLEL or CONTRAPARALLEL")]


class LegacyDeclination(TypedDict):
    declination: float
    is_parallel: NotRequired[bool]
    parallels: NotRequired[list[LegacyParallel]]


class LegacyDeclinations(TypedDict):
    declinations: dict[str, LegacyDeclination]


def _declinations_request(payload: Payload) -> Payload:
    return {**chart(payload), **picked(payload, "planets", "include_parallels")}


def _declinations_reply(reply: Any, _: Payload) -> LegacyDeclinations:
    return {"declinations": {row["planet"]: _declination(row) for row in reply["declinations"]}}


def _declination(row: Mapping[str, Any]) -> LegacyDeclination:
    told: LegacyDeclination = {"declination": row["declination"]}
    if "parallels" in row:
        told["is_parallel"] = bool(row["parallels"])
        told["parallels"] = [
            {"planet": each["planet"], "orb": each["orb"], "aspect_type": each["aspect_type"]}
            for each in row["parallels"]
        ]
    return told


class HarmonicOptions(LegacyRequest):
    harmonic: HarmonicNumber | None = None
    harmonics: Annotated[
        tuple[HarmonicNumber, ...],
        FailFast(),
        Field(max_length=MOST_HARMONICS, description="Several, in place of `harmonic`"),
    ] = ()
    planets: Annotated[
        Points, Field(description="Empty: Sun to Pluto, mean node and mean Lilith")
    ] = ()
    include_aspects: bool = True


class LegacyMultiplied(TypedDict):
    longitude: float
    latitude: float


class LegacyHarmonic(TypedDict):
    """One harmonic chart."""

    positions: dict[str, LegacyMultiplied]
    aspects: list[PairAspect]


class LegacyNumberedHarmonic(LegacyHarmonic):
    harmonic: int


class LegacyHarmonics(LegacyHarmonic):
    """The first harmonic asked for, and all of them."""

    harmonic: int
    harmonics: list[LegacyNumberedHarmonic]


def _harmonics_request(payload: Payload) -> Payload:
    single, several = payload["harmonic"], payload["harmonics"]
    if single is None and not several:
        raise InvalidInput.of("harmonic", "given, or harmonics in its place", None)
    if single is not None and several:
        raise InvalidInput.of("harmonics", "left out, because harmonic is given", several)
    return {
        **chart(payload),
        **picked(payload, "planets", "include_aspects", "aspects", "orbs"),
        "harmonics": several or [single],
    }


def _harmonics_reply(reply: Any, _: Payload) -> LegacyHarmonics:
    found = [_harmonic(row) for row in reply["harmonics"]]
    return {**found[0], "harmonics": found}


def _harmonic(row: Mapping[str, Any]) -> LegacyNumberedHarmonic:
    return {
        "harmonic": row["harmonic"],
        "positions": {
            place["planet"]: {"longitude": place["longitude"], "latitude": place["latitude"]}
            for place in row["positions"]
        },
        "aspects": [pair_aspect(aspect) for aspect in row["aspects"]],
    }


OPERATIONS = (
    Operation(
        "dignities",
        "dignities",
        "dignities",
        DignityOptions,
        _dignities_request,
        _dignities_reply,
        LegacyDignities,
    ),
    Operation(
        "antiscia",
        "antiscia",
        "antiscia",
        AntisciaOptions,
        _antiscia_request,
        _antiscia_reply,
        LegacyAntiscia,
    ),
    Operation(
        "declinations",
        "declinations",
        "declinations",
        DeclinationOptions,
        _declinations_request,
        _declinations_reply,
        LegacyDeclinations,
    ),
    Operation(
        "harmonics",
        "harmonics",
        "harmonics",
        HarmonicOptions,
        _harmonics_request,
        _harmonics_reply,
        LegacyHarmonics,
        {"harmonic": 5},
    ),
)
