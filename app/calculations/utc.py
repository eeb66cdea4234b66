"""How instants that an answer found are told in UTC: by the rule that read those of its request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from app.astrology.frame import UniversalTime
from app.astrology.sky import Ephemeris
from app.calculations.request import CalculationRequest

_utc: ContextVar[Callable[[float], float] | None] = ContextVar("utc", default=None)


def utc_day(julian_day: float) -> float:
    """Julian day that the clocks of UTC show at an instant of UT1, within `told` work."""
    convert = _utc.get()
    return julian_day if convert is None else convert(julian_day)


def told(work: Callable[..., Any]) -> Callable[..., Any]:
    """The same work on a request, its instants told by the rule of that request.

    The request is its first argument, the ephemeris its last.
    """

    @wraps(work)
    def run(request: CalculationRequest, *more: Any) -> Any:
        with _by(rule_of(request), more[-1]):
            return work(request, *more)

    return run


def rule_of(request: CalculationRequest) -> UniversalTime:
    """The rule of a request's own instants, else of the first birth in it."""
    for holder in (request, *vars(request).values()):
        rule = getattr(holder, "universal_time", None)
        if isinstance(rule, UniversalTime):
            return rule
    return UniversalTime.UTC_AS_UT1


@contextmanager
def _by(rule: UniversalTime, sky: Ephemeris) -> Iterator[None]:
    same = rule is UniversalTime.UTC_AS_UT1
    token = _utc.set(None if same else sky.utc)
    try:
        yield
    finally:
        _utc.reset(token)
