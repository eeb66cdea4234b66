"""Stored charts by their ids, as calculations ask for them, and the oldest ones of somebody."""

from __future__ import annotations

from uuid import UUID

from app.storage import charts
from app.storage.charts import ChartOrder, Listing, SavedChart
from app.storage.postgres import Postgres


async def charts_with_ids(
    postgres: Postgres, user_id: UUID, first: UUID, second: UUID | None
) -> tuple[SavedChart, SavedChart | None]:
    """A chart of somebody, and the one that it is compared with; raises NotFound."""
    async with postgres.connection() as connection:
        chart = await charts.get_chart(connection, user_id, first)
        if second is None:
            return chart, None
        return chart, await charts.get_chart(connection, user_id, second)


async def oldest_charts(
    postgres: Postgres, user_id: UUID, limit: int, skip: int
) -> list[SavedChart]:
    """At most `limit` charts in the order in which they were made, after so many others."""
    listing = Listing(ChartOrder.OLDEST, limit, skip=skip)
    async with postgres.connection() as connection:
        return await charts.list_charts(connection, user_id, listing)
