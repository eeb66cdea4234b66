"""What the application holds, by typed key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from actors.calculation_pool.admission import Admission
from actors.calculation_pool.messages import Compute
from actors.runtime import Ref, Supervisor
from actors.token_monitor.messages import Changed
from actors.token_monitor.report import MonitorReport
from app.accounts.context import Accounts
from app.accounts.principals import Principals
from app.charts.edit_turns import EditTurns
from app.limits.windows import Windows
from app.resilience.registry import Registry
from app.security.clients import Clients
from app.security.tokens import Principal
from app.settings import Settings
from app.storage.cache import Cache
from app.storage.opening import Storage
from app.telemetry.metrics import Counts, Metrics


@dataclass(slots=True)
class ServerState:
    """How far the life of this server has come; `started` on the loop's clock.

    `dependencies` tells of everything the server needs, by name, whether it is well; `computes`,
    whether a worker is there that can compute.
    """

    started: float
    ephemeris_directories: tuple[Path, ...]
    de_number: int
    dependencies: dict[str, Callable[[], bool]] = field(default_factory=dict)
    port: int = 0
    connections: Callable[[], int] = lambda: 0
    computes: Callable[[], bool] = lambda: True
    draining: bool = False


LOGIN_OUTCOMES = SUCCESS, REFUSED, THROTTLED = "success", "refused", "throttled"

SETTINGS = web.AppKey("settings", Settings)
PRINCIPALS = web.AppKey("principals", Principals)
"""Whose tokens are good."""
PRINCIPAL = web.RequestKey("principal", Principal)
"""Who sent a request, on every route with a scope."""
CLIENTS = web.AppKey("clients", Clients)
"""From where callers come."""
REGISTRY = web.AppKey("registry", Registry)
"""All outbound dependencies."""
STORAGE = web.AppKey("storage", Storage)
ACCOUNTS = web.AppKey("accounts", Accounts)
EDIT_TURNS = web.AppKey("edit_turns", EditTurns)
"""Who changes which stored chart."""
METRICS = web.AppKey("metrics", Metrics)
LOGINS = web.AppKey("logins", Counts)
"""How logins ended, by `LOGIN_OUTCOMES`."""
STATE = web.AppKey("state", ServerState)
SUPERVISOR = web.AppKey("supervisor", Supervisor)
WINDOWS = web.AppKey("windows", Windows)
"""How many requests each caller has made."""
MONITOR = web.AppKey("monitor", Ref[Changed])
TOKENS = web.AppKey("tokens", MonitorReport)
"""Service tokens as the monitor saw them last."""
CACHE = web.AppKey("cache", Cache)
"""Answers of long work."""
POOL = web.AppKey("pool", Ref[Compute])
ADMISSION = web.AppKey("admission", Admission)
"""Which long work is begun."""
