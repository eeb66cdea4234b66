"""Names of the public API for what a calculation of ours calls otherwise.

Whoever brings one from there to a stored chart is warned of what to ask instead, which no likeness
of names would find.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from app.calculations.catalogue import Calculation
from app.calculations.paths import ignored
from app.charts.merging import BIRTH_FIELDS

_STORED = ": the stored chart tells it"
_OUTSIDE = "; did you mean its members, outside of it?"
_EVERYWHERE: Mapping[str, str] = MappingProxyType(
    {
        "options": _OUTSIDE,
        "parameters": _OUTSIDE,
        "natal_chart": _STORED,
        "chart_data": _STORED,
        "chart1": _STORED,
        **dict.fromkeys(BIRTH_FIELDS, _STORED),
    }
)


def _meant(*names: str) -> str:
    return f"; did you mean {' and '.join(repr(name) for name in names)}?"


def _elsewhere(calculation: str) -> str:
    return f"; did you mean the calculation {calculation}?"


_BY_CALCULATION: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "aspects": {"orb_tolerance": _meant("orbs")},
        "composite": {"composite_type": _elsewhere("davison")},
        "davison": {"composite_type": _elsewhere("composite")},
        "dignities": {"dignity_system": _meant("system")},
        "directions": {
            "direction_date": _meant("target_date"),
            "direction_method": _meant("method"),
            "direction_type": _elsewhere("solar-arc"),
            "type": _elsewhere("solar-arc"),
        },
        "eclipses": {"eclipse_type": _meant("types")},
        "progressions": {
            "target_date": _meant("progression_date"),
            "type": _meant("progression_type"),
        },
        "rectification": {
            "method": _meant("techniques"),
            "parameters": _meant("aspects"),
            "time_window": _meant("time_range_minutes"),
        },
        "returns": {
            "start_date": _meant("return_date"),
            "types": _meant("return_types"),
            "year": _meant("return_date", "end_date"),
        },
        "solar-arc": {
            "direction_date": _meant("target_date"),
            "direction_type": _elsewhere("directions"),
            "key_rate": _meant("user_rate"),
            "method": _meant("arc"),
            "progression_date": _meant("target_date"),
            "type": _elsewhere("directions"),
        },
    }
)


def hints(entry: Calculation, body: Mapping[str, Any]) -> dict[str, str]:
    """What to say of each such field of a body, by what is said where nobody knows its name."""
    request, known = entry.request, {**_EVERYWHERE, **_BY_CALCULATION.get(entry.name, {})}
    return {
        ignored(name, "", request, request): f"field '{name}' was ignored{hint}"
        for name, hint in known.items()
        if name in body and name not in request.model_fields
    }
