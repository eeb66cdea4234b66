"""Counters, distributions and gauges, and the text that Prometheus reads of them."""

from __future__ import annotations

import math
import threading

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from app.telemetry import metrics as module
from app.telemetry.metrics import SECONDS, Counts, Distribution, Distributions, Labels, Metrics
from app.telemetry.process import memory_mb


def exposed(metrics: Metrics) -> list[Sample]:
    families = text_string_to_metric_families(metrics.exposition().decode())
    return [sample for family in families for sample in family.samples]


def values(metrics: Metrics) -> dict[str, float]:
    """Samples without labels, or with the value of their only label behind the name."""
    return {
        "/".join((sample.name, *sample.labels.values())): sample.value
        for sample in exposed(metrics)
    }


def test_a_value_on_a_bound_counts_below_it() -> None:
    distribution = Distribution((1.0, 2.0))
    distribution.observe(1.0)
    assert distribution.buckets() == [("1.0", 1.0), ("2.0", 1.0), ("+Inf", 1.0)]


def test_buckets_are_cumulative_and_end_with_everything() -> None:
    distribution = Distribution((1.0, 2.0))
    for value in (0.5, 1.5, 1.7, 99.0):
        distribution.observe(value)
    assert distribution.buckets() == [("1.0", 1.0), ("2.0", 3.0), ("+Inf", 4.0)]
    assert distribution.total == pytest.approx(102.7)


def test_a_distribution_without_values_is_zero_everywhere() -> None:
    distribution = Distribution()
    assert {count for _, count in distribution.buckets()} == {0.0}
    assert len(distribution.buckets()) == len(SECONDS) + 1


def test_bounds_of_seconds_rise() -> None:
    assert list(SECONDS) == sorted(set(SECONDS))


def test_counts_are_kept_by_labels() -> None:
    counts = Counts()
    counts.add(("a",))
    counts.add(("a",), by=2)
    counts.add(("b",))
    assert {key: count.value for key, count in counts.values.items()} == {("a",): 3, ("b",): 1}


def test_distributions_are_made_as_labels_come_with_the_bounds_of_then() -> None:
    distributions = Distributions()
    distributions.bounds = (1.0,)
    distributions.observe(0.5, ("a",))
    distributions.observe(2.0, ("a",))
    assert list(distributions.values) == [("a",)]
    assert distributions.values["a",].counts == [1, 1]


def test_a_counter_without_labels_is_there_before_it_counts() -> None:
    metrics = Metrics()
    counts = metrics.counts("x_total", "Text")
    assert values(metrics) == {"x_total": 0.0}
    counts.add()
    assert values(metrics) == {"x_total": 1.0}


def test_a_counter_with_labels_appears_with_its_first_count() -> None:
    metrics = Metrics()
    counts = metrics.counts("x_total", "Text", "kind")
    assert values(metrics) == {}
    counts.add(("a",), by=3)
    assert values(metrics) == {"x_total/a": 3.0}


def test_a_distribution_without_labels_is_there_before_its_first_value() -> None:
    metrics = Metrics()
    distributions = metrics.distributions("x_seconds", "Text")
    distributions.bounds = (1.0,)
    assert values(metrics) == {
        "x_seconds_bucket/1.0": 0.0,
        "x_seconds_bucket/+Inf": 0.0,
        "x_seconds_count": 0.0,
        "x_seconds_sum": 0.0,
    }
    metrics.distributions("y_seconds", "Text", "kind")
    assert not any(name.startswith("y_seconds") for name in values(metrics))


def test_one_counter_may_have_several_names() -> None:
    metrics = Metrics()
    metrics.counts(("x_total", "y_total"), "Text").add(by=2)
    assert values(metrics) == {"x_total": 2.0, "y_total": 2.0}


def test_one_distribution_may_have_several_names() -> None:
    metrics = Metrics()
    distributions = metrics.distributions(("x_seconds", "y_seconds"), "Text")
    distributions.bounds = (1.0,)
    distributions.observe(0.25)
    found = values(metrics)
    for name in ("x_seconds", "y_seconds"):
        assert found[f"{name}_bucket/1.0"] == found[f"{name}_bucket/+Inf"] == 1.0
        assert found[f"{name}_count"] == 1.0
        assert found[f"{name}_sum"] == 0.25


def test_a_gauge_is_read_whenever_the_text_is() -> None:
    metrics = Metrics()
    level = {"now": 1.0}
    metrics.gauge("x", "Text", lambda: {("a",): level["now"]}, "kind")
    assert values(metrics) == {"x/a": 1.0}
    level["now"] = -2.5
    assert values(metrics) == {"x/a": -2.5}


@pytest.mark.parametrize("label", ['"', "\\", "\n", "é", "{}", ",", '",x="', ""])
def test_any_label_survives_the_text(label: str) -> None:
    metrics = Metrics()
    metrics.counts("x_total", "Text", "kind").add((label,))
    (sample,) = exposed(metrics)
    assert sample.labels == {"kind": label}


def test_help_and_type_stand_before_the_samples() -> None:
    metrics = Metrics()
    metrics.counts("x_total", "What it counts").add()
    assert metrics.exposition().decode().splitlines() == [
        "# HELP x_total What it counts",
        "# TYPE x_total counter",
        "x_total 1.0",
    ]


def test_a_copy_stands_still_while_the_numbers_go_on() -> None:
    metrics = Metrics()
    counts = metrics.counts("x_total", "Text", "kind")
    times = metrics.distributions("x_seconds", "Text", "kind")
    level: dict[Labels, float] = {("a",): 1.0}
    metrics.gauge("x", "Text", level.copy, "kind")
    counts.add(("a",))
    times.observe(0.5, ("a",))
    before, copied = metrics.exposition(), metrics.copy()
    counts.add(("a",))
    counts.add(("b",))
    times.observe(0.5, ("a",))
    times.observe(0.5, ("b",))
    level["a",] = 2.0
    assert copied.exposition() == before
    assert metrics.exposition() != before


async def test_numbers_are_read_on_the_loop_and_written_in_a_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    metrics, read, written = Metrics(), list[int](), list[int]()

    def level() -> dict[Labels, float]:
        read.append(threading.get_ident())
        return {(): 1.0}

    def noted(registry: CollectorRegistry) -> bytes:
        written.append(threading.get_ident())
        return generate_latest(registry)

    metrics.gauge("x", "Text", level)
    monkeypatch.setattr(module, "generate_latest", noted)
    assert (await metrics.text()).splitlines()[-1] == b"x 1.0"
    assert read == [threading.get_ident()]
    assert len(written) == 1
    assert written != read


def test_memory_is_told_in_megabytes() -> None:
    assert 5 < memory_mb() < 10_000
    assert math.isfinite(memory_mb())
