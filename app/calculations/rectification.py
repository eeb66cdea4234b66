"""Rectification of a birth time by the events of a life."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NotRequired

import numpy as np
from pydantic import Field
from typing_extensions import TypedDict

from app.astrology.almanac import Almanac
from app.astrology.aspects import ANGLE_OF
from app.astrology.rectification import Hit, Window, hits, windows_of
from app.astrology.rectification_targets import MINUTES_OF_A_DAY
from app.astrology.sky import FloatArray
from app.calculations.birth import EXAMPLE
from app.calculations.catalogue import Answer, Source, long_calculation
from app.calculations.provenance import computed_for
from app.calculations.rectification_case import (
    Case,
    RectificationRequest,
    case_of,
    definitions,
    part_of,
    split,
)
from app.calculations.shapes import instant_text

BETTER_THAN_CHANCE = 95.0
"""Percent of runs on shuffled dates that a window must beat to count as evidence."""


class HitReply(TypedDict):
    """One contact of an event with a time of birth."""

    technique: str
    moved: Annotated[str, Field(description="What comes to the aspect")]
    aspect_type: str
    angle: Annotated[float, Field(description="Degrees of the aspect")]
    fixed: Annotated[str, Field(description="What waits: an angle, or by solar arc a planet")]
    converse: bool
    orb: Annotated[float, Field(description="Degrees")]
    strength: Annotated[float, Field(description="1 - orb / orb allowed, less for unsure dates")]


class EvidenceReply(TypedDict):
    """What an event says for a window, at the window's best time."""

    event: Annotated[int, Field(description="Index among `events`")]
    date: Annotated[str, Field(description="The instant in UTC")]
    type: str
    hits: list[HitReply]


class WindowReply(TypedDict):
    """A stretch of possible birth times; within it the events decide no further."""

    rank: Annotated[int, Field(description="1 is the best")]
    start: Annotated[str, Field(description="The instant in UTC")]
    end: Annotated[str, Field(description="The instant in UTC")]
    middle: Annotated[str, Field(description="The instant in UTC, for orientation only")]
    start_offset: Annotated[float, Field(description="Minutes from the given time")]
    end_offset: Annotated[float, Field(description="Minutes from the given time")]
    score: Annotated[float, Field(description="The window's best, as an event's mean strength")]
    null_percentile: Annotated[
        float,
        Field(description="Percent of the runs on shuffled dates that score less at best"),
    ]
    better_than_chance: Annotated[bool, Field(description="null_percentile of 95 or more")]
    events_matched: int
    evidence: list[EvidenceReply]


class ScoreReply(TypedDict):
    offset: Annotated[float, Field(description="Minutes from the given time")]
    score: float


class RectificationReply(TypedDict):
    windows: Annotated[list[WindowReply], Field(description="The best first")]
    better_than_chance: Annotated[bool, Field(description="Whether the best window is")]
    verdict: Annotated[str, Field(description="The same in words")]
    mean_score: Annotated[float, Field(description="Of all times that were tried")]
    null_median: Annotated[float, Field(description="Middle of the best scores on shuffled dates")]
    candidates: Annotated[int, Field(description="Times that were tried")]
    total_events: int
    scores: NotRequired[list[ScoreReply]]


EVENTS = [
    {"date": "2010-06-12", "type": "MARRIAGE"},
    {"date": "2014-09-01", "type": "CAREER"},
    {"date": "2018-03-20", "type": "RELOCATION", "precision_days": 7.0},
]


@long_calculation(
    "rectification",
    example={"natal_chart": EXAMPLE, "events": EVENTS, "time_range_minutes": 30.0},
    split=split,
    part=part_of,
    sources=(
        Source("Own method: there is no published truth; held to recovery of synthetic births"),
    ),
)
def rectification(
    request: RectificationRequest, parts: Sequence[Any], ephemeris: Almanac
) -> Answer[RectificationReply]:
    """Windows of birth time that the events of a life speak for, compared with random dates.

    For every possible minute each technique counts its closest hit to each event, as
    1 - orb / orb allowed; the score is the weighted mean of these sums over the events. The same
    is done for other lives, whose events have the same gaps in another order and start at another
    time, and a window's `null_percentile` tells how many of these lives find nothing as good
    anywhere in the whole range. They reach 95 in one request of twenty, so 95 alone is weak
    evidence. Never take a window for a minute: times inside it fit about as well as each other.
    The other lives follow from the request alone, and so the same request has the same answer.
    """
    case = case_of(request, ephemeris)
    scores = np.concatenate([part["scores"] for part in parts])
    null_best = np.max([part["null_best"] for part in parts], axis=0)
    best = windows_of(scores, request.max_windows)
    windows = [
        _window(rank, window, scores, null_best, request, case)
        for rank, window in enumerate(best, start=1)
    ]
    found = bool(windows) and windows[0]["better_than_chance"]
    reply: RectificationReply = {
        "windows": windows,
        "better_than_chance": found,
        "verdict": _verdict(windows, request.null_runs),
        "mean_score": float(scores.mean()),
        "null_median": float(np.median(null_best)),
        "candidates": len(scores),
        "total_events": len(case.events),
    }
    if request.include_scores:
        reply["scores"] = [
            {"offset": offset, "score": score}
            for offset, score in zip(case.minutes.tolist(), scores.tolist(), strict=True)
        ]
    provenance = computed_for(
        case.birth,
        case.sources(),
        ephemeris,
        definitions(request, case),
        {f"events.{index}.date": event for index, event in enumerate(case.events)},
    )
    lasting = case.birth.lasting and all(event.lasting for event in case.events)
    return Answer(reply, provenance, lasting)


def _window(
    rank: int,
    window: Window,
    scores: FloatArray,
    null_best: FloatArray,
    request: RectificationRequest,
    case: Case,
) -> WindowReply:
    start, end = (float(case.minutes[index]) for index in (window.first, window.last))
    score = float(scores[window.best])
    percentile = 100.0 * float(np.mean(null_best < score))
    evidence = _evidence(window, request, case)
    return {
        "rank": rank,
        "start": _instant(case, start),
        "end": _instant(case, end),
        "middle": _instant(case, (start + end) / 2.0),
        "start_offset": start,
        "end_offset": end,
        "score": score,
        "null_percentile": percentile,
        "better_than_chance": percentile >= BETTER_THAN_CHANCE,
        "events_matched": len(evidence),
        "evidence": evidence,
    }


def _instant(case: Case, minutes: float) -> str:
    return instant_text(case.birth.julian_day + minutes / MINUTES_OF_A_DAY)


def _evidence(window: Window, request: RectificationRequest, case: Case) -> list[EvidenceReply]:
    candidates = case.candidates(case.minutes[window.best : window.best + 1])
    found = hits(candidates, 0, case.movers(case.dates), case.precisions, case.weighing)
    return [
        {
            "event": index,
            "date": instant_text(case.events[index].julian_day),
            "type": request.events[index].type,
            "hits": [_hit_reply(hit) for hit in several],
        }
        for index, several in enumerate(found)
        if several
    ]


def _hit_reply(hit: Hit) -> HitReply:
    contact = hit.contact
    return {
        "technique": hit.technique,
        "moved": contact.moved or str(hit.mover),
        "aspect_type": contact.aspect,
        "angle": ANGLE_OF[contact.aspect],
        "fixed": contact.fixed,
        "converse": contact.converse,
        "orb": hit.orb,
        "strength": hit.strength,
    }


def _verdict(windows: Sequence[WindowReply], runs: int) -> str:
    if not windows:
        return "Nothing speaks for any of the times: all fit the events alike."
    beaten = f"{windows[0]['null_percentile']:.1f} % of {runs} runs on shuffled dates"
    if not windows[0]["better_than_chance"]:
        return (
            f"The evidence is not better than chance: the best window beats {beaten}, fewer than "
            f"{BETTER_THAN_CHANCE:.0f} %. Give more or more certain events, or keep the time open."
        )
    return (
        f"The best window beats {beaten}. Chance does so in at most one request of twenty; "
        "the window, not its middle, is the answer."
    )
