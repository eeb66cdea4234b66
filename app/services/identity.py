"""Tokens of an identity service: asked there once, remembered for a while, mapped to our scopes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.errors import (
    AppError,
    DeadlineExceeded,
    ExternalServiceError,
    NotFound,
    Overloaded,
    TokenExpired,
    Unauthenticated,
    Unavailable,
)
from app.security.secrets import SigningKeys
from app.security.tokens import Principal, check_times, digest_of, signed_content
from app.services.http import Answer, ServiceClient
from app.services.identity_claims import (
    IDS_IN_TOKEN,
    ExternalClaims,
    claimed_end,
    claims_in,
    earliest,
    is_active,
)
from app.services.verdicts import Verdict, Verdicts
from app.settings import Settings
from app.storage.access import Holder
from app.storage.external_users import PREFIX, user_of_subject
from app.storage.postgres import Postgres
from app.telemetry.logs import logger
from app.tiers import Tier

KIND = "identity"
"""Of a principal that the service knows."""
LONGEST_TOKEN = 8192
"""Characters of a token that is passed on: what fits into a header."""
LONGEST_REASON = 2000
"""Characters of a refusal that are read."""
REFUSED_SECONDS = 10.0
"""For which a refusal is remembered at most: the token may be about to become good."""
UNASKED_SECONDS = 10.0
"""For which a token holds that we checked in place of the service: until it may be back."""
RETRY_LATER = 5
"""Seconds, where the service names none."""
_GOOD, _REFUSALS = 200, (401, 403, 404)
_VISIBLE = re.compile(r"[\x21-\x7e]+").fullmatch
_DOWN = (ExternalServiceError, Unavailable, DeadlineExceeded)
"""What is raised while the service cannot tell."""

_log = logger(__name__)


class IdentityService:
    """Knows the tokens of another service; close it. `clock` tells seconds since 1970."""

    def __init__(
        self,
        client: ServiceClient,
        settings: Settings,
        keys: SigningKeys,
        postgres: Postgres,
        clock: Callable[[], float],
    ) -> None:
        self._client = client
        self._settings = settings
        self._keys = keys
        self._postgres = postgres
        self._clock = clock
        self._verdicts = Verdicts(settings.token_cache_size)
        self._stands_in = False
        self._makes_sense = True
        self._within = min(settings.outbound_timeout, settings.request_deadline)

    async def principal(self, token: str) -> tuple[Principal, float]:
        """Who a token speaks for, and until when that holds, in seconds since 1970.

        Raises TokenExpired, Unauthenticated, and Unavailable or Overloaded while nobody can tell.
        """
        digest, now = self._digest(token), self._clock()
        verdict = self._verdicts.find(digest, now)
        if verdict is None:
            verdict = await self._verdicts.asked_once(digest, lambda: self._asked(digest, token))
        return await self._judged(verdict)

    async def confirmed(self, token: str) -> Principal:
        """Who a token speaks for by the word of the service at this moment, of nobody else.

        Raises as `principal` does, Unauthenticated without an account too: it makes none.
        """
        digest = self._digest(token)
        try:
            answer = await self._question(token)
        except Overloaded:
            raise
        except _DOWN as error:
            raise _unavailable(error) from error
        principal, _ = await self._judged(self._kept(digest, token, answer), makes_account=False)
        return principal

    async def close(self) -> None:
        """End the questions that nobody waits for any more."""
        await self._verdicts.close()

    def _digest(self, token: str) -> bytes:
        """What a token is remembered by; raises for one that nobody needs to be asked about."""
        if len(token) > LONGEST_TOKEN or not _VISIBLE(token):
            raise _not_valid()
        ends_at = claimed_end(token)
        if ends_at is not None and ends_at <= self._clock():
            raise _expired()
        return digest_of(token)

    async def _asked(self, digest: bytes, token: str) -> Verdict:
        """What the service says, or what the policy says without it."""
        try:
            answer = await self._question(token)
        except Overloaded:
            raise  # who fills our places for questions must not get another judge by that
        except _DOWN as error:
            if self._settings.identity_fallback == "refuse":
                raise _unavailable(error) from error
            return self._stand_in(token, error)
        return self._kept(digest, token, answer)

    def _kept(self, digest: bytes, token: str, answer: Answer) -> Verdict:
        """The verdict in an answer, remembered for its time."""
        self._stands_in = False
        verdict = self._told(answer, token)
        self._verdicts.keep(digest, verdict)
        return verdict

    async def _judged(
        self, verdict: Verdict, *, makes_account: bool = True
    ) -> tuple[Principal, float]:
        """Whom a verdict accepts, and until when; raises for a refusal."""
        if verdict.claims is None:
            raise _expired() if verdict.expired else _not_valid()
        return await self._principal(verdict.claims, verdict.until, makes_account=makes_account)

    async def _question(self, token: str) -> Answer:
        """The answer of the service; asking twice changes nothing there."""
        endpoint = self._settings.identity_endpoint
        if endpoint == "/verify":
            return await self._client.post(
                endpoint, {"token": token}, within=self._within, idempotent=True
            )
        return await self._client.post(endpoint, token=token, within=self._within, idempotent=True)

    def _told(self, answer: Answer, token: str) -> Verdict:
        """The verdict in an answer; raises Unavailable for one that makes no sense."""
        now = self._clock()
        content = answer.body if isinstance(answer.body, dict) else {}
        if answer.status in _REFUSALS or (answer.status == _GOOD and not is_active(content)):
            seconds = min(REFUSED_SECONDS, self._settings.identity_cache_seconds)
            reason = answer.text[:LONGEST_REASON].lower()
            return Verdict(None, now + seconds, "expired" in reason)
        claims = self._claims(content, token) if answer.status == _GOOD else None
        if claims is None:
            if self._makes_sense:
                self._makes_sense = False
                _log.warning("identity service gives odd answers", status=answer.status)
            raise Unavailable(
                f"Identity service gave an answer that this server does not understand (status "
                f"{answer.status}); try again in {RETRY_LATER} s",
                retry_after=RETRY_LATER,
            )
        self._makes_sense = True
        if claims.expires_at is not None and claims.expires_at <= now:
            return Verdict(None, now + REFUSED_SECONDS, expired=True)
        end = now + self._settings.identity_cache_seconds
        return Verdict(claims, min(end, claims.expires_at or end))

    def _claims(self, content: Mapping[str, Any], token: str) -> ExternalClaims | None:
        """The user in an answer, who leaves when either the service or the token says so."""
        claims = claims_in(content, self._settings.identity_roles)
        if claims is None:
            return None
        return replace(claims, expires_at=earliest(claims.expires_at, claimed_end(token)))

    def _stand_in(self, token: str, error: AppError) -> Verdict:
        """The verdict by our own keys; raises Unavailable where they cannot tell."""
        content = self._signed_here(token)
        roles = self._settings.identity_roles
        claims = None if content is None else claims_in(content, roles, IDS_IN_TOKEN)
        if content is None or claims is None or claims.expires_at is None:
            raise _unavailable(error) from error
        now = self._clock()
        check_times(content, now)
        if not is_active(content):
            raise _not_valid()
        if not self._stands_in:
            self._stands_in = True
            _log.warning("identity service is out: its tokens are checked by our own keys")
        return Verdict(claims, min(now + UNASKED_SECONDS, claims.expires_at))

    def _signed_here(self, token: str) -> Mapping[str, Any] | None:
        for key in self._keys.accepted:
            try:
                return signed_content(token, key)
            except Unauthenticated:
                continue
        return None

    async def _principal(
        self, claims: ExternalClaims, until: float, *, makes_account: bool
    ) -> tuple[Principal, float]:
        """The principal with the account that owns what it stores; nobody's while that is down."""
        try:
            holder = await self._account(claims.subject, makes=makes_account)
        except (Unavailable, Overloaded, DeadlineExceeded):
            holder, until = None, self._clock()  # to be asked for again at once
        principal = Principal(
            subject=PREFIX + claims.subject,
            user_id=None if holder is None else holder.user_id,
            kind=KIND,
            scopes=claims.scopes,
            tier=Tier.FREE if holder is None else holder.tier,
            expires_at=claims.expires_at,
        )
        return principal, until

    async def _account(self, subject: str, *, makes: bool) -> Holder:
        """The account of a subject; raises Unauthenticated for one that was closed here.

        And for one that is not there, unless that `makes` it.
        """
        try:
            async with self._postgres.connection() as connection:
                holder = await user_of_subject(connection, subject, makes=makes)
        except NotFound as error:
            msg = "the account of this token is erased, or the token is somebody else's; log in"
            raise Unauthenticated(msg) from error
        if holder is None:
            msg = "the token is not valid here: its account was closed by an admin of this server"
            raise Unauthenticated(msg)
        return holder


def _not_valid() -> Unauthenticated:
    msg = "the token is not valid: neither this server nor the identity service accepts it; log in"
    return Unauthenticated(msg)


def _expired() -> TokenExpired:
    msg = "the token has expired; get a new one from the identity service"
    return TokenExpired(msg)


def _unavailable(error: AppError) -> Unavailable:
    """While the service is down; in what time another attempt makes sense."""
    seconds = error.retry_after or RETRY_LATER
    return Unavailable(
        f"Identity service unavailable; try again in {seconds} s", retry_after=seconds
    )
