"""How late the event loop comes: the first sign of anything that computes or blocks on it."""

from __future__ import annotations

import asyncio
import time

from app.telemetry.metrics import Distributions

PERIOD = 0.02
"""Seconds between looks: rare enough to cost nothing, often enough for a p99 of seconds."""
BOUNDS = (0.0005, 0.001, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


async def watch(lags: Distributions) -> None:
    """Record for ever by how many seconds a sleep ends too late."""
    while True:
        due = time.monotonic() + PERIOD  # the loop's own clock may tick in whole milliseconds
        await asyncio.sleep(PERIOD)
        lags.observe(max(0.0, time.monotonic() - due))
