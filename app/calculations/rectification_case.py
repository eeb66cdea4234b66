"""What a request for rectification may choose, and its parts made ready for work."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import FailFast, Field

from app.astrology.almanac import Almanac
from app.astrology.aspects import AspectKind
from app.astrology.bodies import PLANETS, Body, Celestial
from app.astrology.direction_keys import Key
from app.astrology.frame import Frame
from app.astrology.progressions import TROPICAL_YEAR
from app.astrology.rectification import (
    SLOW,
    Movers,
    Weighing,
    movers_at,
    shuffled,
    spare_days,
    strengths,
)
from app.astrology.rectification_targets import (
    MINUTES_OF_A_DAY,
    Candidates,
    Technique,
    candidates_of,
)
from app.astrology.sky import Ephemeris, FloatArray
from app.calculations.birth import NOON, Birth
from app.calculations.charts import ChartData, holds_time, moment_of_day
from app.calculations.conventions import require_bodies
from app.calculations.direction_choices import LONGEST_LIFE, KeyChoice
from app.calculations.fields import EACH_ONCE, AspectName, PointName, few, named
from app.calculations.request import CalculationRequest
from app.errors import InvalidInput

MOST_EVENTS = 50
WIDEST_RANGE = 1440.0
"""Minutes to either side of the given time: a day each way."""
USUAL_RANGE, RANGE_OF_A_DAY = 120.0, 720.0
HARD_ASPECTS = (AspectKind.CONJUNCTION, AspectKind.OPPOSITION, AspectKind.SQUARE)
_PART_SECONDS, _CANDIDATE_SECONDS, _DATE_SECONDS = 0.12, 4e-4, 4e-7
"""What a part may take, and what a candidate and each of its dates cost on a slow machine."""

TechniqueName = Annotated[Technique, *named(Technique)]
EventOrb = Annotated[float, Field(ge=0.05, le=5.0)]


class LifeEvent(CalculationRequest):
    """Something that happened."""

    date: Annotated[
        str,
        Field(description="YYYY-MM-DD, taken as its noon, or a full ISO date-time", max_length=64),
    ]
    precision_days: Annotated[
        float, Field(ge=0.0, le=366.0, description="Days by which the date may be wrong")
    ] = 0.5
    type: Annotated[str, Field(max_length=64, description="Your own word, not interpreted")] = ""
    description: Annotated[str, Field(max_length=500, description="Not interpreted")] = ""
    weight: Annotated[
        float, Field(ge=0.01, le=10.0, description="How much it counts beside the others")
    ] = 1.0


class RectificationRequest(KeyChoice):
    works_without_time: ClassVar[bool] = True
    without_time: ClassVar[str] = (
        "utc in computed_for is the noon of that day, and the times that are tried lie around it"
    )

    natal_chart: Annotated[
        ChartData, Field(description="The birth with the time as far as it is known, or unknown")
    ]
    events: Annotated[
        tuple[LifeEvent, ...], FailFast(), Field(max_length=MOST_EVENTS, description="At least one")
    ]
    time_range_minutes: Annotated[
        float | None,
        Field(
            ge=1.0,
            le=WIDEST_RANGE,
            description="Minutes before and after the given time; left out: 120, or with time "
            "unknown the whole day",
        ),
    ] = None
    step_minutes: Annotated[
        float, Field(ge=1.0, le=60.0, description="Minutes between the times that are tried")
    ] = 1.0
    techniques: Annotated[
        tuple[TechniqueName, ...],
        FailFast(),
        Field(max_length=8, description="What ties events to the minute; empty: all"),
    ] = ()
    orbs: Annotated[
        dict[TechniqueName, EventOrb],
        few(8),
        Field(max_length=8, description="Degrees within which a technique hits; 1 unless given"),
    ] = {}  # noqa: RUF012 - pydantic copies it
    aspects: Annotated[
        tuple[AspectName, ...],
        FailFast(),
        Field(max_length=8, description="Empty: CONJUNCTION, OPPOSITION and SQUARE"),
    ] = HARD_ASPECTS
    planets: Annotated[
        tuple[PointName, ...],
        FailFast(),
        Field(description="Directed bodies; empty: Sun to Pluto", max_length=12),
        EACH_ONCE,
    ] = PLANETS
    null_runs: Annotated[
        int, Field(ge=50, le=300, description="Runs on shuffled dates to compare with")
    ] = 200
    max_windows: Annotated[
        int, Field(ge=1, le=20, description="Stretches of time that are answered, the best first")
    ] = 5
    include_scores: Annotated[bool, Field(description="Adds the score of every time tried")] = False

    def minutes(self) -> FloatArray:
        """Minutes from the given time of every candidate, the given one among them."""
        usual = USUAL_RANGE if self.natal_chart.time_known else RANGE_OF_A_DAY
        steps = int((self.time_range_minutes or usual) / self.step_minutes)
        return np.arange(-steps, steps + 1, dtype=np.float64) * self.step_minutes

    def chosen_techniques(self) -> tuple[Technique, ...]:
        return tuple(kind for kind in Technique if kind in (self.techniques or tuple(Technique)))

    def weighing(self) -> Weighing:
        asked = self.aspects or HARD_ASPECTS
        orbs = {kind: self.orbs.get(kind, 1.0) for kind in self.chosen_techniques()}
        return Weighing(tuple(kind for kind in AspectKind if kind in asked), orbs)

    def bodies(self) -> tuple[Celestial, ...]:
        """The directed bodies, each once; raises InvalidInput for what needs the minute itself."""
        expected = "a body: angles and lots need the minute itself"
        return require_bodies(self.planets or PLANETS, expected)


@dataclass(frozen=True, slots=True)
class Case:
    """A request made ready: instants, bodies and weights."""

    birth: Birth
    events: tuple[Birth, ...]
    minutes: FloatArray
    bodies: tuple[Celestial, ...]
    weighing: Weighing
    key: Key
    frame: Frame
    ephemeris: Ephemeris
    precisions: FloatArray
    weights: FloatArray

    def candidates(self, minutes: FloatArray) -> Candidates:
        birth = self.birth
        return candidates_of(
            birth.julian_day, birth.place, minutes, self.bodies, self.ephemeris, self.frame
        )

    def movers(self, dates: FloatArray) -> Movers:
        techniques = tuple(self.weighing.orbs)
        birth = self.birth.julian_day
        return movers_at(techniques, birth, dates, self.key, self.ephemeris, self.frame)

    def sources(self) -> list[Celestial]:
        """The bodies that were asked of the ephemeris."""
        slow = SLOW if Technique.TRANSITS in self.weighing.orbs else ()
        return [*dict.fromkeys((*self.bodies, *slow, Body.SUN, Body.MOON))]

    @property
    def dates(self) -> FloatArray:
        return np.array([event.julian_day for event in self.events])


def case_of(request: RectificationRequest, ephemeris: Ephemeris) -> Case:
    """The request with its instants; raises InvalidInput."""
    try:
        birth = request.natal_chart.birth(ephemeris)
    except InvalidInput as error:
        raise error.inside("natal_chart") from error
    if not request.events:
        raise InvalidInput.of("events", "at least one event", "none")
    minutes = request.minutes()
    events = tuple(
        _event(request, index, birth, minutes, ephemeris) for index in range(len(request.events))
    )
    dates = np.array([event.julian_day for event in events])
    latest = float(dates.max()) + spare_days(dates)
    years = (latest - birth.julian_day) / TROPICAL_YEAR + 2.0
    return Case(
        birth,
        events,
        minutes,
        request.bodies(),
        request.weighing(),
        request.key_for(birth, years, ephemeris),
        Frame(birth.theory),
        ephemeris,
        np.array([event.precision_days for event in request.events]),
        np.array([event.weight for event in request.events]),
    )


def _event(
    request: RectificationRequest,
    index: int,
    birth: Birth,
    minutes: FloatArray,
    ephemeris: Ephemeris,
) -> Birth:
    """The instant of an event: noon at the birthplace where only a day is known."""
    field, date = f"events.{index}.date", request.events[index].date
    noon = None if holds_time(date) else NOON
    chart = request.natal_chart
    try:
        day = moment_of_day(chart, ephemeris, field=field, date=date, time=noon)
    except InvalidInput as error:
        raise _about_event(error, chart, field, date, ephemeris) from error
    days = day.julian_day - birth.julian_day
    if not minutes[-1] / MINUTES_OF_A_DAY <= days <= LONGEST_LIFE * TROPICAL_YEAR:
        expected = f"after every possible birth and at most {LONGEST_LIFE:.0f} years later"
        raise InvalidInput.of(field, expected, date)
    return day


def _about_event(
    error: InvalidInput, chart: ChartData, field: str, date: str, ephemeris: Ephemeris
) -> InvalidInput:
    """What is wrong with the time of an event, told of its date, which holds it."""
    stem = field.removesuffix("date")
    if error.problems[0].field != f"{stem}fold":
        return error.renamed({f"{stem}time": field})
    first, second = (
        moment_of_day(chart, ephemeris, field=field, date=date, fold=fold).moment.offset_text
        for fold in (0, 1)
    )
    expected = (
        f"with an offset behind its time, {first} (first) or {second} (second), because clocks "
        "were set back and showed it twice"
    )
    return InvalidInput.of(field, expected, date)


def _movers(request: RectificationRequest, case: Case) -> Movers:
    """The events' own dates, and after them those of every run on shuffled ones."""
    source = np.random.Generator(np.random.PCG64(_seed(request, case)))
    earliest = case.birth.julian_day + case.minutes[-1] / MINUTES_OF_A_DAY
    others = shuffled(case.dates, request.null_runs, earliest, source)
    return case.movers(np.concatenate((case.dates, others.ravel())))


def _seed(request: RectificationRequest, case: Case) -> int:
    """A number that follows from the births, dates and runs asked for, and from nothing else."""
    place = case.birth.place
    told = (case.birth.julian_day, place.latitude, place.longitude, *case.dates, request.null_runs)
    text = " ".join(float(number).hex() for number in told)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def split(request: RectificationRequest, ephemeris: Almanac) -> list[list[int]]:
    """Ranges of candidates, first and end, each about an eighth of a second of work."""
    case = case_of(request, ephemeris)
    dates = len(case.events) * (request.null_runs + 1)
    each = _CANDIDATE_SECONDS + _DATE_SECONDS * dates
    step = max(1, int(_PART_SECONDS / each))
    count = len(case.minutes)
    return [[first, min(first + step, count)] for first in range(0, count, step)]


def part_of(
    request: RectificationRequest, part: Sequence[int], ephemeris: Almanac
) -> dict[str, Any]:
    """Scores of some candidates, and the best score of every run on shuffled dates among them."""
    case = case_of(request, ephemeris)
    candidates = case.candidates(case.minutes[part[0] : part[1]])
    runs, count = request.null_runs + 1, len(case.events)
    precisions = np.tile(case.precisions, runs)
    shares = case.weights / case.weights.sum()
    movers = _movers(request, case)
    scores = np.array(
        [
            strength.reshape(runs, count) @ shares
            for strength in strengths(candidates, movers, precisions, case.weighing)
        ]
    )
    return {"scores": scores[:, 0].tolist(), "null_best": scores[:, 1:].max(axis=0).tolist()}


def definitions(request: RectificationRequest, case: Case) -> dict[str, Any]:
    """What `meta` echoes."""
    return {
        "time_known": case.birth.time_known,
        "time_range_minutes": float(case.minutes[-1]),
        "step_minutes": request.step_minutes,
        "orbs": {str(kind): orb for kind, orb in case.weighing.orbs.items()},
        "aspects": list(case.weighing.aspects),
        "planets": [str(body) for body in case.bodies],
        "transiting": [str(body) for body in SLOW],
        **request.key_definitions(),
        "null_runs": request.null_runs,
        "null_seed": f"{_seed(request, case):016x}",
    }
