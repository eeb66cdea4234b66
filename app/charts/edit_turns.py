"""Those who change one chart of this server, one after the other.

Whoever has the turn may wait for a worker: a turn holds no connection. Other servers keep lines of
their own, and two changes that meet are told apart by the version of the chart.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from app.errors import Conflicting
from app.lines import Lines, NoTurn

Whose = tuple[UUID, UUID]
"""An owner and a chart: nobody stands in a line of others."""
MOST_IN_LINE = 200
"""Changes of one chart that wait, or are made: a page of edits at once, and not a flood."""
RETRY_SOON = 1


class EditTurns:
    """A line for each chart that is being changed; nobody waits longer than `within` seconds."""

    def __init__(self, within: float, most: int = MOST_IN_LINE) -> None:
        self._within = within
        self._most = most
        self._lines: Lines[Whose] = Lines()

    def __len__(self) -> int:
        """How many lines there are: as many as charts that are being changed."""
        return len(self._lines)

    @asynccontextmanager
    async def turn(self, whose: Whose) -> AsyncIterator[float]:
        """The time in which nobody else here changes this chart; raises Conflicting.

        What comes back is when whoever asked has waited long enough, on the clock of the loop.
        """
        if self._lines.length(whose) >= self._most:
            raise _crowded()
        until = asyncio.get_running_loop().time() + self._within
        try:
            async with self._lines.turn(whose, until):
                yield until
        except NoTurn as late:
            raise _crowded() from late


def _crowded() -> Conflicting:
    msg = "too many changes of this chart wait for one another; try again in a second"
    return Conflicting(msg, retry_after=RETRY_SOON)
