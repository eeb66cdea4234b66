"""Requests that may be repeated: one effect for each `Idempotency-Key` of a principal.

The key is claimed in a transaction of its own. The work and its answer are one more, so that a
server that dies leaves both or neither, and a claim that is lost to another cannot commit. Work
that fails gives the key back: only an answer of success is kept, and a corrected request may use
the key again. A repetition that comes while the first request is under way waits a moment for it.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from aiohttp import web
from multidict import istr

from app.accounts.context import Accounts
from app.accounts.holders import account_of
from app.errors import AppError, Conflicting, InvalidInput
from app.keys import ACCOUNTS, PRINCIPAL, SETTINGS
from app.storage import idempotency
from app.storage.errors import StatementRefused
from app.storage.idempotency import Earlier, IdempotentRequest
from app.storage.postgres import Connection, Postgres
from app.web.answers import told
from app.web.bodies import READ_HERE, read_body
from app.wire import decode, encode

HEADER, REPLAYED = istr("Idempotency-Key"), istr("Idempotency-Replayed")
LONGEST_KEY = 255
RETRY_SOON = 1
GIVE_BACK_SECONDS = 5.0
"""For giving back the key of work that failed: its caller, or the end of the server, waits."""
_ACCEPTED_KEY = re.compile(rf"[\x20-\x7e]{{1,{LONGEST_KEY}}}\Z").match
_MOST_CLAIMS = 3
"""Tries to claim a key that others give up at the same moment."""


def _nothing_to_tell() -> None:
    """What most work has to tell after its commit."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the work says: `data` once, and `again` to each repetition, without secrets.

    `kept` is called once all of it is committed: only then is it true, and told in the log.
    """

    data: Any
    again: Any
    status: int = 200
    kept: Callable[[], None] = _nothing_to_tell


Work = Callable[[Connection], Awaitable[Answer]]


async def once(request: web.Request, work: Work) -> web.Response:
    """The answer of some work in a transaction; under an `Idempotency-Key`, of the first time.

    Raises InvalidInput for a key that is none or that belongs to another request, Conflicting
    while the first request is under way for longer than a repetition waits, and what the work
    raises.
    """
    postgres = request.app[ACCOUNTS].postgres
    if HEADER not in request.headers:
        async with postgres.transaction() as connection:
            answer = await work(connection)
        answer.kept()
        return told(request, answer.data, answer.status)
    asked = await _asked(request)
    found = await _claim(postgres, asked)
    if isinstance(found, Earlier) and _is_under_way(asked, found):
        found = await _awaited(request.app[ACCOUNTS], asked) or found
    if isinstance(found, Earlier):
        return _replayed(request, asked, found)
    answer = await _settled(postgres, asked, found, work)
    answer.kept()
    return told(request, answer.data, answer.status)


async def _asked(request: web.Request) -> IdempotentRequest:
    keys = request.headers.getall(HEADER)
    if len(keys) > 1 or not _ACCEPTED_KEY(keys[0]):
        expected = f"one text of 1..{LONGEST_KEY} printable ASCII characters"
        raise InvalidInput.of(f"header.{HEADER}", expected, ", ".join(keys))
    principal = request[PRINCIPAL]
    user_id = account_of(principal)
    head = f"{request.method} {request.raw_path}\n".encode(errors="surrogateescape")
    content = head + await read_body(request, READ_HERE)
    # Keyed: a body may hold a password, which nobody who reads the table may try to guess.
    digest, *former = (
        hmac.digest(key.encode(), content, sha256) for key in request.app[ACCOUNTS].keys.accepted
    )
    return IdempotentRequest(
        principal=f"token:{principal.token_id}" if principal.token_id else f"user:{user_id}",
        key=keys[0],
        user_id=user_id,
        digest=digest,
        former=tuple(former),
    )


async def _claim(postgres: Postgres, asked: IdempotentRequest) -> datetime | Earlier:
    """The mark of our claim, or what is known of the first request."""
    for _ in range(_MOST_CLAIMS):
        async with postgres.connection() as connection:
            mark = await idempotency.find_claim(connection, asked)
            if mark is not None:
                return mark
            earlier = await idempotency.find_earlier(connection, asked)
            if earlier is not None:
                return earlier
    raise _under_way(RETRY_SOON, RETRY_SOON)


async def _awaited(accounts: Accounts, asked: IdempotentRequest) -> datetime | Earlier | None:
    """What `_claim` gives once the first request is over, None if that takes too long."""

    async def look() -> datetime | Earlier | None:
        found = await _claim(accounts.postgres, asked)
        return None if isinstance(found, Earlier) and _is_under_way(asked, found) else found

    return await accounts.repetitions.awaited((asked.principal, asked.key), look)


def _is_under_way(asked: IdempotentRequest, earlier: Earlier) -> bool:
    """Whether the same request came before, and has no answer yet."""
    return _is_same(asked, earlier) and earlier.answer is None


def _is_same(asked: IdempotentRequest, earlier: Earlier) -> bool:
    return earlier.digest in (asked.digest, *asked.former)


async def _settled(
    postgres: Postgres, asked: IdempotentRequest, mark: datetime, work: Work
) -> Answer:
    """What the work answers, kept together with its effect."""
    try:
        async with postgres.transaction() as connection:
            answer = await work(connection)
            await _keep(connection, asked, mark, answer)
    except BaseException:  # whoever cancels it is heard once the claim is given back
        giving_back = asyncio.create_task(_give_back(postgres, asked, mark))
        await asyncio.shield(giving_back)
        raise
    return answer


async def _give_back(postgres: Postgres, asked: IdempotentRequest, mark: datetime) -> None:
    """Release a claim, if that is done soon; else it ends by itself, and the failure is told."""
    with suppress(AppError, StatementRefused, TimeoutError):
        async with asyncio.timeout(GIVE_BACK_SECONDS), postgres.connection() as connection:
            await idempotency.delete_claim(connection, asked, mark)


async def _keep(
    connection: Connection, asked: IdempotentRequest, mark: datetime, answer: Answer
) -> None:
    """Settle the claim; raises Conflicting when it was lost to another, so that nothing commits."""
    kept = encode(answer.again)
    if not await idempotency.settle(connection, asked, mark, answer.status, kept):
        raise _under_way(RETRY_SOON, RETRY_SOON)


def _replayed(request: web.Request, asked: IdempotentRequest, earlier: Earlier) -> web.Response:
    if not _is_same(asked, earlier):
        expected = "a new one: it was used for another request within the last day"
        raise InvalidInput.of(f"header.{HEADER}", expected, asked.key)
    if earlier.status is None or earlier.answer is None:
        raise _still_under_way(earlier.seconds_left, request.app[SETTINGS].request_deadline)
    response = told(request, decode(earlier.answer), earlier.status)
    response.headers[REPLAYED] = "true"
    return response


def _still_under_way(seconds_left: int, deadline: float) -> Conflicting:
    """Younger than the deadline of a request, the first one is likely to be answered soon."""
    is_young = idempotency.CLAIM_SECONDS - seconds_left < deadline
    return _under_way(seconds_left, RETRY_SOON if is_young else seconds_left)


def _under_way(seconds: int, retry_after: int) -> Conflicting:
    msg = (
        f"the first request with this {HEADER} is under way; repeat this one later. The first one "
        f"is over, or given up because its server died, in {seconds} s at most"
    )
    return Conflicting(msg, retry_after=retry_after)
