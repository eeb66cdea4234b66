"""Alerts, gauges and states, from a real database to a scrape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from uuid import UUID

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from actors.runtime import ActorStopped, MailboxFull
from actors.runtime.testing import RecordingRef
from actors.token_monitor.actor import MonitorSetup
from actors.token_monitor.look import look
from actors.token_monitor.messages import Changed, tell_change
from actors.token_monitor.report import MonitorReport
from app.accounts.token_states import TokenState
from app.settings import Settings
from app.storage.postgres import Postgres
from app.storage.token_alerts import TokenAlert, WatchedToken
from app.telemetry.metrics import Metrics
from app.wire import decode, encode
from tests.actors.calculation_pool.running import eventually
from tests.actors.token_monitor.watching import DAY, Clock, Watching, nowhere, watching
from tests.storage.conftest import in_use
from tests.storage.tokens import NOW, add_owner, add_token


async def add(
    postgres: Postgres, ends_in: float | None, age: float = 100, name: str | None = None
) -> UUID:
    """A token of a new owner."""
    async with postgres.connection() as connection:
        owner = await add_owner(connection)
        return await add_token(connection, owner, ends_in=ends_in, age=age, name=name)


async def run(postgres: Postgres, statement: str) -> None:
    async with postgres.connection() as connection:
        await connection.execute(statement)


async def alerts(postgres: Postgres) -> list[tuple[int, bool]]:
    """Thresholds noted, and whether somebody has told of them."""
    query = "SELECT threshold_days, announced_at IS NOT NULL AS told FROM token_alerts ORDER BY id"
    async with postgres.connection() as connection:
        return [(row["threshold_days"], row["told"]) for row in await connection.fetch(query)]


def gauge(watched: Watching) -> Mapping[tuple[str, ...], float]:
    return watched.report.days()


async def test_an_alert_is_a_row_a_log_line_and_a_count(postgres: Postgres) -> None:
    token = await add(postgres, 2.5, name="telegram bot")
    with capture_logs() as lines:
        async with watching(postgres) as watched:
            await watched.has_looked()
            assert watched.told() == {"7": 1, "3": 1}
    assert await alerts(postgres) == [(7, True), (3, True)]
    assert lines == [
        {
            "event": "a service token expires in 2 days; renew it with: "
            "make docker-token-renew, or .venv/bin/python run.py token renew",
            "log_level": "warning",
            "token_id": str(token),
            "token_name": "telegram bot",
            "days_left": 2.5,
            "threshold_days": days,
        }
        for days in (7, 3)
    ]


async def test_the_count_of_alerts_stands_in_the_metrics_by_threshold(postgres: Postgres) -> None:
    await add(postgres, 6)
    async with watching(postgres) as watched:
        await watched.has_looked()
        text = watched.metrics.exposition().decode()
    assert 'nocturna_token_alerts_total{threshold="7"} 1.0' in text


async def test_a_restart_doubles_no_alert_and_misses_none(postgres: Postgres) -> None:
    await add(postgres, 6)
    clock = Clock()
    async with watching(postgres, clock=clock) as watched:
        await watched.has_looked()
    clock.now += 8 * DAY  # nobody was there for all other thresholds
    for expected in ({"3": 1, "1": 1, "0": 1}, {}):
        async with watching(postgres, clock=clock) as watched:
            await watched.has_looked()
            assert watched.told() == expected


async def test_what_a_process_noted_before_it_died_is_told_by_the_next(postgres: Postgres) -> None:
    await add(postgres, 6)
    async with watching(postgres) as watched:
        await watched.has_looked()
    await run(postgres, "UPDATE token_alerts SET announced_at = NULL")
    async with watching(postgres) as watched:
        await watched.has_looked()
        assert watched.told() == {"7": 1}


async def test_two_instances_tell_each_alert_once(postgres: Postgres) -> None:
    for _ in range(20):
        await add(postgres, 0.5)
    clock = Clock()
    async with watching(postgres, clock=clock) as one, watching(postgres, clock=clock) as other:
        await one.has_looked()
        await other.has_looked()
        told = [one.told().get(days, 0) + other.told().get(days, 0) for days in ("7", "3", "1")]
    assert told == [20, 20, 20]
    assert len(await alerts(postgres)) == 60


async def test_a_token_that_was_revoked_before_its_alert_was_told_is_not_told_of(
    postgres: Postgres,
) -> None:
    await add(postgres, 6)
    async with watching(postgres) as watched:
        await watched.has_looked()
    await run(postgres, "UPDATE token_alerts SET announced_at = NULL")
    await run(postgres, "UPDATE service_tokens SET revoked_at = now()")
    with capture_logs() as lines:
        async with watching(postgres) as watched:
            await watched.has_looked()
            assert watched.told() == {}
    assert lines == []
    assert await alerts(postgres) == [(7, True)]


async def test_a_renewed_token_is_watched_anew(postgres: Postgres) -> None:
    await add(postgres, 6)
    async with watching(postgres) as watched:
        await watched.has_looked()
        await run(postgres, "UPDATE service_tokens SET expires_at = expires_at + '30 days'")
        watched.clock.now += 30 * DAY
        tell_change(watched.ref)
        await watched.has_looked()
        assert watched.told() == {"7": 2}


async def test_days_left_are_told_by_token_and_the_least_of_all_without_label(
    postgres: Postgres,
) -> None:
    soon, late = await add(postgres, 6), await add(postgres, 60)
    await add(postgres, None)
    async with watching(postgres) as watched:
        await watched.has_looked()
        assert gauge(watched) == {(str(soon),): 6.0, (str(late),): 60.0, (): 6.0}
        watched.clock.now += DAY / 2
        assert gauge(watched)[()] == 5.5  # by the clock, without another look
        watched.clock.now += 6 * DAY
        assert gauge(watched)[()] == -0.5
        text = watched.metrics.exposition().decode()
    assert f'nocturna_token_days_until_expiry{{token_id="{soon}"}} -0.5' in text
    assert "\nnocturna_token_days_until_expiry -0.5\n" in text
    assert text.count("# TYPE nocturna_token_days_until_expiry gauge") == 1


async def test_without_an_end_there_is_no_gauge(postgres: Postgres) -> None:
    await add(postgres, None)
    async with watching(postgres) as watched:
        await watched.has_looked()
        assert gauge(watched) == {}


async def test_a_token_with_a_successor_is_no_longer_the_least(postgres: Postgres) -> None:
    old = await add(postgres, 1)
    async with postgres.connection() as connection:
        owner = await add_owner(connection)
        await add_token(connection, owner, ends_in=90, age=0, replaces=old)
    async with watching(postgres) as watched:
        await watched.has_looked()
        assert gauge(watched)[()] == 90.0
        assert gauge(watched)[(str(old),)] == 1.0
        assert watched.report.status().state is TokenState.HEALTHY
        assert watched.told() == {}


async def test_the_status_gives_state_and_whole_days_of_each_token(postgres: Postgres) -> None:
    ends = {"far": 7.5, "near": 6.9, "over": -0.5, "eternal": None}
    for name, days in ends.items():
        await add(postgres, days, name=name)
    async with watching(postgres) as watched:
        await watched.has_looked()
        status = watched.report.status()
    assert {token.name: (token.state, token.days_left) for token in status.tokens} == {
        "far": ("healthy", 7),
        "near": ("expiring_soon", 6),
        "over": ("expired", -1),
        "eternal": ("unknown", None),
    }
    assert status.state is TokenState.EXPIRED
    assert status.looked_at == NOW.timestamp()


def test_the_status_counts_all_tokens_and_names_those_whose_end_is_nearest() -> None:
    days = [None, *range(2000, 8, -1), -1, 6, -3]
    ends = [None if day is None else NOW.timestamp() + day * DAY + 1 for day in days]
    report = MonitorReport.of(Metrics(), clock=NOW.timestamp)
    report.watched = tuple(
        WatchedToken(UUID(int=number), None, end, replaced=number == 0)
        for number, end in enumerate(ends)
    )
    status = report.status()
    assert status.numbers == {"unknown": 1, "healthy": 1992, "expired": 2, "expiring_soon": 1}
    assert [token.days_left for token in status.tokens] == [-1, -3, 6, *range(9, 26)]
    assert status.state is TokenState.EXPIRED
    assert decode(encode(asdict(status)))["numbers"] == status.numbers


async def test_a_token_whose_end_is_no_moment_is_an_error(postgres: Postgres) -> None:
    await add(postgres, 1)
    await run(postgres, "UPDATE service_tokens SET expires_at = 'infinity'")
    async with watching(postgres) as watched:
        await watched.has_looked()
        status = watched.report.status()
    assert status.state is TokenState.ERROR
    assert [token.days_left for token in status.tokens] == [None]


async def test_without_tokens_all_is_well(postgres: Postgres) -> None:
    async with watching(postgres) as watched:
        await watched.has_looked()
        assert watched.report.status().state is TokenState.HEALTHY


async def test_without_a_database_the_state_is_an_error_and_it_is_said_once() -> None:
    with capture_logs() as lines:
        async with nowhere() as postgres, watching(postgres) as watched:
            await eventually(lambda: not watched.report.well)
            tell_change(watched.ref)
            await eventually(lambda: in_use(postgres) == 1)
            assert watched.report.status().state is TokenState.ERROR
    assert [line["event"] for line in lines] == ["service tokens cannot be watched now"]


async def test_a_fault_of_the_schema_ends_nothing_and_is_outlived(postgres: Postgres) -> None:
    await run(postgres, "ALTER TABLE token_alerts RENAME TO elsewhere")
    with capture_logs() as lines:
        async with watching(postgres) as watched:
            await eventually(lambda: not watched.report.well)
            await run(postgres, "ALTER TABLE elsewhere RENAME TO token_alerts")
            await watched.has_looked()
            assert watched.report.status().state is TokenState.HEALTHY
    assert [line["event"] for line in lines] == [
        "service tokens cannot be watched now",
        "service tokens are watched again",
    ]


async def test_more_alerts_than_one_look_tells_are_told_by_the_next(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actors.token_monitor.look.MOST_ANNOUNCED", 2)
    for _ in range(3):
        await add(postgres, 2)
    async with watching(postgres) as watched:
        await eventually(lambda: watched.told() == {"7": 3, "3": 3})


async def test_no_more_tokens_are_watched_than_the_bound_and_those_that_end_next_go_first(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actors.token_monitor.look.MOST_WATCHED", 2)
    for days in (-1, 30, -2, 20, None, None, None):
        await add(postgres, days)
    async with watching(postgres) as watched:
        await watched.has_looked()
        left = [token.days_left for token in watched.report.status().tokens]
    assert left == [20, 30, None, None]


async def test_an_alert_that_was_rolled_back_is_not_counted(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError

    await add(postgres, 6)
    monkeypatch.setattr("actors.token_monitor.look._tell", fail)
    told: list[TokenAlert] = []
    with pytest.raises(KeyError):
        await look(postgres, (7,), NOW.timestamp(), told.append)
    assert told == []
    assert await alerts(postgres) == [(7, False)]


@pytest.mark.parametrize(
    ("change", "told"), [("token:7", 1), ("user:7", 1), (None, 1), ("session:7", 0), ("roles", 0)]
)
def test_only_what_may_concern_a_token_is_told(change: str | None, told: int) -> None:
    ref: RecordingRef[Changed] = RecordingRef()
    tell_change(ref, change)
    assert ref.told == [Changed()] * told


@pytest.mark.parametrize(
    ("taken", "given"),
    [
        ("UPDATE users SET is_active = false", "UPDATE users SET is_active = true"),
        ("UPDATE users SET is_approved = false", "UPDATE users SET is_approved = true"),
    ],
)
async def test_nobody_is_alerted_of_a_token_whose_owner_may_not_be_used(
    postgres: Postgres, taken: str, given: str
) -> None:
    await add(postgres, 2.5)
    await run(postgres, taken)
    told: list[TokenAlert] = []
    sight = await look(postgres, (7, 3), NOW.timestamp(), told.append)
    assert (sight.watched, told, await alerts(postgres)) == ((), [], [])
    await run(postgres, given)
    sight = await look(postgres, (7, 3), NOW.timestamp(), told.append)
    assert len(sight.watched) == 1
    assert [alert.threshold_days for alert in told] == [7, 3]


async def test_an_alert_of_a_token_is_dropped_when_its_owner_is_disabled(
    postgres: Postgres,
) -> None:
    await add(postgres, 2.5)
    told: list[TokenAlert] = []
    await look(postgres, (7,), NOW.timestamp(), told.append)
    await run(postgres, "UPDATE token_alerts SET announced_at = NULL")
    await run(postgres, "UPDATE users SET is_active = false")
    await look(postgres, (7,), NOW.timestamp(), told.append)
    assert len(told) == 1


@pytest.mark.parametrize("refusal", [MailboxFull("monitor", 1), ActorStopped("monitor")])
def test_whoever_tells_a_change_meets_no_refusal(refusal: Exception) -> None:
    tell_change(RecordingRef(refusal=refusal))


def test_the_settings_say_when_and_of_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOCTURNA_TOKEN_CHECK_TIME", "21:30")
    monkeypatch.setenv("NOCTURNA_TOKEN_ALERT_DAYS", "14,2")
    setup = MonitorSetup.of(Settings(_env_file=None))
    assert (setup.check_time.hour, setup.check_time.minute) == (21, 30)
    assert setup.alert_days == (14, 2)


@pytest.mark.parametrize("days", ["-1", "3651", "soon", ",".join(map(str, range(21)))])
def test_thresholds_that_make_no_sense_are_refused(
    monkeypatch: pytest.MonkeyPatch, days: str
) -> None:
    monkeypatch.setenv("NOCTURNA_TOKEN_ALERT_DAYS", days)
    with pytest.raises(ValidationError):
        Settings(_env_file=None)
