"""What CONTRACT.md 1.4 to 1.6 document: fields of requests, and of replies with their types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.compat.charts import CHART_ADAPTERS
from app.compat.direct import ADAPTERS
from app.compat.legacy import Adapter

NUMBER, TEXT, FLAG, WHOLE = (float, int), (str,), (bool,), (int,)
MAYBE_TEXT, MAYBE_NUMBER, MAYBE_WHOLE = (str, type(None)), (float, type(None)), (int, type(None))


class Named(dict[str, Any]):
    """Members by names that the caller chose, all of one shape, at least one."""


@dataclass(frozen=True, slots=True)
class Documented:
    """One operation: values that must be heard, values that must be refused, and the reply.

    `placeless` where the place of birth matters only to houses, or not at all.
    """

    heard: Mapping[str, Any]
    refused: Mapping[str, Any]
    reply: Mapping[str, Any]
    name: str | None = None
    chart: str | None = None
    base: Mapping[str, Any] = field(default_factory=dict)
    flat: bool = True
    placeless: bool = False


DEGREE = {"longitude": NUMBER, "sign": TEXT, "degree": WHOLE, "minute": WHOLE, "second": WHOLE}
POSITION = {
    "planet": TEXT,
    **DEGREE,
    "latitude": NUMBER,
    "distance": NUMBER,
    "speed": NUMBER,
    "is_retrograde": FLAG,
    "house": MAYBE_WHOLE,
}
ASPECT = {
    "planet1": TEXT,
    "planet2": TEXT,
    "aspect_type": TEXT,
    "orb": NUMBER,
    "applying": FLAG,
    "exact_time": MAYBE_TEXT,
}
PAIR = {"planet1": TEXT, "planet2": TEXT, "angle": NUMBER, "orb": NUMBER, "aspect_type": TEXT}
WITH_POINT = {"planet": TEXT, "angle": NUMBER, "orb": NUMBER, "aspect_type": TEXT}
ANGLES = dict.fromkeys(("ASC", "MC", "DESC", "IC"), NUMBER)
PLACE = {"longitude": NUMBER, "latitude": NUMBER}
DIRECTION = {"planet": TEXT, "angle": NUMBER, "arc": NUMBER, "type": TEXT}
COMPARED = {
    "planet1": TEXT,
    "planet2": TEXT,
    "aspect_type": TEXT,
    "angle": NUMBER,
    "orb": NUMBER,
    "strength": NUMBER,
}
COMPARISON = {
    "total_strength": NUMBER,
    "planet_aspects": Named(each=[TEXT]),
    "house_aspects": {str(number): [TEXT] for number in range(1, 13)},
}
POINT = {**PLACE, "distance": NUMBER, "speed": NUMBER, "is_retrograde": FLAG}
EVENTS = [
    {"date": "2010-06-12", "type": "MARRIAGE", "description": "at noon"},
    {"date": "2014-09-01T09:00:00", "type": "CAREER"},
    {"date": "2018-03-20", "type": "RELOCATION"},
]
HARD = ["CONJUNCTION", "SQUARE", "OPPOSITION"]
WINDOW = {"start": "1990-01-15T14:15:00", "end": "1990-01-15T14:45:00"}
ECLIPSE = {
    "date": TEXT,
    "type": TEXT,
    "magnitude": NUMBER,
    "positions": {"SUN": PLACE, "MOON": PLACE},
    "aspects": [PAIR],
}
LONDON = {
    "date": "1988-06-02",
    "time": "09:15:00",
    "latitude": 51.5074,
    "longitude": -0.1278,
    "timezone": "Europe/London",
}
YEAR = {"start_date": "2026-01-01", "end_date": "2026-12-31"}

DOCUMENTED = (
    Documented(
        {
            "planets": ["MOON"],
            "include_retrograde": False,
            "include_speed": False,
            "house_system": "KOCH",
        },
        {
            "planets": ["NOBODY"],
            "include_retrograde": 3,
            "include_speed": [],
            "house_system": "SOLAR",
        },
        {"positions": [POSITION]},
        "planetary-positions",
        "positions",
        placeless=True,
    ),
    Documented(
        {
            "planets": ["SUN", "MOON"],
            "aspects": ["SQUARE"],
            "orb_multiplier": 0.5,
            "orb_tolerance": 1.0,
        },
        {"planets": ["X"], "aspects": ["X"], "orb_multiplier": 0, "orb_tolerance": "wide"},
        {"aspects": [ASPECT]},
        "aspects",
        "aspects",
        placeless=True,
    ),
    Documented(
        {"house_system": "REGIOMONTANUS", "include_angles": False},
        {"house_system": "SOLAR", "include_angles": "yes"},
        {
            "houses": [{"number": WHOLE, **DEGREE, "latitude": NUMBER}],
            "angles": ANGLES,
        },
        "houses",
        "houses",
    ),
    Documented(
        {
            "stars": ["VEGA"],
            "include_conjunctions": False,
            "orb": 5.0,
            "magnitude_limit": 1.0,
        },
        {"stars": ["NO_STAR"], "include_conjunctions": 1, "orb": -1, "magnitude_limit": 99},
        {
            "stars": Named(
                each={
                    **PLACE,
                    "magnitude": NUMBER,
                    "conjunctions": [{"planet": TEXT, "orb": NUMBER}],
                }
            )
        },
        "fixed-stars",
        "fixed-stars",
        placeless=True,
    ),
    Documented(
        {"parts": ["spirit"], "include_aspects": False},
        {"parts": ["NO_PART"], "include_aspects": "no"},
        {"parts": Named(each={"longitude": NUMBER, "aspects": [WITH_POINT]})},
        "arabic-parts",
        "arabic-parts",
    ),
    Documented(
        {"planets": ["MARS"], "include_scores": False},
        {"planets": ["NORTH_NODE"], "include_scores": 0},
        {
            "dignities": Named(
                each=dict.fromkeys(
                    (
                        *("rulership", "exaltation", "detriment", "fall"),
                        *("triplicity", "term", "face", "total_score"),
                    ),
                    WHOLE,
                )
            )
        },
        "dignities",
        "dignities",
        placeless=True,
    ),
    Documented(
        {"planets": ["MARS"], "include_aspects": False},
        {"planets": ["X"], "include_aspects": 0},
        {"antiscia": Named(each={**PLACE, "aspects": [WITH_POINT]})},
        "antiscia",
        "antiscia",
        placeless=True,
    ),
    Documented(
        {"planets": ["MARS"], "include_parallels": False},
        {"planets": ["X"], "include_parallels": 0},
        {
            "declinations": Named(
                each={"declination": NUMBER, "parallels": [{"planet": TEXT, "orb": NUMBER}]}
            )
        },
        "declinations",
        "declinations",
        placeless=True,
    ),
    Documented(
        {"harmonic": 7, "planets": ["SUN", "MARS"], "include_aspects": False},
        {"harmonic": 0, "planets": ["X"], "include_aspects": 0, "harmonics": [2]},
        {"positions": Named(each=PLACE), "aspects": [PAIR]},
        "harmonics",
        "harmonics",
        {"harmonic": 5},
        placeless=True,
    ),
    Documented(
        {
            "events": [{"date": "2011-01-01"}],
            "time_window": {"start": "1990-01-15T14:00:00", "end": "1990-01-15T14:20:00"},
            "parameters.direction_method": "regiomontanus",
            "parameters.aspect_types": ["TRINE"],
        },
        {
            "events": [],
            "events.0.date": "someday",
            "time_window.start": "noon",
            "time_window.end": "1990-01-15T14:00:00",
            "method": "PATTERN_BASED",
            "parameters.direction_method": "X",
            "parameters.aspect_types": ["X"],
        },
        {
            "rectified_time": TEXT,
            "confidence": NUMBER,
            "aspects": [PAIR],
            "events_matched": WHOLE,
            "total_events": WHOLE,
        },
        "rectification",
        "rectification",
        {
            "events": EVENTS,
            "time_window": WINDOW,
            "method": "EVENT_BASED",
            "parameters": {
                "direction_method": "SEMI_ARC",
                "aspect_types": ["CONJUNCTION", "SQUARE", "OPPOSITION"],
            },
        },
    ),
    Documented(
        {
            "target_date": "2030-01-01T12:00:00",
            "method": "REGIOMONTANUS",
            "include_converse": False,
            "type": "SOLAR_ARC",
        },
        {"target_date": "soon", "method": "X", "include_converse": 1, "type": "X"},
        {"directions": [DIRECTION], "converse": [DIRECTION]},
        "primary-directions",
        "directions",
        {"target_date": "2026-01-11", "include_converse": True},
    ),
    Documented(
        {
            "target_date": "2030-01-01",
            "type": "TERTIARY",
            "include_returns": False,
            "include_angles": False,
        },
        {"target_date": "soon", "type": "X", "include_returns": 1, "include_angles": 1},
        {
            "positions": Named(each=PLACE),
            "angles": {"ASC": NUMBER, "MC": NUMBER},
            "returns": {"solar": {"date": TEXT, "positions": Named(each=PLACE)}},
        },
        "secondary-progressions",
        "progressions",
        {"target_date": "2026-01-11", "include_returns": True},
    ),
    Documented(
        {
            "target_chart": {**LONDON, "date": "1970-01-01"},
            "target_chart.config.house_system": "KOCH",
            "aspects": ["TRINE"],
            "orb_multiplier": 0.5,
            "include_composite": False,
            "include_davison": False,
        },
        {
            "target_chart": 3,
            "target_chart.date": "x",
            "aspects": ["X"],
            "orb_multiplier": 99,
            "include_composite": 1,
            "include_davison": 1,
        },
        {
            "aspects": [{**COMPARED, "applying": (type(None),)}],
            **COMPARISON,
            "composite": {"chart_id": MAYBE_TEXT, "positions": Named(each=PLACE)},
            "davison": {"chart_id": MAYBE_TEXT, "positions": Named(each=PLACE)},
        },
        chart="synastry",
        base={"target_chart": LONDON, "include_composite": True, "include_davison": True},
        flat=False,
    ),
    Documented(
        {
            "transit_date": "2027-01-01",
            "transit_time": "06:00",
            "aspects": ["TRINE"],
            "orb_multiplier": 0.5,
        },
        {
            "transit_date": "tomorrow",
            "transit_time": "late",
            "aspects": ["X"],
            "orb_multiplier": 99,
        },
        {
            "aspects": [{**COMPARED, "applying": FLAG}],
            **COMPARISON,
            "transit_positions": Named(each=POINT),
        },
        chart="transits",
        base={"transit_date": "2026-01-11", "transit_time": "12:00:00"},
        flat=False,
    ),
    Documented(
        {
            "start_date": "2026-02-01T00:00:00Z",
            "end_date": "2026-06-01",
            "types": ["LUNAR"],
            "include_aspects": False,
        },
        {"start_date": "x", "end_date": "x", "types": ["X"], "include_aspects": 1, "year": "x"},
        {
            "returns": {
                kind: [{"date": TEXT, "positions": Named(each=PLACE), "aspects": [PAIR]}]
                for kind in ("solar", "lunar")
            }
        },
        chart="returns",
        base=YEAR,
        flat=False,
    ),
    Documented(
        {
            "start_date": "2026-03-01",
            "end_date": "2026-08-20",
            "types": ["LUNAR"],
            "include_aspects": False,
        },
        {"start_date": "x", "end_date": "x", "types": ["X"], "include_aspects": 1},
        {"eclipses": {kind: [ECLIPSE] for kind in ("solar", "lunar")}},
        chart="eclipses",
        base=YEAR,
        flat=False,
        placeless=True,
    ),
    Documented(
        {
            "start_date": "2026-03-01",
            "end_date": "2026-04-20",
            "types": ["HOUSE"],
            "planet": "MERCURY",
            "planets": ["VENUS"],
            "include_retrograde": False,
        },
        {
            "start_date": "x",
            "end_date": "x",
            "types": ["X"],
            "planet": "X",
            "planets": ["X"],
            "include_retrograde": 1,
        },
        {
            "ingresses": {
                "sign": [{"planet": TEXT, "sign": TEXT, "date": TEXT, "is_retrograde": FLAG}],
                "house": [{"planet": TEXT, "house": WHOLE, "date": TEXT, "is_retrograde": FLAG}],
            }
        },
        chart="ingresses",
        base=YEAR,
        flat=False,
    ),
)
"""Operations 12 to 23 and 30 to 47."""


def walked() -> Iterator[tuple[str, Documented]]:
    """Every operation in each of its forms."""
    for one in DOCUMENTED:
        if one.name is not None:
            yield f"calculations/{one.name}", one
        if one.chart is not None:
            yield f"charts/{one.chart}", one


def adapter_of(operation: str) -> Adapter:
    return next(one for one in (*ADAPTERS, *CHART_ADAPTERS) if one.name == operation)


def with_value(request: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The request with the member at a dotted path replaced."""
    head, _, rest = path.partition(".")
    if not rest:
        return {**request, head: value}
    inner = request.get(head, {})
    if isinstance(inner, list):
        index, _, rest = rest.partition(".")
        changed: Any = [*inner]
        changed[int(index)] = with_value(inner[int(index)], rest, value)
        return {**request, head: changed}
    return {**request, head: with_value(inner, rest, value)}


def departures(value: Any, shape: Any, where: str = "data") -> Iterator[str]:
    """Where a reply lacks a documented member, or has it with another type."""
    if isinstance(shape, tuple):
        if not isinstance(value, shape) or (isinstance(value, bool) and bool not in shape):
            yield f"{where} is {value!r}"
    elif isinstance(shape, Named):
        yield from _of_names(value, shape["each"], where)
    elif isinstance(shape, list):
        yield from _of_items(value, shape[0], where)
    elif not isinstance(value, dict):
        yield f"{where} is {value!r}"
    else:
        for name, inner in shape.items():
            if name in value:
                yield from departures(value[name], inner, f"{where}.{name}")
            else:
                yield f"{where} lacks {name}"


def _of_names(value: Any, shape: Any, where: str) -> Iterator[str]:
    if not isinstance(value, dict) or not value:
        yield f"{where} is {value!r}"
        return
    for name, inner in value.items():
        if name != name.upper():
            yield f"{where} has {name}"
        yield from departures(inner, shape, f"{where}.{name}")


def _of_items(value: Any, shape: Any, where: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{where} is {value!r}"
        return
    for index, inner in enumerate(value):
        yield from departures(inner, shape, f"{where}.{index}")
