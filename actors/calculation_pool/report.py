"""What the pool tells of itself; outlives its restarts."""

from __future__ import annotations

from dataclasses import dataclass

from app.telemetry.metrics import Counts, Distributions, Metrics


@dataclass(slots=True)
class PoolReport:
    """Live numbers of the pool: `ready` workers, and what is counted for /metrics."""

    queue_seconds: Distributions
    compute_seconds: Distributions
    joined: Counts
    cached: Counts
    worker_restarts: Counts
    retried: Counts
    lost: Counts
    ready: int = 0

    @classmethod
    def of(cls, metrics: Metrics) -> PoolReport:
        report = cls(
            queue_seconds=metrics.distributions(
                "nocturna_calculation_queue_seconds", "Wait for a worker", "lane"
            ),
            compute_seconds=metrics.distributions(
                "nocturna_calculation_compute_seconds", "Time in a worker", "operation"
            ),
            joined=metrics.counts(
                "nocturna_single_flight_hits_total", "Requests that joined one in flight"
            ),
            cached=metrics.counts(
                "nocturna_answer_cache_hits_total", "Requests answered from memory"
            ),
            worker_restarts=metrics.counts(
                "nocturna_worker_restarts_total", "Workers that died and were replaced"
            ),
            retried=metrics.counts(
                "nocturna_worker_retries_total", "Requests computed again after their worker died"
            ),
            lost=metrics.counts(
                "nocturna_worker_lost_total", "Requests given up after a second worker died"
            ),
        )
        metrics.gauge(
            "nocturna_workers_ready", "Workers that can compute", lambda: {(): report.ready}
        )
        return report
