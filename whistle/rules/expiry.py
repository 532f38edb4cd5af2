"""Five years after a case was purged the ledger's lines about it no longer name anybody."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from whistle.rules.calendar import add_days, add_months
from whistle.rules.tables import packaged_text, parse

FILE: Final = "expiry.toml"


@dataclass(frozen=True)
class Kept:
    """For how many calendar months after a purge names are kept, and where that is said."""

    months: int
    source: str
    effective_from: date

    def ends(self, purged_on: date) -> date:
        """Return the day from which nobody is named any more."""
        return add_months(purged_on, self.months)

    def purged_until(self, today: date) -> date:
        """Return the latest day of purge whose names have ended by `today`.

        29 February and the day before it end on the same day; so does the end of every longer month.
        """
        day = add_months(today, -self.months)
        while self.ends(add_days(day, 1)) <= today:
            day = add_days(day, 1)
        return day


@cache
def load_kept() -> Kept:
    """Return the period that travels with the program; SettingsWrong when it is faulty."""
    return parse_kept(packaged_text(FILE), FILE)


def parse_kept(text: str, where: str = FILE) -> Kept:
    """Read the period from TOML; an unknown word, no source or no whole month of 1 or more is refused."""
    root = parse(text, where)
    names = root.table("names")
    kept = Kept(names.number("months", 1), names.text("source"), names.day("effective_from"))
    names.finish()
    root.finish()
    return kept
