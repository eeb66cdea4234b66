"""Whether the lord of the planetary hour agrees with the ascendant of a question.

William Lilly, Christian Astrology (1647), page 121: a figure is radical when the lords of the hour
and of the ascendant are one, or of one triplicity, or of the same nature. His example for the
triplicity is an hour of Mars, who rules the watery one, with a watery sign rising.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from app.astrology.bodies import Body
from app.astrology.horary import Caution, Consideration
from app.astrology.names import Name
from app.astrology.rulerships import (
    DOMICILES,
    ELEMENTS,
    TRIPLICITIES,
    TriplicitySystem,
    element_of,
)
from app.astrology.zodiac import sign_of

NO_HOURS = "NO_PLANETARY_HOURS"
"""Why the agreement cannot be told: the Sun does not rise and set there within the day."""


class Agreement(Name):
    """How the lord of the hour agrees with the ascendant.

    SAME_LORD: it rules the rising sign. TRIPLICITY: it rules that sign's triplicity, by day or by
    night. NATURE: it is hot or cold, dry or moist, as the lord of the rising sign is. SIGN_NATURE:
    as the rising sign itself is.
    """

    SAME_LORD = "SAME_LORD"
    TRIPLICITY = "TRIPLICITY"
    NATURE = "NATURE"
    SIGN_NATURE = "SIGN_NATURE"


BY_LILLY = (Agreement.SAME_LORD, Agreement.TRIPLICITY, Agreement.NATURE)

NATURES: Mapping[Body, str] = {
    Body.SATURN: "EARTH",
    Body.JUPITER: "AIR",
    Body.MARS: "FIRE",
    Body.SUN: "FIRE",
    Body.VENUS: "WATER",
    Body.MERCURY: "EARTH",
    Body.MOON: "WATER",
}
"""The element that is hot or cold, dry or moist, as the planet is: FIRE is hot and dry, AIR hot and
moist, WATER cold and moist, EARTH cold and dry. Lilly, Christian Astrology, pages 57-83."""


def agreements(
    hour_lord: Body, ascendant: float, triplicities: TriplicitySystem, *, by_day: bool
) -> tuple[Agreement, ...]:
    """Every way in which the lord of an hour agrees with an ascendant, in degrees of its zodiac."""
    sign = sign_of(ascendant)
    lord = DOMICILES[sign]
    rulers = TRIPLICITIES[triplicities][element_of(sign)]
    found = {
        Agreement.SAME_LORD: hour_lord is lord,
        Agreement.TRIPLICITY: hour_lord in (rulers.day if by_day else rulers.night),
        Agreement.NATURE: NATURES[hour_lord] == NATURES[lord],
        Agreement.SIGN_NATURE: NATURES[hour_lord] == ELEMENTS[element_of(sign)],
    }
    return tuple(way for way, agrees in found.items() if agrees)


def hour_consideration(
    hour_lord: Body | None, ways: Collection[Agreement], counted: Collection[Agreement]
) -> Consideration:
    """The caution that the hour disagrees, with the ways that count in which it agrees as reasons.

    Without a lord of the hour it can neither apply nor not.
    """
    if hour_lord is None:
        return Consideration(Caution.HOUR_DISAGREES, None, None, None, (NO_HOURS,))
    found = tuple(str(way) for way in ways if way in counted)
    return Consideration(Caution.HOUR_DISAGREES, not found, hour_lord, None, found)
