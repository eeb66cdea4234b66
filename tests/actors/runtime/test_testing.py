from __future__ import annotations

import pytest

from actors.runtime import ActorStopped, MailboxFull, RestartPolicy, RestartsExhausted
from actors.runtime.testing import RecordingRef, run_actor
from tests.actors.runtime.samples import Journal, Message, Note, Say, Spoil


async def test_recording_ref_keeps_what_it_is_told_and_asked() -> None:
    ref: RecordingRef[Message] = RecordingRef({Say: "Venus"})
    ref.tell(Note("told"))
    assert await ref.ask(Say("asked"), within=1.0) == "Venus"
    assert ref.told == [Note("told")]
    assert ref.asked == [Say("asked")]


async def test_recording_ref_raises_a_preset_error() -> None:
    ref: RecordingRef[Message] = RecordingRef({Say: ValueError("no such house")}, name="pool")
    with pytest.raises(ValueError, match="no such house"):
        await ref.ask(Say("asked"), within=1.0)
    assert ref.name == "pool"


async def test_recording_ref_refuses_as_a_full_actor_would() -> None:
    ref: RecordingRef[Message] = RecordingRef(refusal=MailboxFull("pool", 64))
    with pytest.raises(MailboxFull):
        ref.tell(Note("refused"))
    with pytest.raises(MailboxFull):
        await ref.ask(Say("refused"), within=1.0)
    assert (ref.told, ref.asked) == ([], [])


async def test_recording_ref_names_a_request_without_a_preset_reply() -> None:
    ref: RecordingRef[Message] = RecordingRef()
    with pytest.raises(LookupError, match="recorder has no reply preset for Say"):
        await ref.ask(Say("unexpected"), within=1.0)


async def test_run_actor_starts_one_actor_and_stops_it() -> None:
    journal = Journal()
    async with run_actor(journal.clerk) as ref:
        assert journal.lines == ["start"]
        assert await ref.ask(Say("Venus"), within=1.0) == "Venus"
    assert journal.lines == ["start", "stop"]
    with pytest.raises(ActorStopped):
        ref.tell(Note("too late"))


async def test_run_actor_does_not_pass_over_a_crash() -> None:
    with pytest.raises(RestartsExhausted, match="subject crashed once"):
        async with run_actor(Journal().clerk) as ref:
            ref.tell(Spoil(ValueError("bad notice")))


async def test_run_actor_allows_the_restarts_it_is_given() -> None:
    journal = Journal()
    async with run_actor(journal.clerk, restarts=RestartPolicy(max_restarts=1)) as ref:
        ref.tell(Spoil(ValueError("bad notice")))
        assert await ref.ask(Say("restarted"), within=5.0) == "restarted"
    assert journal.lines == ["start", "stop", "start", "stop"]
