"""The same under root, which PostgreSQL does not run as; collected when the tests are root."""

from __future__ import annotations

import shutil
from pathlib import Path

import psutil
import pytest

from app.storage import programs
from app.storage.embedded import embedded_server
from app.storage.errors import CannotOpenStorage
from tests.faults.processes import eventually
from tests.storage.servers import (
    NOBODY,
    Owner,
    answers,
    none_left_in,
    outside,
    shared,
)


def test_root_runs_it_as_nobody_where_namespaces_are_refused(open_dir: Path) -> None:
    before, had = outside(), shared()
    with Owner(open_dir / "var", "--no-namespaces") as owner:
        assert owner.account == f"{NOBODY}:{NOBODY}"
        assert psutil.Process(owner.pid).uids().real == NOBODY
        assert owner.add_row() == 1
        owner.kill()
        assert none_left_in(open_dir / "var")
    with Owner(open_dir / "var") as owner:  # whoever owns the data goes on
        assert owner.account == f"{NOBODY}:{NOBODY}"
        assert owner.add_row() == 2
    assert outside() == before
    assert eventually(lambda: shared() <= had)


def test_data_of_a_namespace_are_given_to_nobody_when_namespaces_end(open_dir: Path) -> None:
    with Owner(open_dir / "var") as owner:
        assert owner.add_row() == 1
    with Owner(open_dir / "var", "--no-namespaces") as owner:
        assert owner.add_row() == 2


async def test_nobody_that_cannot_reach_the_data_is_refused_with_the_cure(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(CannotOpenStorage) as refusal:
        async with embedded_server(closed / "var", 5, namespaces=False):
            pass
    assert "nobody cannot reach" in str(refusal.value)
    assert "NOCTURNA_DATA_DIR" in str(refusal.value)
    assert (closed / "var" / "postgres").stat().st_uid == 0


async def test_programs_that_nobody_can_reach_are_copied(
    open_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = programs.shipped().directory.parents[1]
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for source in (real / "pginstall18", real.with_name(f"{real.name}.libs")):
        under = closed / real.name if source.parent == real else closed
        shutil.copytree(source, under / source.name, ignore=shutil.ignore_patterns("include"))
    hidden = programs.Programs(closed / real.name / "pginstall18" / "bin")
    monkeypatch.setattr(programs, "shipped", lambda: hidden)
    for _ in range(2):
        async with embedded_server(open_dir / "var", 5, namespaces=False) as (dsn, server):
            assert await answers(dsn)
            exe = Path(psutil.Process(server.status.pid).exe())
            assert exe.is_relative_to(open_dir / "var" / "postgres" / "programs")


def test_an_ordinary_user_runs_it_as_itself(data_dir: Path) -> None:
    for rows in (1, 2):
        with Owner(data_dir, seen_as_nobody=True) as owner:
            assert owner.account == "self"
            assert owner.add_row() == rows
            owner.kill()
            assert none_left_in(data_dir)
