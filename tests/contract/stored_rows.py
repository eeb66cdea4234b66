"""Operations 24 to 31: charts that are stored, and two of them compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.contract.answers import NATAL, SYN, TRANSITS
from tests.contract.births import FIELDS, LONDON, NEW_YORK, NO_HOUR, OUTSIDE, POLAR, WRONG, of_birth
from tests.contract.operation_rows import NO_PARTNER, NOT_THERE, PARTNER, PARTNERS, of_chart
from tests.contract.rows import (
    LEFT_OUT,
    Ask,
    Auth,
    Caller,
    Failure,
    Json,
    Row,
    Success,
    Wrap,
    asks,
    changed,
    missing,
    refused,
)
from tests.contract.shapes import (
    CAPITALS,
    ID,
    LATITUDE,
    NAIVE,
    WORDS,
    Exactly,
    Kind,
    Rows,
    between,
)

_SMALL_NAMES = Kind(
    "degrees by aspects in small letters",
    lambda value: (
        type(value) is dict
        and all(name == name.lower() for name in value)
        and all(type(orb) in {int, float} and orb >= 0 for orb in value.values())
    ),
)
CFG = Exactly({"house_system": CAPITALS, "aspects": Rows(WORDS), "orbs": _SMALL_NAMES})
NAIVE_DATE = Kind(
    "an ISO date-time without a zone",
    lambda value: type(value) is str and "T" in value and not value.endswith("Z"),
)
CHART = {
    "id": ID,
    "date": NAIVE_DATE,
    "latitude": LATITUDE,
    "longitude": between(-180.0, 180.0001, "degrees from -180 to 180"),
    "timezone": WORDS,
    "config": CFG,
    "created_at": NAIVE,
    "updated_at": NAIVE,
}
CONFIG: Json = {
    "house_system": "placidus",
    "aspects": ["conjunction", "opposition", "trine", "square", "sextile"],
    "orbs": {"conjunction": 8, "opposition": 8, "trine": 6, "square": 6, "sextile": 4},
}
"""In the letters of a bot that is in use."""
STORED: Json = {
    "date": "1990-01-15T14:30:00",
    "latitude": 40.7128,
    "longitude": -74.006,
    "timezone": "America/New_York",
    "config": CONFIG,
}
TRANSIT: Json = {"transit_date": "2026-01-11", "transit_time": "12:00:00"}
WRONG_CONFIG: Mapping[str, object] = {
    "config.house_system": "SOLAR",
    "config.aspects": ["SQUARISH"],
    "config.orbs": {"square": "wide"},
}


def _in_text(*failures: Failure) -> tuple[Failure, ...]:
    """The same where `detail` is no list, and so names no place."""
    return tuple(replace(one, in_text=True, loc=()) for one in failures)


def _absent(ask: Ask = Ask()) -> tuple[Failure, ...]:  # noqa: B008 - frozen
    return tuple(
        Failure(what, 404, ask, "NOT_FOUND", path={"chart": name}) for what, name in NOT_THERE
    )


def _pages(*queries: str) -> tuple[Failure, ...]:
    return tuple(
        Failure(
            query,
            422,
            Ask(query=dict([query.split("=")])),
            "VALIDATION_ERROR",
            loc=("query", query.split("=")[0]),
        )
        for query in queries
    )


ROWS = (
    Row(
        24,
        "POST",
        ("/api/charts/natal",),
        Auth.BEARER,
        {"chart_id": ID, **NATAL},
        (
            asks(NEW_YORK),
            asks({**NEW_YORK, "name": "Ada"}, "with a name, as the Python client asks"),
            asks(changed(NEW_YORK, "timezone", LEFT_OUT), "in UTC"),
            asks({**NEW_YORK, "time": "14:30"}, "HH:MM"),
            asks({**NEW_YORK, "longitude": "-74.006"}, "a number as text"),
            asks(NEW_YORK, "of a service token", caller=Caller.SERVICE),
        ),
        (
            *missing(NEW_YORK, *FIELDS),
            *_in_text(*refused(NEW_YORK, WRONG)),
            *_in_text(*refused(NEW_YORK, OUTSIDE)),
            *_in_text(Failure("a time that never was", 422, Ask(json=NO_HOUR))),
            Failure("houses at the pole", 422, Ask(json=POLAR), "CALCULATION_ERROR"),
        ),
    ),
    Row(
        25,
        "POST",
        ("/api/charts",),
        Auth.BEARER,
        CHART,
        (
            asks(STORED, "a date-time and a whole config"),
            asks(changed(STORED, "config", LEFT_OUT), "no config"),
            asks({**STORED, "config": {"house_system": "KOCH"}}, "a part of a config"),
            asks(NEW_YORK, "date and time apart"),
            asks({**LONDON, "config": CONFIG}, "date and time apart, with config"),
            asks({**STORED, "date": "1990-01-15T14:30:00-05:00"}, "an instant"),
            asks({**STORED, "date": "1990-01-15T19:30:00Z"}, "an instant in UTC"),
            asks({**STORED, "latitude": "40.7128"}, "a number as text"),
            asks(STORED, "of a service token", caller=Caller.SERVICE),
        ),
        (
            *of_birth(STORED),
            *refused(STORED, {"latitude": 500, "date": "1990-02-30T14:30:00"}, among=" too"),
            *missing(NEW_YORK, "time"),
            *refused(STORED, WRONG_CONFIG),
            Failure("a time that never was", 422, Ask(json=NO_HOUR)),
        ),
    ),
    Row(
        26,
        "GET",
        ("/api/charts",),
        Auth.BEARER,
        Rows(CHART),
        (
            Success("of a user"),
            Success("of nobody's charts", caller=Caller.FRESH, shape=Rows(CHART, length=0)),
            Success("skip and limit", Ask(query={"skip": "0", "limit": "1"})),
            Success("beyond the end", Ask(query={"skip": "100000"}), shape=Rows(CHART, length=0)),
        ),
        _pages("skip=x", "limit=x", "skip=-1", "limit=-1"),
    ),
    Row(
        27,
        "GET",
        ("/api/charts/{chart}",),
        Auth.BEARER,
        CHART,
        (Success("one's own"),),
        _absent(),
    ),
    Row(
        28,
        "PUT",
        ("/api/charts/{chart}",),
        Auth.BEARER,
        CHART,
        (
            asks({"config": CONFIG}, "the config"),
            asks({"config": {"house_system": "KOCH"}}, "a part of the config"),
            asks(
                {"date": "1991-02-16T03:15:00", "latitude": 51.5, "longitude": -0.1},
                "date and place",
            ),
            asks({}, "nothing"),
        ),
        (
            *_absent(Ask(json={"config": CONFIG})),
            *refused({"config": CONFIG}, WRONG_CONFIG),
            *refused({}, {"latitude": 91, "date": "someday", "timezone": "Nowhere/Land"}),
        ),
    ),
    Row(
        29,
        "DELETE",
        ("/api/charts/{fresh_chart}",),
        Auth.BEARER,
        None,
        (Success("one's own"),),
        tuple(
            Failure(what, 404, code="NOT_FOUND", path={"fresh_chart": name})
            for what, name in NOT_THERE
        ),
        Wrap.EMPTY,
        204,
    ),
    Row(
        30,
        "POST",
        ("/api/charts/{chart}/synastry",),
        Auth.BEARER,
        SYN,
        PARTNERS,
        (
            *of_chart(PARTNER),
            *NO_PARTNER,
            *missing(PARTNER, "target_chart_id"),
            *refused(PARTNER, {"aspects": ["SQUARISH"], "orb_multiplier": "wide"}),
        ),
        Wrap.INSIDE,
    ),
    Row(
        31,
        "POST",
        ("/api/charts/{chart}/transits",),
        Auth.BEARER,
        TRANSITS,
        (
            asks({**TRANSIT, "aspects": ["TRINE", "SQUARE"], "orb_multiplier": 1.0}, "all fields"),
            asks(TRANSIT, "what is needed"),
            asks({**TRANSIT, "transit_time": "12:00", "aspects": ["trine"]}, "as a front end asks"),
            asks({"transit_date": "2026-01-11T12:00:00"}, "the time inside the date"),
        ),
        (
            *of_chart(TRANSIT),
            *missing(TRANSIT, "transit_date", "transit_time"),
            *refused(TRANSIT, {"transit_date": "11/01/2026", "transit_time": "late"}),
            *refused(TRANSIT, {"aspects": ["SQUARISH"], "orb_multiplier": "wide"}),
        ),
        Wrap.INSIDE,
    ),
)
