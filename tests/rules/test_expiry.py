"""Names are kept for five calendar years after a purge, not a day less."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.errors import SettingsWrong
from whistle.rules.expiry import FILE, load_kept, parse_kept
from whistle.rules.tables import packaged_text

DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2060, 12, 31))


@pytest.mark.parametrize(
    ("purged_on", "ends"),
    [
        (date(2026, 3, 2), date(2031, 3, 2)),
        (date(2024, 2, 29), date(2029, 2, 28)),
        (date(2024, 2, 28), date(2029, 2, 28)),
        (date(2023, 2, 28), date(2028, 2, 28)),
    ],
)
def test_names_end_five_calendar_years_after_the_purge(purged_on: date, ends: date) -> None:
    assert load_kept().ends(purged_on) == ends
    assert "2018:218" in load_kept().source


@given(DAYS)
def test_the_last_day_of_purge_that_is_over_is_over_and_the_next_is_not(today: date) -> None:
    kept = load_kept()
    last = kept.purged_until(today)
    assert kept.ends(last) <= today < kept.ends(last + timedelta(days=1))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("months = 60", "months = 0", "1 or more"),
        ("months = 60", "months = 60\nyears = 5", '"years" is unknown'),
        ("source = ", "sauce = ", '"source" is missing'),
        ("[names]", "[name]", '"names" is missing'),
    ],
)
def test_a_faulty_period_is_refused(old: str, new: str, says: str) -> None:
    with pytest.raises(SettingsWrong, match=says) as wrong:
        parse_kept(packaged_text(FILE).replace(old, new))
    assert str(wrong.value).startswith(FILE)
