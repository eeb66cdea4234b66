"""One file that brings everything back, on the command line as users type it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.security.secrets import KEY_FILE
from app.settings import Settings
from app.storage.backup import CannotBackUp, backup, restore
from app.storage.migrate import MIGRATIONS
from app.storage.opening import Storage, open_storage
from tests.server import ROOT

KEY = "k" * 32


def run(
    *arguments: str | Path, data_dir: Path, typed: bytes | None = None
) -> subprocess.CompletedProcess[str]:
    """A command without a terminal, or on one where something is typed."""
    keyboard, terminal = os.openpty()
    try:
        os.write(keyboard, typed or b"")
        return subprocess.run(
            [sys.executable, "-B", str(ROOT / "run.py"), *map(str, arguments)],
            cwd=data_dir.parent,
            env={"PATH": "/nonexistent", "NOCTURNA_DATA_DIR": str(data_dir)},
            stdin=subprocess.DEVNULL if typed is None else terminal,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    finally:
        os.close(keyboard)
        os.close(terminal)


@pytest.fixture
def settings(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("NOCTURNA_DATABASE_URL", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return Settings(_env_file=None, NOCTURNA_DATA_DIR=data_dir)


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


async def add_user(storage: Storage, name: str) -> None:
    async with storage.postgres.connection() as connection:
        await connection.execute("INSERT INTO users (email, username) VALUES ($1, $1)", name)


async def users(settings: Settings) -> list[str]:
    async with open_storage(settings) as storage, storage.postgres.connection() as connection:
        rows = await connection.fetch("SELECT username FROM users ORDER BY username")
    return [row["username"] for row in rows]


async def test_a_backup_brings_back_what_was_there_then(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    async with open_storage(settings) as storage:
        await add_user(storage, "anna")
        written = run("backup", file, data_dir=settings.data_dir)  # while the server runs
        assert written.returncode == 0, written.stderr
        assert f"it holds no key: keep {settings.data_dir / KEY_FILE} as well" in written.stdout
        assert file.stat().st_mode & 0o777 == 0o600
        refused = run("restore", file, data_dir=settings.data_dir)
        assert refused.returncode == 1
        assert "stop that one" in refused.stderr
        await add_user(storage, "berta")
        async with storage.postgres.connection() as connection:
            await connection.execute("CREATE TABLE later (id uuid REFERENCES users (id))")
    unasked = run("restore", file.name, data_dir=settings.data_dir)
    assert unasked.returncode == 1
    assert "replace 2 accounts" in unasked.stderr
    assert "use --yes" in unasked.stderr
    assert await users(settings) == ["anna", "berta"]
    restored = run("restore", file.name, "--yes", data_dir=settings.data_dir)
    assert restored.returncode == 0, restored.stderr
    assert "the key is not in the backup" in restored.stdout
    assert str(settings.data_dir / KEY_FILE) in restored.stdout
    assert await users(settings) == ["anna"]
    again = run("backup", file.name, data_dir=settings.data_dir)
    assert again.returncode == 1
    assert "there is such a file already" in again.stderr
    assert names_in(tmp_path) == ["backup", "var"]


def test_nothing_is_made_to_be_backed_up(data_dir: Path, tmp_path: Path) -> None:
    done = run("backup", tmp_path / "backup", data_dir=data_dir)
    assert done.returncode == 1
    assert f"there is no database in {data_dir}: run this where the server runs" in done.stderr
    assert names_in(tmp_path) == []


async def test_an_empty_database_is_restored_without_a_question(
    settings: Settings, tmp_path: Path
) -> None:
    async with open_storage(settings) as storage:
        await add_user(storage, "anna")
        assert run("backup", tmp_path / "backup", data_dir=settings.data_dir).returncode == 0
    elsewhere = tmp_path / "elsewhere"
    restored = run("restore", tmp_path / "backup", data_dir=elsewhere)
    assert restored.returncode == 0, restored.stderr
    assert await users(settings.model_copy(update={"data_dir": elsewhere})) == ["anna"]


async def test_on_a_terminal_a_restore_asks(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    async with open_storage(settings) as storage:
        await add_user(storage, "anna")
        assert run("backup", file, data_dir=settings.data_dir).returncode == 0
        await add_user(storage, "berta")
    kept = run("restore", file, data_dir=settings.data_dir, typed=b"\n")
    assert kept.returncode == 1
    assert "replace 2 accounts and all that they own" in kept.stderr
    assert "nothing was restored" in kept.stderr
    assert await users(settings) == ["anna", "berta"]
    agreed = run("restore", file, data_dir=settings.data_dir, typed=b"y\n")
    assert agreed.returncode == 0, agreed.stderr
    assert await users(settings) == ["anna"]


async def test_a_damaged_backup_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    async with open_storage(settings) as storage:
        for number in range(300):
            await add_user(storage, f"user {number}")
        assert run("backup", file, data_dir=settings.data_dir).returncode == 0
    whole = file.read_bytes()
    for size in (0, 100, len(whole) // 2, len(whole) - 1000):
        file.write_bytes(whole[:size])
        refused = run("restore", file, data_dir=settings.data_dir)
        assert refused.returncode == 1, (size, refused.stdout)
        assert "damaged or cut short" in refused.stderr
    assert len(await users(settings)) == 300


async def test_a_backup_of_a_newer_release_is_refused(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    async with open_storage(settings) as storage:
        async with storage.postgres.connection() as connection:
            await connection.execute(
                "INSERT INTO schema_migrations VALUES (9999, '9999_future.sql', '')"
            )
        assert run("backup", file, data_dir=settings.data_dir).returncode == 0
    refused = run("restore", file, data_dir=settings.data_dir)
    assert refused.returncode == 1
    assert "holds schema 9999 of a newer release" in refused.stderr


async def test_another_database_in_use_is_not_restored_over(migrated: str, tmp_path: Path) -> None:
    given = Settings(_env_file=None, NOCTURNA_DATABASE_URL=migrated, NOCTURNA_SECRET_KEY=KEY)
    async with open_storage(given) as storage:
        assert storage.server is None
        await add_user(storage, "anna")
        written = await backup(given, tmp_path / "backup")
        assert written.about_keys == "it holds no key: keep NOCTURNA_SECRET_KEY as well"
        async with storage.postgres.connection():
            with pytest.raises(CannotBackUp, match="stop it first"):
                await restore(given, tmp_path / "backup")
    await restore(given, tmp_path / "backup")
    assert await users(given) == ["anna"]


def test_migrate_says_what_it_did(data_dir: Path) -> None:
    first = run("migrate", data_dir=data_dir)
    assert first.returncode == 0, first.stderr
    applied = [f"applied {path.name}" for path in sorted(MIGRATIONS.glob("*.sql"))]
    assert first.stdout.splitlines() == [*applied, "the schema is up to date"]
    assert run("migrate", data_dir=data_dir).stdout == "the schema is up to date\n"


def test_a_database_that_is_not_there_is_named_with_the_cure(data_dir: Path) -> None:
    data_dir.parent.joinpath(".env").write_text(
        "DATABASE_URL=postgresql+asyncpg://me:a-secret@127.0.0.1:1/x\n"
    )
    refused = run("migrate", data_dir=data_dir)
    assert refused.returncode == 1
    assert "check NOCTURNA_DATABASE_URL" in refused.stderr
    assert "a-secret" not in refused.stderr
    assert not data_dir.exists()
