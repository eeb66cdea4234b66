"""What searches for events of the sky have in common: spans, moments, and charts of a place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated, Any

from pydantic import Field

from app.astrology.bodies import Celestial, Point
from app.astrology.frame import Center, View, Zodiac
from app.astrology.place import Place
from app.astrology.sky import Ephemeris
from app.calculations.birth import Altitude, Birth, Latitude, Longitude
from app.calculations.charts import Fold
from app.calculations.conventions import HouseChoice, SkyChoice, require_bodies
from app.calculations.fields import Points
from app.calculations.request import CalculationRequest
from app.calculations.span import Span, SpanRequest
from app.calculations.wheel import POINTS_AND_ANGLES, WheelReply, require_twelve, wheel_of
from app.errors import InvalidInput

CENTURY = 36_525.0
"""Days of the longest span."""
MOST_CHARTS = 60
"""Charts of one answer: some 100 ms of work."""


class EventsRequest(SkyChoice, SpanRequest):
    """A span, and what positions are measured from."""

    def searched(
        self, sky: Ephemeris, longest: float, centers: Collection[Center] = (View.GEOCENTRIC,)
    ) -> Span:
        """The span, of at most `longest` days; raises InvalidInput for what cannot be searched."""
        if self.zodiac is Zodiac.DRACONIC:
            expected = "TROPICAL or SIDEREAL: the draconic zodiac moves with the node"
            raise InvalidInput.of("zodiac", expected, str(self.zodiac))
        if self.center not in centers:
            expected = f"{' or '.join(map(str, centers))}: this search is for the whole Earth"
            raise InvalidInput.of("center", expected, str(self.center))
        return self.span(sky, longest)


class MomentChoice(EventsRequest):
    """The same with a moment whose state is told too."""

    moment: Annotated[
        str | None,
        Field(
            description="ISO date-time, or YYYY-MM-DD for its midnight: adds the state then; it "
            "may lie outside the span",
            max_length=64,
        ),
    ] = None
    moment_fold: Fold = None

    def asked_moment(self, sky: Ephemeris) -> Birth | None:
        """The moment, if one is given; raises InvalidInput."""
        if self.moment is None:
            return None
        return self._birth("moment", self.moment, self.moment_fold, sky)


class EventPlace(CalculationRequest):
    """Where charts of events are cast."""

    latitude: Latitude
    longitude: Longitude
    altitude: Altitude = 0.0


class EventCharts(HouseChoice, EventsRequest):
    """Charts of the events at a place."""

    place: Annotated[
        EventPlace | None, Field(description="Where `include_charts` casts its charts")
    ] = None
    include_charts: Annotated[
        bool, Field(description=f"Adds the chart of each event, at most {MOST_CHARTS}")
    ] = False
    chart_points: Annotated[
        Points,
        Field(description="Points of the charts; empty: Sun to Pluto, node, Lilith, ASC, MC"),
    ] = POINTS_AND_ANGLES

    def require_place(self) -> None:
        """Refuse charts without a place, and houses that are no twelve; raises InvalidInput."""
        if self.include_charts and self.place is None:
            raise InvalidInput.of("place", "given, because include_charts is true", None)
        if self.include_charts and self.center is not View.GEOCENTRIC:
            expected = "GEOCENTRIC: include_charts casts charts on the Earth"
            raise InvalidInput.of("center", expected, str(self.center))
        require_twelve("house_system", self.house_system)

    def charts(self, moments: Sequence[float], span: Span, sky: Ephemeris) -> list[WheelReply]:
        """The charts of some Julian days; raises InvalidInput for too many, and PolarHouses."""
        if len(moments) > MOST_CHARTS:
            expected = (
                f"nearer: {len(moments)} events until then, and an answer holds at most "
                f"{MOST_CHARTS} charts; send several requests or name fewer planets"
            )
            raise InvalidInput.of("end_date", expected, self.end_date)
        if self.place is None:
            return []
        place = Place(self.place.latitude, self.place.longitude, self.place.altitude)
        first = self.instant(span.first, sky, **self.house_conventions())
        points = self.chart_points or POINTS_AND_ANGLES
        return [
            wheel_of(first.at(moment, place), points, self.house_system).reply()
            for moment in moments
        ]

    def chart_choices(self) -> dict[str, Any]:
        """What `meta` echoes of them."""
        if not self.include_charts or self.place is None:
            return {}
        place = {"latitude": self.place.latitude, "longitude": self.place.longitude}
        return {"place": place, **self.house_definitions(self.house_system)}


def bodies_of(points: Sequence[Point], default: Sequence[Celestial]) -> list[Celestial]:
    """The bodies that are searched, each once; raises InvalidInput for what does not move."""
    expected = "a body: angles and lots have no motion of their own"
    return list(require_bodies(points or default, expected))
