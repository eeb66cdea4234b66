"""What this process takes of its machine."""

from __future__ import annotations

import psutil

_process = psutil.Process()


def memory_mb() -> float:
    """Resident memory of this process, in megabytes."""
    return float(_process.memory_info().rss) / 1e6
