"""Which aspects a request looks for, how wide, and between whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import FailFast, Field

from app.astrology.aspects import (
    ANGLE_OF,
    DEFAULT_ORBS,
    LILLY_ORBS,
    MAJOR_ASPECTS,
    Aspect,
    AspectRule,
    OrbRules,
    PairRule,
    aspects_among,
)
from app.astrology.chart import Instant
from app.astrology.exactness import among_bodies, days_searched, exact_times
from app.astrology.frame import Frame, Theory, View
from app.astrology.sky import Position
from app.calculations.fields import MOST_POINTS, AspectName, PointName, Points, few
from app.calculations.request import CalculationRequest
from app.calculations.shapes import AspectReply, aspect_replies
from app.errors import InvalidInput

WIDEST_ORB = 30.0
"""Degrees: beyond half of the smallest step between common aspects an orb says nothing."""
MOST_OWN_ASPECTS = MOST_PAIR_RULES = 16
MOST_ORBS = 32
LONGEST_WINDOW = 183.0
"""Days to either side that are searched for exactness."""
DAYS_SEARCHED, DAYS_SEARCHED_FROM_ELSEWHERE = 9_000.0, 4_000.0
"""Days of all windows of one answer: some 150 ms of work from the Earth's centre and elsewhere."""
SERIES_OVER_FILES = 2.0
"""How much longer the Moshier series take than the files."""

Orb = Annotated[float, Field(ge=0.0, le=WIDEST_ORB)]


class OwnAspect(CalculationRequest):
    """An aspect of the caller's own."""

    name: Annotated[
        str,
        Field(
            min_length=1,
            max_length=40,
            pattern="^[A-Z][A-Z0-9_]*$",
            description="A name that no other aspect has",
        ),
    ]
    angle: Annotated[float, Field(ge=0.0, le=180.0, description="Degrees")]
    orb: Annotated[Orb, Field(description="Degrees allowed")]


def refuse_names_twice(own_aspects: Sequence[OwnAspect]) -> None:
    """Refuse an own aspect under a name that another one has; raises InvalidInput."""
    taken: set[str] = set(ANGLE_OF)
    for index, own in enumerate(own_aspects):
        if own.name in taken:
            expected = "a name that no other aspect has"
            raise InvalidInput.of(f"own_aspects.{index}.name", expected, own.name)
        taken.add(own.name)


class Pairs(CalculationRequest):
    """Points that may aspect others; an empty list stands for all."""

    points: Annotated[Points, Field(description="One side of the aspects; empty: all")] = ()
    others: Annotated[Points, Field(description="The other side of them; empty: all")] = ()

    def rule(self) -> PairRule:
        return PairRule(frozenset(map(str, self.points)), frozenset(map(str, self.others)))


class OrbChoice(CalculationRequest):
    """Which aspects a request looks for, whether or not anything moves."""

    aspects: Annotated[
        tuple[AspectName, ...],
        FailFast(),
        Field(description="Aspects to look for; empty: the five major ones", max_length=32),
    ] = MAJOR_ASPECTS
    own_aspects: Annotated[
        tuple[OwnAspect, ...],
        FailFast(),
        Field(description="Aspects of your own, beside those", max_length=MOST_OWN_ASPECTS),
    ] = ()
    orbs: Annotated[
        dict[AspectName, Orb],
        few(MOST_ORBS),
        Field(
            description="Orb in degrees for some aspects; the others keep theirs",
            max_length=MOST_ORBS,
        ),
    ] = {}  # noqa: RUF012 - pydantic copies it
    orb_multiplier: Annotated[float, Field(ge=0.1, le=3.0, description="Scales every orb")] = 1.0
    luminary_bonus: Annotated[
        float, Field(ge=0.0, le=10.0, description="Degrees more where Sun or Moon take part")
    ] = 0.0
    moieties: Annotated[
        bool,
        Field(description="Half of each point's own orb, summed, in place of the aspect's orb"),
    ] = False
    point_orbs: Annotated[
        dict[PointName, Orb],
        few(MOST_POINTS),
        Field(
            description="Own orbs of points for `moieties`; Lilly's by default",
            max_length=MOST_POINTS,
        ),
    ] = {}  # noqa: RUF012 - pydantic copies it
    other_orb: Annotated[
        Orb, Field(description="Own orb, for `moieties`, of points that have none")
    ] = 5.0
    pairs: Annotated[
        tuple[Pairs, ...],
        FailFast(),
        Field(description="Who may aspect whom; empty: all", max_length=MOST_PAIR_RULES),
    ] = ()

    def orb_rules(self) -> OrbRules:
        """The rules that these fields make, the aspects in the customary order."""
        asked = set(self.aspects or MAJOR_ASPECTS)
        known = tuple(
            AspectRule(kind.value, ANGLE_OF[kind], self.orbs.get(kind, default))
            for kind, default in DEFAULT_ORBS.items()
            if kind in asked
        )
        own = tuple(AspectRule(a.name, a.angle, a.orb) for a in self.own_aspects)
        refuse_names_twice(self.own_aspects)
        given = {str(point): orb for point, orb in self.point_orbs.items()}
        return OrbRules(
            known + own,
            self.orb_multiplier,
            self.luminary_bonus,
            {**LILLY_ORBS, **given} if self.moieties else None,
            self.other_orb,
            tuple(pairs.rule() for pairs in self.pairs),
        )

    def orb_definitions(self, rules: OrbRules) -> dict[str, Any]:
        """What `meta` echoes of the rules that were applied."""
        scale = rules.multiplier
        echoed: dict[str, Any] = {
            "orbs": {rule.name: rule.orb * scale for rule in rules.aspects},
        }
        if self.own_aspects:
            echoed["own_aspects"] = {own.name: own.angle for own in self.own_aspects}
        if rules.luminary_bonus:
            echoed["luminary_bonus"] = rules.luminary_bonus * scale
        if rules.point_orbs is not None:
            orbs = rules.point_orbs.items()
            echoed["moieties"] = {str(point): orb * scale for point, orb in orbs}
            echoed["other_orb"] = rules.other_orb * scale
        if rules.pairs:
            echoed["pairs"] = [
                {"points": sorted(pair.points), "others": sorted(pair.others)}
                for pair in rules.pairs
            ]
        return echoed


class AspectChoice(OrbChoice):
    """The same for a chart of a moment, whose points move on."""

    angles_move: Annotated[
        bool,
        Field(description="Angles turn with the sky in `applying`; by default they stand still"),
    ] = False
    include_exact_time: Annotated[
        bool, Field(description="When each aspect is exact: the next time, or the last")
    ] = False
    exact_window: Annotated[
        float,
        Field(
            ge=1.0, le=LONGEST_WINDOW, description="Days to either side for `include_exact_time`"
        ),
    ] = 30.0

    def found(
        self, positions: Sequence[Position], instant: Instant, rules: OrbRules
    ) -> list[AspectReply]:
        """The aspects among positions, with the time of exactness where it is asked for."""
        aspects = aspects_among(positions, rules)
        if not self.include_exact_time:
            return aspect_replies(aspects, None)
        frame, window = instant.conventions.frame, self.exact_window
        self._refuse_long_search(aspects, frame)
        exact = exact_times(aspects, instant.moment, window, frame, instant.ephemeris)
        return aspect_replies(aspects, exact)

    def _refuse_long_search(self, aspects: Sequence[Aspect], frame: Frame) -> None:
        """Refuse more exact times than may be searched at once; raises InvalidInput."""
        budget = DAYS_SEARCHED if frame.center is View.GEOCENTRIC else DAYS_SEARCHED_FROM_ELSEWHERE
        if frame.theory is Theory.MOSHIER:
            budget /= SERIES_OVER_FILES
        days, count = self.days_searched(aspects), len(list(among_bodies(aspects)))
        if days > budget:
            most = int(budget / (days / count))
            expected = (
                f"asked of at most {most} aspects of such bodies with this exact_window and "
                "center: take fewer planets or aspects, narrower orbs, or a shorter exact_window"
            )
            raise InvalidInput.of("include_exact_time", expected, f"{count} aspects")

    def days_searched(self, aspects: Sequence[Aspect]) -> float:
        """Days of all windows that are looked through to know when aspects are exact."""
        return sum(days_searched(sought, self.exact_window) for sought in among_bodies(aspects))

    def orb_definitions(self, rules: OrbRules) -> dict[str, Any]:
        echoed = super().orb_definitions(rules) | {"angles_move": self.angles_move}
        if self.include_exact_time:
            echoed["exact_window"] = self.exact_window
        return echoed
