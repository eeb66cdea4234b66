"""Solar returns against a published chart."""

from __future__ import annotations

import pytest

from app.astrology.angles import separation
from app.ephemeris.almanac import SwissAlmanac
from tests.calculations.asking import ask
from tests.reference import Case, cases

SECONDS_OF_A_DAY = 86_400.0
NAMES = {"Sun": "SUN", "Moon": "MOON", "ASC": "ASC", "MC": "MC", "part_of_fortune": "FORTUNE"}


@pytest.mark.parametrize("given", cases("solar_return"), ids=str)
def test_a_solar_return_is_that_of_the_published_chart(
    given: Case, ephemeris: SwissAlmanac
) -> None:
    natal = given.input["natal"]
    request = {
        "natal_chart": {
            "date": natal["utc"],
            "latitude": natal["lat"],
            "longitude": natal["lon"],
            "house_system": natal["house_system"],
        },
        "return_date": f"{given.input['year']}-01-01",
        "planets": list(NAMES.values()),
    }
    (found,) = ask("returns", request, ephemeris).data["returns"]
    late = (
        ephemeris.delta_t(found["julian_day"]) / SECONDS_OF_A_DAY
        + found["julian_day"]
        - given.expect["return_jd_tt"]
    )
    assert abs(late) * SECONDS_OF_A_DAY <= given.tolerance["seconds"]
    places = {row["planet"]: row["longitude"] for row in found["chart"]["positions"]}
    places["cusp2"] = found["chart"]["houses"][1]["longitude"]
    for name, published in given.expect["lon_deg"].items():
        ours = places[NAMES.get(name, name)]
        assert separation(ours, published) <= given.tolerance["lon_deg"], name
