"""What an installation holds: every module in its layer, every file of data."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from tests.server import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SHIPPED = ("app", "actors", "migrations")


def of_a_layer(names: list[str]) -> set[str]:
    """The modules of the layers of a contract."""
    return {name for layer in names for name in re.split(r"\s*[|:]\s*", layer)}


def test_every_module_has_its_layer() -> None:
    (contract,) = (
        each
        for each in PROJECT["tool"]["importlinter"]["contracts"]
        if each["name"] == "Imports point down"
    )
    modules = {
        f"{root}.{path.stem}"
        for root in PROJECT["tool"]["importlinter"]["root_packages"]
        for path in (ROOT / root).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    inside = {name for name in modules if not name.endswith(".__init__")}
    assert of_a_layer(contract["layers"]) == inside


@pytest.mark.parametrize("root", SHIPPED)
def test_every_file_of_data_is_shipped(root: str) -> None:
    held = {
        path
        for path in (ROOT / root).rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    shipped = {
        path
        for package, patterns in PROJECT["tool"]["setuptools"]["package-data"].items()
        for pattern in patterns
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
        if path.is_file()
    }
    assert held - shipped == set()


def test_the_command_line_and_the_schema_are_installed_too() -> None:
    built = PROJECT["tool"]["setuptools"]
    assert built["py-modules"] == ["run"]
    assert "migrations" in built["packages"]["find"]["include"]
