"""Root and ordinary users on one directory; collected where they reach an interpreter."""

from __future__ import annotations

import os
from pathlib import Path

from tests.storage.servers import (
    NOBODY,
    Owner,
    none_left_in,
)


def test_root_goes_on_as_the_ordinary_user_who_owns_the_data(open_dir: Path) -> None:
    os.chown(open_dir, NOBODY, NOBODY)
    with Owner(open_dir / "var", user=NOBODY) as owner:
        assert owner.account == "self"
        assert owner.add_row() == 1
        owner.kill()
        assert none_left_in(open_dir / "var")
    with Owner(open_dir / "var") as owner:  # root takes care not to take the data over
        assert owner.account == f"{NOBODY}:{NOBODY}"
        assert owner.add_row() == 2
    with Owner(open_dir / "var", user=NOBODY) as owner:
        assert owner.add_row() == 3


def test_an_ordinary_user_is_refused_data_of_another_with_the_cure(open_dir: Path) -> None:
    with Owner(open_dir / "var"):
        pass
    owner = Owner(open_dir / "var", user=NOBODY)
    refusal = owner.start()
    owner.stop()
    assert refusal.startswith("refused")
    assert "NOCTURNA_DATA_DIR" in refusal or "chown" in refusal
