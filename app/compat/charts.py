"""What is asked of stored charts: the operations of a birth, and those of a chart alone.

Whoever finds a chart by its id asks a worker for `charts/<op>` with the caller's body and the chart
in `chart`, and for synastry the other one in `target_chart`, each as `forms` has it. Replies are
those of the forms for birth data, with houses where there are some.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import FailFast, Field
from typing_extensions import TypedDict

from app.astrology.bodies import STANDARD_POINTS
from app.astrology.houses import HouseSystem, PolarPolicy
from app.calculations.charts import Date
from app.calculations.eclipses import EclipseType
from app.calculations.fields import PointName, Points, named
from app.calculations.ingresses import IngressType
from app.calculations.pairs import EXAMPLE_PAIR
from app.calculations.return_search import ReturnType, YearRule
from app.compat import direct
from app.compat.chart_times import LegacyReturnPlace, positions_by_planet
from app.compat.forms import CHART_NAMES, STORED_EXAMPLE, OfChart, StoredChart
from app.compat.legacy import Adapter, Payload, chart, picked
from app.compat.requests import Aspects, Multiplier
from app.compat.shapes import PairAspect, pair_aspect
from app.compat.stateless_pairs import (
    LegacySynastry,
    LegacyTransits,
    TransitTime,
    synastry_reply,
    synastry_request,
    transits_reply,
    transits_request,
)
from app.errors import InvalidInput

Instant = Annotated[
    str | None,
    Field(description="YYYY-MM-DD or ISO date-time in the zone of the chart", max_length=64),
]


class ComparedChart(OfChart):
    """A chart and which aspects to it are wanted."""

    aspects: Annotated[Aspects, Field(description="Empty: nine, from CONJUNCTION to QUINCUNX")] = ()
    orb_multiplier: Multiplier = 1.0


class ChartSynastryRequest(ComparedChart):
    target_chart: StoredChart
    include_composite: bool = False
    include_davison: bool = False


class ChartTransitsRequest(ComparedChart):
    transit_date: Annotated[Date, Field(description="In the zone of the chart")]
    transit_time: TransitTime = None


class MadeChart(TypedDict):
    """A chart made of two; nothing of it is stored."""

    chart_id: Annotated[str | None, Field(description="Null: it is not stored")]
    positions: dict[str, LegacyReturnPlace]


class ChartSynastry(LegacySynastry):
    composite: Annotated[MadeChart | None, Field(description="Null when not asked for")]
    davison: Annotated[MadeChart | None, Field(description="Null when not asked for")]


def _housed(stored: Payload) -> Payload:
    """A stored chart for the catalogue, with its house system."""
    system = stored["config"]["house_system"] or HouseSystem.PLACIDUS
    return {**chart(stored), "house_system": system}


def _options(payload: Payload) -> Payload:
    return {
        "planets": [],
        "aspects": payload["aspects"],
        "orb_multiplier": payload["orb_multiplier"],
    }


def _synastry_request(payload: Payload) -> Payload:
    pair = {"chart1": _housed(payload["chart"]), "chart2": _housed(payload["target_chart"])}
    return {
        **synastry_request({**pair, "options": _options(payload)}),
        **picked(payload, "include_composite", "include_davison"),
    }


def _synastry_reply(reply: Any, payload: Payload) -> ChartSynastry:
    return {
        **synastry_reply(reply, payload),
        "composite": _made(reply.get("composite")),
        "davison": _made(reply.get("davison")),
    }


def _made(wheel: Mapping[str, Any] | None) -> MadeChart | None:
    return (
        None
        if wheel is None
        else {"chart_id": None, "positions": positions_by_planet(wheel["positions"])}
    )


def _transits_request(payload: Payload) -> Payload:
    natal = {"natal_chart": _housed(payload["chart"]), "options": _options(payload)}
    return transits_request({**payload, **natal})


class SearchedChart(OfChart):
    """A chart and the time that is searched for events, both days included."""

    start_date: Instant = None
    end_date: Instant = None


def _span(payload: Payload) -> Payload:
    """The two dates; raises InvalidInput for one that is missing."""
    for name in ("start_date", "end_date"):
        if payload[name] is None:
            raise InvalidInput.of(name, "given", None)
    return {**picked(payload, "start_date", "end_date"), "start_fold": 0, "end_fold": 0}


RETURNED = (ReturnType.SOLAR, ReturnType.LUNAR)


class ChartReturnsRequest(SearchedChart):
    types: Annotated[
        tuple[Annotated[ReturnType, *named(RETURNED)], ...],
        FailFast(),
        Field(max_length=len(RETURNED), description="Empty: both"),
    ] = ()
    return_type: Annotated[
        Annotated[ReturnType, *named(RETURNED)] | None, Field(description="One of `types` alone")
    ] = None
    year: Annotated[int | None, Field(ge=-12999, le=9999, description="In place of both dates")] = (
        None
    )
    include_aspects: bool = True


class ChartReturn(TypedDict):
    date: Annotated[str, Field(description="UTC")]
    positions: dict[str, LegacyReturnPlace]
    aspects: Annotated[list[PairAspect], Field(description="Of the return's own chart")]


class ReturnLists(TypedDict):
    solar: list[ChartReturn]
    lunar: list[ChartReturn]


class ChartReturns(TypedDict):
    returns: ReturnLists


def _returns_request(payload: Payload) -> Payload:
    year = payload["year"]
    span = _span(payload) if year is None else _of_year(year)
    only = payload["return_type"]
    return {
        "natal_chart": _housed(payload["chart"]),
        "return_date": span["start_date"],
        "return_fold": 0,
        "end_date": span["end_date"],
        "end_fold": 0,
        "return_types": payload["types"] or ([only] if only else RETURNED),
        "year_rule": YearRule.NEXT,
        "planets": STANDARD_POINTS,
        "polar": PolarPolicy.FLAG,
        **_preferred(payload),
    }


def _of_year(year: int) -> Payload:
    written = f"{year:05d}" if year < 0 else f"{year:04d}"
    return {"start_date": f"{written}-01-01", "end_date": f"{written}-12-31"}


def _preferred(payload: Payload) -> Payload:
    """The aspects and orbs of the chart."""
    return picked(payload["chart"]["config"], "aspects", "orbs")


def _returns_reply(reply: Any, payload: Payload) -> ChartReturns:
    aspects = payload["include_aspects"]
    found: ReturnLists = {"solar": [], "lunar": []}
    for row in reply["returns"]:
        kind = found["solar" if row["return_type"] == ReturnType.SOLAR else "lunar"]
        kind.append(_return(row, aspects=aspects))
    return {"returns": found}


def _return(row: Mapping[str, Any], *, aspects: bool) -> ChartReturn:
    wheel = row["chart"]
    return {
        "date": row["return_time"],
        "positions": positions_by_planet(wheel["positions"]),
        "aspects": [pair_aspect(aspect) for aspect in wheel["aspects"]] if aspects else [],
    }


class ChartEclipsesRequest(SearchedChart):
    types: Annotated[
        tuple[Annotated[EclipseType, *named(EclipseType)], ...],
        FailFast(),
        Field(max_length=len(EclipseType), description="Empty: both"),
    ] = ()
    include_aspects: bool = True


class ChartEclipse(TypedDict):
    date: Annotated[str, Field(description="UTC of the greatest eclipse")]
    type: Annotated[str, Field(description="TOTAL, ANNULAR, HYBRID, PARTIAL or PENUMBRAL")]
    magnitude: float
    positions: dict[str, LegacyReturnPlace]
    aspects: Annotated[list[PairAspect], Field(description="Of Sun and Moon with the planets")]
    house: Annotated[int | None, Field(description="Of the chart, where the eclipse falls")]


class EclipseLists(TypedDict):
    solar: list[ChartEclipse]
    lunar: list[ChartEclipse]


class ChartEclipses(TypedDict):
    eclipses: EclipseLists


def _eclipses_request(payload: Payload) -> Payload:
    return {
        "natal_chart": _housed(payload["chart"]),
        **_span(payload),
        "timezone": payload["chart"]["timezone"],
        "polar": PolarPolicy.FLAG,
        **picked(payload, "types", "include_aspects"),
        **_preferred(payload),
    }


def _eclipses_reply(reply: Any, _: Payload) -> ChartEclipses:
    found = reply["eclipses"]
    return {
        "eclipses": {
            "solar": [_eclipse(row) for row in found["solar"]],
            "lunar": [_eclipse(row) for row in found["lunar"]],
        }
    }


def _eclipse(row: Mapping[str, Any]) -> ChartEclipse:
    return {
        "date": row["date"],
        "type": row["type"],
        "magnitude": row["magnitude"],
        "positions": positions_by_planet([*row["positions"].values()]),
        "aspects": [pair_aspect(aspect) for aspect in row["aspects"]],
        "house": row["natal"]["house"],
    }


class ChartIngressesRequest(SearchedChart):
    types: Annotated[
        tuple[Annotated[IngressType, *named(IngressType)], ...],
        FailFast(),
        Field(max_length=len(IngressType), description="Empty: both"),
    ] = ()
    planets: Annotated[Points, Field(description="Empty: Sun to Pluto")] = ()
    planet: Annotated[PointName | None, Field(description="One of `planets` alone")] = None
    include_retrograde: Annotated[bool, Field(description="Entries by retrograde motion too")] = (
        True
    )


class SignIngress(TypedDict):
    planet: str
    sign: str
    date: Annotated[str, Field(description="UTC")]
    is_retrograde: bool


class HouseIngress(TypedDict):
    planet: str
    house: Annotated[int, Field(description="Of the chart, 1 to 12")]
    date: Annotated[str, Field(description="UTC")]
    is_retrograde: bool


class IngressLists(TypedDict):
    sign: list[SignIngress]
    house: list[HouseIngress]


class ChartIngresses(TypedDict):
    ingresses: IngressLists


def _ingresses_request(payload: Payload) -> Payload:
    only = payload["planet"]
    return {
        "natal_chart": _housed(payload["chart"]),
        **_span(payload),
        "timezone": payload["chart"]["timezone"],
        "types": payload["types"] or tuple(IngressType),
        **picked(payload, "planets", "include_retrograde"),
        **({} if only is None else {"planets": [only]}),
    }


def _ingresses_reply(reply: Any, _: Payload) -> ChartIngresses:
    found = reply["ingresses"]
    return {
        "ingresses": {
            "sign": [
                {
                    "planet": row["planet"],
                    "sign": row["sign"],
                    "date": row["date"],
                    "is_retrograde": row["is_retrograde"],
                }
                for row in found["sign"]
            ],
            "house": [
                {
                    "planet": row["planet"],
                    "house": row["house"],
                    "date": row["date"],
                    "is_retrograde": row["is_retrograde"],
                }
                for row in found["house"] or ()
            ],
        }
    }


_YEAR = {"start_date": "2026-01-01", "end_date": "2026-12-31"}
_ONE = {"chart": STORED_EXAMPLE}

CHART_ADAPTERS: tuple[Adapter, ...] = (
    *(operation.of_chart() for operation in direct.OPERATIONS),
    Adapter(
        "charts/synastry",
        "synastry",
        ChartSynastryRequest,
        {**_ONE, "target_chart": EXAMPLE_PAIR["chart2"], "include_composite": True},
        _synastry_request,
        _synastry_reply,
        ChartSynastry,
        {
            "chart1": "chart",
            "chart1.house_system": "chart.config.house_system",
            "chart2": "target_chart",
            "chart2.house_system": "target_chart.config.house_system",
        },
    ),
    Adapter(
        "charts/transits",
        "transits",
        ChartTransitsRequest,
        {**_ONE, "transit_date": "2026-01-11", "transit_time": "12:00:00"},
        _transits_request,
        transits_reply,
        LegacyTransits,
        CHART_NAMES,
    ),
    Adapter(
        "charts/returns",
        "returns",
        ChartReturnsRequest,
        {**_ONE, **_YEAR, "types": ["SOLAR"]},
        _returns_request,
        _returns_reply,
        ChartReturns,
        {**CHART_NAMES, "return_date": "start_date", "return_types": "types"},
    ),
    Adapter(
        "charts/eclipses",
        "eclipses",
        ChartEclipsesRequest,
        {**_ONE, **_YEAR},
        _eclipses_request,
        _eclipses_reply,
        ChartEclipses,
        {**CHART_NAMES, "timezone": "chart.timezone"},
    ),
    Adapter(
        "charts/ingresses",
        "ingresses",
        ChartIngressesRequest,
        {**_ONE, "start_date": "2026-01-01", "end_date": "2026-03-31"},
        _ingresses_request,
        _ingresses_reply,
        ChartIngresses,
        {**CHART_NAMES, "timezone": "chart.timezone"},
    ),
)
"""Operations of stored charts, which routes lead to by the id of a chart."""
