"""Every error that a caller may see: a stable code, a status, a text that says what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

STATUS_OF: Mapping[str, int] = MappingProxyType(
    {
        "VALIDATION_ERROR": 422,
        "CALCULATION_ERROR": 422,
        "BAD_REQUEST": 400,
        "AUTHENTICATION_ERROR": 401,
        "TOKEN_EXPIRED": 401,
        "PERMISSION_DENIED": 403,
        "NOT_FOUND": 404,
        "METHOD_NOT_ALLOWED": 405,
        "PAYLOAD_TOO_LARGE": 413,
        "UNSUPPORTED_MEDIA_TYPE": 415,
        "INTERNAL_ERROR": 500,
        "UNAVAILABLE": 503,
        "OVERLOADED": 503,
        "DEADLINE_EXCEEDED": 503,
        "WORKER_LOST": 503,
    },
)
"""The one place that ties a code to its HTTP status."""

LONGEST_ECHO = 80
"""Characters of a rejected value that an answer repeats: to recognise it, never a whole body."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One rejected field: where it stands, what would have been right, and what came."""

    field: str
    expected: str
    got: Any
    kind: str = "value_error"

    @property
    def message(self) -> str:
        return f"{self.field} must be {self.expected}, got {echo(self.got)}"


class AppError(Exception):
    """An expected failure, told to the caller as `code`, `message` and `details`."""

    code: ClassVar[str] = "INTERNAL_ERROR"

    def __init__(
        self,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.retry_after = retry_after

    @property
    def status(self) -> int:
        return STATUS_OF[self.code]


class InvalidInput(AppError):
    """One or more fields are wrong; `problems` names each."""

    code = "VALIDATION_ERROR"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)

    @classmethod
    def of(cls, field: str, expected: str, got: Any) -> InvalidInput:
        return cls([Problem(field, expected, got)])


class CalculationFailed(AppError):
    """The input is well formed, but the sky or the method has no answer for it."""

    code = "CALCULATION_ERROR"


class InternalError(AppError):
    """A fault of ours; the caller learns the request id and no more."""

    code = "INTERNAL_ERROR"


class BadRequest(AppError):
    code = "BAD_REQUEST"


class Unauthenticated(AppError):
    code = "AUTHENTICATION_ERROR"


class TokenExpired(AppError):
    code = "TOKEN_EXPIRED"


class PermissionDenied(AppError):
    code = "PERMISSION_DENIED"


class NotFound(AppError):
    code = "NOT_FOUND"


class MethodNotAllowed(AppError):
    code = "METHOD_NOT_ALLOWED"


class PayloadTooLarge(AppError):
    code = "PAYLOAD_TOO_LARGE"


class UnsupportedMediaType(AppError):
    code = "UNSUPPORTED_MEDIA_TYPE"


class Unavailable(AppError):
    code = "UNAVAILABLE"


class Overloaded(AppError):
    code = "OVERLOADED"


class DeadlineExceeded(AppError):
    code = "DEADLINE_EXCEEDED"


class WorkerLost(AppError):
    code = "WORKER_LOST"


def echo(value: Any) -> str:
    """The rejected value as an answer may repeat it, at most `LONGEST_ECHO` characters."""
    text = repr(value)
    return text if len(text) <= LONGEST_ECHO else f"{text[: LONGEST_ECHO - 3]}..."
