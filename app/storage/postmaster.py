"""What a PostgreSQL server says of itself in its pid file, and Linux of its process."""

from __future__ import annotations

from pathlib import Path

POLL_SECONDS = 0.02
"""Between two looks at a file or a process that nobody tells of."""


def answers(data: Path, pid: int | None) -> bool:
    """Whether the server of this number says in its pid file that it is ready."""
    lines = _pid_file(data)
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"  # noqa: PLR2004 - a line


def recorded_pid(data: Path) -> int | None:
    lines = _pid_file(data)
    return abs(int(lines[0])) if lines and lines[0].lstrip("-").isdigit() else None


def exists(pid: int) -> bool:
    """Whether the number is taken, be it by a process that has ended and was not asked after."""
    return Path(f"/proc/{pid}").exists()


def alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def works_in(pid: int, directory: Path) -> bool:
    """Whether a process has this working directory, as every PostgreSQL process has its data."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(directory)
    except OSError:
        return False


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []
