"""What people change of their own accounts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.accounts import profiles
from app.accounts.context import Accounts
from app.accounts.password_changes import Proof
from app.errors import Conflicting, InvalidInput
from tests.accounts.samples import PASSWORD, person

SECRET = "a wrong password"  # noqa: S105 - opens nothing


def nested(depth: int) -> dict[str, Any]:
    value: Any = 1
    for _ in range(depth):
        value = {"in": value}
    assert isinstance(value, dict)
    return value


async def test_names_change_without_the_password(accounts: Accounts) -> None:
    ada = await person(accounts)
    changes = {"first_name": "Ada", "username": "lovelace"}
    changed = await profiles.change_profile(accounts, ada.id, changes, None)
    assert (changed.first_name, changed.username) == ("Ada", "lovelace")


async def test_the_address_changes_with_the_password_alone(accounts: Accounts) -> None:
    ada = await person(accounts)
    changes: dict[str, str | None] = {"email": "new@example.com"}
    for proof in (None, Proof(SECRET)):
        with pytest.raises(InvalidInput, match="current_password") as refusal:
            await profiles.change_profile(accounts, ada.id, changes, proof)
        assert SECRET not in refusal.value.message
    changed = await profiles.change_profile(accounts, ada.id, changes, Proof(PASSWORD))
    assert changed.email == "new@example.com"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "BERTA@example.com"}, "this e-mail address is already registered"),
        ({"username": "Berta"}, "this user name is taken"),
    ],
)
async def test_what_another_account_has_is_refused_in_words(
    accounts: Accounts, changes: dict[str, str | None], words: str
) -> None:
    ada = await person(accounts)
    await person(accounts, "berta")
    with pytest.raises(Conflicting, match=words):
        await profiles.change_profile(accounts, ada.id, changes, Proof(PASSWORD))


async def test_preferences_are_replaced_and_merged(accounts: Accounts) -> None:
    ada = await person(accounts)
    first = {"theme": "dark", "orbs": {"sun": 8, "moon": 7}}
    assert await profiles.replace_preferences(accounts, ada.id, first) == first
    merged = await profiles.merge_preferences(
        accounts, ada.id, {"orbs": {"sun": 9}, "theme": None, "language": "de"}
    )
    assert merged == {"orbs": {"sun": 9}, "language": "de"}
    assert await profiles.preferences_of(accounts, ada.id) == merged


@pytest.mark.parametrize(
    "given",
    [
        [],
        "text",
        None,
        7,
        nested(9),
        {"a": [[[[[[[[1]]]]]]]]},
        {"a": "x" * 16_384},
        {str(number): number for number in range(2000)},
    ],
)
async def test_preferences_that_are_no_object_or_too_much_are_refused(
    accounts: Accounts, given: Any
) -> None:
    ada = await person(accounts)
    for change in (profiles.replace_preferences, profiles.merge_preferences):
        with pytest.raises(InvalidInput, match="body must be"):
            await change(accounts, ada.id, given)
    assert await profiles.preferences_of(accounts, ada.id) == {}


async def test_preferences_as_deep_and_long_as_may_be_are_kept(accounts: Accounts) -> None:
    ada = await person(accounts)
    for given in (nested(8), {"a": "x" * (16_384 - len('{"a":""}'))}):
        assert await profiles.replace_preferences(accounts, ada.id, given) == given


async def test_preferences_grow_by_merging_no_further_than_they_may(accounts: Accounts) -> None:
    ada = await person(accounts)
    await profiles.replace_preferences(accounts, ada.id, {"a": "x" * 10_000})
    with pytest.raises(InvalidInput, match="at most 16384 bytes"):
        await profiles.merge_preferences(accounts, ada.id, {"b": "x" * 10_000})
    merged = await profiles.merge_preferences(accounts, ada.id, {"a": None, "b": "x" * 10_000})
    assert list(merged) == ["b"]


async def test_merges_at_once_lose_nothing(accounts: Accounts) -> None:
    ada = await person(accounts)
    async with asyncio.TaskGroup() as group:
        for number in range(10):
            change = {str(number): number}
            group.create_task(profiles.merge_preferences(accounts, ada.id, change))
    assert len(await profiles.preferences_of(accounts, ada.id)) == 10


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"a": "\0"}, "a"),
        ({"a": {"b": [1, "x\0"]}}, "a.b.1"),
        ({"a": {"b\0": 1}}, "a"),
        ({"\0": 1}, "body"),
    ],
)
async def test_a_character_that_cannot_be_stored_is_refused(
    accounts: Accounts, given: Any, field: str
) -> None:
    ada = await person(accounts)
    for change in (profiles.replace_preferences, profiles.merge_preferences):
        with pytest.raises(InvalidInput) as refusal:
            await change(accounts, ada.id, given)
        assert refusal.value.message == f"{field} must be free of NUL characters"
