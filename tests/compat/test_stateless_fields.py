"""POST /api/stateless/…: every documented field of CONTRACT.md 1.7, in requests and replies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Any

import pytest

from app.astrology.bodies import STANDARD_POINTS
from app.calculations.paths import is_model, kinds
from app.compat.requests import LegacyBirth, LegacyRequest
from app.ephemeris.almanac import SwissAlmanac
from app.wire import decode, encode, paired
from tests.calculations.asking import NEW_YORK, Asked, ask
from tests.compat.adapters import adapters

OPERATIONS = [name for name in adapters() if name.startswith("stateless/")]
TWELVE = tuple(str(point) for point in STANDARD_POINTS)
THIRTEEN = (*TWELVE, "SOUTH_NODE")
ARCTIC = {**NEW_YORK, "latitude": 80.0}

OPTIONS: dict[str, Any] = {
    "options.planets": ["SUN", "MARS"],
    "options.aspects": ["trine", "quintile"],
    "options.orb_multiplier": 0.3,
}
MADE_OF_A_BIRTH = {"natal_chart": ARCTIC}

CHANGES: Mapping[str, Mapping[str, Any]] = {
    "natal-chart": {
        "planets": ["SUN"],
        "aspects": ["quintile"],
        "orbs": {"TRINE": 1.0},
        "orb_multiplier": 0.5,
    },
    "synastry": {"chart1": ARCTIC, "chart2": ARCTIC, **OPTIONS},
    "transits": {
        "natal_chart": ARCTIC,
        "transit_date": "2026-02-11",
        "transit_time": "18:00",
        **OPTIONS,
    },
    "progressions": {
        "natal_chart": ARCTIC,
        "progression_date": "2030-01-01",
        "progression_type": "tertiary",
        **OPTIONS,
    },
    "composite": {"chart1": ARCTIC, "chart2": ARCTIC, "composite_type": "davison", **OPTIONS},
    "returns": {
        "natal_chart": ARCTIC,
        "return_date": "2027-05-05",
        "return_type": "lunar",
        "planet": "MARS",
        "location": {"latitude": -33.9, "longitude": 151.2},
        "location.latitude": -33.9,
        "location.longitude": 151.2,
    },
    "directions": {
        "natal_chart": ARCTIC,
        "target_date": "2030-01-11",
        "direction_type": "symbolic",
        "key_rate": 0.9856,
    },
    "eclipses": {
        "natal_chart": {**NEW_YORK, "date": "1991-06-06"},
        "start_date": "2026-08-01",
        "end_date": "2027-12-31",
        "eclipse_type": "lunar",
    },
    "ingresses": {
        "natal_chart": {**NEW_YORK, "time": "02:30"},
        "start_date": "2026-08-01",
        "end_date": "2027-01-31",
        "planets": ["MARS"],
    },
    "fixed-stars": {"chart_data": {**NEW_YORK, "date": "1890-01-01"}, "orb": 4.0}
    | {"magnitude_limit": 1.0},
    "arabic-parts": {"chart_data": ARCTIC, "parts": ["EROS"]},
    "dignities": {"chart_data": {**NEW_YORK, "time": "02:30"}, "dignity_system": "modern"},
    "antiscia": {"chart_data": {**NEW_YORK, "time": "02:30"}, "include_contra": False},
    "declinations": {"chart_data": {**NEW_YORK, "time": "02:30"}, "parallel_orb": 0.1},
    "harmonics": {"chart_data": {**NEW_YORK, "time": "02:30"}, "harmonics": [1, 16]},
    "rectification": {
        "chart_data": {**NEW_YORK, "time": "02:30"},
        "events": [{"date": "2011-06-12", "type": "MARRIAGE", "description": "in May"}],
        "events.date": "2010-06-13",
        "events.type": "CAREER",
        "events.description": "another",
        "time_range_minutes": 20,
    },
    "special-points": {
        "chart_data": {**NEW_YORK, "time": "02:30"},
        "include_nodes": False,
        "include_lilith": False,
        "include_selena": False,
        "use_true_node": True,
    },
}
"""For every request field beside those of births, a value that changes the answer."""

PLANETARY = {"return_type": "planetary"}
NEEDS = {("returns", "planet"): PLANETARY}
LATE = {("returns", "location.latitude"), ("returns", "location.longitude")}
ECHOED = {("rectification", "events.type"), ("rectification", "events.description")}
"""Words of the caller, which seed the random dates alone."""


def own_fields(model: type[LegacyRequest], path: str = "") -> Iterator[str]:
    """Fields by their dotted names, without those of births."""
    for name, field in model.model_fields.items():
        nested = [kind for kind in kinds(field) if is_model(kind)]
        if "tuple" in str(field.annotation) and "LegacyEvent" in str(field.annotation):
            yield from (f"{path}{name}.{inner}" for inner in ("date", "type", "description"))
        if not nested or issubclass(nested[0], LegacyBirth) or (not path and name == "location"):
            yield f"{path}{name}"
        if nested and not issubclass(nested[0], LegacyBirth):
            yield from own_fields(nested[0], f"{path}{name}.")


def example(operation: str) -> dict[str, Any]:
    return dict(adapters()[operation].example)


def changed(request: dict[str, Any], field: str, value: Any) -> dict[str, Any]:
    outer, _, inner = field.partition(".")
    if not inner:
        return {**request, outer: value}
    if outer == "events":
        first, *others = request[outer]
        return {**request, outer: [{**first, inner: value}, *others]}
    within = request.get(outer) or {}
    if outer == "location":
        within = {"latitude": 10.0, "longitude": 20.0}
    return {**request, outer: {**within, inner: value}}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_request_field_is_in_the_table(operation: str) -> None:
    model = adapters()[operation].request
    births = (
        set(LegacyBirth.model_fields) | {"house_system"} if "date" in model.model_fields else ()
    )
    assert set(CHANGES[operation.removeprefix("stateless/")]) == set(own_fields(model)) - set(
        births
    )


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, fields in CHANGES.items() for field in fields]
)
def test_every_request_field_changes_the_answer(
    name: str, field: str, ephemeris: SwissAlmanac
) -> None:
    """CONTRACT.md 58 to 63: most of them were ignored."""
    operation = f"stateless/{name}"
    plain = {**example(operation), **NEEDS.get((name, field), {})}
    if field.startswith("location."):
        plain["location"] = {"latitude": 10.0, "longitude": 20.0}
    before = ask(operation, plain, ephemeris)
    after = ask(operation, changed(plain, field, CHANGES[name][field]), ephemeris)
    assert before.status == 200
    if (name, field) in ECHOED:
        assert after.outcome.digest != before.outcome.digest
    elif after.status == 422:
        assert (name, field.partition(".")[0]) in POLAR
        assert after.error["code"] == "CALCULATION_ERROR"
    else:
        assert after.data != before.data
        assert after.outcome.digest != before.outcome.digest


POLAR = {
    ("synastry", "chart1"),
    ("synastry", "chart2"),
    ("transits", "natal_chart"),
    ("progressions", "natal_chart"),
    ("composite", "chart1"),
    ("composite", "chart2"),
    ("returns", "natal_chart"),
    ("directions", "natal_chart"),
}
"""Placidus is undefined in the Arctic."""

POINT: dict[str, Any] = {
    "longitude": float,
    "latitude": float,
    "distance": float,
    "speed_long": float,
    "speed_lat": float,
    "speed_dist": float,
    "speed": float,
    "is_retrograde": bool,
}
"""CONTRACT.md 1.7: PRaw, and the spellings of PNat beside."""
EIGHT = [float] * 8
HOUSES: dict[str, Any] = {"cusps": [float] * 12, "angles": EIGHT, "system": str}
FOUR = {"ASC": float, "MC": float, "DESC": float, "IC": float}
FEW = {"ASC": float, "MC": float, "ARMC": float, "VERTEX": float}
NUMBERED: dict[str, Any] = {
    "planet1": str,
    "planet2": str,
    "aspect": float,
    "aspect_type": str,
    "angle": float,
    "orb": float,
    "applying": bool | None,
    "strength": float,
}
COMPARED: dict[str, Any] = {
    "planet1": str,
    "planet2": str,
    "aspect_type": str,
    "angle": float,
    "orb": float,
    "applying": bool | None,
    "strength": float,
}
TRANSIT = {**COMPARED, "applying": bool, "natal_planet": str, "transit_planet": str}
SYNASTRY: dict[str, Any] = {
    "total_strength": float,
    "planet_aspects": {name: {"*": str} for name in TWELVE},
    "house_aspects": {str(number): {"*": str} for number in range(1, 13)},
}


def every(names: tuple[str, ...], shape: Any) -> dict[str, Any]:
    return dict.fromkeys(names, shape)


def rows(shape: Any) -> dict[str, Any]:
    """A list of any length."""
    return {"*": shape}


REPLIES: Mapping[str, Any] = {
    "natal-chart": {
        "planets": every(
            TWELVE, {name: POINT[name] for name in POINT if not name.startswith("speed_")}
        ),
        "houses": {"cusps": [float] * 12, "angles": FOUR, "system": str},
        "aspects": {
            "aspects": rows(
                {
                    "planet1": str,
                    "planet2": str,
                    "angle": float,
                    "orb": float,
                    "aspect_type": str,
                    "applying": bool,
                    "strength": float,
                    "is_partile": bool,
                    "is_exact": bool,
                }
            )
        },
    },
    "synastry": {
        **SYNASTRY,
        "planet_aspects": every(("SUN", "MOON", "VENUS", "MARS"), rows(str)),
        "aspects": rows(COMPARED),
        "compatibility_score": float,
    },
    "transits": {
        **SYNASTRY,
        "aspects": rows(TRANSIT),
        "active_transits": rows(TRANSIT),
        "transit_positions": every(TWELVE, POINT),
    },
    "progressions": {
        "progressed_date": str,
        "julian_day": float,
        "planets": every(THIRTEEN, POINT),
        "houses": HOUSES,
        "angles": EIGHT,
        "solar_arc": float,
        "progressed_positions": every(THIRTEEN, POINT),
        "aspects_to_natal": rows(NUMBERED),
    },
    "composite": {
        "planets": every(TWELVE, POINT),
        "houses": {"cusps": [float] * 12, "angles": FOUR, "system": str},
        "aspects": rows(NUMBERED),
    },
    "returns": {
        "return_time": str,
        "julian_day": float,
        "planets": every(THIRTEEN, POINT),
        "houses": HOUSES,
        "angles": EIGHT,
    },
    "directions": {
        "solar_arc": float,
        "directed_planets": every(THIRTEEN, POINT),
        "directed_houses": HOUSES,
        "directed_angles": FEW,
        "aspects": rows(
            {
                "directed_point": str,
                "natal_point": str,
                "aspect": float,
                "aspect_type": str,
                "angle": float,
                "orb": float,
                "strength": float,
                "arc": float,
                "date": str,
            }
        ),
        "total_strength": float,
    },
    "eclipses": {
        "message": str,
        "eclipses": rows(
            {
                "eclipse_type": str,
                "date": str,
                "julian_day": float,
                "type": str,
                "magnitude": float,
                "saros_series": int,
                "longitude": float,
                "positions": every(
                    ("SUN", "MOON"),
                    {name: POINT[name] for name in POINT if not name.startswith("speed_")},
                ),
                "natal_house": int,
                "aspects_to_natal": rows(dict),
            }
        ),
    },
    "ingresses": {
        "message": str,
        "ingresses": rows(
            {
                "type": str,
                "planet": str,
                "sign": str | None,
                "house": int | None,
                "date": str,
                "julian_day": float,
                "is_retrograde": bool,
            }
        ),
    },
    "fixed-stars": every(
        (
            "ALDEBARAN",
            "ALGOL",
            "ALPHA_CENTAURI",
            "ANTARES",
            "ARCTURUS",
            "BETELGEUSE",
            "CANOPUS",
            "CAPELLA",
            "DENEB",
            "FOMALHAUT",
            "POLLUX",
            "PROCYON",
            "REGULUS",
            "SIRIUS",
            "SPICA",
            "VEGA",
        ),
        {
            **POINT,
            "magnitude": float,
            "constellation": str,
            "conjunctions": rows({"planet": str, "orb": float}),
        },
    ),
    "arabic-parts": every(("FORTUNE", "SPIRIT"), float),
    "dignities": {"message": str, "dignities": rows(dict)},
    "antiscia": every(
        TWELVE,
        {
            **POINT,
            "antiscia_type": int,
            "original_point": str,
            "contra_antiscion": {**POINT, "antiscia_type": int, "original_point": str},
        },
    ),
    "declinations": every(
        TWELVE,
        {
            "declination": float,
            "longitude": float,
            "latitude": float,
            "aspects": rows({"point": str, "aspect": int, "aspect_type": str, "orb": float}),
        },
    ),
    "harmonics": {
        "harmonics": rows(
            {
                "harmonic": int,
                "data": {
                    "harmonic": int,
                    "planets": every(THIRTEEN, {**POINT, "harmonic": int}),
                    "houses": HOUSES,
                    "angles": FEW,
                    "aspects": rows({**NUMBERED, "harmonic": int}),
                },
            }
        )
    },
    "rectification": {
        "message": str,
        "total_events": int,
        "suggested_times": rows(
            {
                "time": str,
                "start": str,
                "end": str,
                "confidence": float,
                "better_than_chance": bool,
                "events_matched": int,
            }
        ),
    },
    "special-points": every(
        ("north_node", "south_node", "lilith_mean", "lilith_true", "selena"),
        {"longitude": float, "latitude": float, "speed": float, "type": str},
    ),
}
"""Names and types of every field of a reply; `*` stands for the items of a list."""


def misfits(value: Any, shape: Any, path: str) -> Iterator[str]:  # noqa: C901 - a table
    if isinstance(shape, type | UnionType):
        if not isinstance(value, shape) or (isinstance(value, bool) and shape is int):
            yield f"{path} is {type(value).__name__}, not {shape}"
    elif isinstance(shape, list):
        if not isinstance(value, list) or len(value) != len(shape):
            yield f"{path} is no list of {len(shape)}"
            return
        for index, (item, inner) in enumerate(zip(value, shape, strict=True)):
            yield from misfits(item, inner, f"{path}.{index}")
    elif "*" in shape:
        if not isinstance(value, list):
            yield f"{path} is no list"
            return
        for index, item in enumerate(value):
            yield from misfits(item, shape["*"], f"{path}.{index}")
    elif not isinstance(value, dict) or sorted(value) != sorted(shape):
        yield f"{path} is {value!r:.200}, not {sorted(shape)}"
    else:
        for name, inner in shape.items():
            yield from misfits(value[name], inner, f"{path}.{name}")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_reply_field_is_there_with_its_type(operation: str, ephemeris: SwissAlmanac) -> None:
    answer = ask(operation, example(operation), ephemeris)
    assert list(misfits(answer.data, REPLIES[operation.removeprefix("stateless/")], "data")) == []
    assert list(answer.body) == ["success", "data", "error"]


# Refusals name what the caller wrote


def problem(answer: Asked) -> list[Any]:
    assert answer.status == 422, answer.body
    return list(answer.body["detail"][0]["loc"])


@pytest.mark.parametrize(
    ("name", "field", "value", "location"),
    [
        ("synastry", "chart1", 5, ["chart1"]),
        ("synastry", "chart2", None, ["chart2"]),
        ("synastry", "chart2", {**NEW_YORK, "latitude": "north"}, ["chart2", "latitude"]),
        ("synastry", "options", {"orb_multiplier": 3.5}, ["options", "orb_multiplier"]),
        ("synastry", "options", {"orb_multiplier": "0.05"}, ["options", "orb_multiplier"]),
        ("synastry", "options", {"planets": ["SUN", "X"]}, ["options", "planets", 1]),
        ("synastry", "options", {"aspects": "trine"}, ["options", "aspects"]),
        ("synastry", "options", [1], ["options"]),
        ("transits", "transit_date", "soon", ["transit_date"]),
        ("transits", "transit_time", "25:00", ["transit_time"]),
        ("progressions", "natal_chart", {**NEW_YORK, "time": "unknown"}, ["natal_chart", "time"]),
        ("harmonics", "chart_data", {**NEW_YORK, "time": "unknown"}, ["chart_data", "time"]),
        ("progressions", "progression_date", "2026-13-01", ["progression_date"]),
        ("progressions", "progression_type", "quaternary", ["progression_type"]),
        ("composite", "composite_type", "mean", ["composite_type"]),
        ("returns", "return_date", "x", ["return_date"]),
        ("returns", "return_type", "martial", ["return_type"]),
        ("returns", "location", {"latitude": 91, "longitude": 0}, ["location", "latitude"]),
        ("directions", "key_rate", 0, ["key_rate"]),
        ("directions", "target_date", "1900-01-01", ["target_date"]),
        ("eclipses", "end_date", "2025-01-01", ["end_date"]),
        ("eclipses", "eclipse_type", "partial", ["eclipse_type"]),
        ("ingresses", "start_date", "never", ["start_date"]),
        ("fixed-stars", "orb", "wide", ["orb"]),
        ("fixed-stars", "magnitude_limit", 9, ["magnitude_limit"]),
        ("fixed-stars", "chart_data", {**NEW_YORK, "date": "x"}, ["chart_data", "date"]),
        ("arabic-parts", "parts", ["SPIRIT", "NOTHING"], ["parts", 1]),
        ("arabic-parts", "chart_data", {**NEW_YORK, "timezone": "x"}, ["chart_data", "timezone"]),
        ("dignities", "dignity_system", "vedic", ["dignity_system"]),
        ("antiscia", "include_contra", "yes", ["include_contra"]),
        ("declinations", "parallel_orb", -1, ["parallel_orb"]),
        ("harmonics", "harmonics", [0], ["harmonics", 0]),
        ("rectification", "events", [], ["events"]),
        ("rectification", "events", [{"type": "X"}], ["events", 0, "date"]),
        ("rectification", "events", [{"date": "x"}], ["events", 0, "date"]),
        ("special-points", "use_true_node", 1, ["use_true_node"]),
    ],
)
def test_a_refusal_names_the_field_as_the_caller_wrote_it(
    name: str, field: str, value: Any, location: list[Any], ephemeris: SwissAlmanac
) -> None:
    """CONTRACT.md D17: the original answered 500 to most of these."""
    operation = f"stateless/{name}"
    answer = ask(operation, {**example(operation), field: value}, ephemeris)
    assert problem(answer) == ["body", *location]


def test_numbers_as_text_and_nulls_are_taken_at_every_depth(ephemeris: SwissAlmanac) -> None:
    operation = "stateless/synastry"
    plain = ask(operation, {**example(operation), "options": None}, ephemeris)
    written: tuple[dict[str, Any], ...]
    written = ({}, {"orb_multiplier": "1.0", "planets": None, "aspects": []})
    for options in written:
        answer = ask(operation, {**example(operation), "options": options}, ephemeris)
        assert answer.data == plain.data
        assert answer.outcome.digest == plain.outcome.digest
    located = {"latitude": "10.5", "longitude": "20", "altitude": None}
    request = {**example("stateless/returns"), "location": located}
    assert ask("stateless/returns", request, ephemeris).status == 200


def test_every_local_time_that_came_twice_is_warned_of(ephemeris: SwissAlmanac) -> None:
    twice = {**NEW_YORK, "date": "2005-10-30", "time": "01:30:00"}
    answer = ask("stateless/synastry", {"chart1": twice, "chart2": twice}, ephemeris)
    told = "this local time occurred twice; the first occurrence was taken (fold=0)"
    assert answer.meta["warnings"] == [told, f"chart2: {told}"]
    chosen = {"chart1": {**twice, "fold": 1}, "chart2": {**twice, "fold": "1"}}
    assert ask("stateless/synastry", chosen, ephemeris).meta["warnings"] == []
    transit = {"natal_chart": NEW_YORK, "transit_date": "2005-10-30", "transit_time": "01:30"}
    answer = ask("stateless/transits", transit, ephemeris)
    assert answer.meta["warnings"] == [f"transit_date: {told}"]


@pytest.mark.parametrize("name", ["returns", "eclipses", "ingresses", "rectification"])
def test_long_work_in_parts_has_the_answer_of_the_whole(name: str, ephemeris: SwissAlmanac) -> None:
    operation = f"stateless/{name}"
    body = encode(example(operation))
    parts = decode(ask(f"{operation}#cut", body, ephemeris).outcome.fragment)
    found = [
        decode(ask(f"{operation}#part", paired(body, encode(part)), ephemeris).outcome.fragment)
        for part in parts
    ]
    merged = ask(f"{operation}#merge", paired(body, encode(found)), ephemeris)
    assert merged.outcome == ask(operation, body, ephemeris).outcome
