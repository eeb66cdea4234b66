"""Operations that the public API has in two forms: for birth data, and for a stored chart.

Both forms share what may be asked beside the birth, and the way to the catalogue and back. The
form for birth data (`POST /api/calculations/<op>`) has the birth at top level. The form for a
stored chart has it in `chart`, whose `config` gives the house system, aspects and orbs that the
request leaves out:

    {"chart": {"date", "time", "latitude", "longitude", "timezone",
               "config": {"house_system", "aspects", "orbs"}},
     "planets": […], …}

Whoever knows charts by their id puts the stored one there and the caller's body beside it. For
the body `{"chart_id", "parameters"}` of the first form it is the same with `parameters` beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field, create_model

from app.astrology.houses import HOUSE_SYSTEM_ALIASES, HouseSystem
from app.calculations.birth import EXAMPLE, Altitude
from app.calculations.fields import (
    AspectName,
    HouseSystemName,
    LocalMeanTimeName,
    TheoryName,
    UniversalTimeName,
    few,
    named,
)
from app.calculations.orbs import MOST_ORBS, Orb
from app.compat.legacy import LEGACY_BIRTH_FIELDS, STORED_FIELDS, Adapter, Calls, Payload, inside
from app.compat.requests import Aspects, LegacyBirth, LegacyRequest

Orbs = Annotated[dict[AspectName, Orb], few(MOST_ORBS), Field(max_length=MOST_ORBS)]


TWELVE_HOUSES = tuple(system for system in HouseSystem if system is not HouseSystem.GAUQUELIN)
_ALIASES = {name: one for name, one in HOUSE_SYSTEM_ALIASES.items() if one in TWELVE_HOUSES}


class ChartConfig(LegacyRequest):
    """What a stored chart prefers."""

    house_system: Annotated[
        Annotated[HouseSystem, *named(TWELVE_HOUSES, aliases=_ALIASES)] | None,
        Field(description="Left out: PLACIDUS"),
    ] = None
    aspects: Aspects = ()
    orbs: Orbs = {}  # noqa: RUF012 - pydantic copies it


class StoredChart(LegacyBirth):
    """A chart as it was stored."""

    altitude: Altitude | None = None
    local_mean_time: LocalMeanTimeName | None = None
    universal_time: UniversalTimeName | None = None
    ephemeris: TheoryName | None = None
    config: ChartConfig = ChartConfig()


class OfChart(LegacyRequest):
    """A request about a stored chart."""

    chart: StoredChart


class HouseOption(LegacyRequest):
    house_system: HouseSystemName | None = None


CHART_NAMES = {
    **inside("chart", *LEGACY_BIRTH_FIELDS, *STORED_FIELDS),
    "natal_chart": "chart",
    "natal_chart.house_system": "chart.config.house_system",
}
"""Names of births in the catalogue, as a request about a stored chart has them."""
AT_TOP = {"natal_chart": ""}
"""The same as a request about birth data has them."""

STORED_EXAMPLE: Mapping[str, Any] = {
    **EXAMPLE,
    "config": {"house_system": "PLACIDUS", "aspects": ["CONJUNCTION", "TRINE"], "orbs": {}},
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation in both forms; its members are those of `Adapter` without the birth."""

    name: str
    chart_name: str
    calculation: str
    options: type[LegacyRequest]
    request_of: Callable[[Payload], Payload] | None
    reply_of: Callable[[Any, Payload], Any]
    reply: Any
    example: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    several: Callable[[Payload], Calls] | None = None

    def of_birth(self) -> Adapter:
        """The operation for birth data."""
        return self._adapter(f"calculations/{self.name}", LegacyBirth, EXAMPLE, AT_TOP, dict)

    def of_chart(self) -> Adapter:
        """The operation for a stored chart."""
        example = {"chart": STORED_EXAMPLE}
        return self._adapter(f"charts/{self.chart_name}", OfChart, example, CHART_NAMES, charted)

    def _adapter(
        self,
        name: str,
        born: type[LegacyRequest],
        example: Mapping[str, Any],
        names: Mapping[str, str],
        meant: Callable[[Payload], Payload],
    ) -> Adapter:
        title = name.title().replace("-", "").replace("/", "")
        request_of, several = self.request_of, self.several
        return Adapter(
            name,
            self.calculation,
            create_model(f"Legacy{title}Request", __base__=(self.options, born)),
            {**example, **self.example},
            (lambda payload: request_of(meant(payload))) if request_of else None,
            self.reply_of,
            self.reply,
            {**names, **self.names},
            (lambda payload: several(meant(payload))) if several else None,
            flat=True,
        )


def charted(payload: Payload) -> Payload:
    """A request about a stored chart as one about birth data, what it leaves out from `config`."""
    stored: Payload = payload["chart"]
    config: Payload = stored["config"]
    preferred = config["house_system"] or HouseSystem.PLACIDUS
    return {
        **payload,
        **{name: stored[name] for name in (*LEGACY_BIRTH_FIELDS, *STORED_FIELDS)},
        "house_system": payload.get("house_system") or preferred,
        "aspects": payload.get("aspects") or config["aspects"],
        "orbs": {**config["orbs"], **payload.get("orbs", {})},
    }
