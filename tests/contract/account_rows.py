"""Operations 1 to 11: registering, logging in, who one is, service tokens."""

from __future__ import annotations

from tests.contract.rows import Ask, Auth, Caller, Failure, Row, Success, asks, missing, refused
from tests.contract.shapes import (
    FLAG,
    ID,
    JWT,
    NAIVE,
    TEXT,
    TRUE,
    WHOLE,
    WORDS,
    Exactly,
    Maybe,
    Rows,
    one_of,
)
from tests.server import ACCESS_SECONDS

AUTH, TOKENS = "/api/auth", "/api/auth/admin/service-tokens"
SECONDS = one_of(ACCESS_SECONDS)
"""A quarter of an hour, the life of an access token."""
USER = {
    "id": ID,
    "email": WORDS,
    "username": WORDS,
    "first_name": Maybe(TEXT),
    "last_name": Maybe(TEXT),
    "is_superuser": FLAG,
    "is_active": TRUE,
    "created_at": NAIVE,
}
PAIR = {
    "access_token": JWT,
    "refresh_token": ID,
    "expires_in": SECONDS,
    "token_type": one_of("bearer"),
}
MADE = {
    "service_token": JWT,
    "expires_at": NAIVE,
    "expires_in_days": WHOLE,
    "scope": WORDS,
    "token_id": ID,
}
LISTED = {
    "id": ID,
    "user_id": ID,
    "scope": WORDS,
    "created_at": NAIVE,
    "expires_at": NAIVE,
    "last_used_at": Maybe(NAIVE),
    "is_expired": FLAG,
    "days_until_expiry": WHOLE,
    "is_active": FLAG,
}
ACCOUNT = {
    "email": "{fresh_name}@example.com",
    "username": "{fresh_name}",
    "password": "{password}",
    "first_name": "Ada",
    "last_name": "Byron",
}
TAKEN_EMAIL = {**ACCOUNT, "email": "{user.email}"}
TAKEN_NAME = {**ACCOUNT, "username": "{user.username}"}
FORM = {"username": "{user.email}", "password": "{password}"}
OAUTH = {"grant_type": "password", "scope": "", "client_id": "a", "client_secret": "b"}
DENIED = "Admin privileges required"
NOT_ADMIN = tuple(
    Failure(f"of {who.name}", 403, code="PERMISSION_DENIED", says=DENIED, caller=who)
    for who in (Caller.USER, Caller.SERVICE, Caller.DERIVED)
)
NOT_ADMIN_POST = tuple(
    Failure(one.what, 403, Ask(json={}), one.code, one.says, caller=one.caller) for one in NOT_ADMIN
)


def _login(what: str, **fields: str) -> Failure:
    return Failure(
        what, 401, Ask(form={**FORM, **fields}), "AUTHENTICATION_ERROR", caller=Caller.NOBODY
    )


def _no_field(name: str) -> Failure:
    given = {known: value for known, value in FORM.items() if known != name}
    return Failure(f"{name} missing", 422, Ask(form=given), "VALIDATION_ERROR", loc=("body", name))


def _no_token(what: str, query: dict[str, str]) -> Failure:
    return Failure(what, 401, Ask(query=query), "AUTHENTICATION_ERROR")


NO_REFRESH_TOKEN = Failure(
    "refresh_token missing", 422, code="VALIDATION_ERROR", loc=("query", "refresh_token")
)

ROWS = (
    Row(
        1,
        "POST",
        (f"{AUTH}/register",),
        Auth.NONE,
        USER,
        (
            asks(ACCOUNT),
            asks({**ACCOUNT, "first_name": None, "last_name": None}, "no names"),
        ),
        (
            Failure(
                "the e-mail address taken",
                400,
                Ask(json=TAKEN_EMAIL),
                says="already registered",
            ),
            Failure("the user name taken", 400, Ask(json=TAKEN_NAME), says="name"),
            Failure(
                "nobody registers",
                403,
                Ask(json=ACCOUNT),
                "REGISTRATION_DISABLED",
                "registration is currently disabled",
                where_closed=True,
            ),
            Failure(
                "nobody registers, incomplete",
                403,
                Ask(json={"email": "x"}),
                "REGISTRATION_DISABLED",
                "registration is currently disabled",
                where_closed=True,
            ),
            *missing(ACCOUNT, "email", "username", "password"),
            *refused(ACCOUNT, {"email": "no address", "password": "", "username": 5}),
        ),
    ),
    Row(
        2,
        "POST",
        (f"{AUTH}/login",),
        Auth.NONE,
        PAIR,
        (
            Success("by e-mail address", Ask(form=FORM)),
            Success("by user name", Ask(form={**FORM, "username": "{user.username}"})),
            Success("multipart", Ask(parts=FORM)),
            Success("with fields of OAuth2", Ask(form={**FORM, **OAUTH})),
        ),
        (
            _login("wrong password", password="{password} or not"),  # noqa: S106 - it is none
            _login("unknown user", username="nobody@example.com"),
            _login("disabled user", username="{disabled.email}"),
            _no_field("username"),
            _no_field("password"),
            Failure("a JSON body", 422, Ask(json=FORM), "VALIDATION_ERROR"),
        ),
    ),
    Row(
        3,
        "POST",
        (f"{AUTH}/refresh",),
        Auth.NONE,
        PAIR,
        (Success("in the query", Ask(query={"refresh_token": "{refresh_token}"})),),
        (
            _no_token("unknown", {"refresh_token": "{fresh_id}"}),
            _no_token("expired", {"refresh_token": "{late_refresh_token}"}),
            _no_token("a service token", {"refresh_token": "{service_token}"}),
            _no_token("an access token", {"refresh_token": "{user.access_token}"}),
            NO_REFRESH_TOKEN,
        ),
    ),
    Row(
        4,
        "POST",
        (f"{AUTH}/logout",),
        Auth.NONE,
        Exactly({"success": TRUE}),
        (
            Success("in the query", Ask(query={"refresh_token": "{fresh_refresh_token}"})),
            Success("unknown", Ask(query={"refresh_token": "{fresh_id}"})),
        ),
        (NO_REFRESH_TOKEN,),
    ),
    Row(
        5,
        "GET",
        (f"{AUTH}/me",),
        Auth.BEARER,
        USER,
        (
            Success("of a user"),
            Success("of an administrator", caller=Caller.ADMIN),
            Success("of a service token", caller=Caller.SERVICE),
            Success("of a derived token", caller=Caller.DERIVED),
        ),
    ),
    Row(
        6,
        "GET",
        (f"{AUTH}/admin/verify",),
        Auth.ADMIN,
        {"is_admin": TRUE, "user_id": ID, "email": WORDS, "username": WORDS},
        (
            Success("of an administrator"),
            Success("of a service token", caller=Caller.ADMIN_SERVICE),
        ),
        NOT_ADMIN,
    ),
    Row(
        7,
        "GET",
        (f"{AUTH}/admin/registration-settings",),
        Auth.ADMIN,
        {
            "allow_user_registration": FLAG,
            "registration_requires_approval": FLAG,
            "max_users_limit": Maybe(WHOLE),
        },
        (Success("of an administrator"),),
        NOT_ADMIN,
    ),
    Row(
        8,
        "POST",
        (TOKENS,),
        Auth.ADMIN,
        MADE,
        (
            asks({}, "an empty object"),
            asks({"days": 90, "scope": "calculations,admin", "eternal": False}),
            asks({"name": "backend", "expires_in_days": 7}, "with the words of the quick start"),
        ),
        (
            *NOT_ADMIN_POST,
            Failure("no body", 422, code="VALIDATION_ERROR"),
            Failure("no object", 422, Ask(raw=b"[]"), "VALIDATION_ERROR"),
            *refused({}, {"days": 0, "eternal": "often", "scope": 5}),
            *refused({}, {"days": -1}, among=" too"),
            *refused({}, {"days": None}, among=" too"),
            *refused({}, {"days": 3651}, among=" too"),
        ),
    ),
    Row(
        9,
        "GET",
        (TOKENS,),
        Auth.ADMIN,
        Rows(LISTED, least=1),
        (Success("of an administrator"),),
        NOT_ADMIN,
    ),
    Row(
        10,
        "DELETE",
        (f"{TOKENS}/{{fresh_token_id}}",),
        Auth.ADMIN,
        {"success": TRUE, "message": WORDS},
        (Success("one that stands"),),
        (
            *NOT_ADMIN,
            *(
                Failure(
                    what, 404, code="NOT_FOUND", says="not found", path={"fresh_token_id": name}
                )
                for what, name in (
                    ("unknown", "{fresh_id}"),
                    ("revoked before", "{revoked_id}"),
                    ("no id", "nonsense"),
                )
            ),
        ),
    ),
    Row(
        11,
        "POST",
        (f"{AUTH}/service-token/refresh",),
        Auth.SERVICE,
        {"access_token": JWT, "refresh_token": JWT, "expires_in": SECONDS},
        (
            Success("no body"),
            Success("an empty object", Ask(json={})),
            Success("with more scopes", caller=Caller.ADMIN_SERVICE),
        ),
        tuple(
            Failure(f"of {who.name}", 401, code="AUTHENTICATION_ERROR", caller=who)
            for who in (Caller.USER, Caller.ADMIN, Caller.DERIVED)
        ),
    ),
)
