"""The one wrapper around every handler: request id, token, errors, CORS, compression, metrics, log.

One function in place of a stack of middlewares: each layer of those costs as much as all of this.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import time
import traceback
import uuid
from dataclasses import dataclass

from aiohttp import hdrs, web
from multidict import istr

from actors.runtime import ActorCrashed, ActorError, ActorStopped, AskTimeout, MailboxFull
from app.accounts.principals import Principals
from app.compat.operations import long_operations
from app.errors import (
    AppError,
    BadRequest,
    DeadlineExceeded,
    InternalError,
    Overloaded,
    Unavailable,
)
from app.keys import PRINCIPAL, STATE
from app.limits.windows import Verdict
from app.security.tokens import Principal, Scope
from app.telemetry.logs import in_request, logger
from app.telemetry.metrics import Count, Counts, Distribution, Distributions, Metrics
from app.web.access import client_address, find_principal, is_id, refusal, require_login
from app.web.answers import REQUEST_ID, compress, refused
from app.web.bodies import body_too_large
from app.web.cors import Cors
from app.web.limits import VERDICT, Limits, mark, too_many
from app.web.routing import Handler, Route, RouteClass

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CACHED = frozenset({"GET", "HEAD"})
_X_REQUEST_ID = istr("X-Request-ID")

_PROCESS_ID = str(uuid.uuid4())[:24]
_counter = itertools.count(int.from_bytes(os.urandom(6)))
_SCATTER = 0x5851_F42D_4C95
_LAST_PART = (1 << 48) - 1
"""A request id is a UUID whose last part counts, scattered by an odd factor: unique as a random
one, and at a tenth of its cost."""

_RETRY_SOON = 1
"""Seconds after which a momentary overload is usually over."""

_TOLD = frozenset({RouteClass.AUTH, RouteClass.ACCOUNT, RouteClass.STORED})
"""Routes whose log lines carry the request and its user: a calculation writes none of its own, and
is spared the microsecond."""

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class RequestMetrics:
    """Requests and their durations, under both names that dashboards look for."""

    requests: Counts
    durations: Distributions

    @classmethod
    def of(cls, metrics: Metrics) -> RequestMetrics:
        names = ("nocturna_requests_total", "http_requests_total")
        times = ("nocturna_request_duration_seconds", "http_request_duration_seconds")
        return cls(
            metrics.counts(names, "Requests answered", "method", "endpoint", "status"),
            metrics.distributions(times, "Seconds from request to answer", "method", "endpoint"),
        )


@dataclass(frozen=True, slots=True)
class Wrapper:
    """Makes web handlers of route handlers."""

    principals: Principals
    limits: Limits
    metrics: RequestMetrics
    cors: Cors
    slow_seconds: float

    def around(self, route: Route) -> Handler:
        """The handler that the server calls for a route."""
        endpoint = _Endpoint(route, self)
        return endpoint.handle_told if route.counted in _TOLD else endpoint.handle


class _Endpoint:
    """One route with everything around it."""

    def __init__(self, route: Route, wrapper: Wrapper) -> None:
        self._route = route
        self._cors = wrapper.cors
        self._known = wrapper.principals.known
        self._limits = wrapper.limits
        self._long = long_operations()
        self._is_long = None if route.operation is None else route.operation in self._long
        self._tally = _Tally(route.path, wrapper.metrics)
        self._slow_seconds = wrapper.slow_seconds
        takes_preflights = route.method == "*"  # no route but the last one takes OPTIONS
        self._handler = self._or_preflight if takes_preflights else route.handler

    async def handle_told(self, request: web.Request) -> web.StreamResponse:
        """As `handle`; every log line of this request carries its ids."""
        with in_request(lambda: _ids(request)):
            return await self.handle(request)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        started = time.perf_counter()
        asked, route = request.headers, self._route
        request[REQUEST_ID] = request_id = request_id_of(asked.get(_X_REQUEST_ID))
        principal, verdict = None, None
        response: web.StreamResponse
        try:
            if (scope := route.scope) is not None:
                authorization = asked.get(hdrs.AUTHORIZATION)
                principal = self._known(authorization)
                if principal is None or scope not in principal.scopes or route.in_person:
                    principal = await self._admitted(request, scope)
                request[PRINCIPAL] = principal
            if route.counted is not RouteClass.OPEN:
                verdict = self._counted(request, principal)
            if verdict is None or verdict.allowed:
                response = await self._handler(request)
            else:
                response = refused(request, too_many(verdict))
        except Exception as error:  # noqa: BLE001 - every failure becomes an answer here
            response = _answer_to(error, request, route.path)
        except asyncio.CancelledError:  # by the stop of the server, which waits for us no longer
            if not request.app[STATE].draining or request.writer.output_size:
                raise
            response = refused(request, _stopping())
        response.headers[_X_REQUEST_ID] = request_id
        if verdict is not None:
            mark(response.headers, request[VERDICT])
        if request.method in _CACHED or hdrs.ACCEPT_ENCODING in asked or hdrs.ORIGIN in asked:
            await self._finish(request, response)
        self._tally.add(request, response.status, time.perf_counter() - started, self._slow_seconds)
        return response

    def _counted(self, request: web.Request, principal: Principal | None) -> Verdict | None:
        """What the limit of whoever asks says; None where there is none."""
        counted = self._route.counted
        address = client_address(request) if counted is RouteClass.AUTH else ""
        is_long = self._is_long
        if is_long is None:
            named = request.match_info
            is_long = (named.get("name") or named.get("calculation")) in self._long
        verdict = self._limits.take(principal, address, counted, is_long)
        if verdict is not None:
            request[VERDICT] = verdict
        return verdict

    async def _or_preflight(self, request: web.Request) -> web.StreamResponse:
        if self._cors.is_preflight(request):
            return self._cors.preflight(request)
        return await self._route.handler(request)

    async def _admitted(self, request: web.Request, scope: Scope) -> Principal:
        """Who sent a request; raises what `find_principal` does, or what `refusal` tells."""
        principal = await find_principal(request)
        if principal is None or scope not in principal.scopes:
            raise refusal(principal, scope)
        if self._route.in_person:
            require_login(principal)
        return principal

    async def _finish(self, request: web.Request, response: web.StreamResponse) -> None:
        """Compress the answer, and tell browsers and caches about it."""
        asked, answered = request.headers, response.headers
        if hdrs.ACCEPT_ENCODING in asked and isinstance(response, web.Response):
            await compress(asked[hdrs.ACCEPT_ENCODING], response)
        if hdrs.ORIGIN in asked:
            self._cors.mark(asked[hdrs.ORIGIN], answered)
        if request.method in _CACHED:
            answered[hdrs.VARY] = self._cors.vary


class _Tally:
    """Where the requests of one endpoint are counted, by method and status."""

    def __init__(self, endpoint: str, metrics: RequestMetrics) -> None:
        self._endpoint = endpoint
        self._metrics = metrics
        self._cells: dict[tuple[str, int], tuple[Count, Distribution]] = {}

    def add(self, request: web.Request, status: int, seconds: float, slow_seconds: float) -> None:
        """Count one request."""
        method = request.method
        count, durations = self._cells.get((method, status)) or self._cell(method, status)
        count.value += 1
        durations.observe(seconds)
        if seconds > slow_seconds:
            self._log_slow(request, status, seconds)

    def _cell(self, method: str, status: int) -> tuple[Count, Distribution]:
        """A place that is not known yet; unknown methods share one."""
        label = method if method in _METHODS else "OTHER"
        cell = (
            self._metrics.requests.of((label, self._endpoint, str(status))),
            self._metrics.durations.of((label, self._endpoint)),
        )
        if label == method:
            self._cells[method, status] = cell
        return cell

    def _log_slow(self, request: web.Request, status: int, seconds: float) -> None:
        principal = request.get(PRINCIPAL)
        _log.warning(
            "slow request",
            request_id=request[REQUEST_ID],
            user_id=principal.subject if principal is not None else None,
            method=request.method if request.method in _METHODS else "OTHER",
            endpoint=self._endpoint,
            status=status,
            seconds=round(seconds, 3),
        )


def request_id_of(given: str | None) -> str:
    """The id that the caller gave if it is one, else a new one."""
    if given is not None and is_id(given):
        return given
    number = next(_counter) * _SCATTER & _LAST_PART
    return f"{_PROCESS_ID}{number:012x}"


def _ids(request: web.Request) -> tuple[str | None, str | None]:
    """The id of a request, and of the account behind it as far as that is known by now."""
    principal = request.get(PRINCIPAL)
    known = principal is not None and principal.user_id is not None
    return request.get(REQUEST_ID), str(principal.user_id) if principal and known else None


def _undelivered(error: ActorError) -> AppError:
    """What callers are told of work that no actor did."""
    match error:
        case MailboxFull():
            msg = "the server has as much work as it can hold; try again in a second"
            return Overloaded(msg, retry_after=_RETRY_SOON)
        case AskTimeout():
            msg = "the answer took longer than the deadline; try again, or ask for less at once"
            return DeadlineExceeded(msg, retry_after=_RETRY_SOON)
        case _:
            return _stopping()


def _stopping() -> Unavailable:
    msg = "the server is stopping or restarting this part; try again in a second"
    return Unavailable(msg, retry_after=_RETRY_SOON)


def _answer_to(error: Exception, request: web.Request, endpoint: str) -> web.Response:
    """The answer to a request whose handler failed.

    If one has begun, this one is for the count alone: sent, it would be read as the body of the
    other. The connection is closed instead, which tells that the answer is not whole.
    """
    if request.writer.output_size:
        fault = _fault(error, request, endpoint)
        request.protocol.force_close()
        return refused(request, fault)
    return refused(request, failure_of(error, request, endpoint))


def failure_of(error: Exception, request: web.Request, endpoint: str) -> AppError:
    """The one table from exceptions to what callers are told; what nobody foresaw is logged."""
    match error:
        case AppError():
            return error
        case MailboxFull() | AskTimeout() | ActorStopped() | ActorCrashed():
            return _undelivered(error)
        case web.HTTPRequestEntityTooLarge():
            return body_too_large(request.client_max_size)
        case web.HTTPException():  # what aiohttp refuses by itself
            return BadRequest(f"the request could not be read: {error.reason}")
        case _:
            return _fault(error, request, endpoint)


def _fault(error: Exception, request: web.Request, endpoint: str) -> InternalError:
    """What is told of a fault of ours, which goes into the log."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    principal = request.get(PRINCIPAL)
    # The message of an unforeseen error may hold what the caller sent, so only its type is logged.
    _log.error(
        "unforeseen error",
        request_id=request[REQUEST_ID],
        user_id=principal.subject if principal is not None else None,
        endpoint=endpoint,
        error=type(error).__name__,
        where=[f"{frame.filename}:{frame.lineno}" for frame in frames],
    )
    return InternalError("the server failed; report the request_id")
