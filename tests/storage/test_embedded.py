"""The database that nobody has to install, and that no crash can hurt."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from app.storage.embedded import attached_server, embedded_server
from app.storage.embedded_home import AlreadyServed
from app.storage.errors import CannotOpenStorage
from app.storage.postgres import connect_options, dedicated
from tests.faults.processes import eventually, gone
from tests.server import LONG_ENOUGH
from tests.storage.servers import (
    Owner,
    answers,
    kill,
    none_left_in,
    outside,
    rows,
    servers_in,
    shared,
)


def test_rows_outlive_the_server(data_dir: Path) -> None:
    with Owner(data_dir) as owner:
        assert owner.add_row() == 1
    assert none_left_in(data_dir)
    with Owner(data_dir) as owner:
        assert owner.add_row() == 2


async def test_a_killed_database_is_started_again_with_every_row(data_dir: Path) -> None:
    async with embedded_server(data_dir, 5) as (dsn, server):
        async with dedicated(dsn, connect_options(60.0, 60.0)) as raw:
            await raw.execute("CREATE TABLE public.kept (id serial)")
        for killed in range(1, 4):
            async with dedicated(dsn, connect_options(60.0, 60.0)) as raw:
                await raw.execute("INSERT INTO public.kept DEFAULT VALUES")
                pid = server.status.pid
                assert pid is not None
                kill(pid)
            async with asyncio.timeout(LONG_ENOUGH):
                while server.status.pid in (None, pid):  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.02)
            assert server.status.restarts == killed
            assert await rows(dsn) == killed
    assert none_left_in(data_dir)


def test_a_killed_server_leaves_no_process_and_every_row(data_dir: Path) -> None:
    for rounds in range(1, 4):
        owner = Owner(data_dir)
        with owner:
            assert owner.add_row() == rounds
            assert servers_in(data_dir)
            owner.kill()
            if rounds == 1:
                assert none_left_in(data_dir)
            # Otherwise the next one starts while this database still shuts down.


def test_server_and_database_killed_at_once_lose_nothing(data_dir: Path) -> None:
    with Owner(data_dir) as owner:
        owner.add_row()
        os.kill(owner.process.pid, 19)  # stopped, so that it cannot start another one
        kill(owner.pid)
        owner.kill()
    with Owner(data_dir) as owner:
        assert owner.add_row() == 2


def test_a_number_that_another_process_took_over_is_no_database(data_dir: Path) -> None:
    with Owner(data_dir) as owner:
        owner.add_row()
        os.kill(owner.process.pid, 19)
        kill(owner.pid)
        owner.kill()
    assert none_left_in(data_dir)
    pid_file = data_dir / "postgres" / "data" / "postmaster.pid"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        old = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join((str(stranger.pid), *old[1:], "")))
        with Owner(data_dir) as owner:
            assert owner.add_row() == 2
        assert stranger.poll() is None
        stranger.kill()


async def test_a_second_server_on_a_directory_is_refused(data_dir: Path) -> None:
    with Owner(data_dir) as owner:
        with pytest.raises(AlreadyServed, match=f"process number {owner.process.pid}"):
            async with embedded_server(data_dir, 5):
                pass
        assert owner.add_row() == 1


async def test_a_command_uses_the_server_that_runs(data_dir: Path) -> None:
    async with attached_server(data_dir) as dsn:
        assert dsn is None
    with Owner(data_dir) as owner:
        owner.add_row()
        async with attached_server(data_dir) as dsn:
            assert dsn == owner.dsn
            assert await rows(dsn) == 1
    async with attached_server(data_dir) as dsn:
        assert dsn is None


@pytest.mark.parametrize("told_by", ["our record", "PostgreSQL"])
async def test_data_of_another_major_version_are_refused_with_the_cure(
    data_dir: Path, told_by: str
) -> None:
    with Owner(data_dir):
        pass
    home = data_dir / "postgres"
    record = home / "installation.json"
    assert json.loads(record.read_text())["major"] == 18
    if told_by == "our record":
        record.write_text(json.dumps({"major": 16, "account": "self"}))
    else:
        record.unlink()
        (home / "data" / "PG_VERSION").write_text("16\n")
    with pytest.raises(CannotOpenStorage) as refusal:
        async with embedded_server(data_dir, 5):
            pass
    assert "PostgreSQL 16" in str(refusal.value)
    assert "run.py backup FILE" in str(refusal.value)
    assert "run.py restore FILE" in str(refusal.value)
    assert none_left_in(data_dir)


async def test_no_path_is_too_long(tmp_path: Path) -> None:
    data_dir = tmp_path / ("a directory, with a 'long' name " * 4)
    async with embedded_server(data_dir, 5) as (dsn, _):
        assert len(os.fsencode(data_dir / "postgres" / "run" / ".s.PGSQL.5432")) > 107
        assert await answers(dsn)


async def test_it_listens_on_a_socket_of_its_directory_alone(data_dir: Path) -> None:
    async with embedded_server(data_dir, 5) as (_, server):
        process = psutil.Process(server.status.pid)
        addresses = [str(connection.laddr) for connection in process.net_connections("all")]
        assert [address for address in addresses if address not in ("", "()")] == [
            "../run/.s.PGSQL.5432"
        ]
        for name in ("", "data", "run"):
            assert (data_dir / "postgres" / name).stat().st_mode & 0o777 == 0o700


async def test_a_signal_to_the_group_of_the_server_does_not_reach_it(data_dir: Path) -> None:
    async with embedded_server(data_dir, 5) as (_, server):
        assert server.status.pid is not None
        assert os.getpgid(server.status.pid) == server.status.pid


def test_nothing_outside_the_data_directory_changes(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before, had = outside(), shared()
    with Owner(closed / "var") as owner:
        owner.add_row()
        assert outside() == before
        assert eventually(lambda: shared() <= had)
        kill(owner.pid)
        assert eventually(lambda: gone([owner.pid]))
    assert outside() == before
    assert eventually(lambda: shared() <= had)
    assert closed.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in closed.iterdir()] == ["var"]


async def test_a_directory_that_cannot_be_is_refused_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotOpenStorage, match="set NOCTURNA_DATA_DIR"):
        async with embedded_server(tmp_path / "file", 5):
            pass


async def test_damaged_data_are_refused_with_their_reason(data_dir: Path) -> None:
    with Owner(data_dir):
        pass
    (data_dir / "postgres" / "data" / "global" / "pg_control").unlink()
    with pytest.raises(CannotOpenStorage, match="pg_control"):
        async with embedded_server(data_dir, 5):
            pass
    assert none_left_in(data_dir)


async def test_a_half_made_database_is_made_anew(data_dir: Path) -> None:
    half = data_dir / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    async with embedded_server(data_dir, 5) as (dsn, _):
        assert await answers(dsn)
    assert not half.exists()


async def test_the_loop_turns_while_it_starts_and_a_cancelled_start_leaves_nothing(
    data_dir: Path,
) -> None:
    async def use() -> None:
        async with embedded_server(data_dir, 5):
            await asyncio.sleep(LONG_ENOUGH)

    for turns in (1, 5, 25, 60):
        starting = asyncio.create_task(use())
        for _ in range(turns):
            await asyncio.sleep(0.01)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        assert none_left_in(data_dir)
    async with embedded_server(data_dir, 5) as (dsn, _):
        assert await answers(dsn)
