"""Requests that are not even HTTP: aiohttp refuses them before any handler, and logs them."""

from __future__ import annotations

import logging

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError


class MalformedRequests(logging.Filter):
    """Lowers what aiohttp logs of them to DEBUG: anyone can send any number, and none is our fault.

    For the logger `aiohttp.server`.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, HttpProcessingError | web.RequestPayloadError):
            return True
        record.levelno, record.levelname = logging.DEBUG, logging.getLevelName(logging.DEBUG)
        return logging.getLogger(record.name).isEnabledFor(logging.DEBUG)
