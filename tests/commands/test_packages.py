"""`run.py` by a Python that lacks what Nocturna needs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from app.errors import RUN
from tests.server import ROOT


def run_bare(script: Path) -> subprocess.CompletedProcess[str]:
    """What a shell sees of a script by this Python without the packages of its environment."""
    return subprocess.run(
        [str(Path(sys.executable).resolve()), "-S", "-B", str(script), "token", "create"],
        cwd=script.parent,
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_the_packages_one_line_says_what_to_do() -> None:
    done = run_bare(ROOT / "run.py")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("nocturna: pydantic is not installed for ")
    assert done.stderr.endswith(f"; run make .venv/installed once, then {RUN}\n")
    assert done.stderr.count("\n") == 1


def test_a_fault_of_our_own_imports_is_shown_as_it_is(tmp_path: Path) -> None:
    script = Path(shutil.copy(ROOT / "run.py", tmp_path))
    for package in ("pydantic", "pydantic_settings", "app"):
        (tmp_path / package).mkdir()
    (tmp_path / "pydantic" / "__init__.py").write_text("ValidationError = None\n")
    (tmp_path / "pydantic_settings" / "__init__.py").write_text("SettingsError = None\n")
    (tmp_path / "app" / "__init__.py").write_text("")
    done = run_bare(script)
    assert done.returncode == 1
    assert "ModuleNotFoundError: No module named 'app.commands'" in done.stderr
