"""What an account may do: the same in every statement that tells it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

import pytest

from app.storage import access, profiles, roles, service_tokens
from app.storage.postgres import Postgres
from app.storage.service_tokens import ServiceToken
from tests.storage.tokens import NOW, add_owner

EVERYTHING = ("admin", "calculations")


@pytest.mark.parametrize(
    ("given", "is_superuser", "has", "may"),
    [
        ((), False, (), ()),
        (("user",), False, ("user",), ("calculations",)),
        (("powerless",), False, ("powerless",), ()),
        ((), True, ("admin",), EVERYTHING),
        (("admin",), True, ("admin",), EVERYTHING),
        (("service", "user"), False, ("service", "user"), EVERYTHING),
        (("powerless", "user"), True, ("admin", "powerless", "user"), EVERYTHING),
    ],
)
async def test_every_statement_tells_the_same(
    postgres: Postgres,
    given: Sequence[str],
    is_superuser: bool,  # noqa: FBT001 - a parameter of a table
    has: Sequence[str],
    may: Sequence[str],
) -> None:
    async with postgres.connection() as connection:
        owner = await add_owner(connection)
        await roles.put_role(connection, "powerless", [])
        await roles.set_roles(connection, owner, given)
        query = "UPDATE users SET is_superuser = $2 WHERE id = $1"
        await connection.execute(query, owner, is_superuser)
        token = ServiceToken(uuid4(), owner, None, (*EVERYTHING, "others"), None, NOW, None)
        await service_tokens.insert_service_token(connection, token, b"digest")
        profile = await profiles.get_profile(connection, owner)
        assert (profile.roles, profile.scopes) == (tuple(has), tuple(may))
        holder = await access.find_user(connection, owner)
        assert holder is not None
        assert holder.scopes == set(may)
        service = await access.find_service(connection, token.id)
        assert service is not None
        assert service[0].scopes == set(may)
        listed = await service_tokens.list_service_tokens(connection, 1)
        assert sorted(listed[0].effective_scopes) == sorted(may)
