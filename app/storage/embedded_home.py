"""The directory of our own PostgreSQL server: whose it is, what made it, where the socket is."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from app.errors import RUN
from app.storage.errors import CannotOpenStorage
from app.storage.programs import MAJOR

HOME = "postgres"
"""Our directory inside the data directory."""
USER, DATABASE, PORT = "nocturna", "postgres", 5432
LONGEST_SOCKET_PATH = 107
"""Bytes that the address of a Unix socket may have."""


class AlreadyServed(CannotOpenStorage):
    """Another server owns this directory."""


def has_database(data_dir: Path) -> bool:
    """Whether a server of ours has made its data in a data directory."""
    return (data_dir / HOME / "data").exists()


def home_of(data_dir: Path) -> Path:
    return data_dir.resolve() / HOME


@contextmanager
def prepared(home: Path) -> Iterator[None]:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        home.chmod(0o700)
    except PermissionError as error:
        if not home.is_dir():
            raise unusable(home, error) from error
    except OSError as error:
        raise unusable(home, error) from error
    yield


def make_room(home: Path) -> None:
    """The directory of the socket, of the same owner."""
    run, owner = home / "run", home.stat()
    run.mkdir(mode=0o700, exist_ok=True)
    if run.stat().st_uid != owner.st_uid:
        os.chown(run, owner.st_uid, owner.st_gid)


@contextmanager
def only_server(home: Path) -> Iterator[None]:
    """Own the directory; the kernel ends that with this process. Raises AlreadyServed."""
    path = home / "lock"
    flags = os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if home.is_dir() else 0)
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unusable(home, error) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise unusable(home, error) from error
            owner = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
            msg = (
                f"{home} is in use by the server with process number {owner}: stop that one, or "
                "set NOCTURNA_DATA_DIR to another directory for this one"
            )
            raise AlreadyServed(msg) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def address_in(home: Path) -> Iterator[str]:
    """The address of the server in `home`, through an open directory when its path is too long."""
    run = home / "run"
    if len(os.fsencode(run / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH:
        yield _dsn(run)
        return
    descriptor = os.open(run, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield _dsn(Path(f"/proc/{os.getpid()}/fd/{descriptor}"))
    finally:
        os.close(descriptor)


def check_record(home: Path) -> None:
    """Refuse data of another major version, by our record or by PostgreSQL's own."""
    try:
        major = json.loads((home / "installation.json").read_text())["major"]
    except FileNotFoundError:
        try:
            major = int((home / "data" / "PG_VERSION").read_text())
        except FileNotFoundError:
            return
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{home / 'installation.json'} is damaged; restore it, or remove it if you are sure"
        raise CannotOpenStorage(msg) from error
    if major != MAJOR:
        msg = (
            f"{home} was made by PostgreSQL {major}, and this installation brings {MAJOR}: with "
            f"the installation that made it run `{RUN} backup FILE`, move {home} away, "
            f"and with this one run `{RUN} restore FILE`"
        )
        raise CannotOpenStorage(msg)


def record(home: Path, account: str) -> None:
    """Write beside the data what made it."""
    path, draft = home / "installation.json", home / "installation.json.new"
    text = json.dumps({"major": MAJOR, "account": account})
    if not path.exists() or path.read_text() != text:
        draft.write_text(text)
        draft.replace(path)


def unusable(home: Path, error: OSError) -> CannotOpenStorage:
    return CannotOpenStorage(
        f"cannot keep a database in {home}: {error.strerror}; set NOCTURNA_DATA_DIR to a directory "
        "with room that you own, or NOCTURNA_DATABASE_URL to a PostgreSQL server"
    )


def _dsn(directory: Path) -> str:
    host = quote(str(directory), safe="")
    return f"postgresql://{USER}@/{DATABASE}?host={host}&port={PORT}&sslmode=disable"
