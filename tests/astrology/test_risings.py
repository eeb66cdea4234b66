"""Events of a day under a sky whose crossings are written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pytest

from app.astrology.almanac import Air, Almanac, HorizonEvent
from app.astrology.bodies import Body
from app.astrology.place import Place
from app.astrology.risings import HorizonState, Sky, Twilight, day_of, events, twilight_of
from app.astrology.sky import FloatArray


@dataclass(frozen=True)
class Crossings:
    """Written crossings of any body, which stands at a declination for the rest."""

    times: Mapping[HorizonEvent, tuple[float, ...]] = field(default_factory=dict)
    declination: float = 0.0
    airs: list[Air] = field(default_factory=list)

    def horizon_event(self, *asked: Any, **_: Any) -> float | None:
        moment, _body, event, _place, air = asked
        self.airs.append(air)
        return next((time for time in self.times.get(event, ()) if time >= moment), None)

    def equatorial(self, moments: list[float], *_: Any) -> FloatArray:
        return np.array([[[0.0, self.declination, 1.0, 0.0, 0.0, 0.0]]] * len(moments))

    def sidereal_time(self, moment: float) -> float:
        return moment * 360.0


def sky(crossings: Crossings, latitude: float = 50.0) -> Sky:
    return Sky(cast("Almanac", crossings), Place(latitude, 0.0), Air())


@pytest.mark.parametrize(
    ("times", "found"),
    [
        ((0.01, 0.99), (0.01, 0.99)),
        ((0.5, 1.5), (0.5,)),
        ((1.01,), ()),
        ((0.0, 1.0), (0.0,)),
        ((), ()),
    ],
)
def test_a_day_may_hold_two_one_or_no_event(
    times: tuple[float, ...], found: tuple[float, ...]
) -> None:
    crossings = Crossings({HorizonEvent.RISE: times})
    assert events(Body.MOON, HorizonEvent.RISE, 0.0, 1.0, sky(crossings)) == found


def test_a_body_that_crosses_has_its_events_in_their_lists() -> None:
    times = {
        HorizonEvent.RISE: (0.25,),
        HorizonEvent.SET: (0.75,),
        HorizonEvent.CULMINATION: (0.5,),
    }
    day = day_of(Body.SUN, 0.0, 1.0, sky(Crossings(times)))
    assert day.state is HorizonState.CROSSES
    assert (day.rises, day.sets) == ((0.25,), (0.75,))
    assert (day.culminations, day.anticulminations) == ((0.5,), ())


@pytest.mark.parametrize(
    ("latitude", "declination", "state"),
    [
        (70.0, 23.0, HorizonState.ALWAYS_UP),
        (70.0, -23.0, HorizonState.ALWAYS_DOWN),
        (-70.0, -23.0, HorizonState.ALWAYS_UP),
        (90.0, -0.5, HorizonState.ALWAYS_UP),
        (90.0, -1.0, HorizonState.ALWAYS_DOWN),
    ],
)
def test_what_does_not_cross_is_up_or_down(
    latitude: float, declination: float, state: HorizonState
) -> None:
    """At the pole the Sun is seen until its centre is 50 minutes of arc below the horizon."""
    crossings = Crossings(declination=declination)
    assert day_of(Body.SUN, 0.0, 1.0, sky(crossings, latitude)).state is state


@pytest.mark.parametrize(
    ("twilight", "altitude"),
    [(Twilight.CIVIL, -6.0), (Twilight.NAUTICAL, -12.0), (Twilight.ASTRONOMICAL, -18.0)],
)
def test_twilights_are_of_the_suns_centre_without_refraction(
    twilight: Twilight, altitude: float
) -> None:
    crossings = Crossings()
    twilight_of(twilight, 0.0, 1.0, sky(crossings))
    air = crossings.airs[0]
    assert (air.altitude, air.limb, air.refraction) == (altitude, "CENTER", False)


def test_a_white_night_never_gets_so_dark() -> None:
    crossings = Crossings(declination=23.0)
    day = twilight_of(Twilight.ASTRONOMICAL, 0.0, 1.0, sky(crossings, 60.0))
    assert day.state is HorizonState.ALWAYS_UP
