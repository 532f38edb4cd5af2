"""Each country's law is a profile of periods, authorities and notices, and every entry names its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Final

from whistle.errors import SettingsWrong
from whistle.rules import calendar
from whistle.rules.tables import Label, Table, packaged_text, parse

FILE: Final = "profiles.toml"
COUNTRIES: Final = frozenset({"SE", "NO", "FI", "DK"})
#: Policy S26 and 2021:890 7:8: no whistleblowing period may be longer, in any company.
LONGEST_RETENTION_MONTHS: Final = 24

_PURPOSES: Final = frozenset({"reports", "privacy"})
_PERIODS: Final = ("acknowledgement", "feedback", "persons_concerned", "meeting", "retention")
_OPTIONAL_PERIODS: Final = ("open_cap", "late_closing")
#: 2021:890 5:9 asks for it; a Swedish channel is not published without this text.
_MUST_NOTICE: Final[Mapping[str, str]] = MappingProxyType({"SE": "media"})


@dataclass(frozen=True)
class Period:
    """A length of time, in calendar months or in days, and the paragraph that sets it."""

    months: int
    days: int
    source: str
    effective_from: date

    def after(self, day: date) -> date:
        """Return the day on which the period that began on `day` ends; `day` is not counted."""
        return calendar.add_days(calendar.add_months(day, self.months), self.days)


@dataclass(frozen=True)
class Law:
    """An act, by its own name and what it is called in the program's languages."""

    code: str
    name: str
    label: Label
    source: str
    effective_from: date


@dataclass(frozen=True)
class OpenGround:
    """A ground on which the law lets a report be kept past the longest time a case may stand open."""

    code: str
    label: Label
    source: str
    effective_from: date


@dataclass(frozen=True)
class Authority:
    """A public body to turn to outside the company; `countries` is empty for a body of its own country."""

    code: str
    name: str
    purpose: str
    covers: Label
    url: str
    countries: tuple[str, ...]
    source: str
    effective_from: date


@dataclass(frozen=True)
class Notice:
    """A text the law wants shown."""

    code: str
    text: Label
    source: str
    effective_from: date


@dataclass(frozen=True)
class Profile:
    """All that one country adds to the rules."""

    country: str
    name: Label
    zone: str
    channel_regime: str
    periods: Mapping[str, Period]
    laws: tuple[Law, ...]
    authorities: tuple[Authority, ...]
    notices: tuple[Notice, ...]
    open_grounds: tuple[OpenGround, ...] = ()

    def authorities_for(self, purpose: str) -> tuple[Authority, ...]:
        """Return the country's bodies for "reports" or for "privacy", in the order to show them."""
        return tuple(one for one in self.authorities if one.purpose == purpose)

    def lacks_texts(self, day: date) -> bool:
        """Say whether a text without which no channel may be published (L8) is missing on `day`."""
        bodies = {one.purpose for one in self.authorities if one.effective_from <= day}
        notices = {one.code for one in self.notices if one.effective_from <= day}
        wanted = _MUST_NOTICE.get(self.country)
        return (wanted is not None and wanted not in notices) or not bodies >= _PURPOSES


@dataclass(frozen=True)
class Profiles:
    """The countries, and the bodies of the Union."""

    countries: Mapping[str, Profile]
    union: tuple[Authority, ...]

    def of(self, country: str) -> Profile:
        """Return the profile of a country by its two letters; SettingsWrong for a country that has none."""
        if country not in self.countries:
            raise SettingsWrong(
                f'Country "{country}" is unknown; use one of {", ".join(sorted(self.countries))}.'
            )
        return self.countries[country]

    def union_for(self, country: str) -> tuple[Authority, ...]:
        """Return the bodies of the Union that act for that country."""
        return tuple(one for one in self.union if country in one.countries)


@cache
def load_profiles() -> Profiles:
    """Return the profiles that travel with the program; SettingsWrong names the first faulty entry."""
    return parse_profiles(packaged_text(FILE), FILE)


def parse_profiles(text: str, where: str = FILE) -> Profiles:
    """Read profiles from TOML; unknown words, missing labels, periods of 0 or too long ones are refused."""
    root = parse(text, where)
    listed = root.table("country")
    profiles = {code: _profile(listed.table(code), code) for code in listed.unread()}
    union = tuple(_authority(one) for one in root.tables("union"))
    root.finish()
    if set(profiles) != COUNTRIES:
        raise root.wrong(f"the countries must be {', '.join(sorted(COUNTRIES))}.")
    return Profiles(MappingProxyType(profiles), union)


def _profile(table: Table, country: str) -> Profile:
    profile = Profile(
        country=country,
        name=table.label("name"),
        zone=zone_in(table),
        channel_regime=table.one_of("channel_regime", calendar.REGIMES),
        periods=MappingProxyType(_periods(table)),
        laws=tuple(_law(one) for one in table.tables("law")),
        authorities=tuple(_authority(one) for one in table.tables("authority")),
        notices=tuple(_notice(one) for one in table.tables("notice")),
        open_grounds=tuple(_open_ground(one) for one in table.tables("open_ground")),
    )
    table.finish()
    _check_complete(profile, table)
    return profile


def zone_in(table: Table, default: str | None = None) -> str:
    """Return the IANA zone under "zone" in a table; SettingsWrong, naming the entry, for an unknown one."""
    zone = table.text("zone", default)
    try:
        calendar.zone_named(zone)
    except SettingsWrong as error:
        raise table.wrong(str(error)) from error
    return zone


def _check_complete(profile: Profile, table: Table) -> None:
    if not all(profile.authorities_for(purpose) for purpose in _PURPOSES):
        raise table.wrong("an authority for reports and one for privacy must be named.")
    if ("open_cap" in profile.periods) != bool(profile.open_grounds):
        raise table.wrong('"open_cap" and the grounds of "open_ground" belong together.')
    wanted = _MUST_NOTICE.get(profile.country)
    if wanted is not None and wanted not in {one.code for one in profile.notices}:
        raise table.wrong(f'the notice "{wanted}" is missing; without it no channel may be published.')


def _periods(table: Table) -> dict[str, Period]:
    names = (*_PERIODS, *(name for name in _OPTIONAL_PERIODS if table.has(name)))
    periods = {name: _period(table.table(name)) for name in names}
    retention = periods["retention"]
    if retention.days or retention.months > LONGEST_RETENTION_MONTHS:
        raise table.wrong(f"retention must be given in months, {LONGEST_RETENTION_MONTHS} at most.")
    if ("open_cap" in periods) != ("late_closing" in periods):
        raise table.wrong('"open_cap" and "late_closing" belong together.')
    return periods


def _period(table: Table) -> Period:
    unit = "days" if table.has("days") else "months"
    count = table.number(unit, least=1)
    period = Period(
        months=count if unit == "months" else 0,
        days=count if unit == "days" else 0,
        source=table.text("source"),
        effective_from=table.day("effective_from"),
    )
    table.finish()
    return period


def _law(table: Table) -> Law:
    law = Law(
        code=table.text("code"),
        name=table.text("name"),
        label=table.label("label"),
        source=table.text("source"),
        effective_from=table.day("effective_from"),
    )
    table.finish()
    return law


def _open_ground(table: Table) -> OpenGround:
    ground = OpenGround(
        code=table.text("code"),
        label=table.label("label"),
        source=table.text("source"),
        effective_from=table.day("effective_from"),
    )
    table.finish()
    return ground


def _authority(table: Table) -> Authority:
    authority = Authority(
        code=table.text("code"),
        name=table.text("name"),
        purpose=table.one_of("purpose", _PURPOSES),
        covers=table.label("covers"),
        url=table.text("url"),
        countries=table.texts("countries", ()),
        source=table.text("source"),
        effective_from=table.day("effective_from"),
    )
    if not authority.url.startswith("https://"):
        raise table.wrong('"url" must begin with https://.')
    table.finish()
    return authority


def _notice(table: Table) -> Notice:
    notice = Notice(
        code=table.text("code"),
        text=table.label("text"),
        source=table.text("source"),
        effective_from=table.day("effective_from"),
    )
    table.finish()
    return notice
