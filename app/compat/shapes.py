"""Shapes of the public API that several replies share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict


class PointAspect(TypedDict):
    """An aspect with a planet."""

    planet: str
    angle: Annotated[float, Field(description="Exact angle of this aspect")]
    orb: float
    aspect_type: str


class PairAspect(TypedDict):
    planet1: str
    planet2: str
    angle: Annotated[float, Field(description="Exact angle of this aspect")]
    orb: float
    aspect_type: str


def point_aspect(aspect: Mapping[str, Any]) -> PointAspect:
    return {
        "planet": aspect["planet"],
        "angle": aspect["angle"],
        "orb": aspect["orb"],
        "aspect_type": aspect["aspect_type"],
    }


def pair_aspect(aspect: Mapping[str, Any]) -> PairAspect:
    return {
        "planet1": aspect["planet1"],
        "planet2": aspect["planet2"],
        "angle": aspect["angle"],
        "orb": aspect["orb"],
        "aspect_type": aspect["aspect_type"],
    }


class Degree(TypedDict):
    """A degree of the zodiac."""

    longitude: float
    sign: str
    degree: int
    minute: int
    second: int


def degree_of(place: Mapping[str, Any]) -> Degree:
    return {
        "longitude": place["longitude"],
        "sign": place["sign"],
        "degree": place["degree"],
        "minute": place["minute"],
        "second": place["second"],
    }
