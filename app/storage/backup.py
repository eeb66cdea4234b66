"""Write everything that is stored into one file, and put it back.

It is pg_dump's custom format with a line of ours at its end, a checksum of all before it:
pg_restore takes a file that was cut short for a whole one, without its last rows. The file holds
our schema and no key: stored secrets in it stay encrypted. It is of mode 0600.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import re
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit, urlunsplit

from app.security.secrets import KEY_FILE
from app.settings import Settings
from app.storage.embedded_home import has_database
from app.storage.errors import (
    CannotOpenStorage,
    DatabaseUnavailable,
    DiskFull,
    StatementRefused,
)
from app.storage.launch import SELF
from app.storage.migrate import MIGRATIONS, Migration, migrate, migrations_in, newest
from app.storage.opening import open_server
from app.storage.postgres import APPLICATION, SCHEMA, connect_options, dedicated
from app.storage.programs import Programs, end, shipped

CHUNK = 1 << 20
_VERSIONS = re.compile(r"^(\d+)\t\d{4}_", re.MULTILINE)
"""Rows of schema_migrations as pg_restore prints them."""


_SEAL_LENGTH = 89


class CannotBackUp(CannotOpenStorage):
    """A file cannot be written or put back; the text says why, and nothing was changed."""


@dataclass(frozen=True, slots=True)
class Written:
    """A backup: where it is, its bytes, and what to keep beside it."""

    path: Path
    size: int
    about_keys: str


async def backup(settings: Settings, path: Path) -> Written:
    """Write the database into a new file, whole or not at all; raises CannotBackUp."""
    if settings.database_url is None and not has_database(settings.data_dir):
        msg = (
            f"there is no database in {settings.data_dir.resolve()}: run this where the server "
            "runs, or set NOCTURNA_DATA_DIR to its data directory"
        )
        raise CannotBackUp(msg)
    with _new_file(path) as descriptor:
        async with open_server(settings, attach=True) as (dsn, _):
            await _dump(dsn, descriptor)
        await asyncio.to_thread(_seal, descriptor)
        size = os.fstat(descriptor).st_size
    return Written(path, size, _about_keys(settings))


async def restore(settings: Settings, path: Path) -> tuple[str, ...]:
    """Replace all that is stored by what a backup holds; the migrations applied after it.

    Refused while a server uses the database, and for a backup of a newer release; all or nothing.
    """
    programs, migrations = _programs(), migrations_in(MIGRATIONS)
    path = await _restorable(programs, migrations, path)
    async with _alone(settings) as dsn:
        await _load(programs, dsn, path)
        return await migrate(dsn, migrations)


async def to_be_replaced(settings: Settings, path: Path) -> int:
    """How many accounts a restore would replace; raises what `restore` raises, and changes nothing.

    A database without any is empty: whatever else is stored belongs to one.
    """
    await _restorable(_programs(), migrations_in(MIGRATIONS), path)
    async with _alone(settings) as dsn, dedicated(dsn, connect_options(5.0, 5.0)) as raw:
        if await raw.fetchval("SELECT to_regclass($1)", f"{SCHEMA}.users") is None:
            return 0
        return int(await raw.fetchval(f"SELECT count(*) FROM {SCHEMA}.users"))  # noqa: S608


def key_to_bring(settings: Settings) -> str:
    """What has to come from elsewhere after a restore, and where it belongs."""
    lost = "without it every token that was issued before is void"
    if settings.secret_key is not None:
        return f"the key is not in the backup: NOCTURNA_SECRET_KEY must be the old one; {lost}"
    return (
        f"the key is not in the backup: put {KEY_FILE} of the old data directory at "
        f"{settings.data_dir.resolve() / KEY_FILE}, or set NOCTURNA_SECRET_KEY to it; {lost}"
    )


async def _restorable(programs: Programs, migrations: Sequence[Migration], path: Path) -> Path:
    """The absolute path of a backup that this release can put back; raises CannotBackUp."""
    path = await asyncio.to_thread(_sealed, path)
    version = await _version_in(programs, path)
    if version > newest(migrations):
        msg = (
            f"{path} holds schema {version} of a newer release, and this one knows "
            f"{newest(migrations)}: restore it with the newer release"
        )
        raise CannotBackUp(msg)
    return path


@asynccontextmanager
async def _alone(settings: Settings) -> AsyncIterator[str]:
    """The address of the database while no server uses it; raises CannotBackUp."""
    async with open_server(settings, attach=False) as (dsn, _):
        try:
            await _refuse_while_used(dsn)
            yield dsn
        except (DatabaseUnavailable, DiskFull, StatementRefused) as error:
            raise CannotBackUp(str(error)) from error


@contextmanager
def _new_file(path: Path) -> Iterator[int]:
    """A file for its owner alone, that appears under its name when all is in it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        if path.exists():
            raise FileExistsError(errno.EEXIST, "there is such a file already")
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            yield descriptor
            os.fsync(descriptor)
            os.link(draft, path)  # unlike a rename, never over a file that came meanwhile
        finally:
            os.close(descriptor)
            draft.unlink(missing_ok=True)
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror}"
        raise CannotBackUp(msg) from error


async def _dump(dsn: str, output: int) -> None:
    address, environment = _apart(dsn)
    process = await _programs().start(
        "pg_dump",
        f"--dbname={address}",
        "--format=custom",
        f"--schema={SCHEMA}",
        "--no-owner",
        "--no-privileges",
        environment=environment,
        output=output,
    )
    try:
        _, complaints = await process.communicate()
    except BaseException:
        await end(process)
        raise
    if process.returncode != 0:
        msg = f"the backup failed: {_told(complaints)}"
        raise CannotBackUp(msg)


async def _load(programs: Programs, dsn: str, path: Path) -> None:
    """Stream the backup into psql as one transaction, which only a whole backup commits."""
    address, environment = _apart(dsn)
    fresh = f"SET client_min_messages = warning; DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"
    async with (
        _running(
            programs, "pg_restore", ("--no-owner", "--no-privileges", "--file=-", str(path))
        ) as reader,
        _running(
            programs,
            "psql",
            (
                f"--dbname={address}",
                "--no-psqlrc",
                "--quiet",
                "--single-transaction",
                "--set=ON_ERROR_STOP=1",
                "--output=/dev/null",
                f"--command={fresh}",
                "--file=-",
            ),
            environment,
            feed=PIPE,
        ) as writer,
    ):
        complaints = asyncio.gather(_rest(reader.stderr), _rest(writer.stderr))
        assert reader.stdout is not None  # noqa: S101 - asked for pipes
        assert writer.stdin is not None  # noqa: S101
        try:
            writer.stdin.write(await _preamble(reader.stdout))
            while chunk := await reader.stdout.read(CHUNK):
                writer.stdin.write(chunk)
                await writer.stdin.drain()
            if await reader.wait() != 0:
                writer.kill()  # before it sees an end and commits half of it
            writer.stdin.close()
        except ConnectionError:
            pass  # psql has given up, and says why
        if reader.returncode is None:
            reader.kill()
        status = await writer.wait()
        read, wrote = await complaints
    if status != 0:
        msg = f"nothing was restored: {_told(wrote or read)}"
        raise CannotBackUp(msg)


async def _preamble(stream: asyncio.StreamReader) -> bytes:
    """The settings that pg_restore begins with, but for the one that servers before 17 lack."""
    try:
        first = await stream.readuntil(b"SET client_encoding")
    except asyncio.IncompleteReadError as short:
        first = short.partial
    return first.replace(b"SET transaction_timeout = 0;\n", b"")


async def _version_in(programs: Programs, path: Path) -> int:
    """The schema that a backup holds; raises CannotBackUp for a file that is none."""
    table = (f"--schema={SCHEMA}", "--data-only", "--table=schema_migrations", "--file=-")
    status, text = await programs.run("pg_restore", *table, str(path))
    versions = [int(version) for version in _VERSIONS.findall(text)]
    if status != 0 or not versions:
        msg = f"{path} holds no schema of Nocturna"
        raise CannotBackUp(msg)
    return max(versions)


async def _refuse_while_used(dsn: str) -> None:
    async with dedicated(dsn, connect_options(5.0, 5.0)) as raw:
        others = await raw.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 "
            "AND datname = current_database() AND pid <> pg_backend_pid()",
            APPLICATION,
        )
    if others:
        msg = f"{others} connections of a running Nocturna use this database: stop it first"
        raise CannotBackUp(msg)


@asynccontextmanager
async def _running(
    programs: Programs,
    program: str,
    arguments: Sequence[str],
    environment: Mapping[str, str] | None = None,
    feed: int = asyncio.subprocess.DEVNULL,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A program that does not outlive the block."""
    process = await programs.start(program, *arguments, environment=environment, feed=feed)
    try:
        yield process
    finally:
        await end(process)


def _seal(descriptor: int) -> None:
    """Add the line with the checksum."""
    length = os.fstat(descriptor).st_size
    with os.fdopen(os.dup(descriptor), "r+b") as file:
        line = _seal_of(file, length)
        file.seek(length)
        file.write(line)


def _sealed(path: Path) -> Path:
    """The absolute path: the programs start in another directory.

    Raises CannotBackUp for a file that is none of ours, or no longer as it was written.
    """
    try:
        with path.open("rb") as file:
            length = max(0, path.stat().st_size - _SEAL_LENGTH)
            expected = _seal_of(file, length)
            file.seek(length)
            whole = file.read() == expected
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}"
        raise CannotBackUp(msg) from error
    if not whole:
        msg = f"{path} is no backup of Nocturna, or it is damaged or cut short"
        raise CannotBackUp(msg)
    return path.absolute()


def _seal_of(file: BinaryIO, length: int) -> bytes:
    """The line that belongs after so many bytes of a file."""
    digest = hashlib.sha256()
    file.seek(0)
    while length > 0 and (chunk := file.read(min(CHUNK, length))):
        digest.update(chunk)
        length -= len(chunk)
    return f"\nnocturna backup sha256 {digest.hexdigest()}\n".encode()


def _programs() -> Programs:
    """pg_dump and its like run as whoever calls them: the files are the caller's."""
    return replace(shipped(), account=SELF)


async def _rest(stream: asyncio.StreamReader | None) -> bytes:
    return await stream.read() if stream is not None else b""


def _apart(dsn: str) -> tuple[str, Mapping[str, str]]:
    """The address without its password, which a list of processes would show, and the password."""
    parts = urlsplit(dsn)
    user, _, place = parts.netloc.rpartition("@")
    name, separator, password = user.partition(":")
    if not separator:
        return dsn, {}
    bare = urlunsplit(parts._replace(netloc=f"{name}@{place}"))
    return bare, {"PGPASSWORD": unquote(password)}


def _told(complaints: bytes) -> str:
    lines = complaints.decode(errors="replace").strip().splitlines()
    errors = [line for line in lines if "ERROR" in line or "error:" in line]
    return (errors or lines or ["no reason was given"])[0]


def _about_keys(settings: Settings) -> str:
    if settings.secret_key is not None:
        return "it holds no key: keep NOCTURNA_SECRET_KEY as well"
    return f"it holds no key: keep {settings.data_dir.resolve() / KEY_FILE} as well"
