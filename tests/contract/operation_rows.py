"""Operations 12 to 23 of a birth, and 32 to 47, most of them the same, of a stored chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.contract.answers import (
    ANGLES,
    ASP,
    ASP_PT,
    HOUSE_ROW,
    PAIR,
    PLACE,
    POS,
    POS_HOUSED,
    RECT_OUT,
    SYN,
)
from tests.contract.births import NEW_YORK, NO_HOUR, of_birth
from tests.contract.rows import (
    LEFT_OUT,
    Ask,
    Auth,
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
    FLAG,
    HOUSE,
    ISO,
    LATITUDE,
    LONGITUDE,
    NULL,
    NUMBER,
    ORB,
    POSITIVE,
    SEPARATION,
    SIGN,
    SMALL,
    WHOLE,
    Maybe,
    Names,
    Rows,
    Shape,
    one_of,
    whole,
)

UNKNOWN_PLANET = {"planets": ["SUN", "NIBIRU"]}
ASPECT_TYPES = ["CONJUNCTION", "SQUARE", "OPPOSITION"]
EVENTS = [
    {"date": "2010-06-12", "type": "MARRIAGE", "description": "at noon"},
    {"date": "2014-09-01T09:00:00", "type": "CAREER", "description": "a new post"},
    {"date": "2018-03-20", "type": "RELOCATION", "description": "over the sea"},
]
WINDOW = {"start": "1990-01-15T14:15:00", "end": "1990-01-15T14:45:00"}
RECT: Json = {
    "events": EVENTS,
    "time_window": WINDOW,
    "method": "EVENT_BASED",
    "parameters": {"direction_method": "SEMI_ARC", "aspect_types": ASPECT_TYPES},
}
YEAR: Json = {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-12-31T00:00:00Z"}
DIRECTION = {"planet": CAPITALS, "angle": SEPARATION, "arc": NUMBER}
SCORES = {
    **dict.fromkeys(
        ("rulership", "exaltation", "detriment", "fall", "triplicity", "term", "face"),
        whole(-5, 5),
    ),
    "total_score": WHOLE,
}


@dataclass(frozen=True, slots=True)
class Operation:
    """What is asked of one chart, and answered.

    `options` are all documented fields, `needed` those that have no default. `views` are other
    requests of known clients, `housed` is the answer for a stored chart where it tells more.
    """

    number: int
    name: str
    chart_number: int
    chart_name: str
    shape: Shape
    options: Json
    wrong: Mapping[str, object]
    needed: Json = field(default_factory=dict)
    views: tuple[Success, ...] = ()
    housed: Shape = None
    of_a_birth: tuple[Success, ...] = ()
    """Views of the form for birth data alone."""
    required: tuple[str, ...] = ()

    def row_of_birth(self) -> Row:
        whole_body = {**NEW_YORK, **self.options}
        least = {**NEW_YORK, **self.needed}
        stored = {"chart_id": "{chart}", "parameters": self.options}
        path = f"/api/calculations/{self.name}"
        by_id = self.number >= FIRST_BY_ID
        return Row(
            self.number,
            "POST",
            (path,),
            Auth.BEARER,
            self.shape,
            (
                asks(whole_body, "all fields"),
                asks(least, "the birth alone"),
                asks({**least, "time": "14:30"}, "HH:MM"),
                asks({**least, "latitude": "40.7128"}, "a number as text"),
                asks({**least, "nobody_reads": [1]}, "an unknown field"),
                *(_with(view, NEW_YORK) for view in (*self.views, *self.of_a_birth)),
                *([asks(stored, "of a stored chart")] if by_id else []),
            ),
            (
                *of_birth(least),
                *refused(least, {"latitude": True}),
                *missing(least, *self.required),
                *refused(whole_body, self.wrong),
                Failure("a time that never was", 422, Ask(json={**least, **NO_HOUR})),
                *(_by_id(stored) if by_id else ()),
            ),
            Wrap.BOTH,
        )

    def row_of_chart(self) -> Row:
        views = (asks(self.options, "all fields"), asks(self.needed, "what is needed"))
        return chart_row(
            self.chart_number,
            self.chart_name,
            self.housed or self.shape,
            (*views, *self.views),
            (
                *missing(self.needed, *self.required),
                *refused(self.options, self.wrong),
            ),
        )


SYSTEMS = (
    *("placidus", "", None, "whole-sign", "Whole Sign", "whole", "WHOLESIGN", "koch", "EQUAL"),
    *("P", "K", "e", "W", "C", "R", "CAMPANUS", "REGIOMONTANUS", "MERIDIAN", "MORINUS"),
)
"""Every spelling that is in use."""
FIRST_BY_ID = 15
"""From here on a direct operation takes `chart_id` and `parameters` too."""


def _with(view: Success, birth: Json) -> Success:
    return Success(view.what, Ask(json={**birth, **view.ask.json}), view.caller, view.shape)


def _by_id(stored: Json) -> tuple[Failure, ...]:
    return (
        *refused(stored, {"chart_id": 5, "parameters": "none"}),
        *_of_nobody(stored),
    )


def _of_nobody(stored: Json) -> tuple[Failure, ...]:
    return tuple(
        Failure(f"{what} in chart_id", 404, Ask(json={**stored, "chart_id": name}), "NOT_FOUND")
        for what, name in (
            ("an unknown chart", "{fresh_id}"),
            ("a foreign chart", "{foreign_chart}"),
        )
    )


def of_chart(body: Json) -> tuple[Failure, ...]:
    """What every operation of a stored chart refuses."""
    return (
        *(
            Failure(what, 404, Ask(json=body), "NOT_FOUND", path={"chart": name})
            for what, name in NOT_THERE
        ),
        Failure("no body", 422, code="VALIDATION_ERROR"),
        Failure("no object", 422, Ask(raw=b"[1]"), "VALIDATION_ERROR"),
    )


NOT_THERE = (
    ("an unknown chart", "{fresh_id}"),
    ("a foreign chart", "{foreign_chart}"),
    ("a deleted chart", "{deleted_chart}"),
    ("no id of a chart", "nonsense"),
)


def chart_row(  # noqa: PLR0913 - a row has six things to tell
    number: int,
    name: str,
    shape: Shape,
    successes: tuple[Success, ...],
    failures: tuple[Failure, ...],
    wrap: Wrap = Wrap.BOTH,
    *,
    both: bool = True,
) -> Row:
    paths = (f"/api/calculations/charts/{{chart}}/{name}", f"/api/charts/{{chart}}/{name}")
    body = successes[0].ask.json
    return Row(
        number,
        "POST",
        paths if both else paths[:1],
        Auth.BEARER,
        shape,
        successes,
        (*of_chart(body), *failures),
        wrap,
    )


OPERATIONS = (
    Operation(
        12,
        "planetary-positions",
        32,
        "positions",
        {"positions": Rows(POS, least=1)},
        {"planets": ["SUN", "MOON"], "include_retrograde": True, "include_speed": True},
        {**UNKNOWN_PLANET, "include_retrograde": 3, "include_speed": []},
        views=(
            asks({"planets": ["sun", "Chiron", "north-node"]}, "names in small letters"),
            asks({"planets": []}, "an empty list"),
            asks({"planets": ["ASC", "MC", "SOUTH_NODE", "LILITH"]}, "angles and nodes"),
            asks({"planets": ["RAHU", "KETU", "TRUE_NODE", "LILITH_TRUE"]}, "other nodes"),
        ),
        housed={"positions": Rows(POS_HOUSED, least=1)},
        of_a_birth=(asks({"house_system": "PLACIDUS"}, "with houses, as a bot asks"),),
    ),
    Operation(
        13,
        "aspects",
        33,
        "aspects",
        {"aspects": Rows(ASP, least=1)},
        {"planets": ["SUN", "MOON", "MARS"], "aspects": ["SQUARE", "TRINE"], "orb_multiplier": 1.5},
        {**UNKNOWN_PLANET, "aspects": ["SQUARISH"], "orb_multiplier": "wide"},
        views=(asks({"orb_tolerance": 8.0}, "as the Python client asks"),),
    ),
    Operation(
        14,
        "houses",
        34,
        "houses",
        {"houses": Rows(HOUSE_ROW, length=12)},
        {"house_system": "KOCH", "include_angles": True},
        {"house_system": "SOLAR", "include_angles": "yes"},
        views=(
            asks(
                {"include_angles": True},
                "with angles",
                shape={"houses": Rows(HOUSE_ROW, length=12), "angles": ANGLES},
            ),
            *(asks({"house_system": system}, f"in the system {system}") for system in SYSTEMS),
        ),
    ),
    Operation(
        15,
        "fixed-stars",
        35,
        "fixed-stars",
        {
            "stars": Names(
                {
                    "longitude": LONGITUDE,
                    "latitude": LATITUDE,
                    "magnitude": NUMBER,
                    "conjunctions": Rows({"planet": CAPITALS, "orb": ORB}),
                }
            )
        },
        {"stars": ["ALGOL", "REGULUS"], "include_conjunctions": True, "orb": 1.0},
        {"stars": ["NO_STAR"], "include_conjunctions": 1, "orb": -1},
        views=(asks({"magnitude_limit": 1.0, "orb": 1.5}, "as a front end asks"),),
    ),
    Operation(
        16,
        "arabic-parts",
        36,
        "arabic-parts",
        {"parts": Names({"longitude": LONGITUDE, "aspects": Rows(ASP_PT)})},
        {"parts": ["FORTUNE", "SPIRIT"], "include_aspects": True},
        {"parts": ["NO_PART"], "include_aspects": "no"},
        views=(asks({"parts": ["fortune", "spirit", "love"]}, "as a front end asks"),),
        housed={"parts": Names({"longitude": LONGITUDE, "aspects": Rows(ASP_PT), "house": HOUSE})},
    ),
    Operation(
        17,
        "dignities",
        37,
        "dignities",
        {"dignities": Names(SCORES)},
        {"planets": ["SUN", "MARS"], "include_scores": True},
        {**UNKNOWN_PLANET, "include_scores": 0},
    ),
    Operation(
        18,
        "antiscia",
        38,
        "antiscia",
        {"antiscia": Names({**PLACE, "aspects": Rows(ASP_PT)})},
        {"planets": ["SUN", "MARS"], "include_aspects": True},
        {**UNKNOWN_PLANET, "include_aspects": 0},
        housed={"antiscia": Names({**PLACE, "aspects": Rows(ASP_PT), "house": HOUSE})},
    ),
    Operation(
        19,
        "declinations",
        39,
        "declinations",
        {
            "declinations": Names(
                {
                    "declination": LATITUDE,
                    "parallels": Rows({"planet": CAPITALS, "orb": ORB}),
                }
            )
        },
        {"planets": ["SUN", "MARS"], "include_parallels": True},
        {**UNKNOWN_PLANET, "include_parallels": 0},
    ),
    Operation(
        20,
        "harmonics",
        40,
        "harmonics",
        {"positions": Names(PLACE), "aspects": Rows(PAIR)},
        {"harmonic": 5, "planets": ["SUN", "MOON", "MARS"], "include_aspects": True},
        {"harmonic": 0, **UNKNOWN_PLANET, "include_aspects": 0},
        needed={"harmonic": 13},
        views=(asks({"harmonics": [5]}, "as a front end asks"),),
    ),
    Operation(
        21,
        "rectification",
        41,
        "rectification",
        RECT_OUT,
        RECT,
        {
            "events": [],
            "events.0.date": "someday",
            "time_window.start": "noon",
            "parameters.direction_method": "GUESSWORK",
            "method": "PATTERN_BASED",
        },
        needed={"events": EVENTS},
        required=("events",),
    ),
    Operation(
        22,
        "primary-directions",
        44,
        "directions",
        {
            "directions": Rows({**DIRECTION, "type": one_of("DIRECT")}),
            "converse": Rows({**DIRECTION, "type": one_of("CONVERSE")}),
        },
        {"target_date": "2026-01-11T12:00:00", "method": "SEMI_ARC", "include_converse": True},
        {"target_date": "soon", "method": "GUESSWORK", "include_converse": 1},
        needed={"target_date": "2026-01-11"},
        required=("target_date",),
        views=(
            asks({"direction_date": "2026-01-11"}, "as a front end asks"),
            asks({"target_date": "2026-01-11", "type": "PRIMARY"}, "by type"),
        ),
    ),
    Operation(
        23,
        "secondary-progressions",
        43,
        "progressions",
        {"positions": Names(PLACE), "angles": Names(LONGITUDE, ("ASC", "MC"))},
        {
            "target_date": "2026-01-11T12:00:00",
            "type": "SECONDARY",
            "include_returns": False,
            "include_angles": True,
        },
        {"target_date": "soon", "type": "QUATERNARY", "include_returns": 1, "include_angles": 1},
        needed={"target_date": "2026-01-11"},
        required=("target_date",),
        views=(
            asks({"progression_date": "2026-01-11"}, "as a front end asks"),
            asks(
                {"target_date": "2026-01-11", "include_returns": True},
                "with returns",
                shape={
                    "positions": Names(PLACE),
                    "angles": Names(LONGITUDE, ("ASC", "MC")),
                    "returns": {"solar": {"date": ISO, "positions": Names(PLACE)}},
                },
            ),
        ),
    ),
)

MADE = {"chart_id": NULL, "positions": Names(PLACE)}
SYN_ANGLED = {
    **SYN,
    "aspects": Rows(
        {
            **PAIR,
            "aspect_type": SMALL,
            "applying": Maybe(FLAG),
        },
        least=1,
    ),
}
PARTNER: Json = {"target_chart_id": "{second_chart}"}
COMPARED: Json = {**PARTNER, "aspects": ["TRINE", "SQUARE"], "orb_multiplier": 1.0}
MADE_TOO: Json = {**PARTNER, "include_composite": True, "include_davison": True}
PARTNERS = (
    asks(COMPARED, "all fields"),
    asks(PARTNER, "the other chart alone"),
    asks({"second_chart_id": "{second_chart}"}, "as a front end asks"),
    asks({**PARTNER, "aspects": ["trine"]}, "small letters"),
    asks(
        MADE_TOO, "with both charts made of two", shape={**SYN, "composite": MADE, "davison": MADE}
    ),
)
NO_PARTNER = tuple(
    Failure(f"{what} as target", 404, Ask(json={"target_chart_id": name}), "NOT_FOUND")
    for what, name in NOT_THERE[:3]
)
SPAN_WRONG = {"start_date": "someday", "end_date": "later", "types": ["NONE"]}
EVENT = {"date": ISO, "positions": Names(PLACE), "aspects": Rows(PAIR)}
ECLIPSE = {
    "date": ISO,
    "type": one_of("TOTAL", "ANNULAR", "HYBRID", "PARTIAL", "PENUMBRAL"),
    "magnitude": POSITIVE,
    "positions": Names(PLACE, ("SUN", "MOON")),
    "aspects": Rows(PAIR),
}
INGRESS = {"planet": CAPITALS, "date": ISO, "is_retrograde": FLAG}

CHART_ALONE = (
    chart_row(
        42,
        "synastry",
        SYN_ANGLED,
        PARTNERS,
        (
            *NO_PARTNER,
            Failure(
                "target_chart_id missing",
                400,
                Ask(json=changed(COMPARED, "target_chart_id", LEFT_OUT)),
                "VALIDATION_ERROR",
                "target_chart_id",
            ),
            *refused(COMPARED, {"aspects": ["SQUARISH"], "orb_multiplier": "wide"}),
        ),
        Wrap.INSIDE,
        both=False,
    ),
    chart_row(
        45,
        "returns",
        {"returns": {"solar": Rows(EVENT, least=1), "lunar": Rows(EVENT, least=12)}},
        (
            asks({**YEAR, "types": ["SOLAR", "LUNAR"], "include_aspects": True}, "all fields"),
            asks(YEAR, "dates alone"),
            asks(
                {"return_type": "solar", "year": 2026},
                "as a front end asks",
                shape={"returns": {"solar": Rows(EVENT, length=1)}},
            ),
        ),
        (
            *missing(YEAR, "start_date", "end_date"),
            *refused({**YEAR, "types": ["SOLAR"]}, {**SPAN_WRONG, "include_aspects": 1}),
        ),
        Wrap.INSIDE,
    ),
    chart_row(
        46,
        "eclipses",
        {"eclipses": {"solar": Rows(ECLIPSE, length=2), "lunar": Rows(ECLIPSE, length=2)}},
        (
            asks({**YEAR, "types": ["SOLAR", "LUNAR"], "include_aspects": True}, "all fields"),
            asks({"start_date": "2026-01-01", "end_date": "2026-12-31"}, "as a front end asks"),
        ),
        (
            *missing(YEAR, "start_date", "end_date"),
            *refused({**YEAR, "types": ["SOLAR"]}, {**SPAN_WRONG, "include_aspects": 1}),
        ),
        Wrap.INSIDE,
    ),
    chart_row(
        47,
        "ingresses",
        {
            "ingresses": {
                "sign": Rows({**INGRESS, "sign": SIGN}, least=1),
                "house": Rows({**INGRESS, "house": HOUSE}, least=1),
            }
        },
        (
            asks({**YEAR, "types": ["SIGN", "HOUSE"], "include_retrograde": True}, "all fields"),
            asks(YEAR, "dates alone"),
            asks({**YEAR, "planet": "mercury"}, "as a front end asks"),
        ),
        (
            *missing(YEAR, "start_date", "end_date"),
            *refused(
                {**YEAR, "types": ["SIGN"]},
                {**SPAN_WRONG, "include_retrograde": 1, "planet": "NIBIRU"},
            ),
        ),
        Wrap.INSIDE,
    ),
)

ROWS = (
    *(one.row_of_birth() for one in OPERATIONS),
    *(one.row_of_chart() for one in OPERATIONS),
    *CHART_ALONE,
)
