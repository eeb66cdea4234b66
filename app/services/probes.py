"""A service that was out is asked how it is, so that it is in use again without a caller.

It is asked for its health, which needs no token. A service that tells nothing of that, or does not
call itself well, is left to its callers: each may be the one whose question closes the circuit.
"""

from __future__ import annotations

import asyncio
from typing import NoReturn

from app.errors import AppError
from app.resilience.breaker import State
from app.services.http import ServiceClient
from app.telemetry.logs import logger

PROBE_SECONDS = 1.0
"""Between two looks at the circuit; the service is asked once its pause is over."""

_log = logger(__name__)


async def keep_probing(client: ServiceClient, every: float = PROBE_SECONDS) -> NoReturn:
    """Ask a service whose circuit is open and may be tried, until it is well."""
    while True:
        await asyncio.sleep(every)
        status = client.outbound.status()
        if status.state is State.CLOSED or status.retry_after > 0:
            continue
        try:
            await client.require_health()
        except AppError as error:
            _log.debug("a service is not back yet", service=client.name, error=type(error).__name__)
