"""The disputed choices of a chart, as fields of requests and as `meta` echoes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from app.astrology.bodies import CELESTIAL, Celestial, Lot, Point
from app.astrology.chart import Conventions, Instant
from app.astrology.frame import Ayanamsa, AyanamsaName, Frame, NodeKind, View, Zodiac
from app.astrology.houses import HouseBy, HouseRule, HouseSystem, PolarPolicy
from app.astrology.lot_sets import bodies_behind
from app.astrology.sect import SectRule
from app.astrology.sky import Ephemeris
from app.calculations.birth import Birth, BirthRequest
from app.calculations.fields import (
    Ayanamsas,
    CenterName,
    HouseByName,
    HouseSystemName,
    NodeKindName,
    PolarPolicyName,
    SectRuleName,
    ZodiacName,
)
from app.calculations.request import CalculationRequest
from app.errors import InvalidInput


class UserAyanamsa(CalculationRequest):
    """An ayanamsa of the caller's own."""

    epoch: Annotated[float, Field(description="Julian day", ge=-3_100_000.0, le=8_000_000.0)]
    value: Annotated[float, Field(description="Degrees at the epoch, mean", ge=-360.0, le=360.0)]
    epoch_in_ut: Annotated[bool, Field(description="The epoch is UT, not terrestrial time")] = False


class SkyChoice(CalculationRequest):
    """What positions are measured from."""

    zodiac: Annotated[ZodiacName, Field(description="DRACONIC counts from the Moon's node")] = (
        Zodiac.TROPICAL
    )
    ayanamsa: Annotated[
        Ayanamsas, Field(description="Start of the SIDEREAL zodiac; USER takes `user_ayanamsa`")
    ] = AyanamsaName.LAHIRI
    user_ayanamsa: Annotated[
        UserAyanamsa | None, Field(description="Epoch and value of the ayanamsa USER")
    ] = None
    draconic_node: Annotated[
        NodeKindName, Field(description="Node that starts the DRACONIC zodiac")
    ] = NodeKind.MEAN
    center: Annotated[
        CenterName,
        Field(description="GEOCENTRIC, TOPOCENTRIC, HELIOCENTRIC, or the body to look from"),
    ] = View.GEOCENTRIC
    sect: Annotated[
        SectRuleName,
        Field(description="Day while the Sun's centre is above the true horizon, or its limb seen"),
    ] = SectRule.GEOMETRIC
    sect_reversal: Annotated[
        bool, Field(description="Lots turn around by night; false as Ptolemy has it")
    ] = True

    def uses_altitude(self) -> bool:
        """Whether the altitude of a birthplace changes anything in the answer."""
        return self.center is View.TOPOCENTRIC

    def instant(self, birth: Birth, sky: Ephemeris, **more: Any) -> Instant:
        """The birth under its conventions; raises InvalidInput for choices that contradict."""
        observer = birth.place if self.center is View.TOPOCENTRIC else None
        frame = Frame(birth.theory, self.center, self._ayanamsa(), observer)
        conventions = Conventions(
            frame,
            self.zodiac,
            self.draconic_node,
            sect=self.sect,
            sect_reversal=self.sect_reversal,
            **more,
        )
        return Instant(birth.julian_day, birth.place, conventions, sky)

    def _ayanamsa(self) -> Ayanamsa | None:
        if self.zodiac is not Zodiac.SIDEREAL:
            return None
        if self.ayanamsa is not AyanamsaName.USER:
            return Ayanamsa(self.ayanamsa)
        if self.user_ayanamsa is None:
            expected = "given with epoch and value, because ayanamsa is USER"
            raise InvalidInput.of("user_ayanamsa", expected, None)
        user = self.user_ayanamsa
        return Ayanamsa(self.ayanamsa, user.epoch, user.value, user.epoch_in_ut)

    def chart_definitions(
        self, instant: Instant, points: Sequence[Point], *, tells_day: bool = False
    ) -> dict[str, Any]:
        """What `meta` echoes of the zodiac, the centre and the sect.

        The sect of answers with lots, or that tell whether a chart is one of the day.
        """
        echoed: dict[str, Any] = {"zodiac": self.zodiac, "center": str(self.center)}
        ayanamsa = instant.conventions.frame.ayanamsa
        if ayanamsa is not None:
            echoed["ayanamsa"] = ayanamsa.name
            echoed["ayanamsa_value"] = instant.equinox
        if ayanamsa is not None and ayanamsa.name is AyanamsaName.USER:
            echoed["user_ayanamsa"] = {
                "epoch": ayanamsa.epoch,
                "value": ayanamsa.value,
                "epoch_in_ut": ayanamsa.epoch_in_ut,
            }
        if self.center is View.TOPOCENTRIC:
            echoed["altitude"] = instant.place.altitude
        if self.zodiac is Zodiac.DRACONIC:
            echoed["draconic_node"] = self.draconic_node
            echoed["draconic_start"] = instant.zodiac_start[0]
        lots = any(isinstance(point, Lot) for point in points)
        if lots or tells_day:
            echoed["sect"] = self.sect
        if lots:
            echoed["sect_reversal"] = self.sect_reversal
        return echoed


class ChartRequest(SkyChoice, BirthRequest):
    """A birth, and what its positions are measured from."""


class HouseRules(CalculationRequest):
    """How points find their houses, and what to do where a system is undefined."""

    places_in_space: ClassVar[bool] = True
    """Whether what falls into houses has a place in space, or a longitude alone."""

    house_by: Annotated[
        HouseByName,
        Field(
            description="LONGITUDE among the cusps, or true POSITION in space with latitude: the "
            "same in houses that divide longitude, such as WHOLE_SIGN"
        ),
    ] = HouseBy.LONGITUDE
    cusp_orb: Annotated[
        float,
        Field(
            ge=0.0,
            le=15.0,
            description="Degrees before a cusp that count for its house, with house_by LONGITUDE",
        ),
    ] = 0.0
    polar: Annotated[
        PolarPolicyName,
        Field(description="Where the system is undefined: REFUSE, FALLBACK to another, or FLAG"),
    ] = PolarPolicy.REFUSE
    polar_fallback: Annotated[
        HouseSystemName, Field(description="The other system of FALLBACK")
    ] = HouseSystem.PORPHYRY

    @property
    def houses_by(self) -> HouseBy:
        """How points find their houses in the end."""
        return self.house_by if self.places_in_space else HouseBy.LONGITUDE

    def house_conventions(self) -> dict[str, Any]:
        """The arguments of Conventions that these fields make."""
        return {
            "house_rule": HouseRule(self.houses_by, self.cusp_orb),
            "polar": self.polar,
            "polar_fallback": self.polar_fallback,
        }

    def house_definitions(self, system: HouseSystem | None) -> dict[str, Any]:
        """What `meta` echoes of them; without a system no rule was applied."""
        if system is None:
            return {"house_system": None}
        return {
            "house_system": system,
            "house_by": self.houses_by,
            "cusp_orb": self.cusp_orb if self.houses_by is HouseBy.LONGITUDE else None,
            "polar": self.polar,
            "polar_fallback": self.polar_fallback if self.polar is PolarPolicy.FALLBACK else None,
        }


class HouseChoice(HouseRules):
    """The same with a house system, by default Placidus."""

    house_system: Annotated[HouseSystemName, Field(description="How the houses are divided")] = (
        HouseSystem.PLACIDUS
    )


def require_earth(center: Any, what: str) -> None:
    """Refuse what a sky has only as seen from the Earth; raises InvalidInput."""
    if center not in {View.GEOCENTRIC, View.TOPOCENTRIC}:
        expected = f"GEOCENTRIC or TOPOCENTRIC: {what} exist only as seen from the Earth"
        raise InvalidInput.of("center", expected, str(center))


def require_bodies(
    points: Sequence[Point], expected: str, field: str = "planets"
) -> tuple[Celestial, ...]:
    """The points, each once; raises InvalidInput, which names the place of one that is no body."""
    refuse_first(points, lambda point: not isinstance(point, CELESTIAL), expected, field)
    return tuple(dict.fromkeys(celestial(points)))


def refuse_first(
    points: Sequence[Point], wrong: Callable[[Point], bool], expected: str, field: str = "planets"
) -> None:
    """Refuse a list for its first wrong point, by the point's place; raises InvalidInput."""
    for index, point in enumerate(points):
        if wrong(point):
            raise InvalidInput.of(f"{field}.{index}", expected, str(point))


def celestial(points: Sequence[Point]) -> list[Celestial]:
    """The points that the ephemeris knows."""
    return [point for point in points if isinstance(point, CELESTIAL)]


def sources(points: Sequence[Point]) -> list[Celestial]:
    """The bodies behind the points: lots rest on some."""
    lots = [point for point in points if isinstance(point, Lot)]
    return [*celestial(points), *bodies_behind(lots)]
