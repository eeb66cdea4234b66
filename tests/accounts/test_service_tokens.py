"""Service tokens as they are made, renewed, refreshed, revoked and judged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest

from app.accounts import renewal
from app.accounts.context import Accounts
from app.accounts.principals import Principals
from app.accounts.renewal import LAPSED_DAYS, Renewal, renew_all, to_renew
from app.accounts.service_tokens import (
    Issued,
    Wanted,
    access_for_service,
    create_service_token,
    days_left,
    life_of,
    renew_service_token,
    revoke_service_token,
    state_of,
    wanted_scopes,
)
from app.accounts.token_states import TokenState
from app.accounts.verdict import Verdict, verdict_on
from app.errors import (
    AppError,
    Conflicting,
    InvalidInput,
    NotFound,
    PermissionDenied,
    TokenExpired,
    Unauthenticated,
)
from app.security.secrets import SigningKeys
from app.security.tokens import Claims, Kind, Principal, digest_of, issue, read
from app.storage.service_tokens import ServiceToken, find_service_token
from tests.accounts.samples import Clock, changed, person

DAY = 86_400
ALL = frozenset({"calculations", "admin"})


@pytest.fixture
async def owner(accounts: Accounts) -> UUID:
    return (await person(accounts, is_superuser=True)).id


async def create(accounts: Accounts, owner: UUID, **wanted: Any) -> Issued:
    order = Wanted(owner, **{"scopes": frozenset({"calculations"}), **wanted})
    async with accounts.postgres.transaction() as connection:
        return await create_service_token(accounts, connection, order)


async def renew(
    accounts: Accounts, token_id: UUID, held: frozenset[str] = ALL, **options: Any
) -> tuple[Issued, datetime | None]:
    async with accounts.postgres.transaction() as connection:
        return await renew_service_token(accounts, connection, token_id, held, **options)


async def kept(accounts: Accounts, token_id: UUID) -> tuple[ServiceToken, bytes]:
    async with accounts.postgres.connection() as connection:
        found = await find_service_token(connection, token_id)
    assert found is not None
    return found


async def bearer(accounts: Accounts, secret: str) -> Principal:
    """Who presents a token, asked of the database anew."""
    principals = Principals(accounts.postgres.connection, accounts.keys, 1, clock=accounts.clock)
    principal = await principals.bearer(f"Bearer {secret}")
    assert principal is not None
    return principal


def claims_of(secret: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(secret, options={"verify_signature": False})
    return claims


async def test_the_row_and_what_is_signed_agree(
    accounts: Accounts, owner: UUID, clock: Clock
) -> None:
    clock.now = float(int(clock.now)) + 0.7
    issued = await create(accounts, owner, scopes=ALL, days=30, name="backend")
    row, digest = await kept(accounts, issued.row.id)
    assert row == replace(issued.row, effective_scopes=row.effective_scopes)
    assert digest == digest_of(issued.secret)
    claims = claims_of(issued.secret)
    assert row.expires_at is not None
    assert claims == {
        "sub": str(owner),
        "type": "service",
        "scope": "calculations,admin",
        "jti": str(row.id),
        "token_id": str(row.id),
        "iat": int(clock.now),
        "exp": row.expires_at.timestamp(),
    }
    assert claims["exp"] == int(clock.now) + 30 * DAY


async def test_the_secret_is_nowhere_but_in_the_answer(accounts: Accounts, owner: UUID) -> None:
    issued = await create(accounts, owner)
    assert issued.secret not in repr(issued)
    async with accounts.postgres.connection() as connection:
        row = await connection.fetchval("SELECT row_to_json(t)::text FROM service_tokens t")
    assert issued.secret not in row
    assert issued.secret.rpartition(".")[2] not in row


async def test_a_new_token_is_good_for_what_it_was_made_for(
    accounts: Accounts, owner: UUID
) -> None:
    issued = await create(accounts, owner, scopes=frozenset({"admin"}))
    principal = await bearer(accounts, issued.secret)
    assert principal.user_id == owner
    assert principal.token_id == issued.row.id
    assert principal.scopes == {"admin"}


async def test_a_token_may_do_no_more_than_its_owner(accounts: Accounts) -> None:
    user = await person(accounts, "bob")
    issued = await create(accounts, user.id, scopes=ALL)
    assert (await bearer(accounts, issued.secret)).scopes == {"calculations"}


@pytest.mark.parametrize("days", [0, -1, 3651, 10**9])
async def test_a_life_out_of_range_is_refused(accounts: Accounts, owner: UUID, days: int) -> None:
    with pytest.raises(InvalidInput, match=rf"days must be within 1\.\.3650, got {days}"):
        await create(accounts, owner, days=days)


@pytest.mark.parametrize("name", ["x" * 101, "a\x00b"])
async def test_a_name_that_cannot_be_kept_is_refused(
    accounts: Accounts, owner: UUID, name: str
) -> None:
    with pytest.raises(InvalidInput, match="name must be at most 100 characters"):
        await create(accounts, owner, name=name)


async def test_an_eternal_token_needs_the_setting_that_allows_it(
    accounts: Accounts, owner: UUID
) -> None:
    with pytest.raises(PermissionDenied, match="NOCTURNA_ALLOW_ETERNAL_TOKENS"):
        await create(accounts, owner, days=None)
    allowing = changed(accounts, allow_eternal_tokens=True)
    issued = await create(allowing, owner, days=None)
    assert "exp" not in claims_of(issued.secret)
    assert issued.row.expires_at is None
    assert (await bearer(accounts, issued.secret)).expires_at is None


@pytest.mark.parametrize(
    ("text", "scopes"),
    [
        ("calculations", {"calculations"}),
        ("calculations,admin", ALL),
        (" admin  calculations ", ALL),
        ("admin, admin", {"admin"}),
    ],
)
def test_scopes_are_separated_by_commas_or_spaces(text: str, scopes: set[str]) -> None:
    assert wanted_scopes(text, ALL) == scopes


@pytest.mark.parametrize("text", ["", " ", ",", "root", "calculations,root", "Admin", "admin;"])
def test_a_scope_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="scope must be one or more of calculations, admin"):
        wanted_scopes(text, ALL)


def test_nobody_gives_what_he_has_not() -> None:
    with pytest.raises(PermissionDenied, match="the presented token has admin"):
        wanted_scopes("calculations,admin", {"admin"})
    assert wanted_scopes("admin", {"admin"}) == {"admin"}


async def test_a_renewed_token_goes_on_for_the_overlap(
    accounts: Accounts, owner: UUID, clock: Clock
) -> None:
    old = await create(accounts, owner, scopes=ALL, days=90, name="backend")
    clock.forward(80 * DAY)
    new, ends = await renew(accounts, old.row.id)
    overlap = datetime.fromtimestamp(clock.now, UTC) + timedelta(hours=24)
    assert (await kept(accounts, old.row.id))[0].expires_at == ends == overlap
    assert new.row.replaces == old.row.id
    assert (new.row.user_id, new.row.name, new.row.scopes) == (
        owner,
        "backend",
        old.row.scopes,
    )
    assert life_of(new.row) == 90
    assert (await bearer(accounts, new.secret)).expires_at == int(clock.now) + 90 * DAY
    assert (await bearer(accounts, old.secret)).expires_at == overlap.timestamp()


async def test_renewal_never_makes_the_old_token_live_longer(
    accounts: Accounts, owner: UUID, clock: Clock
) -> None:
    old = await create(accounts, owner, days=1)
    clock.forward(0.9 * DAY)
    _, ends = await renew(accounts, old.row.id)
    assert (await kept(accounts, old.row.id))[0].expires_at == ends == old.row.expires_at


async def test_without_an_overlap_the_old_token_ends_at_once(
    accounts: Accounts, owner: UUID, clock: Clock
) -> None:
    strict = changed(accounts, service_token_overlap_hours=0.0)
    old = await create(strict, owner)
    await renew(strict, old.row.id)
    clock.forward(0.001)
    with pytest.raises((TokenExpired, Unauthenticated)):
        await bearer(strict, old.secret)


async def test_a_token_has_one_successor(accounts: Accounts, owner: UUID) -> None:
    old = await create(accounts, owner)
    new, _ = await renew(accounts, old.row.id)
    with pytest.raises(Conflicting, match=str(new.row.id)):
        await renew(accounts, old.row.id)
    await revoke_service_token(accounts, new.row.id)
    again, _ = await renew(accounts, old.row.id)
    assert again.row.replaces == old.row.id


async def test_of_two_renewals_at_once_one_is_refused(accounts: Accounts, owner: UUID) -> None:
    old = await create(accounts, owner)
    results = await asyncio.gather(
        renew(accounts, old.row.id), renew(accounts, old.row.id), return_exceptions=True
    )
    assert sum(isinstance(result, Conflicting) for result in results) == 1
    assert sum(isinstance(result, tuple) for result in results) == 1


async def test_renewal_gives_no_scope_that_the_caller_lacks(
    accounts: Accounts, owner: UUID
) -> None:
    old = await create(accounts, owner, scopes=ALL)
    with pytest.raises(PermissionDenied):
        await renew(accounts, old.row.id, frozenset({"admin"}))


async def test_an_unknown_or_revoked_token_is_not_renewed(accounts: Accounts, owner: UUID) -> None:
    revoked = (await create(accounts, owner)).row.id
    await revoke_service_token(accounts, revoked)
    for token_id in (uuid4(), revoked):
        with pytest.raises(NotFound, match="not found"):
            await renew(accounts, token_id)


async def test_an_eternal_token_can_be_renewed_to_one_that_ends(
    accounts: Accounts, owner: UUID
) -> None:
    old = await create(changed(accounts, allow_eternal_tokens=True), owner, days=None)
    with pytest.raises(PermissionDenied, match="ask for days"):
        await renew(accounts, old.row.id)
    new, ends = await renew(accounts, old.row.id, days=10)
    assert life_of(new.row) == 10
    assert (await kept(accounts, old.row.id))[0].expires_at == ends


async def test_a_revoked_token_is_gone_at_once_and_for_good(
    accounts: Accounts, owner: UUID
) -> None:
    issued = await create(accounts, owner)
    access = await access_for_service(accounts, await bearer(accounts, issued.secret))
    await revoke_service_token(accounts, issued.row.id)
    for secret in (issued.secret, access.secret):
        with pytest.raises(Unauthenticated, match="revoked"):
            await bearer(accounts, secret)
    with pytest.raises(NotFound):
        await revoke_service_token(accounts, issued.row.id)


async def test_an_access_token_carries_what_the_service_token_holds(
    accounts: Accounts, owner: UUID, clock: Clock
) -> None:
    issued = await create(accounts, owner, scopes=ALL)
    access = await access_for_service(accounts, await bearer(accounts, issued.secret))
    claims = claims_of(access.secret)
    assert access.seconds == 900
    assert claims["exp"] - claims["iat"] == 900
    assert (claims["type"], claims["scope"]) == ("access", "calculations,admin")
    assert claims["token_id"] == str(issued.row.id)
    assert claims["jti"] != claims["token_id"]
    principal = await bearer(accounts, access.secret)
    assert principal.kind == "access"
    assert principal.scopes == ALL
    assert (await kept(accounts, issued.row.id))[0].last_used_at == datetime.fromtimestamp(
        clock.now, UTC
    )


async def test_an_access_token_ends_with_its_service_token(
    accounts: Accounts, owner: UUID, clock: Clock
) -> None:
    issued = await create(accounts, owner, days=1)
    clock.forward(DAY - 60)
    access = await access_for_service(accounts, await bearer(accounts, issued.secret))
    assert 59 <= access.seconds <= 60
    assert issued.row.expires_at is not None
    assert claims_of(access.secret)["exp"] == issued.row.expires_at.timestamp()


def principal_of(kind: str, token_id: UUID | None) -> Principal:
    return Principal(str(uuid4()), uuid4(), kind, ALL, "free", None, token_id)


@pytest.mark.parametrize(
    "principal",
    [None, principal_of("access", uuid4()), principal_of("access", None)],
    ids=["nobody", "derived", "a person"],
)
async def test_only_a_service_token_is_refreshed(
    accounts: Accounts, principal: Principal | None
) -> None:
    with pytest.raises(Unauthenticated, match="only a service token"):
        await access_for_service(accounts, principal)


async def test_a_service_token_without_a_row_is_not_refreshed(accounts: Accounts) -> None:
    for token_id in (None, uuid4()):
        with pytest.raises(Unauthenticated):
            await access_for_service(accounts, principal_of("service", token_id))


def row(ends_in: float | None, now: float, *, revoked: bool = False) -> ServiceToken:
    moment = datetime.fromtimestamp(now, UTC)
    ends = None if ends_in is None else moment + timedelta(ends_in)
    gone = moment if revoked else None
    begun = moment - timedelta(30)
    return ServiceToken(uuid4(), uuid4(), None, ("admin",), None, begun, ends, None, gone)


@pytest.mark.parametrize(
    ("ends_in", "state", "days"),
    [
        (None, TokenState.UNKNOWN, None),
        (30, TokenState.HEALTHY, 30),
        (7.01, TokenState.HEALTHY, 7),
        (7, TokenState.EXPIRING_SOON, 7),
        (0.5, TokenState.EXPIRING_SOON, 0),
        (0, TokenState.EXPIRED, 0),
        (-5, TokenState.EXPIRED, 0),
    ],
)
def test_the_state_of_a_token_follows_its_end(
    ends_in: float | None, state: TokenState, days: int | None
) -> None:
    now = 1_800_000_000.0
    assert state_of(row(ends_in, now), now) is state
    assert days_left(row(ends_in, now), now) == days
    assert state_of(row(ends_in, now, revoked=True), now) is TokenState.REVOKED


async def renewed_by(accounts: Accounts, wanted: Renewal) -> list[tuple[Issued, datetime | None]]:
    return [each async for some in renew_all(accounts, wanted) for each in some]


async def test_what_ends_soon_or_has_lapsed_is_renewed(
    accounts: Accounts, owner: UUID, clock: Clock
) -> None:
    lapsed = await create(accounts, owner, days=1)
    forgotten = await create(accounts, owner, days=1)
    async with accounts.postgres.connection() as connection:
        await connection.execute(
            "UPDATE service_tokens SET expires_at = $2 WHERE id = $1",
            forgotten.row.id,
            datetime.fromtimestamp(clock.now, UTC) - timedelta(LAPSED_DAYS),
        )
    clock.forward(2 * DAY)
    soon = await create(accounts, owner, days=5)
    await create(accounts, owner, days=30)
    due = [lapsed.row.id, soon.row.id]
    assert [token.id for token in await to_renew(accounts, Renewal())] == due
    renewed = await renewed_by(accounts, Renewal(days=60))
    assert [issued.row.replaces for issued, _ in renewed] == due
    assert [life_of(issued.row) for issued, _ in renewed] == [60, 60]
    assert await renewed_by(accounts, Renewal()) == []


async def test_all_that_end_soon_are_renewed_however_many(
    accounts: Accounts, owner: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "MOST_AT_ONCE", 3)
    due = {(await create(accounts, owner, days=5)).row.id for _ in range(7)}
    assert {token.id for token in await to_renew(accounts, Renewal())} == due
    batches = [some async for some in renew_all(accounts, Renewal())]  # for five days again
    assert [len(some) for some in batches] == [3, 3, 1]
    assert {issued.row.replaces for some in batches for issued, _ in some} == due


async def test_one_token_is_renewed_when_it_ends_soon_or_by_force(
    accounts: Accounts, owner: UUID, clock: Clock
) -> None:
    token_id = (await create(accounts, owner, days=30)).row.id
    assert await renewed_by(accounts, Renewal(token_id)) == []
    assert len(await to_renew(accounts, Renewal(token_id, days_before=30))) == 1
    clock.forward(23 * DAY)
    assert len(await to_renew(accounts, Renewal(token_id))) == 1
    ((issued, _),) = await renewed_by(accounts, Renewal(token_id, force=True))
    assert issued.row.replaces == token_id


async def test_force_without_an_id_means_the_only_token(accounts: Accounts, owner: UUID) -> None:
    assert await renewed_by(accounts, Renewal(force=True)) == []
    first = await create(accounts, owner)
    ((renewed, _),) = await renewed_by(accounts, Renewal(force=True))
    assert renewed.row.replaces == first.row.id
    second = await create(accounts, owner)
    with pytest.raises(Conflicting, match="say which") as refused:
        await renewed_by(accounts, Renewal(force=True))
    assert str(second.row.id) in refused.value.message
    assert str(first.row.id) not in refused.value.message


@pytest.mark.parametrize("days", [-1, 3651])
async def test_a_time_before_the_end_that_is_none_is_refused(accounts: Accounts, days: int) -> None:
    with pytest.raises(InvalidInput, match="days-before-expiry"):
        await to_renew(accounts, Renewal(days_before=days))


async def test_an_unknown_token_is_not_renewed_on_the_command_line(accounts: Accounts) -> None:
    with pytest.raises(NotFound):
        await to_renew(accounts, Renewal(uuid4(), force=True))


async def judged(accounts: Accounts, secret: str) -> Verdict:
    verdict = await verdict_on(accounts, secret)
    told = verdict.told()
    assert told["valid"] is verdict.valid is (verdict.status == "valid")
    assert secret == "" or secret not in str(told)
    return verdict


async def test_a_good_token_is_valid(accounts: Accounts, owner: UUID) -> None:
    issued = await create(accounts, owner, days=10, name="backend")
    told = (await judged(accounts, issued.secret)).told()
    assert told["status"] == "valid"
    assert told["signature"] == "ours"
    assert told["claims"]["scope"] == "calculations"
    assert told["row"]["name"] == "backend"
    assert told["days_until_expiry"] in {9, 10}


async def test_an_expired_token_is_told_from_a_revoked_one(
    accounts: Accounts, owner: UUID, clock: Clock
) -> None:
    expired, revoked, cut = [await create(accounts, owner, days=days) for days in (1, 30, 30)]
    await revoke_service_token(accounts, revoked.row.id)
    async with accounts.postgres.connection() as connection:
        await connection.execute(
            "UPDATE service_tokens SET expires_at = now() - interval '1 hour' WHERE id = $1",
            cut.row.id,
        )
    clock.forward(DAY)
    verdicts = [await judged(accounts, issued.secret) for issued in (expired, revoked, cut)]
    assert [verdict.status for verdict in verdicts] == ["expired", "revoked", "expired"]
    assert verdicts[0].told()["days_until_expiry"] == 0


def signed(keys: SigningKeys, now: float, **claims: Any) -> str:
    values = {
        "subject": str(uuid4()),
        "kind": Kind.SERVICE,
        "scopes": frozenset({"calculations"}),
        "token_id": str(uuid4()),
        "session_id": None,
        "issued_at": now,
        "expires_at": now + DAY,
        **claims,
    }
    return issue(keys, Claims(**values))


Forgery = Callable[[Accounts, Issued], str]
OTHER = SigningKeys("another-key-of-more-than-thirty-two-characters", ())
FORGERIES: dict[str, tuple[Forgery, str]] = {
    "empty": (lambda _, __: "", "refused"),
    "no token": (lambda _, __: "a.b.c", "refused"),
    "huge": (lambda _, __: "A" * 100_000, "refused"),
    "another key": (
        lambda accounts, _: signed(OTHER, accounts.clock()),
        "refused",
    ),
    "no row": (lambda accounts, _: signed(accounts.keys, accounts.clock()), "unknown"),
    "no id": (
        lambda accounts, _: signed(accounts.keys, accounts.clock(), token_id=str(1)),
        "unknown",
    ),
    "a row of another token": (
        lambda accounts, issued: signed(
            accounts.keys,
            accounts.clock(),
            subject=str(issued.row.user_id),
            token_id=str(issued.row.id),
            expires_at=accounts.clock() + 9 * DAY,
        ),
        "refused",
    ),
    "a user who is gone": (
        lambda accounts, _: signed(accounts.keys, 0.0, kind=Kind.ACCESS, token_id=None),
        "expired",
    ),
}


@pytest.mark.parametrize(("forge", "status"), FORGERIES.values(), ids=FORGERIES)
async def test_what_only_looks_like_a_token_is_told_apart(
    accounts: Accounts, owner: UUID, forge: Forgery, status: str
) -> None:
    issued = await create(accounts, owner)
    verdict = await judged(accounts, forge(accounts, issued))
    assert verdict.status == status
    assert verdict.reason


async def test_the_token_of_a_closed_account_is_refused(accounts: Accounts, owner: UUID) -> None:
    issued = await create(accounts, owner)
    async with accounts.postgres.connection() as connection:
        await connection.execute("UPDATE users SET is_active = false WHERE id = $1", owner)
    verdict = await judged(accounts, issued.secret)
    assert (verdict.valid, verdict.status) == (False, "disabled")
    assert verdict.reason is not None
    assert "user enable" in verdict.reason
    told = verdict.told()["row"]
    assert (told["state"], told["user_id"]) == ("disabled", str(owner))


async def test_a_token_does_no_more_than_its_owner(accounts: Accounts, owner: UUID) -> None:
    issued = await create(accounts, owner, scopes=ALL)
    async with accounts.postgres.connection() as connection:
        await connection.execute("UPDATE users SET is_superuser = false WHERE id = $1", owner)
        await connection.execute("UPDATE user_roles SET role = 'user' WHERE user_id = $1", owner)
    told = (await judged(accounts, issued.secret)).told()["row"]
    assert (told["scope"], told["effective_scope"]) == ("calculations,admin", "calculations")
    row, _ = await kept(accounts, issued.row.id)
    assert row.effective_scopes == ("calculations",)


async def test_after_a_change_of_key_old_tokens_are_still_judged(
    accounts: Accounts, owner: UUID
) -> None:
    issued = await create(accounts, owner)
    (key,) = accounts.keys.accepted
    new_key = OTHER.current
    changed_keys = SigningKeys(new_key, (new_key, key))
    assert read(issued.secret, changed_keys, accounts.clock()).subject == str(owner)


async def test_no_refusal_names_a_secret(accounts: Accounts, owner: UUID) -> None:
    issued = await create(accounts, owner)
    await revoke_service_token(accounts, issued.row.id)
    with pytest.raises(AppError) as refused:
        await bearer(accounts, issued.secret)
    assert issued.secret not in refused.value.message
