"""Instants as answers show them."""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web

from app.web.answers import OWN_API


def instant(request: web.Request, moment: datetime) -> str:
    """UTC to the microsecond; its zone is only told under /api/v1, elsewhere it is understood."""
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    return f"{text}Z" if request.path.startswith(OWN_API) else text
