"""Days are counted by the calendar and the company's own clock, never by seconds or the server's zone."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from whistle.errors import RuleRefused, SettingsWrong

#: Regulation 1182/71 article 3(4): a period that ends on a Saturday, Sunday or public holiday runs on.
EU: Final = "eu"
#: Lag 1930:173 § 2: the same, and also Midsummer Eve, Christmas Eve and New Year's Eve.
SE_1930: Final = "se_1930"
REGIMES: Final = frozenset({EU, SE_1930})

_FRIDAY: Final = 4
_SATURDAY: Final = 5
_CHRISTMAS_AND_NEW_YEARS_EVE: Final = ((12, 24), (12, 31))


def add_months(day: date, months: int) -> date:
    """Return the same day of the calendar `months` later; a day the month lacks becomes its last.

    Raises RuleRefused("date_range") beyond the years 1 to 9999.
    """
    try:
        return day + relativedelta(months=months)
    except (ValueError, OverflowError) as error:
        raise RuleRefused("date_range", "The date lies outside the calendar.") from error


def add_days(day: date, days: int) -> date:
    """Return the day `days` later; the day itself is not counted. Raises RuleRefused("date_range")."""
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise RuleRefused("date_range", "The date lies outside the calendar.") from error


def local_day(now: datetime, zone: str) -> date:
    """Return the calendar day at instant `now` in the IANA zone `zone`.

    Raises RuleRefused("naive_time") for a time without an offset, SettingsWrong for an unknown zone.
    """
    if now.utcoffset() is None:
        raise RuleRefused("naive_time", "A time without a time zone says nothing about the day.")
    return now.astimezone(zone_named(zone)).date()


def start_of_day(day: date, zone: str) -> datetime:
    """Return the instant, in UTC, at which `day` begins in `zone`; SettingsWrong for an unknown zone."""
    return datetime.combine(day, time.min, tzinfo=zone_named(zone)).astimezone(UTC)


def zone_named(zone: str) -> ZoneInfo:
    """Return the IANA zone of that name; SettingsWrong when there is none."""
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise SettingsWrong(
            f'Time zone "{zone}" is unknown; use an IANA name such as Europe/Stockholm.'
        ) from error


def last_legal_day(due: date, country: str, regime: str) -> date:
    """Return the day on which the law at the latest sees the duty done, at or after `due`.

    `regime` is "eu" (Regulation 1182/71, holidays of `country`) or "se_1930" (1930:173 § 2, Swedish ones).
    The day is shown beside the target and never relied on. SettingsWrong for an unknown country or regime.
    """
    if regime not in REGIMES:
        raise SettingsWrong(
            f'Way of counting "{regime}" is unknown; use one of {", ".join(sorted(REGIMES))}.'
        )
    day = due
    while _rests(day, country, regime):
        day = add_days(day, 1)
    return day


def load_holidays() -> None:
    """Load the library of public holidays: a tenth of a second, for which the first to ask would wait."""
    _public_holidays("SE", 2026)  # any year does: the time is the library's, not the year's


def _rests(day: date, country: str, regime: str) -> bool:
    if day.weekday() >= _SATURDAY:
        return True
    if regime == SE_1930:
        return _is_swedish_eve(day) or _is_public_holiday(day, "SE")
    return _is_public_holiday(day, country)


def _is_swedish_eve(day: date) -> bool:
    # Midsummer Day is the Saturday of 20 to 26 June (1989:253), so its eve is the Friday from the 19th on.
    is_midsummer_eve = day.weekday() == _FRIDAY and (6, 19) <= (day.month, day.day) <= (6, 25)
    return is_midsummer_eve or (day.month, day.day) in _CHRISTMAS_AND_NEW_YEARS_EVE


def _is_public_holiday(day: date, country: str) -> bool:
    return day in _public_holidays(country, day.year)


@cache
def _public_holidays(country: str, year: int) -> frozenset[date]:
    # Imported here: the library takes longer to load than all the rules, and a start is to be short.
    import holidays  # noqa: PLC0415

    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError as error:
        raise SettingsWrong(f'Country "{country}" has no known public holidays.') from error
