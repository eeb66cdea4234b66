"""What people see and change of their own accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from app.accounts.context import Accounts
from app.accounts.password_changes import Proof, prove
from app.accounts.service_owner import spare_service_account
from app.calculations.paths import LONGEST_SHOWN
from app.errors import NOT_TOLD, Conflicting, InvalidInput
from app.storage import profiles
from app.storage.errors import Conflict
from app.storage.profiles import Profile
from app.wire import encode

MOST_PREFERENCE_BYTES = 16_384
"""Of the preferences of one account, as JSON."""
DEEPEST_PREFERENCES = 8
"""Objects and arrays inside each other, the outermost one counted."""
_TAKEN = {
    "users_email_key": "this e-mail address is already registered",
    "users_username_key": "this user name is taken",
}


async def profile_of(accounts: Accounts, user_id: UUID) -> Profile:
    """The account with an id; raises NotFound."""
    async with accounts.postgres.connection() as connection:
        return await profiles.get_profile(connection, user_id)


async def change_profile(
    accounts: Accounts, user_id: UUID, changes: Mapping[str, str | None], proof: Proof | None
) -> Profile:
    """The account with other names or another address, which only its password changes.

    Raises Conflicting for what another account has and for the service account, and what `prove`
    does.
    """
    if changes.get("email") is not None:
        if proof is None:
            what = "given to change the e-mail address"
            raise InvalidInput.of("current_password", what, None)
        await prove(accounts, user_id, proof, "current_password")
    try:
        async with accounts.postgres.transaction() as connection:
            if {"email", "username"} & changes.keys():
                await spare_service_account(accounts, connection, user_id)
            await profiles.update_profile(connection, user_id, changes)
            return await profiles.get_profile(connection, user_id)
    except Conflict as conflict:
        raise taken(conflict) from conflict


def taken(conflict: Conflict, cure: str = "choose another one") -> Conflicting:
    """What is told of a name or an address that another account has, and what to do."""
    what = _TAKEN.get(conflict.constraint, "another account has this name")
    return Conflicting(f"{what}; {cure}")


async def preferences_of(accounts: Accounts, user_id: UUID) -> dict[str, Any]:
    """What somebody keeps here for a front end; raises NotFound."""
    async with accounts.postgres.connection() as connection:
        return await profiles.get_preferences(connection, user_id)


async def replace_preferences(accounts: Accounts, user_id: UUID, given: Any) -> dict[str, Any]:
    """What is kept from now on; raises InvalidInput."""
    wanted = _fitting(given)
    async with accounts.postgres.connection() as connection:
        return await profiles.set_preferences(connection, user_id, wanted)


async def merge_preferences(accounts: Accounts, user_id: UUID, given: Any) -> dict[str, Any]:
    """What is kept with these members changed, and without those that are null.

    Raises InvalidInput.
    """
    changes = _fitting(given)
    async with accounts.postgres.transaction() as connection:
        merged = {**await profiles.lock_preferences(connection, user_id), **changes}
        kept = {name: value for name, value in merged.items() if value is not None}
        return await profiles.set_preferences(connection, user_id, _fitting(kept))


def _fitting(given: Any) -> dict[str, Any]:
    """The same if it may be kept; raises InvalidInput."""
    if not isinstance(given, dict):
        raise InvalidInput.of("body", "a JSON object", given)
    if _depth_passes(given, DEEPEST_PREFERENCES):
        what = f"at most {DEEPEST_PREFERENCES} objects and arrays deep"
        raise InvalidInput.of("body", what, NOT_TOLD)
    if (size := len(encode(given))) > MOST_PREFERENCE_BYTES:
        what = f"at most {MOST_PREFERENCE_BYTES} bytes of JSON in all"
        raise InvalidInput.of("body", what, size)
    if (field := next(_with_nul(given, ""), None)) is not None:
        raise InvalidInput.of(field or "body", "free of NUL characters", NOT_TOLD)
    return given


def _with_nul(value: Any, field: str) -> Iterator[str]:
    """The fields whose texts, or whose names of members, hold what no table can keep."""
    if isinstance(value, str) and "\0" in value:
        yield field
    if isinstance(value, dict):
        if any("\0" in name for name in value):
            yield field
        value = value.items()
    elif isinstance(value, list):
        value = enumerate(value)
    else:
        return
    for name, member in value:
        shown = str(name)[:LONGEST_SHOWN]
        yield from _with_nul(member, f"{field}.{shown}" if field else shown)


def _depth_passes(value: Any, most: int) -> bool:
    """Whether a value has more objects and arrays inside each other than these."""
    if isinstance(value, dict):
        return _depth_passes(list(value.values()), most)
    if not isinstance(value, list):
        return False
    return most == 0 or any(_depth_passes(item, most - 1) for item in value)
