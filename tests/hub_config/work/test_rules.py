"""What holds for a submission: zones, grace, lateness, extensions, attempts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_config.work.errors import BadWork, Closed, TooOften
from hub_config.work.rules import (
    DAY_SECONDS,
    MOST_AN_HOUR,
    Extension,
    Terms,
    extended,
    moment,
    must_be_calm,
    must_be_open,
    received,
    verdict,
    widest,
)

DUE = datetime(2026, 12, 1, 10, tzinfo=UTC)
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("text", "zone", "is_utc"),
    [
        ("2026-12-01T18:00", "Asia/Shanghai", "2026-12-01T10:00"),
        ("2026-12-01 18:00", "Asia/Shanghai", "2026-12-01T10:00"),
        ("2026-07-01T12:00", "Europe/Berlin", "2026-07-01T10:00"),
        ("2026-12-01T12:00", "Europe/Berlin", "2026-12-01T11:00"),
        ("2026-12-01T18:00+08:00", "UTC", "2026-12-01T10:00"),
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T01:30"),  # twice that night: the later one
    ],
)
def test_a_time_is_read_in_its_zone(text, zone, is_utc):
    assert moment(text, zone) == datetime.fromisoformat(is_utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone", "says"),
    [
        ("2026-03-29T02:30", "Europe/Berlin", "leave 2026-03-29T02:30 out; 2026-03-29T03:30 is there"),
        ("tomorrow", "UTC", "write it like"),
        ("2026-13-01T00:00", "UTC", "write it like"),
        ("2026-12-01T18:00", "Beijing", "no time zone 'Beijing'"),
        ("2026-12-01T18:00", "../etc/passwd", "no time zone"),
        ("2026-12-01T18:00", "", "no time zone"),
        ("2026-12-01T18:00", "Asia", "no time zone"),
    ],
)
def test_a_time_that_is_none_is_refused(text, zone, says):
    with pytest.raises(BadWork, match=says):
        moment(text, zone)


@pytest.mark.parametrize(
    "wrong",
    [
        {"late": "percent"},
        {"late": "percent", "percent_per_day": 101},
        {"late": "none", "percent_per_day": 5},
        {"late": "never"},
        {"grace_seconds": -1},
        {"grace_seconds": 8 * DAY_SECONDS},
        {"attempts": 0},
        {"zone": "Nowhere"},
    ],
)
def test_terms_that_contradict_themselves_are_refused(wrong):
    with pytest.raises(BadWork):
        Terms(DUE, **wrong)


@pytest.mark.parametrize(
    ("after", "late", "percent"),
    [
        (-1, 0, 0),
        (0, 0, 0),
        (600, 0, 0),  # within the grace
        (600.5, 601, 10),  # past it, late from the deadline on
        (DAY_SECONDS, DAY_SECONDS, 10),
        (DAY_SECONDS + 1, DAY_SECONDS + 1, 20),
        (30 * DAY_SECONDS, 30 * DAY_SECONDS, 100),
    ],
)
def test_lateness_counts_from_the_deadline_once_the_grace_is_over(after, late, percent):
    terms = Terms(DUE, grace_seconds=600, late="percent", percent_per_day=10)
    found = verdict(terms, DUE + timedelta(seconds=after))
    assert (found.late_seconds, found.penalty_percent) == (late, percent)


def test_without_a_deadline_nothing_is_late():
    assert verdict(Terms(), datetime(2999, 1, 1, tzinfo=UTC)).late_seconds == 0


def test_late_work_is_declined_in_the_zone_of_the_deadline():
    terms = Terms(DUE, "Asia/Shanghai", late="refuse", grace_seconds=60)
    assert must_be_open(terms, DUE + timedelta(seconds=60), 0).late_seconds == 0
    with pytest.raises(Closed, match="2026-12-01 18:00 Asia/Shanghai") as declined:
        must_be_open(terms, DUE + timedelta(seconds=61), 0)
    assert "已过截止时间（2026-12-01 18:00 Asia/Shanghai）" in declined.value.detail["error_zh"]


def test_attempts_are_bounded():
    terms = Terms(attempts=2)
    must_be_open(terms, DUE, 1)
    with pytest.raises(Closed, match="all 2 attempts"):
        must_be_open(terms, DUE, 2)


@given(st.one_of(st.none(), TIMES), st.lists(st.builds(Extension, st.none() | TIMES, st.integers(0, 5))))
def test_no_extension_takes_time_or_attempts_away(due, given):
    terms = Terms(due, attempts=3)
    found = extended(terms, given)
    assert found.attempts == 3 + max([0, *(one.attempts for one in given)])
    if due is None:
        assert found.due is None
    else:
        assert found.due == max([due, *(one.until for one in given if one.until)])


def test_who_submits_together_has_the_best_of_each():
    early, late = Terms(DUE, attempts=4), Terms(DUE + timedelta(days=1), attempts=2)
    assert widest([early, late]) == Terms(late.due, attempts=4)
    assert widest([early, Terms()]).due is None
    assert widest([early, Terms(DUE)]).attempts is None


@given(TIMES, st.lists(TIMES))
def test_a_submission_is_always_later_than_those_before(now, before):
    at = received(now, before)
    assert at >= now
    assert all(at > one for one in before)
    if all(now > one for one in before):
        assert at == now


def test_a_loop_gone_wild_is_told_how_long_to_wait():
    before = [DUE - timedelta(minutes=number) for number in range(MOST_AN_HOUR - 1)]
    must_be_calm(DUE, before)
    before.append(DUE - timedelta(minutes=58, seconds=30))
    with pytest.raises(TooOften, match="in 2 min") as caught:
        must_be_calm(DUE, before)
    assert caught.value.detail["seconds"] == 90
    assert "请 2 分钟后再提交" in caught.value.detail["error_zh"]
    must_be_calm(DUE + timedelta(seconds=91), before)
    # a clock that ran ahead for a while closes nobody out once it is right again
    must_be_calm(DUE - timedelta(days=1), before)
