"""Whatever a request model's own schema allows is computed, or refused with a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.calculations.catalogue import catalogue
from app.calculations.execution import execution, executions
from app.compat.legacy import legacy_door
from app.ephemeris.almanac import SwissAlmanac
from tests.compat.adapters import adapters
from tests.hostile.schemas import values

RELAXED = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
SCHEMAS = {name: entry.request_schema("#/$defs/{model}") for name, entry in catalogue().items()}
DATES = st.builds(
    "{:04d}-{:02d}-{:02d}".format, st.integers(1100, 2500), st.integers(1, 12), st.integers(1, 31)
)
TIMES = st.one_of(
    st.none(), st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59))
)
ZONES = st.sampled_from(["UTC", "Europe/Amsterdam", "America/New_York", "+05:30"])


@pytest.mark.parametrize("name", catalogue())
def test_any_request_of_the_schema_is_answered(name: str, ephemeris: SwissAlmanac) -> None:
    run = execution(catalogue()[name])
    schema = SCHEMAS[name]

    @RELAXED
    @given(values(schema, schema.get("$defs", {})), DATES, TIMES, ZONES)
    def is_answered(body: Any, date: str, time: str | None, zone: str) -> None:
        for request in (body, {**body, "date": date, "time": time, "timezone": zone}):
            outcome = run(json.dumps(request).encode(), ephemeris)
            answer = json.loads(b"{" + outcome.fragment + b"}")
            assert outcome.status in {200, 422}, request
            assert outcome.status == 200 or answer["error"]["message"], request

    is_answered()


@pytest.mark.parametrize("name", adapters())
def test_any_legacy_request_of_the_schema_is_answered(name: str, ephemeris: SwissAlmanac) -> None:
    adapter = adapters()[name]
    run = executions(legacy_door(adapter))[name]
    schema = adapter.request.model_json_schema(ref_template="#/$defs/{model}")
    charts = ("chart1", "chart2", "natal_chart", "chart_data")

    @settings(RELAXED, max_examples=20)
    @given(values(schema, schema.get("$defs", {})), DATES, TIMES, ZONES)
    def is_answered(body: Any, date: str, time: str | None, zone: str) -> None:
        born = {"date": date, "time": time, "timezone": zone}
        inside = {part: {**body[part], **born} for part in charts if part in body}
        days = {field: date for field in body if field.endswith("_date")}
        for request in (body, {**body, **inside, **days, **({} if inside else born)}):
            outcome = run(json.dumps(request).encode(), ephemeris)
            answer = json.loads(b"{" + outcome.fragment + b"}")
            assert outcome.status in {200, 422}, request
            assert outcome.status == 200 or answer["error"]["message"], request

    is_answered()
