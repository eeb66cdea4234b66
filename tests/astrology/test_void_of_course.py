"""The four rules of the void Moon, on courses that are written down."""

from __future__ import annotations

import pytest

from app.astrology.aspects import AspectKind
from app.astrology.bodies import Body
from app.astrology.frame import TROPICAL
from app.astrology.void_of_course import (
    Contact,
    Course,
    Edge,
    Entry,
    VoidRule,
    Window,
    course,
    empty_path,
    joined,
    merged,
    met_by,
    outside_orbs,
    until_exit,
)
from app.astrology.zodiac import Sign
from tests.doubles import LinearEphemeris, Motion

ARIES, TAURUS, GEMINI, CANCER = Sign.ARIES, Sign.TAURUS, Sign.GEMINI, Sign.CANCER
ENTRIES = [Entry(0.0, ARIES), Entry(3.0, TAURUS), Entry(6.0, GEMINI), Entry(9.0, CANCER)]
"""Three days for a sign: ten degrees a day."""
COURSE = Course(
    ENTRIES,
    [Contact(1.0, 0, 0, 10.0), Contact(2.0, 1, 0, 20.0), Contact(7.0, 0, 1, 70.0)],
    [Edge(0.5, 0, 0), Edge(1.5, 1, 0), Edge(5.5, 0, 1)],
)


def spans(windows: list[Window]) -> list[tuple[float, float]]:
    return [(window.start, window.end) for window in windows]


def test_the_moon_is_void_from_her_last_aspect_until_she_leaves_the_sign() -> None:
    found = until_exit(COURSE)
    assert spans(found) == [(2.0, 3.0), (3.0, 6.0), (7.0, 9.0)]
    assert [window.whole_sign for window in found] == [False, True, False]


def test_windows_over_the_end_of_a_sign_may_be_one() -> None:
    found = merged(until_exit(COURSE))
    assert spans(found) == [(2.0, 6.0), (7.0, 9.0)]
    assert found[0].signs == (ARIES, TAURUS)
    assert found[0].whole_sign


def test_an_aspect_that_is_applied_to_keeps_her_from_being_void() -> None:
    found = outside_orbs(COURSE, perfect_in_sign=False)
    assert spans(found) == [(0.0, 0.5), (1.0, 1.5), (2.0, 3.0), (3.0, 5.5), (7.0, 9.0)]


def test_an_aspect_beyond_the_sign_may_not_count() -> None:
    found = outside_orbs(COURSE, perfect_in_sign=True)
    assert spans(found)[3:] == [(3.0, 6.0), (7.0, 9.0)]
    assert [window.whole_sign for window in found] == [False, False, False, True, False]


def test_orbs_that_overlap_are_one_stretch() -> None:
    contacts = [Contact(1.0, 0, 0, 10.0), Contact(1.5, 1, 0, 15.0)]
    edges = [Edge(0.2, 0, 0), Edge(0.8, 1, 0)]
    found = outside_orbs(Course(ENTRIES[:2], contacts, edges), perfect_in_sign=False)
    assert spans(found) == [(0.0, 0.2), (1.5, 3.0)]


def test_an_orb_entered_in_one_part_and_left_in_the_next_is_whole() -> None:
    parts = [
        Course(ENTRIES[:1], [], [Edge(0.5, 0, 0)]),
        Course(ENTRIES[1:2], [Contact(1.0, 0, 0, 10.0)], []),
    ]
    assert spans(outside_orbs(joined(parts), perfect_in_sign=False)) == [(0.0, 0.5), (1.0, 3.0)]


def test_thirty_empty_degrees_make_her_void_until_the_next_aspect_is_so_near() -> None:
    found = empty_path(COURSE, lambda moments: moments * 10.0)
    assert found[0][:2] == pytest.approx((2.0, 4.0))
    assert len(found) == 1
    assert found[0].signs == (ARIES, TAURUS)


def test_aspects_at_one_place_leave_no_empty_circle_between_them() -> None:
    contacts = [Contact(1.0, 0, 0, 10.0), Contact(1.0, 1, 0, 10.0 - 1e-12)]
    assert empty_path(Course(ENTRIES, contacts), lambda moments: moments * 10.0) == []


def test_a_course_holds_signs_aspects_and_the_edges_of_orbs() -> None:
    sky = LinearEphemeris({Body.MOON: Motion(0.0, 13.0), Body.SUN: Motion(20.0, 1.0)})
    found = course(-0.001, 5.0, (Body.SUN,), sky, TROPICAL, moieties=True)
    assert [entry.sign for entry in found.entries] == [ARIES, TAURUS, GEMINI]
    (conjunction,) = found.contacts
    assert conjunction.moment == pytest.approx(20.0 / 12.0)
    assert conjunction.longitude == pytest.approx(13.0 * 20.0 / 12.0)
    assert conjunction.kind is AspectKind.CONJUNCTION
    moments = [edge.moment for edge in found.edges]
    # 13.5 degrees before the conjunction and before the sextile at 60 degrees.
    assert moments == pytest.approx([6.5 / 12.0])


def test_the_rules_count_seven_planets_or_ten() -> None:
    assert len(met_by(VoidRule.MORRISON)) == 9
    for rule in (VoidRule.TRADITIONAL, VoidRule.LILLY, VoidRule.HELLENISTIC):
        assert len(met_by(rule)) == 6
