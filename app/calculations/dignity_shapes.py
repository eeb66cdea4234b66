"""Shapes of dignities, almutens, receptions and dispositors in replies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.accidental import (
    Accident,
    Condition,
)
from app.astrology.dignities import (
    DignityRules,
    Lords,
    claims,
)
from app.astrology.receptions import (
    Chain,
    Reception,
)
from app.astrology.sky import Position
from app.calculations.shapes import Degrees


class TriplicityReply(TypedDict):
    """Rulers of the element."""

    day: list[str]
    night: list[str]
    participating: list[str]


class RulersReply(TypedDict):
    """Who owns a degree."""

    domicile: Annotated[list[str], Field(description="The old ruler first; MODERN adds the new")]
    exaltation: list[str]
    detriment: list[str]
    fall: list[str]
    triplicity: TriplicityReply
    term: str
    face: str


class AccidentReply(TypedDict):
    """Something that strengthens or weakens a planet."""

    condition: str
    points: Annotated[int, Field(description="Lilly's points; 0 where he gives none")]
    other: Annotated[str | None, Field(description="The planet, node or star that brings it")]


class AccidentalReply(TypedDict):
    conditions: list[AccidentReply]
    total_score: Annotated[int | None, Field(description="Sum of the points; null if not asked")]


class DignityReply(TypedDict):
    """A planet's dignity in points; 0 stands for a dignity that it lacks."""

    planet: str
    longitude: Degrees
    sign: str
    degree: int
    minute: int
    second: int
    house: Annotated[int | None, Field(description="1 to 12; null without houses")]
    rulership: Annotated[int, Field(description="5 in its own sign")]
    exaltation: Annotated[int, Field(description="4 in the sign of its exaltation")]
    detriment: Annotated[int, Field(description="-5 opposite its own sign")]
    fall: Annotated[int, Field(description="-4 opposite its exaltation")]
    triplicity: Annotated[int, Field(description="3 as a ruler of the element")]
    term: Annotated[int, Field(description="2 in its own term")]
    face: Annotated[int, Field(description="1 in its own face")]
    peregrine: Annotated[bool, Field(description="It has none of the five dignities")]
    peregrine_points: Annotated[int, Field(description="`peregrine_score` of a peregrine planet")]
    total_score: Annotated[int | None, Field(description="Sum of the points; null if not asked")]
    rulers: RulersReply
    accidental: Annotated[AccidentalReply | None, Field(description="Null if not asked for")]


class ClaimReply(TypedDict):
    """What a planet owns of a degree."""

    planet: str
    score: int


class AlmutenReply(TypedDict):
    """The planet that owns a degree most, or several that tie."""

    point: str
    longitude: Degrees
    almutens: list[str]
    score: int
    claims: Annotated[list[ClaimReply], Field(description="All who own something, most first")]


class ReceptionReply(TypedDict):
    """`planet2` receives `planet1`, who stands in its dignities `by`; `back` the other way."""

    planet1: str
    planet2: str
    kind: Annotated[
        str, Field(description="MUTUAL by the same dignity, MIXED by different ones, ONE_SIDED")
    ]
    by: list[str]
    back: list[str]


class DispositorReply(TypedDict):
    """Whose sign a planet is in, whose sign that one is in, and so on."""

    planet: str
    dispositor: Annotated[str, Field(description="Itself in its own sign")]
    chain: list[str]
    final_dispositor: Annotated[
        str | None, Field(description="The planet in its own sign at the end, if there is one")
    ]
    loop: Annotated[list[str], Field(description="Else those that dispose of each other in a ring")]


class DignitiesReply(TypedDict):
    dignities: list[DignityReply]
    is_day: bool
    almutens: list[AlmutenReply]
    receptions: list[ReceptionReply]
    dispositors: list[DispositorReply]


def rulers_reply(lords: Lords) -> RulersReply:
    return {
        "domicile": [*lords.domicile],
        "exaltation": [*lords.exaltation],
        "detriment": [*lords.detriment],
        "fall": [*lords.fall],
        "triplicity": {
            "day": [*lords.triplicity.day],
            "night": [*lords.triplicity.night],
            "participating": [*lords.triplicity.participating],
        },
        "term": lords.term,
        "face": lords.face,
    }


def accidental_reply(accidents: Sequence[Accident], *, scores: bool) -> AccidentalReply:
    order = list(Condition)
    ranked = sorted(accidents, key=lambda accident: order.index(accident.condition))
    return {
        "conditions": [
            {"condition": each.condition, "points": each.points, "other": each.other}
            for each in ranked
        ],
        "total_score": sum(each.points for each in accidents) if scores else None,
    }


def almuten_reply(position: Position, rules: DignityRules, *, by_day: bool) -> AlmutenReply:
    found = claims(position.longitude, rules, by_day=by_day)
    best = found[0].points
    return {
        "point": str(position.point),
        "longitude": position.longitude,
        "almutens": [claim.planet for claim in found if claim.points == best],
        "score": best,
        "claims": [{"planet": claim.planet, "score": claim.points} for claim in found],
    }


def reception_reply(reception: Reception) -> ReceptionReply:
    return {
        "planet1": reception.guest,
        "planet2": reception.host,
        "kind": reception.kind,
        "by": [*reception.by],
        "back": [*reception.back],
    }


def dispositor_reply(chain: Chain) -> DispositorReply:
    return {
        "planet": chain.planet,
        "dispositor": chain.dispositors[0] if chain.dispositors else chain.planet,
        "chain": [*chain.dispositors],
        "final_dispositor": chain.final,
        "loop": [*chain.loop],
    }
