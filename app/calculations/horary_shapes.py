"""Shapes of horary findings in replies."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.aspects import ANGLE_OF
from app.astrology.horary import (
    Consideration,
    Finding,
    Judge,
    Leg,
    Void,
)
from app.astrology.perfection import Contact, Turn
from app.calculations.dignity_shapes import ReceptionReply
from app.calculations.shapes import AnglesReply, HouseReply, PositionReply, instant_text


class PerfectionReply(TypedDict):
    """An aspect between two planets: as it stands in the chart, and when it is exact."""

    planet1: str
    planet2: str
    aspect_type: str
    angle: float
    orb: Annotated[float, Field(description="Degrees from exactness in the chart")]
    applying: Annotated[bool | None, Field(description="In the chart; null when exact")]
    exact_time: Annotated[
        str | None, Field(description="UTC; null where it is not exact in time, or longer ago")
    ]
    julian_day: float | None
    in_sign: Annotated[
        bool | None, Field(description="Both keep their signs until then; null with no time")
    ]


class TurnReply(TypedDict):
    """Where two planets draw back from an aspect."""

    time: str
    julian_day: float
    orb: Annotated[float, Field(description="Degrees from exactness at the nearest")]
    station_planet: Annotated[
        str | None, Field(description="The one that next stands still; null within no time")
    ]
    station_time: str | None


class FindingReply(TypedDict):
    """One technique found. `planets` begin with who acts: translator, collector, prohibitor."""

    technique: str
    planets: list[str]
    aspects: list[PerfectionReply]
    hindered: Annotated[bool, Field(description="Another planet comes before this perfection")]
    received: Annotated[list[str], Field(description="Significators in a dignity of the collector")]
    turn: TurnReply | None


class ConsiderationReply(TypedDict):
    """A caution before judgement, and whether it applies."""

    name: str
    applies: Annotated[
        bool | None,
        Field(description="Null where it cannot be told: HOUR_DISAGREES without planetary hours"),
    ]
    planet: Annotated[
        str | None, Field(description="Whom it is about; of HOUR_DISAGREES the lord of the hour")
    ]
    degree: Annotated[float | None, Field(description="The degree that it rests on")]
    reasons: Annotated[
        list[str],
        Field(description="What makes it so; of HOUR_DISAGREES how the hour agrees, or why null"),
    ]


class SignificatorReply(TypedDict):
    """A planet that stands for someone or something."""

    role: Annotated[str, Field(description="QUERENT, QUERENT_MOON or QUESITED")]
    house: Annotated[int | None, Field(description="The house it rules; null for the Moon")]
    position: PositionReply


class VoidReply(TypedDict):
    """The Moon's course from the chart to the end of her sign."""

    is_void: Annotated[bool, Field(description="No aspect is exact before she leaves the sign")]
    leaves_sign: Annotated[str, Field(description="UTC")]
    julian_day: float
    excused: Annotated[
        bool, Field(description="In Taurus, Cancer, Sagittarius or Pisces she performs somewhat")
    ]
    aspects: Annotated[list[PerfectionReply], Field(description="All that come before that")]


class HoraryReply(TypedDict):
    significators: list[SignificatorReply]
    same_significator: Annotated[
        bool, Field(description="One planet rules both houses; then nothing has to perfect")
    ]
    considerations: list[ConsiderationReply]
    void_of_course: VoidReply
    findings: Annotated[
        list[FindingReply],
        Field(description="Between the lords first, then between the Moon and the quesited"),
    ]
    receptions: Annotated[
        list[ReceptionReply], Field(description="Between significators, by any dignity")
    ]
    houses: Annotated[list[HouseReply], Field(description="Twelve cusps from the first")]
    house_system: str
    angles: AnglesReply


def consideration_reply(consideration: Consideration) -> ConsiderationReply:
    planet = consideration.planet
    return {
        "name": consideration.caution,
        "applies": consideration.applies,
        "planet": None if planet is None else str(planet),
        "degree": consideration.degree,
        "reasons": [*consideration.reasons],
    }


def void_reply(void: Void, judge: Judge) -> VoidReply:
    return {
        "is_void": void.is_void,
        "leaves_sign": instant_text(void.leaves_sign),
        "julian_day": void.leaves_sign,
        "excused": void.excused,
        "aspects": [leg_reply(judge.leg(contact)) for contact in void.contacts],
    }


def finding_reply(finding: Finding) -> FindingReply:
    return {
        "technique": finding.technique,
        "planets": [str(planet) for planet in finding.planets],
        "aspects": [leg_reply(leg) for leg in finding.legs],
        "hindered": finding.hindered,
        "received": [str(planet) for planet in finding.received],
        "turn": None if finding.turn is None else turn_reply(finding.turn),
    }


def leg_reply(leg: Leg) -> PerfectionReply:
    contact: Contact | None = leg.contact
    return {
        "planet1": leg.first,
        "planet2": leg.second,
        "aspect_type": leg.kind,
        "angle": ANGLE_OF[leg.kind],
        "orb": leg.orb,
        "applying": leg.applying,
        "exact_time": None if contact is None else instant_text(contact.julian_day),
        "julian_day": None if contact is None else contact.julian_day,
        "in_sign": None if contact is None else contact.in_sign,
    }


def turn_reply(turn: Turn) -> TurnReply:
    return {
        "time": instant_text(turn.julian_day),
        "julian_day": turn.julian_day,
        "orb": turn.orb,
        "station_planet": None if turn.planet is None else str(turn.planet),
        "station_time": None if turn.station is None else instant_text(turn.station),
    }
