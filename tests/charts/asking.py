"""The operation of a worker, asked without one."""

from __future__ import annotations

from app.astrology.almanac import Almanac
from app.charts.reading import Ask
from app.compat.chart_bodies import operations
from app.wire import Outcome


class Asked:
    """What asks; counts how often it was."""

    def __init__(self, ephemeris: Almanac) -> None:
        self._ephemeris = ephemeris
        self.times = 0

    @property
    def ask(self) -> Ask:
        return self._ask

    async def _ask(self, operation: str, body: bytes) -> Outcome:
        self.times += 1
        return operations()[operation](body, self._ephemeris)
