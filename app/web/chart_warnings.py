"""What an answer about a stored chart warns of: members of the body that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from app.calculations.paths import ignored
from app.charts.reading import ONLY_TOLD
from app.web.bodies import Body
from app.web.chart_shapes import ConfigBody

_CONFIG = "config"
_SET_BY: Mapping[str, str] = MappingProxyType(
    {
        "place": "city",
        "timezone_source": "timezone",
        "time_known": "time",
        "utc": "date",
        "julian_day": "date",
    }
)
"""Which member tells what another one only shows."""


def unread(given: Mapping[str, Any], model: type[Body], *shown: Mapping[str, Any]) -> Iterator[str]:
    """A warning for each member that nobody reads.

    What comes back as the chart was `shown`, before or after, is no mistake.
    """
    for name, value in given.items():
        if name in model.model_fields:
            continue
        if name not in ONLY_TOLD:
            yield ignored(name, "", model, model)
        elif not any(name in chart and chart[name] == value for chart in shown):
            yield _only_told(name)
    if isinstance(config := given.get(_CONFIG), Mapping):
        for name in config:
            if name not in ConfigBody.model_fields:
                yield ignored(name, f"{_CONFIG}.", ConfigBody, model)


def _only_told(name: str) -> str:
    near = _SET_BY.get(name)
    hint = f"; did you mean '{near}'?" if near else ""
    return f"field '{name}' was ignored: answers tell it, nobody sets it{hint}"
