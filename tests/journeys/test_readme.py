"""The README, pasted: its commands work as they stand, and it names what there is."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys

import pytest

from app.calculations.catalogue import catalogue
from app.errors import STATUS_OF
from tests.server import ACCESS_SECONDS, LONG_ENOUGH, ROOT, SECRET, RunningServer, token

README = (ROOT / "README.md").read_text()
_, FIRST_CHART, KEPT, ASKED, PEOPLE, USERS, TOKENS = re.findall(
    r"```sh\n(.*?)```", README, re.DOTALL
)
ADDRESS = "http://127.0.0.1:8000"


def paste(commands: str, server: RunningServer) -> str:
    """What a shell answers to commands of the README, against the server under test."""
    python, run = shlex.quote(sys.executable), shlex.quote(str(ROOT / "run.py"))
    script = commands.replace(".venv/bin/python", python).replace(" run.py", f" {run}")
    script = script.replace(ADDRESS, server.url)
    environment = {
        **os.environ,
        "NOCTURNA_SECRET_KEY": SECRET,
        "NOCTURNA_DATA_DIR": str(server.data_dir),
    }
    done = subprocess.run(
        ["/bin/bash", "-euc", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=5 * LONG_ENOUGH,
        check=True,
    )
    return done.stdout


def test_the_first_lines_give_a_token_and_a_chart(server: RunningServer) -> None:
    answer = json.loads(paste(FIRST_CHART, server))
    assert answer["success"] is True
    sun = answer["data"]["positions"][0]
    assert str(sun["longitude"]) in README
    assert str(answer["data"]["angles"]["ASC"]) in README
    assert answer["data"]["aspects"][0]["planet2"] == "MOON"


def test_a_chart_is_kept_as_it_says(server: RunningServer) -> None:
    said = paste(f"TOKEN={token()}\n{KEPT}\necho\n{ASKED}", server)
    shown, answer = (json.loads(line) for line in said.splitlines() if line)
    kept = shown["data"]
    assert (kept["place"]["city"], kept["timezone"]) == ("Zürich", "Europe/Zurich")
    assert answer["meta"]["chart_id"] == kept["id"]
    assert answer["data"]["aspects"]


def test_tokens_are_made_and_checked_as_it_says(server: RunningServer) -> None:
    made, _, listed = paste(TOKENS, server).partition("\n")
    assert made.count(".") == 2
    assert "healthy" in listed


def test_people_register_and_log_in_as_it_says(server: RunningServer) -> None:
    answers = paste(PEOPLE.replace("'\ncurl", "'; echo\ncurl"), server).splitlines()
    assert json.loads(answers[0])["data"]["username"] == "ada"
    assert json.loads(answers[1])["data"]["expires_in"] == ACCESS_SECONDS


def test_an_admin_is_made_as_it_says(server: RunningServer) -> None:
    create, listing = USERS.splitlines()
    unasked = f"{create} --password-stdin <<< 'a long password'"  # it asks on a terminal
    assert "grace" in paste(f"{unasked}\n{listing}", server)


@pytest.mark.parametrize("name", catalogue())
def test_it_names_every_calculation(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("code", [code for code, status in STATUS_OF.items() if status != 500])
def test_it_tells_what_to_do_about_every_error(code: str) -> None:
    assert f"`{code}`" in README
