"""The clock guard: no purge by a leap alone; what is certainly due goes whatever the clock says."""

from hypothesis import given
from hypothesis import strategies as st

from whistle.rules import clock
from whistle.rules.clock import BELIEVED_SECONDS, MACHINES, Due, Reading, Trust

HOUR, DAY = 3600, 86400
NOON = 1_800_000_000
SE, NO = "se", "no"


def at(second: int, ticks: int | None = None, boot: str = "a") -> Reading:
    """The wall clock so many seconds after noon; the counter as far, unless said otherwise."""
    return Reading(boot, 5000 + (second if ticks is None else ticks), NOON + second)


def after(*readings: Reading) -> Trust:
    trust = clock.founded(readings[0])
    for reading in readings[1:]:
        trust = clock.passed(trust, reading)
    return trust


def test_where_wall_and_counter_go_together_the_clock_is_never_ahead() -> None:
    trust = after(at(0), at(DAY), at(900 * DAY))
    assert clock.ahead(trust, SE, NOON + 900 * DAY) == 0
    assert clock.believed(trust, SE, NOON + 900 * DAY) == NOON + 900 * DAY


def test_a_leap_of_two_days_is_believed_and_one_second_more_is_not() -> None:
    for leap, leapt in ((2 * DAY, False), (2 * DAY + 1, True)):
        trust = after(at(0), at(leap, ticks=0))
        assert clock.leapt(trust, SE, NOON + leap) is leapt
        assert clock.believed(trust, SE, NOON + leap) == NOON + 2 * DAY


def test_steps_of_forty_seven_hours_add_up() -> None:
    trust, wall = after(at(0)), 0
    for step in range(1, 4):
        wall += 47 * HOUR
        trust = clock.passed(trust, at(wall, ticks=step * 60))
        assert clock.leapt(trust, SE, NOON + wall) is (step > 1)
        assert clock.believed(trust, SE, NOON + wall) <= NOON + step * 60 + BELIEVED_SECONDS


def test_across_a_restart_the_gap_counts_as_a_leap_and_gaps_add_up() -> None:
    trust = after(at(0), at(DAY), at(DAY + 47 * HOUR, ticks=10, boot="b"))
    assert clock.ahead(trust, SE, NOON + DAY + 47 * HOUR) == 47 * HOUR
    trust = clock.passed(trust, at(DAY + 49 * HOUR, ticks=5, boot="c"))
    assert clock.leapt(trust, SE, NOON + DAY + 49 * HOUR)


def test_a_clock_that_goes_back_moves_nothing_and_coming_forth_again_is_no_leap() -> None:
    trust = after(at(0), at(-900 * DAY, ticks=60), at(120))
    assert trust.floor == NOON + 120
    assert clock.ahead(trust, SE, NOON + 120) == 0
    assert clock.believed(trust, SE, NOON - 900 * DAY) == NOON - 900 * DAY


def test_a_counter_that_went_back_counts_nothing() -> None:
    assert after(at(0), at(DAY, ticks=-60)).floor == NOON


def test_each_machine_is_measured_by_its_own_counter() -> None:
    trust = after(
        at(0), at(60, ticks=777, boot="b"), at(3 * DAY), at(3 * DAY + 60, ticks=777 + 3 * DAY, boot="b")
    )
    assert trust.floor == NOON + 3 * DAY
    assert clock.ahead(trust, SE, NOON + 3 * DAY + 60) == 60


def test_the_machine_that_passed_longest_ago_is_forgotten_first() -> None:
    trust = after(
        at(0), *(at(n, ticks=0, boot=f"b{n}") for n in range(1, MACHINES)), at(9), at(10, boot="new")
    )
    assert len(trust.boots) == MACHINES
    assert {"a", "new"} <= set(trust.boots)


def test_what_two_people_accepted_holds_for_their_company_alone() -> None:
    trust = after(at(0), at(30 * DAY, ticks=0))
    trust = clock.accept(trust, SE, clock.ahead(trust, SE, NOON + 30 * DAY))
    assert clock.ahead(trust, SE, NOON + 30 * DAY) == 0
    assert clock.leapt(trust, NO, NOON + 30 * DAY)
    trust = clock.accept(clock.passed(trust, at(33 * DAY, ticks=0)), SE, 3 * DAY)
    assert clock.ahead(trust, SE, NOON + 33 * DAY) == 0


def test_a_clock_is_followed_where_nothing_stands() -> None:
    trust = clock.follow(after(at(0), at(30 * DAY, ticks=0)), [SE], NOON + 30 * DAY)
    assert not clock.leapt(trust, SE, NOON + 30 * DAY)
    assert clock.leapt(trust, NO, NOON + 30 * DAY)


def test_a_leap_that_hardly_changed_is_the_same_leap() -> None:
    assert clock.same_leap(None, 90) == 90
    assert clock.same_leap(90, 90 + HOUR) == 90
    assert clock.same_leap(90, 91 + HOUR) == 91 + HOUR


def due(number: int, days: float, company: str = SE) -> Due:
    return Due(f"W-{number}", company, NOON + int(days * DAY))


def test_a_server_that_was_off_for_a_month_purges_what_is_certain_and_asks_for_the_rest() -> None:
    trust = after(at(0), at(30 * DAY, ticks=0, boot="b"))
    certain, later, not_yet = due(1, 2), due(2, 2.1), due(3, 31)
    assert clock.waits(trust, NOON + 30 * DAY, [certain, later, not_yet], 100, ()) == {later: "ahead"}


def test_more_than_five_and_more_than_a_tenth_wait_whatever_the_clock_says() -> None:
    trust = after(at(0), at(DAY))
    for count, standing, waiting in ((5, 5, 0), (6, 60, 0), (6, 59, 6), (6, 6, 6)):
        cases = [due(n, 0.5) for n in range(count)]
        assert len(clock.waits(trust, NOON + DAY, cases, standing, ())) == waiting


def test_those_that_were_too_many_wait_on_when_few_are_left() -> None:
    trust = after(at(0), at(DAY))
    cases = [due(n, 0.5) for n in range(3)]
    assert clock.waits(trust, NOON + DAY, cases, 100, {"W-1"}) == {cases[1]: "many"}


Moves = st.lists(
    st.tuples(
        st.integers(0, 20 * DAY),  # true time that passes
        st.integers(-400 * DAY, 400 * DAY),  # what somebody moves the wall clock by
        st.sampled_from(("on", "restart", "other")),
    ),
    max_size=30,
)


@given(Moves)
def test_nothing_goes_more_than_two_days_before_its_true_time_whatever_is_done_to_the_clock(
    moves: list[tuple[int, int, str]],
) -> None:
    true, offset, starts = 0, 0, {"on": (0, 0), "other": (0, 0)}
    trust = clock.founded(Reading("on0", 0, NOON))
    for passes, moved, machine in moves:
        true, offset = true + passes, offset + moved
        if machine == "restart":
            starts["on"] = (starts["on"][0] + 1, true)
        name = "other" if machine == "other" else "on"
        run, started = starts[name]
        reading = Reading(f"{name}{run}", true - started, NOON + true + offset)
        floor = trust.floor
        trust = clock.passed(trust, reading)
        assert floor <= trust.floor <= NOON + true
        assert clock.believed(trust, SE, reading.wall) <= NOON + true + BELIEVED_SECONDS
        assert clock.believed(trust, SE, reading.wall) <= reading.wall


@given(
    st.integers(0, 60 * DAY), st.lists(st.integers(-10 * DAY, 70 * DAY), max_size=25), st.integers(0, 300),
    st.sets(st.integers(0, 24)),
)  # fmt: skip
def test_every_case_that_is_due_either_goes_for_certain_or_waits(
    leap: int, days: list[int], others: int, asked: set[int]
) -> None:
    trust, wall = after(at(0), at(leap, ticks=0)), NOON + leap
    cases = [Due(f"W-{n}", SE, NOON + one) for n, one in enumerate(days)]
    waiting = clock.waits(trust, wall, cases, len(cases) + others, {f"W-{n}" for n in asked})
    going = [one for one in cases if one.at <= wall and one not in waiting]
    assert all(one.at <= wall for one in waiting)
    assert all(one.at <= NOON + BELIEVED_SECONDS for one in going)
    assert len(going) <= 5 or len(going) * 10 <= len(cases) + others
    assert not {one.case for one in going} & {f"W-{n}" for n in asked}
