"""What the application holds, by typed key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from actors.calculation_pool.messages import Compute
from actors.runtime import Ref, Supervisor
from app.security.tokens import TokenVerifier
from app.settings import Settings
from app.telemetry.metrics import Metrics


@dataclass(slots=True)
class ServerState:
    """How far the life of this server has come; `started` on the loop's clock.

    `dependencies` tells of everything the server needs, by name, whether it is well.
    """

    started: float
    ephemeris_directories: tuple[Path, ...]
    de_number: int
    dependencies: dict[str, Callable[[], bool]] = field(default_factory=dict)
    port: int = 0
    connections: Callable[[], int] = lambda: 0
    draining: bool = False


SETTINGS = web.AppKey("settings", Settings)
VERIFIER = web.AppKey("verifier", TokenVerifier)
METRICS = web.AppKey("metrics", Metrics)
STATE = web.AppKey("state", ServerState)
SUPERVISOR = web.AppKey("supervisor", Supervisor)
POOL = web.AppKey("pool", Ref[Compute])
OPENAPI = web.AppKey("openapi", asyncio.Task[bytes])
