"""Whose tables of dignity a request uses, and its limits, as fields and as `meta` echoes them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from app.astrology.accidental import (
    SiegeRule,
)
from app.astrology.bodies import Body
from app.astrology.dignities import (
    DignityRules,
    TriplicityScope,
)
from app.astrology.rulerships import (
    OUTER,
    FaceSystem,
    RulershipSystem,
    TermSystem,
    TriplicitySystem,
)
from app.astrology.zodiac import Sign
from app.calculations.fields import few, named
from app.calculations.request import CalculationRequest
from app.errors import InvalidInput

OuterName = Annotated[Body, *named(OUTER)]
SignName = Annotated[Sign, *named(Sign)]
Limit = Annotated[float, Field(ge=0.0, le=30.0)]


class DignityChoice(CalculationRequest):
    """Whose tables of essential dignity are used."""

    system: Annotated[
        Annotated[RulershipSystem, *named(RulershipSystem)],
        Field(description="MODERN adds Uranus, Neptune and Pluto as co-rulers"),
    ] = RulershipSystem.TRADITIONAL
    terms: Annotated[
        Annotated[TermSystem, *named(TermSystem)], Field(description="Whose terms (bounds)")
    ] = TermSystem.EGYPTIAN
    triplicity: Annotated[
        Annotated[TriplicitySystem, *named(TriplicitySystem)],
        Field(description="Whose triplicity rulers"),
    ] = TriplicitySystem.DOROTHEAN
    triplicity_scope: Annotated[
        Annotated[TriplicityScope, *named(TriplicityScope)],
        Field(description="The ruler of the chart's sect alone, or all of the element"),
    ] = TriplicityScope.SECT_RULER
    faces: Annotated[
        Annotated[FaceSystem, *named(FaceSystem)],
        Field(description="CHALDEAN faces, or the decans of the signs of one TRIPLICITY"),
    ] = FaceSystem.CHALDEAN
    outer_exaltations: Annotated[
        dict[OuterName, SignName],
        few(3),
        Field(
            description="Signs where Uranus, Neptune and Pluto are exalted, for MODERN; authors "
            "disagree, so by default nowhere",
            max_length=3,
        ),
    ] = {}  # noqa: RUF012 - pydantic copies it

    def dignity_rules(self) -> DignityRules:
        """The tables that these fields choose; raises InvalidInput for a contradiction."""
        if self.outer_exaltations and self.system is not RulershipSystem.MODERN:
            expected = "left out, unless system is MODERN"
            raise InvalidInput.of("outer_exaltations", expected, list(self.outer_exaltations))
        return DignityRules(
            self.system,
            self.terms,
            self.triplicity,
            self.triplicity_scope,
            self.faces,
            self.outer_exaltations,
        )

    def dignity_definitions(self) -> dict[str, Any]:
        """What `meta` echoes of them."""
        return {
            "system": self.system,
            "terms": self.terms,
            "triplicity": self.triplicity,
            "triplicity_scope": self.triplicity_scope,
            "faces": self.faces,
            "outer_exaltations": {str(p): str(s) for p, s in self.outer_exaltations.items()},
        }


class SolarLimits(CalculationRequest):
    """How near the Sun a planet is cazimi, combust, or under the beams."""

    cazimi_orb: Annotated[Limit, Field(description="Degrees from the Sun: in its heart")] = (
        17.0 / 60.0
    )
    combust_orb: Annotated[Limit, Field(description="Degrees from the Sun: burnt")] = 8.5
    beams_orb: Annotated[
        Limit, Field(description="Degrees from the Sun: under its beams; 15 in Greek authors")
    ] = 17.0
    combust_in_sign: Annotated[
        bool, Field(description="Combust only in the Sun's own sign, else under the beams")
    ] = True

    def solar_definitions(self) -> dict[str, Any]:
        """What `meta` echoes of them."""
        return {
            "cazimi_orb": self.cazimi_orb,
            "combust_orb": self.combust_orb,
            "beams_orb": self.beams_orb,
            "combust_in_sign": self.combust_in_sign,
        }


class SiegeChoice(CalculationRequest):
    """When a planet counts as besieged by Mars and Saturn."""

    siege: Annotated[
        Annotated[SiegeRule, *named(SiegeRule)],
        Field(description="Between the malefics by BODY, or by the RAYS of their aspects too"),
    ] = SiegeRule.BODY
    siege_span: Annotated[
        float,
        Field(ge=1.0, le=180.0, description="Widest arc in degrees between the two malefics"),
    ] = 30.0
