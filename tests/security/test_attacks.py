"""The attacks on accounts, tokens and rights: what was tried, and the tests where it fails.

Every row has its tests, and every test of these modules belongs to a row.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
_TEST = re.compile(r"^(?:async )?def test_(\w+)", re.MULTILINE)
TABLE: dict[str, tuple[str, ...]] = {
    "alg none": (
        "tokens.a_token_without_a_signature_opens_nothing",
        "tokens.a_token_without_its_last_part_opens_nothing",
        "tokens.even_the_right_signature_does_not_help_another_algorithm",
        "tokens.the_token_that_forgeries_are_made_of_is_good",
    ),
    "wrong key": (
        "tokens.a_token_of_another_key_opens_nothing",
        "tokens.a_token_that_was_changed_opens_nothing",
        "tokens.even_signed_claims_are_checked",
    ),
    "key confusion": (
        "tokens.hmac_under_the_name_of_another_algorithm_opens_nothing",
        "tokens.our_key_with_another_digest_opens_nothing",
        "tokens.a_signature_that_only_a_strange_key_could_check_opens_nothing",
        "tokens.the_text_of_a_public_key_is_no_key",
        "tokens.no_header_brings_its_own_key",
        "tokens.what_must_be_understood_and_is_not_is_refused",
    ),
    "expired": (
        "tokens.an_expired_token_opens_nothing_and_hears_that_it_has_expired",
        "tokens.a_service_token_whose_row_is_over_has_expired_too",
    ),
    "not yet valid": (
        "tokens.a_token_that_is_not_valid_yet_opens_nothing",
        "tokens.a_beginning_that_is_no_time_opens_nothing",
    ),
    "revoked": (
        "tokens.a_revoked_service_token_opens_nothing_from_that_moment_on",
        "tokens.a_login_that_has_ended_opens_nothing_from_that_moment_on",
        "tokens.a_revocation_is_in_force_once_it_is_answered_whoever_asks_meanwhile",
        "tokens.rights_that_were_taken_away_are_gone_at_once",
        "tokens.a_service_token_ends_with_the_rights_and_the_account_of_its_owner",
    ),
    "scope too small": (
        "rights.there_are_routes_to_walk",
        "rights.no_route_for_admins_takes_a_token_for_calculations",
        "rights.no_route_with_a_scope_answers_without_a_token_whatever_the_body",
        "rights.a_token_is_taken_from_one_place_alone",
        "rights.of_two_tokens_the_stronger_one_is_not_picked",
        "rights.another_method_does_not_get_around_a_scope",
        "rights.what_is_for_people_takes_no_service_token",
        "rights.a_token_makes_no_stronger_token",
        "tokens.a_claimed_scope_is_no_more_than_the_stored_one",
        "tokens.an_access_token_may_do_no_more_than_what_it_was_derived_from",
    ),
    "service token at /refresh": (
        "tokens.a_service_token_is_no_refresh_token",
        "tokens.an_access_token_is_no_refresh_token",
        "tokens.a_refresh_token_is_no_bearer_token",
        "tokens.only_a_service_token_makes_access_tokens_without_a_login",
    ),
    "reused refresh token": ("tokens.a_refresh_token_that_is_used_twice_ends_its_whole_family",),
    "mass assignment": (
        "rights.nobody_registers_as_an_admin",
        "rights.nobody_changes_their_account_into_an_admins",
        "rights.preferences_are_preferences_only",
        "rights.a_login_gives_no_more_because_it_asks",
        "rights.a_service_token_belongs_to_whoever_makes_it",
    ),
    "SQL in every text": (
        "texts.every_body_that_a_route_takes_is_known_here",
        "texts.sql_in_a_text_field_is_a_text",
        "texts.sql_in_a_query_is_a_text",
        "texts.sql_in_a_header_is_a_text",
        "texts.a_search_finds_its_letters_and_knows_no_wildcards",
        "texts.texts_come_back_as_they_went_in",
    ),
    "noise": ("texts.no_noise_makes_the_server_fail",),
    "header and query injection": (
        "headers.no_header_splits_an_answer_or_a_log_line",
        "headers.no_query_splits_an_answer_or_a_log_line",
        "headers.a_preflight_repeats_no_line_end",
        "headers.a_request_id_is_repeated_only_if_it_is_one",
    ),
    "CORS with credentials and *": (
        "headers.any_origin_means_no_credentials",
        "headers.the_listed_origin_gets_credentials_with_every_answer",
        "headers.no_other_origin_gets_any_answer",
        "headers.an_origin_that_only_looks_like_the_listed_one_is_refused",
        "headers.two_origins_are_not_the_listed_one",
        "headers.no_cookie_is_set_or_read",
    ),
    "who is there": (
        "logins.a_name_that_nobody_has_costs_one_verification_as_any_other",
        "logins.all_who_do_not_come_in_hear_the_same",
        "logins.registering_tells_what_is_taken_and_nothing_else_of_it",
    ),
    "brute force": (
        "logins.after_five_wrong_guesses_the_right_password_waits_too",
        "logins.a_name_that_nobody_has_is_throttled_the_same",
        "logins.two_names_of_one_account_are_at_most_two_accounts_to_guess_at",
        "logins.of_fifty_guesses_at_once_five_are_looked_at",
        "logins.whoever_stole_an_access_token_cannot_guess_the_password",
    ),
    "forged X-Forwarded-For": (
        "logins.nobody_gets_another_address_by_saying_so",
        "logins.the_limit_of_requests_counts_the_true_address_too",
        "logins.a_trusted_proxy_is_believed",
        "logins.what_stands_before_the_word_of_a_trusted_proxy_is_not_believed",
        "logins.a_session_shows_the_address_that_is_believed",
    ),
    "ids of others": (
        "rights.the_account_of_another_is_as_unknown_as_none",
        "rights.the_session_of_another_is_as_unknown_as_none",
        "rights.nothing_of_another_is_in_ones_own_lists",
    ),
    "paths in place of ids": (
        "rights.what_is_no_id_is_not_found",
        "rights.an_id_that_nothing_has_is_not_found",
    ),
    "secrets and birth data in log lines": (
        "secrets.the_story_has_succeeded_and_failed",
        "secrets.no_line_and_no_answer_holds_a_password_or_a_key",
        "secrets.no_line_holds_a_token",
        "secrets.no_line_holds_what_is_known_of_a_person",
        "secrets.a_refresh_in_an_address_is_not_in_any_line_either",
    ),
    "hashes and digests in answers": (
        "secrets.no_line_and_no_answer_holds_a_hash_or_a_digest",
        "secrets.no_answer_holds_a_name_of_what_is_hidden_as_a_field",
        "secrets.a_token_is_told_to_whoever_made_it_and_to_nobody_else",
        "secrets.what_carries_tokens_is_kept_by_no_cache",
    ),
}
"""Attack, and `module.test` without the prefixes that all of them have."""


def held_there() -> set[str]:
    """All tests of the modules of attacks, named as in the table."""
    return {
        f"{module.stem.removeprefix('test_attacks_')}.{name}"
        for module in HERE.glob("test_attacks_*.py")
        for name in _TEST.findall(module.read_text())
    }


@pytest.mark.parametrize("attack", TABLE)
def test_every_attack_has_its_tests(attack: str) -> None:
    assert TABLE[attack]
    assert set(TABLE[attack]) - held_there() == set()


def test_every_test_belongs_to_an_attack() -> None:
    named = [test for tests in TABLE.values() for test in tests]
    assert held_there() == set(named)
    assert len(named) == len(set(named))
