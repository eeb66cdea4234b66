"""Dignities against DEFINITIONS.md 3, published tables, and a chart that Lilly scored himself."""

from __future__ import annotations

from collections import Counter
from itertools import chain, repeat
from typing import Any

import pytest

from app.astrology.angles import signed_arc
from app.astrology.bodies import Body
from app.astrology.rulerships import (
    ELEMENTS,
    EXALTATIONS,
    TERMS,
    TRIPLICITIES,
    FaceSystem,
    TermSystem,
    TriplicitySystem,
    face_lord,
    term_lord,
)
from app.astrology.zodiac import SIGNS, Sign
from app.ephemeris.swiss import SwissEphemeris
from tests.calculations.asking import ask
from tests.reference import case
from tests.reference.test_definitions import CHART_A, CHART_N

# Tables


@pytest.mark.parametrize(
    ("system", "years"),
    [
        (TermSystem.EGYPTIAN, (57, 79, 66, 82, 76)),
        (TermSystem.PTOLEMAIC_ROBBINS, (57, 79, 66, 82, 76)),
        (TermSystem.PTOLEMAIC_LILLY, (57, 80, 65, 82, 76)),
    ],
)
def test_terms_add_up_to_the_greater_years(system: TermSystem, years: tuple[int, ...]) -> None:
    """DEFINITIONS.md 3; what Lilly prints gives Jupiter 80 and Mars 65."""
    degrees = Counter(term_lord(sign, degree, system) for sign in SIGNS for degree in range(30))
    planets = (Body.SATURN, Body.JUPITER, Body.MARS, Body.VENUS, Body.MERCURY)
    assert tuple(degrees[planet] for planet in planets) == years
    assert sum(years) == 360


WIDTHS = {
    TermSystem.EGYPTIAN: """
        jvems 66855  vejsm 86853  ejvms 66576  mvejs 76674  jvsem 65766  evjms 7A472
        sejvm 68772  mvejs 74856  jvesm C5454  ejvsm 77844  evjms 76755  vjems C4392
    """,
    TermSystem.PTOLEMAIC_ROBBINS: """
        jvems 68754  vejsm 87726  ejvms 76764  mjevs 67773  jesvm 67665  evjsm 76566
        svejm 65586  mvjes 67863  jvesm 86565  vejsm 66765  sevjm 66855  vjems 86655
    """,
}
"""Planets by their letters (e is Hermes) and widths in hexadecimal degrees, typed on its own: a
rendering of the other kind than upper limits."""
PLANET_OF = dict(
    zip("sjmve", (Body.SATURN, Body.JUPITER, Body.MARS, Body.VENUS, Body.MERCURY), strict=True)
)


@pytest.mark.parametrize("system", WIDTHS)
def test_every_degree_has_the_lord_of_the_table_by_widths(system: TermSystem) -> None:
    words = WIDTHS[system].split()
    lords = [
        PLANET_OF[letter]
        for letters, widths in zip(words[::2], words[1::2], strict=True)
        for letter in chain.from_iterable(
            repeat(letter, int(width, 16)) for letter, width in zip(letters, widths, strict=True)
        )
    ]
    assert len(lords) == 360
    for degree, lord in enumerate(lords):
        assert term_lord(SIGNS[degree // 30], degree % 30, system) is lord, degree


SATURN_IN_LILLY = {
    Sign.ARIES: range(27, 31),
    Sign.TAURUS: range(23, 27),
    Sign.GEMINI: range(22, 26),
    Sign.CANCER: range(28, 31),
    Sign.LEO: range(1, 7),
    Sign.VIRGO: range(19, 25),
    Sign.LIBRA: range(1, 7),
    Sign.SCORPIO: range(28, 31),
    Sign.SAGITTARIUS: range(21, 26),
    Sign.CAPRICORN: range(26, 31),
    Sign.AQUARIUS: range(1, 7),
    Sign.PISCES: range(27, 31),
}
"""Saturn's terms, in ordinal degrees, as Lilly lists them in Saturn's own chapter, page 58."""


@pytest.mark.parametrize("sign", SIGNS)
def test_saturns_chapter_lists_the_terms_of_the_table(sign: Sign) -> None:
    system = TermSystem.PTOLEMAIC_LILLY
    table = {n for n in range(1, 31) if term_lord(sign, n - 0.5, system) is Body.SATURN}
    # The chapter leaves out one degree that the table on page 104, and the sum of 57, give him.
    missing = {20} if sign is Sign.SAGITTARIUS else set()
    assert table - missing == set(SATURN_IN_LILLY[sign])


def test_saturns_chapter_lists_his_faces() -> None:
    """Lilly, page 58."""
    listed = {
        (Sign.TAURUS, 2),
        (Sign.LEO, 0),
        (Sign.LIBRA, 1),
        (Sign.SAGITTARIUS, 2),
        (Sign.PISCES, 0),
    }
    found = {
        (sign, face)
        for sign in SIGNS
        for face in range(3)
        if face_lord(sign, face * 10.0, FaceSystem.CHALDEAN) is Body.SATURN
    }
    assert found == listed


def test_lilly_differs_from_robbins_in_seven_signs() -> None:
    """DEFINITIONS.md 10."""
    one, other = (TERMS[s] for s in (TermSystem.PTOLEMAIC_ROBBINS, TermSystem.PTOLEMAIC_LILLY))
    changed = [sign for sign in SIGNS if one[sign] != other[sign]]
    assert len(changed) == 7


def test_exaltation_degrees_are_those_of_the_case() -> None:
    published = case("exaltation-degrees").expect
    assert {p.title(): [s.title(), d] for p, (s, d) in EXALTATIONS.items()} == published


def test_dorothean_triplicities_are_those_of_the_case() -> None:
    published = case("triplicity-dorothean").expect
    rulers = TRIPLICITIES[TriplicitySystem.DOROTHEAN]
    assert {
        element.title(): [planet.title() for part in triplicity for planet in part]
        for element, triplicity in zip(ELEMENTS, rulers, strict=True)
    } == published


# Chart A and N


def dignities(ephemeris: SwissEphemeris, chart: dict[str, Any], **more: Any) -> Any:
    return ask("dignities", {**chart, **more}, ephemeris).data


def rows(ephemeris: SwissEphemeris, chart: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {row["planet"]: row for row in dignities(ephemeris, chart, **more)["dignities"]}


def test_chart_a_has_the_essential_scores_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    found = rows(ephemeris, CHART_A)
    assert [row["total_score"] for row in found.values()] == [0, -4, 2, 0, 0, 0, 0]
    peregrine = {planet for planet, row in found.items() if row["peregrine"]}
    assert peregrine == set(found) - {"MERCURY"}
    lilly = rows(ephemeris, CHART_A, terms="PTOLEMAIC_LILLY")
    assert (lilly["MARS"]["total_score"], lilly["MERCURY"]["total_score"]) == (2, 0)
    everyone = rows(ephemeris, CHART_A, triplicity_scope="ALL_THREE")
    assert (everyone["MOON"]["triplicity"], everyone["MOON"]["total_score"]) == (3, -1)
    assert everyone["JUPITER"]["total_score"] == 3


def test_chart_a_has_the_almutens_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    found = {row["point"]: row for row in dignities(ephemeris, CHART_A)["almutens"]}
    assert (set(found["SUN"]["almutens"]), found["SUN"]["score"]) == ({"MARS", "SATURN"}, 5)
    first_two = {
        point: [(c["planet"], c["score"]) for c in found[point]["claims"][:2]]
        for point in ("ASC", "MC")
    }
    assert first_two["ASC"] == [("VENUS", 9), ("JUPITER", 5)]
    assert first_two["MC"] == [("JUPITER", 5), ("SUN", 3)]


def test_chart_a_has_the_accidents_of_the_definitions(ephemeris: SwissEphemeris) -> None:
    found = rows(ephemeris, CHART_A)
    names = {
        planet: {each["condition"] for each in row["accidental"]["conditions"]}
        for planet, row in found.items()
    }
    sun = found["SUN"]["longitude"]
    apart = -signed_arc(sun, found["MERCURY"]["longitude"])
    assert apart == pytest.approx(8.345274, abs=1e-6)
    assert "COMBUST" in names["MERCURY"]
    eight = rows(ephemeris, CHART_A, combust_orb=8.0)["MERCURY"]["accidental"]["conditions"]
    assert "UNDER_BEAMS" in {each["condition"] for each in eight}
    assert signed_arc(sun, found["VENUS"]["longitude"]) == pytest.approx(-38.7557, abs=1e-4)
    assert "ORIENTAL" in names["VENUS"]
    assert "OCCIDENTAL" in names["MARS"]
    assert "WANING" in names["MOON"]


def test_the_dispositors_of_chart_a_run_in_a_ring(ephemeris: SwissEphemeris) -> None:
    data = dignities(ephemeris, CHART_A)
    chains = {row["planet"]: row for row in data["dispositors"]}
    ring = ["SATURN", "VENUS", "JUPITER", "MARS"]
    for planet in ("SUN", "MERCURY"):
        assert (chains[planet]["chain"], chains[planet]["final_dispositor"]) == (ring, None)
    assert all(set(row["loop"]) == set(ring) for row in chains.values())
    assert not [row for row in data["receptions"] if row["kind"] == "MUTUAL"]


def test_chart_n_counts_the_rulers_of_the_night(ephemeris: SwissEphemeris) -> None:
    """The Moon rules earth by night, the Sun's and Mercury's element; Mars water, the Moon's."""
    data = dignities(ephemeris, CHART_N)
    assert data["is_day"] is False
    claims = {
        row["point"]: {claim["planet"]: claim["score"] for claim in row["claims"]}
        for row in data["almutens"]
    }
    assert claims["SUN"]["MOON"] == 3
    assert "VENUS" not in claims["SUN"]
    assert claims["MOON"]["MARS"] == 5 + 3
    assert claims["JUPITER"]["JUPITER"] == 3


# Lilly's own example

TRADESMAN = {
    "date": "1634-07-16",
    "time": "11:00",
    "calendar": "JULIAN",
    "latitude": 51.5,
    "longitude": 0.0,
    "house_system": "REGIOMONTANUS",
    "cusp_orb": 5.0,
    "terms": "PTOLEMAIC_LILLY",
    "triplicity": "LILLY",
    "peregrine_score": -5,
    "beams_orb": 15.0,
    "include_stars": True,
}
"""Christian Astrology, page 177: whether one shall be rich. Lilly counts Jupiter, 15.6 degrees
from the Sun, as free of its beams."""


def scored(row: dict[str, Any]) -> dict[str, int]:
    essential = {
        name: row[name]
        for name in ("rulership", "exaltation", "detriment", "fall", "triplicity", "term", "face")
    }
    found = {name: points for name, points in essential.items() if points}
    if row["peregrine_points"]:
        found["peregrine"] = row["peregrine_points"]
    accidents = row["accidental"]["conditions"]
    return {**found, **{each["condition"]: each["points"] for each in accidents if each["points"]}}


@pytest.mark.parametrize(
    ("planet", "printed"),
    [
        (
            "SATURN",
            {
                "peregrine": -5,
                "CADENT": 1,  # in the third
                "RETROGRADE": -5,
                "SLOW": -2,
                "FREE_OF_BEAMS": 5,
                "OCCIDENTAL": -2,
            },
        ),
        (
            "MARS",
            {
                "detriment": -5,
                "peregrine": -5,
                "ANGULAR": 5,  # in the ascendant
                "DIRECT": 4,
                "SWIFT": 2,
                "FREE_OF_BEAMS": 5,
                "OCCIDENTAL": -2,
                "CONJUNCT_STAR": 5,  # Spica
            },
        ),
        (
            "JUPITER",
            {
                "exaltation": 4,
                "ANGULAR": 5,  # in the tenth
                "DIRECT": 4,
                "SWIFT": 2,
                "FREE_OF_BEAMS": 5,
                "ORIENTAL": 2,  # by the table; the printed list leaves it out
            },
        ),
    ],
)
def test_planets_have_the_points_that_lilly_gave_them(
    planet: str, printed: dict[str, int], ephemeris: SwissEphemeris
) -> None:
    """Christian Astrology, pages 177-179, for the three planets whose lists were read."""
    assert scored(rows(ephemeris, TRADESMAN)[planet]) == printed


def test_lillys_planets_stand_where_he_says(ephemeris: SwissEphemeris) -> None:
    """Saturn at 15.19 Sagittarius, as his ephemeris had it: within 10 minutes of the truth."""
    found = rows(ephemeris, TRADESMAN)
    assert found["SATURN"]["longitude"] == pytest.approx(255.0 + 19.0 / 60.0, abs=10.0 / 60.0)
    assert found["MARS"]["sign"] == "LIBRA"
