"""The key that signs: given, or made once and kept for its owner alone."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.security.secrets import KEY_FILE, UnusableDataDirectory, signing_keys
from app.settings import Settings
from tests.server import ROOT

GIVEN = "g" * 40
PREVIOUS = "p" * 40


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key from the environment of whoever runs the tests."""
    for name in ("NOCTURNA_SECRET_KEY", "NOCTURNA_SECRET_KEY_PREVIOUS", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("JWT_SECRET_KEY", raising=False)


def settings(directory: Path, **given: Any) -> Settings:
    return Settings(_env_file=None, NOCTURNA_DATA_DIR=directory, **given)


def test_a_key_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    directory = tmp_path / "not" / "yet" / "there"
    keys = signing_keys(settings(directory))
    assert len(keys.current) >= 64
    assert keys.accepted == (keys.current,)
    file = directory / KEY_FILE
    assert file.read_text() == keys.current
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in directory.iterdir()] == [KEY_FILE]


def test_a_key_is_made_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys; os.umask(0);"
        "from app.security.secrets import signing_keys; from app.settings import Settings;"
        "signing_keys(Settings(NOCTURNA_DATA_DIR=pathlib.Path(sys.argv[1])))"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path], cwd=ROOT, check=True, env={})
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_a_kept_key_is_used_again(tmp_path: Path) -> None:
    first = signing_keys(settings(tmp_path))
    assert signing_keys(settings(tmp_path)) == first


def test_two_data_directories_have_two_keys(tmp_path: Path) -> None:
    made = {signing_keys(settings(tmp_path / name)).current for name in ("a", "b")}
    assert len(made) == 2


def test_a_given_key_wins_over_a_kept_one_and_leaves_no_file(tmp_path: Path) -> None:
    keys = signing_keys(settings(tmp_path / "new", NOCTURNA_SECRET_KEY=GIVEN))
    assert keys.current == GIVEN
    assert not (tmp_path / "new").exists()


def test_the_previous_key_is_accepted_after_the_current_one(tmp_path: Path) -> None:
    changed = settings(tmp_path, NOCTURNA_SECRET_KEY=GIVEN, NOCTURNA_SECRET_KEY_PREVIOUS=PREVIOUS)
    assert signing_keys(changed).accepted == (GIVEN, PREVIOUS)


def test_processes_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys;"
        "from app.security.secrets import signing_keys; from app.settings import Settings;"
        "settings = Settings(NOCTURNA_DATA_DIR=pathlib.Path(sys.argv[1]));"
        "sys.stdout.write('ready\\n'); sys.stdout.flush(); sys.stdin.readline();"
        "sys.stdout.write(signing_keys(settings).current)"
    )
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", code, tmp_path / "shared"],
            cwd=ROOT,
            env={},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    keys = {racer.communicate(timeout=300)[0] for racer in racers}
    assert keys == {(tmp_path / "shared" / KEY_FILE).read_text()}
    assert [path.name for path in (tmp_path / "shared").iterdir()] == [KEY_FILE]


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_file_in_place_of_the_directory_is_refused(tmp_path: Path, below: str) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("")
    with pytest.raises(UnusableDataDirectory, match="set NOCTURNA_DATA_DIR"):
        signing_keys(settings(occupied / below))


def test_a_directory_that_cannot_be_made_is_refused() -> None:
    with pytest.raises(UnusableDataDirectory, match="cannot keep a key in /proc/nocturna"):
        signing_keys(settings(Path("/proc/nocturna")))


def test_a_directory_in_place_of_the_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).mkdir()
    with pytest.raises(UnusableDataDirectory, match="cannot keep a key"):
        signing_keys(settings(tmp_path))


@pytest.mark.parametrize("content", [b"", b"\n", b"short", b" " * 100, b"\xff" * 20])
def test_a_file_that_holds_no_key_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / KEY_FILE
    file.write_bytes(content)
    with pytest.raises(UnusableDataDirectory, match="too few for a key") as caught:
        signing_keys(settings(tmp_path))
    assert file.read_bytes() == content
    assert "short" not in str(caught.value)
