"""What the log and /health tell of a full disk."""

from __future__ import annotations

from structlog.testing import capture_logs

from app.storage.room import LASTS_SECONDS, Room


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_disk_has_room_until_a_write_is_refused_and_again_a_minute_after_the_last() -> None:
    clock = Clock()
    room = Room(clock)
    assert room.is_there
    room.note_refusal()
    clock.now += LASTS_SECONDS - 1
    assert not room.is_there
    room.note_refusal()
    clock.now += LASTS_SECONDS - 1
    assert not room.is_there
    clock.now += 1
    assert room.is_there


def test_the_log_tells_of_it_once_a_minute_however_many_writes_are_refused() -> None:
    clock = Clock()
    room = Room(clock)
    with capture_logs() as lines:
        for _ in range(120):
            room.note_refusal()
            clock.now += 1
    assert [line["event"] for line in lines] == ["the disk of the database is full"] * 2
    assert {line["log_level"] for line in lines} == {"error"}
