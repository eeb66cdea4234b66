"""Rate limits at the door: which answers tell what is left, and who must wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

from aiohttp import web
from multidict import CIMultiDict, istr

from app.errors import RateLimited
from app.keys import PRINCIPAL
from app.limits.policy import Policy, address_key, refused_key
from app.limits.windows import Limit, Verdict, Windows
from app.security.tokens import Principal
from app.web.routing import RouteClass

_POLICY, _LEFT = istr("RateLimit-Policy"), istr("RateLimit")
_X_LIMIT, _X_REMAINING = istr("X-RateLimit-Limit"), istr("X-RateLimit-Remaining")
_X_RESET = istr("X-RateLimit-Reset")

VERDICT = web.RequestKey("verdict", Verdict)
"""Of a request that is counted, the latest: what its answer tells."""


class Limits:
    """Counts requests against the limit of whoever sends them; `clock` is seconds since 1970."""

    def __init__(
        self, policy: Policy, windows: Windows, clock: Callable[[], float] = time.time
    ) -> None:
        self._policy = policy
        self._windows = windows
        self._clock = clock

    def take(
        self,
        principal: Principal | None,
        address: str,
        route_class: RouteClass,
        long: bool = False,  # noqa: FBT001, FBT002 - by position, for every request
    ) -> Verdict | None:
        """Count one request; None where there is no limit."""
        if route_class is RouteClass.CALCULATION:
            scale = self._policy.long if long else self._policy.calculation
        elif route_class is RouteClass.AUTH:
            return self._of_address(address)
        else:
            scale = self._policy.account
        if principal is None or route_class is RouteClass.OPEN:
            return None
        limit = scale.limit_of(principal)
        if limit is None:
            return None
        return self._windows.take(scale.key_of(principal), limit, self._clock())

    def take_more(self, principal: Principal, count: int) -> Verdict | None:
        """Count a calculation that `take` has counted as so many more; None without a limit.

        One that is not allowed counts for nothing, as if it had not been taken.
        """
        scale = self._policy.calculation
        limit = scale.limit_of(principal)
        if limit is None:
            return None
        key, now = scale.key_of(principal), self._clock()
        verdict = self._windows.take(key, limit, now, count)
        if not verdict.allowed:
            self._windows.give_back(key, now)
        return verdict

    def _of_address(self, address: str) -> Verdict | None:
        limit = self._policy.address
        if limit is None:
            return None
        return self._windows.take(address_key(address), limit, self._clock())

    def require_trust(self, address: str) -> None:
        """Raise RateLimited for an address from which too many tokens came that were refused."""
        limit = self._policy.address
        if limit is None:
            return
        verdict = self._windows.refusal(refused_key(address), limit, self._clock())
        if verdict is not None:
            raise too_many(verdict)

    def count_refused(self, address: str) -> None:
        """Count a token that was refused."""
        if self._policy.address is not None:
            self._windows.take(refused_key(address), self._policy.address, self._clock())


LIMITS = web.AppKey("limits", Limits)


def count_more(request: web.Request, count: int) -> None:
    """Let a calculation count as so many more; raises RateLimited, and then it counts for none."""
    verdict = request.app[LIMITS].take_more(request[PRINCIPAL], count)
    if verdict is not None:
        request[VERDICT] = verdict
        if not verdict.allowed:
            raise too_many(verdict)


def mark(headers: CIMultiDict[str], verdict: Verdict) -> None:
    """Tell what is left, in both families of headers; on a refusal too."""
    limit, _, remaining, reset, reset_at, _ = verdict
    headers[_POLICY], name, headers[_X_LIMIT] = _texts(limit)
    headers[_LEFT] = f"{name};r={remaining};t={reset}"
    headers[_X_REMAINING] = str(remaining)
    headers[_X_RESET] = str(reset_at)


def too_many(verdict: Verdict) -> RateLimited:
    """The refusal of a request that is not allowed; its answer says when one will be."""
    limit, wait = verdict.limit, verdict.retry_after
    msg = (
        f"the limit '{limit.name}' allows {limit.quota} requests in {limit.seconds} s, and they "
        f"are used up; try again in {wait} s, and let the header RateLimit set the pace"
    )
    details = {"limit": limit.quota, "window": limit.seconds, "retry_after": wait}
    return RateLimited(msg, details=details, retry_after=wait)


@lru_cache(maxsize=64)
def _texts(limit: Limit) -> tuple[str, str, str]:
    """What answers say of a limit, whoever has how much of it left."""
    name = f'"{limit.name}"'
    return f"{name};q={limit.quota};w={limit.seconds}", name, str(limit.quota)
