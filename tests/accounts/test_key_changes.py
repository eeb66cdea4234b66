"""A key that has not signed what is stored."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from structlog.testing import capture_logs

from app.accounts.context import Accounts
from app.accounts.key_changes import fingerprint, note_key
from app.security.secrets import SigningKeys

OLD, NEW, OTHER = "a" * 40, "b" * 40, "c" * 40


async def start(accounts: Accounts, *keys: str) -> list[Any]:
    """What the log says of a start with the current key, and the one before."""
    with capture_logs() as lines:
        await note_key(replace(accounts, keys=SigningKeys(keys[0], keys)))
    return lines


async def test_the_first_key_and_the_same_one_are_nothing_to_tell(accounts: Accounts) -> None:
    assert await start(accounts, OLD) == []
    assert await start(accounts, OLD) == []


async def test_another_key_is_told_once_with_the_cure(accounts: Accounts) -> None:
    await start(accounts, OLD)
    (line,) = await start(accounts, NEW)
    assert line["log_level"] == "warning"
    for words in (
        *("issued before are void", "copy secret_key from the old data directory"),
        *("NOCTURNA_SECRET_KEY_PREVIOUS", "several instances must share one key"),
    ):
        assert words in line["event"]
    assert OLD not in str(line)
    assert NEW not in str(line)
    assert await start(accounts, NEW) == []


async def test_a_change_that_keeps_the_key_before_is_no_surprise(accounts: Accounts) -> None:
    await start(accounts, OLD)
    assert await start(accounts, NEW, OLD) == []
    assert await start(accounts, NEW) == []
    assert len(await start(accounts, OTHER)) == 1


async def test_what_is_kept_of_a_key_is_not_its_plain_digest(accounts: Accounts) -> None:
    await start(accounts, OLD)
    async with accounts.postgres.connection() as connection:
        (row,) = await connection.fetch("SELECT fingerprint FROM signing_keys")
    assert row["fingerprint"] == fingerprint(OLD)
    assert len(row["fingerprint"]) == 32
    assert row["fingerprint"] != hashlib.sha256(OLD.encode()).digest()
