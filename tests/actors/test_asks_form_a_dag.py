"""Who waits for whom: a ring of actors that ask one another waits for ever.

To ask an actor one needs its messages, so that an import of these is what may be an ask. Below the
actors nothing knows any of them, by the contract of imports: what an actor calls cannot ask in its
name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.server import ROOT

RUNTIME = "runtime"


def asks(actors: Path) -> dict[str, set[str]]:
    """For each actor of a directory those whose modules it imports."""
    names = {each.name for each in actors.iterdir() if (each / "__init__.py").is_file()}
    return {
        name: {
            other
            for path in (actors / name).rglob("*.py")
            for other in named_in(path)
            if other in names - {name, RUNTIME}
        }
        for name in names - {RUNTIME}
    }


def named_in(path: Path) -> Iterator[str]:
    """The packages below `actors` that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        modules = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            modules = [f"{node.module}.{each.name}" for each in node.names]
        for module in modules:
            root, _, rest = module.partition(".")
            if root == "actors" and rest:
                yield rest.partition(".")[0]


def test_asks_form_a_dag() -> None:
    found = asks(ROOT / "actors")
    assert found.keys() >= {"calculation_pool", "token_monitor"}
    assert set(TopologicalSorter(found).static_order()) == set(found)


def test_the_pool_asks_nobody() -> None:
    assert asks(ROOT / "actors")["calculation_pool"] == set()


def test_a_ring_is_found(tmp_path: Path) -> None:
    for name, line in (
        ("pool", "from actors.jobs.messages import Claim"),
        ("jobs", "from actors import bus"),
        ("bus", "import actors.pool.messages"),
        (RUNTIME, ""),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
        (tmp_path / name / "actor.py").write_text(f"{line}\nfrom actors.runtime import Actor\n")
    assert asks(tmp_path) == {"pool": {"jobs"}, "jobs": {"bus"}, "bus": {"pool"}}
    with pytest.raises(CycleError):
        TopologicalSorter(asks(tmp_path)).prepare()
