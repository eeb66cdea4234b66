"""How often a login may be tried: a pause after some failures, twice as long after each more."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import takewhile

from app.accounts.context import Accounts
from app.accounts.turns import UnderWay
from app.errors import AppError, RateLimited
from app.security.tokens import digest_of
from app.storage import locks, login_attempts
from app.storage.login_attempts import Attempt
from app.storage.postgres import Connection
from app.storage.users import User, find_by_name
from app.telemetry.logs import logger

FIRST_PAUSE = 30.0
"""Seconds after the failure that is one too many."""
UNDER_WAY = 10.0
"""Seconds for which the check of a password can last; an attempt without an end has failed then."""
BEYOND = 64
"""Failures over the limit that are looked at; the pauses allow a handful."""
NETWORK_BITS = 64
"""Of an IPv6 address: what a provider gives to one customer."""

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures are allowed within so many seconds."""

    failures: int
    window: float


@dataclass(frozen=True, slots=True)
class Reserved:
    """An attempt that may be made, and the account of its name with the hash of its password."""

    attempt: int
    user: User | None
    password_hash: str | None


async def reserve(accounts: Accounts, name: str, address: str | None) -> Reserved:
    """The right to check one password for a name, before it is used; raises RateLimited.

    Attempts that are under way count as failures, so that no number of them at once passes the
    limit: those beyond it wait for their turn. A refusal counts as no attempt.
    """
    return await accounts.turns.taken(name, lambda: _reserved(accounts, name, address))


async def checked(
    accounts: Accounts, reserved: Reserved, password: str, password_hash: str | None
) -> bool:
    """Whether a password matches a hash, for whoever has the right to know.

    Raises Overloaded where it cannot be checked; the attempt counts for nothing then.
    """
    try:
        return await accounts.passwords.matches(password, password_hash)
    except AppError:
        async with accounts.postgres.transaction() as connection:
            await login_attempts.delete_attempt(connection, reserved.attempt)
        raise


async def settle(accounts: Accounts, reserved: Reserved, *, succeeded: bool) -> None:
    """Say how an attempt ended."""
    async with accounts.postgres.transaction() as connection:
        await login_attempts.settle(connection, reserved.attempt, succeeded=succeeded)


async def _reserved(accounts: Accounts, name: str, address: str | None) -> Reserved:
    """The right to check one password now; raises RateLimited, UnderWay while others have it."""
    now = accounts.clock()
    network = network_of(address)
    async with accounts.postgres.transaction() as connection:
        digest = digest_of(await login_attempts.folded(connection, name))
        await locks.hold(connection, locks.number_of(digest))
        user, password_hash = await find_by_name(connection, name) or (None, None)
        await _require_few_of_account(accounts, connection, digest, user, now)
        if network is not None:
            await _require_few_from(accounts, connection, network, now)
        attempt = await login_attempts.insert_attempt(
            connection,
            account_digest=digest,
            user_id=None if user is None else user.id,
            address=network,
            at=datetime.fromtimestamp(now, UTC),
        )
    return Reserved(attempt, user, password_hash)


async def _require_few_of_account(
    accounts: Accounts, connection: Connection, digest: bytes, user: User | None, now: float
) -> None:
    """Raise RateLimited for a name that failed too often since its last success."""
    limit = Limit(accounts.settings.login_failures, accounts.settings.login_window)
    since, most = datetime.fromtimestamp(now - limit.window, UTC), limit.failures + BEYOND
    tried = await login_attempts.list_of_account(connection, digest, since, most)
    failed = takewhile(lambda one: not one.succeeded, tried)
    with _told_once(accounts, digest, "account", user):
        refuse_beyond(limit, failed, now, "account")


async def _require_few_from(
    accounts: Accounts, connection: Connection, network: str, now: float
) -> None:
    """Raise RateLimited for an address from where too much failed; it is locked from here on."""
    limit = Limit(accounts.settings.login_failures_per_address, accounts.settings.login_window)
    since, most = datetime.fromtimestamp(now - limit.window, UTC), limit.failures + BEYOND
    digest = digest_of(f"address {network}")
    await locks.hold(connection, locks.number_of(digest))
    tried = await login_attempts.list_unsuccessful_from(connection, network, since, most)
    with _told_once(accounts, digest, "address"):
        refuse_beyond(limit, tried, now, "address")


@contextmanager
def _told_once(
    accounts: Accounts, key: bytes, whose: str, user: User | None = None
) -> Iterator[None]:
    """A check whose refusal is a log line, once for each lock; waiting for others is no lock."""
    try:
        yield
    except UnderWay:
        raise
    except RateLimited as refusal:
        seconds = refusal.retry_after or 0
        if accounts.locks.is_new(key, accounts.clock() + seconds):
            user_id = None if user is None else str(user.id)
            _log.warning(
                "logins are refused after too many failures",
                user_id=user_id,
                locked=whose,
                seconds=seconds,
            )
        raise


def refuse_beyond(limit: Limit, tried: Iterable[Attempt], now: float, whose: str) -> None:
    """Raise RateLimited after too many failures, UnderWay if others may become too many."""
    failures: list[float] = []
    under_way = 0
    for attempt in tried:
        at = attempt.attempted_at.timestamp()
        if attempt.succeeded is None and at > now - UNDER_WAY:
            under_way += 1
        else:
            failures.append(at)
    wait = pause(limit, sorted(failures), now)
    free = max(1, limit.failures - len(failures))
    if wait > 0:
        seconds = math.ceil(wait)
        msg = f"too many failed logins of this {whose}; try again in {seconds} seconds"
        raise RateLimited(msg, retry_after=seconds)
    if under_way >= free:
        raise UnderWay.of(whose)


def pause(limit: Limit, failures: Sequence[float], now: float) -> float:
    """Seconds until the next attempt, 0 for now; failures in order of time."""
    counted = [at for at in failures if at > now - limit.window]
    at = now
    while len(counted) >= limit.failures:
        beyond = min(len(counted) - limit.failures, BEYOND)
        end = counted[-1] + min(FIRST_PAUSE * 2.0**beyond, limit.window)
        if end <= at:
            break
        # The oldest failure may stop to count before that, and the pause is half as long then.
        forgotten = counted[0] + limit.window
        if end <= forgotten:
            return end - now
        at = forgotten
        counted.pop(0)
    return at - now


def network_of(address: str | None) -> str | None:
    """What an address is counted as: IPv4 as it is, IPv6 by its /64; None for what is none."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address((address or "").partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, NETWORK_BITS), strict=False).network_address)
