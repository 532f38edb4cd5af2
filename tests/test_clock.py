from datetime import UTC, datetime, timedelta, timezone

from tests.fakes import EPOCH, FakeClock
from whistle.clock import Clock, RehearsalClock, SystemClock


def test_the_system_clock_speaks_utc_and_its_counter_does_not_go_back() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.machine() - clock.now() < timedelta(minutes=1)
    assert clock.monotonic() <= clock.monotonic()


def test_a_rehearsal_clock_stands_still_while_the_machine_goes_on() -> None:
    instant = datetime(2031, 5, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    clock = RehearsalClock(instant)
    assert clock.now() == clock.now() == datetime(2031, 5, 1, 10, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    assert abs(clock.machine() - SystemClock().machine()) < timedelta(minutes=1)


def test_a_fake_clock_stands_where_a_clock_stands() -> None:
    fake = FakeClock()
    clock: Clock = fake
    fake.advance(timedelta(hours=1))
    fake.jump(timedelta(days=3))
    assert clock.now() == clock.machine() == EPOCH + timedelta(days=3, hours=1)
    assert clock.monotonic() == 1000 + 3600
