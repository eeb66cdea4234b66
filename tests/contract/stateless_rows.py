"""Operations 48 to 64: calculations of births that are sent along."""

from __future__ import annotations

from collections.abc import Mapping

from tests.contract.answers import (
    ANGLES,
    EIGHT,
    HOUSES_EIGHT,
    NATAL,
    NUMBERED,
    PLACE,
    PRAW,
    SYN,
    THIRTEEN,
    TRANSITS,
    TURNED_ANGLES,
    TWELVE,
)
from tests.contract.births import LONDON, NEW_YORK, NO_HOUR, POLAR, of_birth
from tests.contract.rows import (
    Ask,
    Auth,
    Caller,
    Failure,
    Json,
    Row,
    Success,
    Wrap,
    asks,
    missing,
    refused,
)
from tests.contract.shapes import (
    CAPITALS,
    ISO,
    LATITUDE,
    LONGITUDE,
    NUMBER,
    ORB,
    PART,
    SEPARATION,
    WHOLE,
    WORDS,
    Exactly,
    Kind,
    Names,
    Rows,
    Shape,
    one_of,
)

OPTIONS: Json = {"planets": ["SUN", "MOON"], "aspects": ["TRINE", "SQUARE"], "orb_multiplier": 1.0}
WRONG_OPTIONS: Mapping[str, object] = {
    "options.planets": ["NIBIRU"],
    "options.aspects": ["SQUARISH"],
    "options.orb_multiplier": 0.05,
}
TOO_WIDE: Mapping[str, object] = {"options.orb_multiplier": 3.5}
CD: Json = {**NEW_YORK, "house_system": "PLACIDUS"}
PAIR: Json = {"chart1": CD, "chart2": LONDON}
NATAL_CHART: Json = {"natal_chart": CD}
OF_ONE: Json = {"chart_data": CD}
SPAN: Json = {**NATAL_CHART, "start_date": "2026-01-01", "end_date": "2026-12-31"}
SPAN_WRONG: Mapping[str, object] = {"start_date": "someday", "end_date": "later"}
NAIVE_UTC = Kind(
    "an ISO date-time without a zone",
    lambda value: ISO.fits(value) and not value.endswith("Z") and "+" not in value,
)
WITH_OFFSET = Kind(
    "an ISO date-time with an offset", lambda value: ISO.fits(value) and value.endswith("+00:00")
)
POINT = {"longitude": LONGITUDE, "latitude": LATITUDE, "speed": NUMBER}
MEAN_NODES = {name: {**POINT, "type": one_of("mean")} for name in ("north_node", "south_node")}
TRUE_NODES = {name: {**POINT, "type": one_of("true")} for name in ("north_node", "south_node")}
LILITHS = {
    "lilith_mean": {**POINT, "type": one_of("mean")},
    "lilith_true": {**POINT, "type": one_of("osculating")},
}
SELENA = {"selena": {**POINT, "type": one_of("mean_opposite")}}
SIXTEEN_STARS = (
    *("ALDEBARAN", "ALGOL", "ALPHA_CENTAURI", "ANTARES", "ARCTURUS", "BETELGEUSE", "CANOPUS"),
    *("CAPELLA", "DENEB", "FOMALHAUT", "POLLUX", "PROCYON", "REGULUS", "SIRIUS", "SPICA", "VEGA"),
)
TWENTY_PARTS = (
    *("FORTUNA", "SPIRIT", "NECESSITY", "VALOR", "VICTORY", "BASIS", "MARRIAGE", "CHILDREN"),
    *("FATHER", "MOTHER", "BROTHERS", "SISTERS", "HEALTH", "DEATH", "TRAVEL", "WEALTH"),
    *("CAREER", "HONOR", "RELIGION", "HAPPINESS"),
)
ANTISCION = {**PRAW, "antiscia_type": one_of(1), "original_point": CAPITALS}
DECLINATION = {
    **PLACE,
    "declination": LATITUDE,
    "aspects": Rows({"point": CAPITALS, "aspect": one_of(1, 2), "orb": ORB}),
}
HARMONIC = {
    "harmonic": WHOLE,
    "data": {
        "harmonic": WHOLE,
        "planets": Names({**PRAW, "harmonic": WHOLE}, THIRTEEN),
        "houses": HOUSES_EIGHT,
        "angles": TURNED_ANGLES,
        "aspects": Rows({**NUMBERED, "harmonic": WHOLE}),
    },
}
EVENTS = [{"date": "2010-06-12", "type": "major"}, {"date": "2014-09-01", "description": "moved"}]
DIRECTED = {
    "directed_point": CAPITALS,
    "natal_point": CAPITALS,
    "aspect": SEPARATION,
    "orb": ORB,
    "strength": PART,
}


def row(
    number: int,
    name: str,
    shape: Shape,
    births: Mapping[str, Json],
    successes: tuple[Success, ...],
    failures: tuple[Failure, ...] = (),
) -> Row:
    """An operation with the births that it takes: by member, '' for the top level."""
    least = successes[0].ask.json
    return Row(
        number,
        "POST",
        (f"/api/stateless/{name}",),
        Auth.BEARER,
        shape,
        (*successes, Success("of a service token", successes[0].ask, Caller.SERVICE)),
        (
            *(one for inside in births for one in of_birth(least, inside)),
            *failures,
        ),
        Wrap.INSIDE,
    )


def alone(
    number: int, name: str, shape: Shape, more: Json, wrong: Mapping[str, object], *views: Success
) -> Row:
    """An operation on `chart_data`."""
    return row(
        number,
        name,
        shape,
        OF_ONE,
        (
            asks({**OF_ONE, **more}, "all fields"),
            asks({"chart_data": NEW_YORK}, "the birth alone"),
            asks({"chart_data": {**CD, "time": "14:30", "house_system": None}}, "HH:MM"),
            *views,
        ),
        refused(OF_ONE, wrong),
    )


ROWS = (
    row(
        48,
        "natal-chart",
        NATAL,
        {"": CD},
        (
            asks(CD, "all fields"),
            asks(NEW_YORK, "the birth alone"),
            asks({**CD, "house_system": None}, "null as house system"),
            asks({**CD, "house_system": "whole-sign", "time": "14:30"}, "as a front end asks"),
            asks({**CD, "location": None}, "an unknown field that is null"),
        ),
        (
            *refused(CD, {"house_system": "SOLAR"}),
            Failure("houses at the pole", 422, Ask(json=POLAR), "CALCULATION_ERROR"),
            Failure("a time that never was", 422, Ask(json=NO_HOUR)),
        ),
    ),
    row(
        49,
        "synastry",
        SYN,
        PAIR,
        (
            asks({**PAIR, "options": {**OPTIONS, "planets": []}}, "all fields"),
            asks(PAIR, "two births alone"),
            asks({**PAIR, "options": None}, "options null"),
        ),
        (*refused(PAIR, WRONG_OPTIONS), *refused(PAIR, TOO_WIDE)),
    ),
    row(
        50,
        "transits",
        TRANSITS,
        NATAL_CHART,
        (
            asks(
                {
                    **NATAL_CHART,
                    "transit_date": "2026-01-11",
                    "transit_time": "12:00:00",
                    "options": {**OPTIONS, "planets": []},
                },
                "all fields",
            ),
            asks({**NATAL_CHART, "transit_date": "2026-01-11", "transit_time": "12:00"}, "HH:MM"),
            asks({**NATAL_CHART, "transit_date": "2026-01-11T12:00:00"}, "the time in the date"),
        ),
        (
            *missing(
                {**NATAL_CHART, "transit_date": "2026-01-11", "transit_time": "12:00:00"},
                "transit_date",
                "transit_time",
            ),
            *refused(
                {**NATAL_CHART, "transit_date": "2026-01-11", "transit_time": "12:00:00"},
                {"transit_date": "tomorrow", "transit_time": "late", **WRONG_OPTIONS},
            ),
        ),
    ),
    row(
        51,
        "progressions",
        {
            "progressed_date": WITH_OFFSET,
            "julian_day": NUMBER,
            "planets": Names(PRAW, THIRTEEN),
            "houses": HOUSES_EIGHT,
            "angles": EIGHT,
            "solar_arc": NUMBER,
            "progressed_positions": Names(PRAW, THIRTEEN),
            "aspects_to_natal": Rows(NUMBERED),
        },
        NATAL_CHART,
        (
            asks({**NATAL_CHART, "progression_date": "2026-01-11"}, "what is needed"),
            *(
                asks(
                    {
                        **NATAL_CHART,
                        "progression_date": "2026-01-11",
                        "progression_type": kind,
                        "options": {**OPTIONS, "planets": []},
                    },
                    kind,
                )
                for kind in ("secondary", "tertiary", "minor")
            ),
        ),
        (
            *missing({**NATAL_CHART, "progression_date": "2026-01-11"}, "progression_date"),
            *refused(
                {**NATAL_CHART, "progression_date": "2026-01-11"},
                {"progression_date": "soon", "progression_type": "daily", **WRONG_OPTIONS},
            ),
        ),
    ),
    row(
        52,
        "composite",
        {
            "planets": Names(PRAW, TWELVE),
            "houses": {"cusps": Rows(LONGITUDE, length=12), "angles": ANGLES, "system": CAPITALS},
            "aspects": Rows(NUMBERED),
        },
        PAIR,
        (
            asks({**PAIR, "composite_type": "midpoint"}, "midpoint"),
            asks({**PAIR, "composite_type": "davison"}, "davison"),
            asks(PAIR, "two births alone"),
        ),
        refused(PAIR, {"composite_type": "average", **WRONG_OPTIONS}),
    ),
    row(
        53,
        "returns",
        {
            "return_time": NAIVE_UTC,
            "julian_day": NUMBER,
            "planets": Names(PRAW, THIRTEEN),
            "houses": HOUSES_EIGHT,
            "angles": EIGHT,
        },
        NATAL_CHART,
        (
            asks({**NATAL_CHART, "return_date": "2026-01-01"}, "what is needed"),
            *(
                asks({**NATAL_CHART, "return_date": "2026-01-01", "return_type": kind}, kind)
                for kind in ("solar", "lunar", "planetary")
            ),
            asks(
                {
                    **NATAL_CHART,
                    "return_date": "2026-01-15",
                    "return_type": "planetary",
                    "planet": "VENUS",
                    "location": {"latitude": 51.5, "longitude": -0.1},
                },
                "all fields",
            ),
        ),
        (
            *missing({**NATAL_CHART, "return_date": "2026-01-01"}, "return_date"),
            *refused(
                {**NATAL_CHART, "return_date": "2026-01-01"},
                {
                    "return_date": "soon",
                    "return_type": "annual",
                    "planet": "NIBIRU",
                    "location": {"latitude": 51.5},
                },
            )[:3],
        ),
    ),
    row(
        54,
        "directions",
        {
            "solar_arc": NUMBER,
            "directed_planets": Names(PRAW, THIRTEEN),
            "directed_houses": HOUSES_EIGHT,
            "directed_angles": TURNED_ANGLES,
            "aspects": Rows(DIRECTED),
            "total_strength": PART,
        },
        NATAL_CHART,
        (
            asks({**NATAL_CHART, "target_date": "2026-01-11"}, "what is needed"),
            *(
                asks(
                    {
                        **NATAL_CHART,
                        "target_date": "2026-01-11",
                        "direction_type": kind,
                        "key_rate": 0.9856,
                    },
                    kind,
                )
                for kind in ("primary", "symbolic")
            ),
        ),
        (
            *missing({**NATAL_CHART, "target_date": "2026-01-11"}, "target_date"),
            *refused(
                {**NATAL_CHART, "target_date": "2026-01-11"},
                {"target_date": "soon", "direction_type": "guessed", "key_rate": "fast"},
            ),
        ),
    ),
    row(
        55,
        "eclipses",
        {"message": WORDS, "eclipses": Rows({"date": NAIVE_UTC, "type": CAPITALS}, length=4)},
        NATAL_CHART,
        (
            asks({**SPAN, "eclipse_type": "all"}, "all fields"),
            asks(SPAN, "what is needed"),
            asks(
                {**SPAN, "eclipse_type": "solar"},
                "the Sun's",
                shape={"message": WORDS, "eclipses": Rows({"type": CAPITALS}, length=2)},
            ),
        ),
        (
            *missing(SPAN, "start_date", "end_date"),
            *refused(SPAN, {**SPAN_WRONG, "eclipse_type": "partial"}),
        ),
    ),
    row(
        56,
        "ingresses",
        {"message": WORDS, "ingresses": Rows({"planet": CAPITALS, "date": NAIVE_UTC}, least=1)},
        NATAL_CHART,
        (asks({**SPAN, "planets": ["sun", "MARS"]}, "all fields"), asks(SPAN, "what is needed")),
        (
            *missing(SPAN, "start_date", "end_date"),
            *refused(SPAN, {**SPAN_WRONG, "planets": ["NIBIRU"]}),
        ),
    ),
    alone(
        57,
        "fixed-stars",
        Names(PRAW),
        {"orb": 1.5, "magnitude_limit": 2.0},
        {"orb": -1, "magnitude_limit": "bright"},
        asks(OF_ONE, "the named stars", shape=Names(PRAW, SIXTEEN_STARS)),
    ),
    alone(
        58,
        "arabic-parts",
        Names(LONGITUDE),
        {"parts": ["FORTUNE", "SPIRIT"]},
        {"parts": ["NO_PART"]},
        asks(OF_ONE, "all parts", shape=Names(LONGITUDE, TWENTY_PARTS)),
        asks({**OF_ONE, "parts": ["EROS"]}, "one of the documents alone"),
    ),
    alone(
        59,
        "dignities",
        {"message": WORDS, "dignities": Rows({"planet": CAPITALS}, least=7)},
        {"dignity_system": "traditional"},
        {"dignity_system": "ancient"},
        asks({**OF_ONE, "dignity_system": "modern"}, "modern"),
    ),
    alone(
        60,
        "antiscia",
        Names(ANTISCION, TWELVE),
        {"include_contra": True},
        {"include_contra": "maybe"},
        asks({**OF_ONE, "include_contra": False}, "no contra-antiscia"),
    ),
    alone(
        61,
        "declinations",
        Names(DECLINATION, TWELVE),
        {"parallel_orb": 1.0},
        {"parallel_orb": -1},
    ),
    alone(
        62,
        "harmonics",
        {"harmonics": Rows(HARMONIC, least=1)},
        {"harmonics": [2, 3, 4, 5, 7, 9]},
        {"harmonics": [0]},
        asks({**OF_ONE, "harmonics": []}, "none", shape={"harmonics": Rows(HARMONIC, length=0)}),
        asks({**OF_ONE, "harmonics": [13]}, "a high one"),
    ),
    row(
        63,
        "rectification",
        {"message": WORDS, "suggested_times": Rows({"time": NAIVE_UTC}, least=1)},
        OF_ONE,
        (
            asks({**OF_ONE, "events": EVENTS, "time_range_minutes": 30}, "all fields"),
            asks({**OF_ONE, "events": EVENTS}, "what is needed"),
        ),
        (
            *missing({**OF_ONE, "events": EVENTS}, "events"),
            *refused(
                {**OF_ONE, "events": EVENTS},
                {"events": "none", "events.0.date": "someday", "time_range_minutes": -5},
            ),
        ),
    ),
    alone(
        64,
        "special-points",
        Exactly({**MEAN_NODES, **LILITHS, **SELENA}),
        {
            "include_nodes": True,
            "include_lilith": True,
            "include_selena": True,
            "use_true_node": False,
            "time_range_minutes": 120,
        },
        {"include_nodes": "maybe", "use_true_node": "maybe"},
        asks(
            {**OF_ONE, "use_true_node": True},
            "true nodes",
            shape=Exactly({**TRUE_NODES, **LILITHS, **SELENA}),
        ),
        asks(
            {**OF_ONE, "include_nodes": False},
            "no nodes",
            shape=Exactly({**LILITHS, **SELENA}),
        ),
        asks(
            {**OF_ONE, "include_lilith": False},
            "no Lilith, but Selena",
            shape=Exactly({**MEAN_NODES, **SELENA}),
        ),
        asks(
            {**OF_ONE, "include_selena": False},
            "no Selena",
            shape=Exactly({**MEAN_NODES, **LILITHS}),
        ),
    ),
)
