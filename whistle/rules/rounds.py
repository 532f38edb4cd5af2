"""Mail goes out at fixed hours of a company's own day, so that no hour tells what happened before it."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from whistle.rules import calendar


def last_round(now: datetime, zone: str, hours: Sequence[time]) -> datetime | None:
    """Return the latest fixed hour that has come by instant `now` (aware), in UTC; None without any hour.

    `hours` are wall-clock times in the IANA zone `zone`. Yesterday's count too: an hour shortly before
    midnight may be seen only after it. One that a change of the clock leaves out comes all the same.
    """
    today = calendar.local_day(now, zone)
    wanted = (
        datetime.combine(day, hour, tzinfo=calendar.zone_named(zone)).astimezone(UTC)
        for day in (calendar.add_days(today, -1), today)
        for hour in hours
    )
    return max((instant for instant in wanted if instant <= now), default=None)
