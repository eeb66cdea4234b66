"""Processes that own an embedded server, and what the machine says about PostgreSQL's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import IO, Self

import psutil

from app.storage import launch
from app.storage.launch import NAMESPACE
from app.storage.postgres import connect_options, dedicated
from tests.faults.processes import eventually, gone
from tests.server import LONG_ENOUGH, ROOT

AS_ROOT = os.geteuid() == 0
NOBODY = 65534
FULL_DISK = """
    CREATE FUNCTION nocturna.no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
    END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON nocturna.{} EXECUTE FUNCTION nocturna.no_room()
"""
"""After this the new rows of a table meet what they would on a full disk."""
PACKAGES = sysconfig.get_path("purelib")


class Owner:
    """A process with an embedded server in a directory; both are gone after the `with` block."""

    def __init__(
        self,
        directory: Path,
        *arguments: str,
        user: int | None = None,
        seen_as_nobody: bool = False,
    ) -> None:
        self._directory = directory
        self._arguments = arguments
        self._user = user
        self._seen_as_nobody = seen_as_nobody
        self.pid = 0
        self.account = ""
        self.dsn = ""

    def __enter__(self) -> Self:
        first = self.start()
        assert not first.startswith("refused"), first
        pid, self.account, self.dsn = first.split()
        self.pid = int(pid)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> str:
        """Its first line: number, account and address, or why it refuses."""
        self.process = subprocess.Popen(
            [
                *self._disguise(),
                *(self._interpreter(), "-B", "-m", "tests.storage.owner"),
                *(str(self._directory), *self._arguments),
            ],
            cwd=ROOT,
            env={"PATH": "/nonexistent", "PYTHONPATH": PACKAGES},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            user=self._user,
            group=self._user,
            extra_groups=None if self._user is None else [],
        )
        return self._line()

    def _interpreter(self) -> str:
        return str(sys.executable if self._user is None else reached_by_all())

    def _disguise(self) -> tuple[str, ...]:
        """What makes root look like an ordinary user to itself, to whom its files belong."""
        if not self._seen_as_nobody:
            return ()
        return (sys.executable, "-I", "-S", launch.__file__, NAMESPACE, str(os.getpid()))

    def add_row(self) -> int:
        """Rows that are kept now, one more than before."""
        stdin = self._stdin()
        stdin.write("\n")
        stdin.flush()
        return int(self._line())

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(LONG_ENOUGH)

    def stop(self) -> None:
        """End its input and wait."""
        self._stdin().close()
        try:
            self.process.wait(LONG_ENOUGH)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            if self.process.stdout is not None:
                self.process.stdout.close()

    def _line(self) -> str:
        assert self.process.stdout is not None
        return str(self.process.stdout.readline()).strip()

    def _stdin(self) -> IO[str]:
        assert self.process.stdin is not None
        return self.process.stdin


def reached_by_all() -> Path | None:
    """An interpreter of our version that an ordinary user can run with this code, if any."""
    here = (Path(PACKAGES), ROOT)
    for name in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        path = Path(name)
        ways = [parent for end in (path, path.resolve(), *here) for parent in (end, *end.parents)]
        if path.exists() and all(way.stat().st_mode & 0o001 for way in ways):
            return path
    return None


def servers_in(directory: Path) -> list[int]:
    """The PostgreSQL processes that work in a data directory."""
    found: list[int] = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()) == directory / "postgres" / "data":
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found


def none_left_in(directory: Path) -> bool:
    """Whether every PostgreSQL process of a directory ends."""
    return eventually(lambda: gone(servers_in(directory)))


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


async def rows(dsn: str) -> int:
    async with dedicated(dsn, connect_options(60.0, 60.0)) as raw:
        return int(await raw.fetchval("SELECT count(*) FROM public.kept"))


async def answers(dsn: str) -> bool:
    async with dedicated(dsn, connect_options(60.0, 60.0)) as raw:
        return bool(await raw.fetchval("SELECT true"))


def outside() -> dict[str, object]:
    """What an installation may have touched: homes, lists of users, ways to the data."""
    found: dict[str, object] = {}
    for name in ("/root", "/tmp", "/etc", "/home", "/var", "/dev/shm", str(Path.home())):  # noqa: S108
        path = Path(name)
        if path.exists():
            found[name] = (path.stat().st_mode, path.stat().st_uid)
    for name in ("/etc/passwd", "/etc/group", "/etc/shadow"):
        path = Path(name)
        if path.exists() and os.access(path, os.R_OK):
            found[name] = path.read_bytes()
    return found


def shared() -> set[Path]:
    """What PostgreSQL servers have outside their directories, those of other tests too."""
    return {*Path("/dev/shm").glob("PostgreSQL*"), *Path("/tmp").glob(".s.PGSQL*")}  # noqa: S108
