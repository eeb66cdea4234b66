"""Aspects of what moves to a birth that stands still: how wide they are, and how they are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from app.astrology.aspects import Aspect, OrbRules
from app.calculations.fields import AspectName, few
from app.calculations.orbs import MOST_ORBS, AspectChoice, Orb, OrbChoice
from app.calculations.shapes import AspectReply, aspect_replies

ORB_TO_NATAL = 3.0
"""Degrees that passing points have by default to those of a birth."""

Orbs = Annotated[dict[AspectName, Orb], few(MOST_ORBS), Field(max_length=MOST_ORBS)]
FlatOrb = Annotated[Orb, Field(description="Degrees for every aspect that `orbs` does not name")]
OrbToNatal = Annotated[
    Orb, Field(description="Degrees for every aspect to the birth that has no orb of its own")
]


def flattened(choice: OrbChoice, rules: OrbRules, orb: float) -> OrbRules:
    """The rules with one orb, in degrees, for all aspects that the choice gives none of its own."""
    own = {str(kind) for kind in choice.orbs} | {aspect.name for aspect in choice.own_aspects}
    aspects = tuple(rule if rule.name in own else rule._replace(orb=orb) for rule in rules.aspects)
    return replace(rules, aspects=aspects)


class FlatOrbs(OrbChoice):
    """Aspects to a birth with one orb for all of them."""

    orb: FlatOrb = ORB_TO_NATAL

    def orb_rules(self) -> OrbRules:
        return flattened(self, super().orb_rules(), self.orb)

    def orb_definitions(self, rules: OrbRules) -> dict[str, Any]:
        return super().orb_definitions(rules) | {"orb": self.orb}


class OrbsToNatal(AspectChoice):
    """The orbs of a chart's own aspects, and one orb for those to the birth."""

    orb: OrbToNatal = ORB_TO_NATAL
    orbs_to_natal: Annotated[
        Orbs | None,
        Field(
            description="Orb in degrees for some aspects to the birth; left out: those of `orbs`"
        ),
    ] = None

    def natal_rules(self) -> OrbRules:
        """The rules of the aspects to the birth."""
        choice: OrbChoice = self
        if self.orbs_to_natal is not None:
            choice = self.model_copy(update={"orbs": self.orbs_to_natal})
        return flattened(choice, choice.orb_rules(), self.orb)

    def natal_orb_definitions(self, rules: OrbRules) -> dict[str, Any]:
        """What `meta` echoes of them."""
        orbs = {rule.name: rule.orb * rules.multiplier for rule in rules.aspects}
        return {"orb": self.orb, "orbs_to_natal": orbs}


class NatalAspectReply(AspectReply):
    """An aspect to a birth: `planet1` is the natal point and stands, `planet2` moves."""

    natal_planet: Annotated[str, Field(description="The same as `planet1`")]
    moving_planet: Annotated[str, Field(description="The same as `planet2`")]


def natal_aspect_replies(
    aspects: Sequence[Aspect], exact_days: Sequence[float | None] | None = None
) -> list[NatalAspectReply]:
    """Aspects whose first side is the birth's, with exact times where Julian days are given."""
    return [
        {**reply, "natal_planet": reply["planet1"], "moving_planet": reply["planet2"]}
        for reply in aspect_replies(aspects, exact_days)
    ]
