"""What addresses, names and passwords may look like."""

from __future__ import annotations

import unicodedata

import pytest

from app.accounts.rules import email_address, new_password, person_name, user_name
from app.errors import NOT_TOLD, InvalidInput
from app.settings import Settings


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("ada@example.com", "ada@example.com"),
        ("Ada.Lovelace+x@EXAMPLE.Com", "Ada.Lovelace+x@example.com"),
        ("o'hara@mail.example-1.org", "o'hara@mail.example-1.org"),
        ("ада@пример.рф", "ада@пример.рф"),
        (f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 58}.de", None),
        ("1@2.de", "1@2.de"),
        (
            "\uff41\uff44\uff41\uff20\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45\uff0e\uff43\uff4f\uff4d",
            "ada@example.com",
        ),
    ],
)
def test_an_address_keeps_all_but_the_case_of_its_domain(given: str, kept: str | None) -> None:
    assert email_address(given) == (kept or given)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@localhost",
        "ada@@example.com",
        "ada@b@example.com",
        "ada lovelace@example.com",
        " ada@example.com",
        "ada@example.com ",
        "ada@exam ple.com",
        "ada@example..com",
        "ada@.example.com",
        "ada@example.com.",
        "ada@-example.com",
        "ada@example-.com",
        "ada@exa_mple.com",
        "ada@[192.0.2.7]",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada\n@example.com",
        "ada\0@example.com",
        "ada\u2028@example.com",
        "ada\u202e@example.com",
        "ada\ud800@example.com",
        '"ada"@example.com',
        "ada,eve@example.com",
        "Ada <ada@example.com>",
        ".ada@example.com",
        "ada..l@example.com",
        f"{'a' * 65}@example.com",
        f"ada@{'b' * 64}.com",
        f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 59}.de",
    ],
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(InvalidInput, match=r"email must be an e-mail address"):
        email_address(given)


@pytest.mark.parametrize(
    "given",
    [
        *("a", "Ada Lovelace", "x" * 64, "Ада", "' OR 1=1; --", "a.b_c-d"),
        *("Ада-ada", "Ω mega", "東京taro", "naïve 2", "e\u0301ve"),
    ],
)
def test_a_user_name_may_be_any_line_of_text(given: str) -> None:
    assert user_name(given) == unicodedata.normalize("NFC", given)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("\uff21\uff24\uff2d\uff29\uff2e", "ADMIN"),
        ("ﬁnn", "finn"),
        ("\U0001d4b6\U0001d4b9\U0001d4b6", "ada"),
        ("a\u00a0b", "a b"),
        ("ⅷ", "viii"),
    ],
)
def test_a_user_name_is_kept_in_letters_of_the_usual_form(given: str, kept: str) -> None:
    assert user_name(given) == kept


@pytest.mark.parametrize(
    "given", ["\u0430dmin", "admi\u03bf", "Ada adm\u0456n", "a\uff20b.de", "\u00a0a"]
)
def test_a_user_name_does_not_look_like_that_of_somebody_else(given: str) -> None:
    with pytest.raises(InvalidInput, match="username must be"):
        user_name(given)


@pytest.mark.parametrize(
    "given",
    [
        "",
        " ",
        " ada",
        "ada ",
        "ada@example.com",
        "@",
        "x" * 65,
        "a\nb",
        "a\0b",
        "a\x7fb",
        "a\u202eb",
    ],
)
def test_a_user_name_neither_looks_like_an_address_nor_controls_anything(given: str) -> None:
    with pytest.raises(InvalidInput, match="username must be"):
        user_name(given)


def test_a_first_name_may_be_none_or_any_line() -> None:
    assert person_name("first_name", None) is None
    assert person_name("first_name", "") == ""
    assert person_name("first_name", "Ada Augusta") == "Ada Augusta"


@pytest.mark.parametrize("given", ["x" * 101, "a\nb", "a\0b"])
def test_a_first_name_is_bounded_and_controls_nothing(given: str) -> None:
    with pytest.raises(InvalidInput, match="last_name must be at most 100 characters"):
        person_name("last_name", given)


@pytest.mark.parametrize(
    "given", ["x" * 8, "x" * 1024, "päss wörd", "pass\nword", "🗝" * 8, "        x"]
)
def test_a_password_may_be_any_text(given: str) -> None:
    assert new_password(Settings(_env_file=None), given) == given


@pytest.mark.parametrize(
    "given", ["", "x" * 7, "x" * 1025, " " * 20, "\t\n" * 10, "pass\0word", "password\ud800"]
)
def test_a_refused_password_is_not_told(given: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        new_password(Settings(_env_file=None), given, "new_password")
    (problem,) = refused.value.problems
    assert problem.field == "new_password"
    assert problem.got is NOT_TOLD
    assert "got" not in problem.message


def test_the_least_length_of_a_password_is_a_setting() -> None:
    settings = Settings(_env_file=None).model_copy(update={"password_min_length": 12})
    assert new_password(settings, "x" * 12) == "x" * 12
    with pytest.raises(InvalidInput, match="12 to 1024 characters"):
        new_password(settings, "x" * 11)
