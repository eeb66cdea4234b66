"""Natal charts to load a server with: each one different, each as large as they get."""

from __future__ import annotations

import json
from typing import Any

from app.astrology.bodies import Angle, Body
from app.calculations.execution import execution
from app.calculations.natal_chart import natal_chart
from app.ephemeris.almanac import SwissAlmanac
from app.wire import decode

PATH = "/api/v1/calculations/natal-chart"

_POINTS = [*(body for body in Body if body is not Body.EARTH), *Angle]
_run = execution(natal_chart)


def chart(number: int) -> bytes:
    """The request for a chart that no other number has."""
    day, year = number % 28 + 1, 1900 + number // 28 % 140
    moment = {"date": f"{year}-06-{day:02}", "time": "14:30:00", "timezone": "UTC"}
    place = {"latitude": 40.0 + number // 3920 * 0.01, "longitude": -74.006}
    return json.dumps({**moment, **place, "planets": _POINTS}).encode()


def expected(body: bytes, ephemeris: SwissAlmanac) -> Any:
    """The `data` of the answer, computed in this process."""
    return decode(b"{%b}" % _run(body, ephemeris).fragment)["data"]
