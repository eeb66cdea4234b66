"""Ask the catalogue and the legacy operations as a worker does: bytes in, an outcome out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from app.astrology.almanac import Almanac
from app.astrology.sky import Ephemeris
from app.compat.operations import operations
from app.wire import Outcome, decode, encode

NEW_YORK = {
    "date": "1990-01-15",
    "time": "14:30:00",
    "latitude": 40.7128,
    "longitude": -74.006,
    "timezone": "America/New_York",
}
"""The birth of the examples."""

RUNS = operations()


@dataclass(frozen=True, slots=True)
class Asked:
    """An outcome with its JSON read."""

    outcome: Outcome

    @property
    def status(self) -> int:
        return self.outcome.status

    @property
    def body(self) -> dict[str, Any]:
        """The envelope but for `meta`."""
        return dict(decode(b"{" + self.outcome.fragment + b"}"))

    @property
    def data(self) -> Any:
        """The data of a success."""
        assert self.status == 200, self.body["error"]
        return self.body["data"]

    @property
    def error(self) -> dict[str, Any]:
        """Code, message and details of a failure."""
        assert self.body["success"] is False
        return dict(self.body["error"])

    @property
    def meta(self) -> dict[str, Any]:
        """What belongs to the content of the answer."""
        return dict(decode(b"{" + self.outcome.meta + b"}"))

    @property
    def computed_for(self) -> dict[str, Any]:
        return dict(self.meta["computed_for"])


def ask(operation: str, request: Mapping[str, Any] | bytes, ephemeris: Ephemeris) -> Asked:
    """The outcome of an operation for a request, which bytes give as they are."""
    body = request if isinstance(request, bytes) else encode(request)
    # A stand-in knows positions alone; what needs more is asked of the real one.
    return Asked(RUNS[operation](body, cast("Almanac", ephemeris)))


def birth(**changes: Any) -> dict[str, Any]:
    """The birth of the examples with some fields changed or added."""
    return {**NEW_YORK, **changes}
