"""Where callers of each family find their charts: told to who asks for one that is not there."""

from __future__ import annotations

from functools import wraps

from aiohttp import web

from app.errors import NotFound
from app.storage.charts import NoChart
from app.web.routing import Handler


def listed_at(path: str, handler: Handler) -> Handler:
    """The same handler; what it says of a chart that is not there names the list at `path`."""

    @wraps(handler)
    async def finding(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except NoChart as error:
            msg = f"{error.message}; list yours at {path}"
            raise NotFound(msg) from error

    return finding
