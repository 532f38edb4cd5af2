"""The rules that travel with the program are whole, sourced and worded, or nothing starts."""

import re
import subprocess
import sys
from datetime import date, timedelta

import pytest

from whistle.errors import RuleRefused, SettingsWrong
from whistle.rules import categories, profiles
from whistle.rules.categories import chosen, load_categories, parse_categories
from whistle.rules.profiles import load_profiles, parse_profiles
from whistle.rules.tables import packaged_text

PROFILES = packaged_text(profiles.FILE)
CATEGORIES = packaged_text(categories.FILE)


def test_every_country_has_its_periods_and_bodies() -> None:
    loaded = load_profiles()
    assert set(loaded.countries) == {"SE", "NO", "FI", "DK"}
    for country in loaded.countries.values():
        lengths = {name: (period.months, period.days) for name, period in country.periods.items()}
        assert lengths["acknowledgement"] == (0, 7)
        assert lengths["feedback"] == (3, 0)
        assert lengths["retention"] == (24, 0)
        assert lengths["persons_concerned"] == (1, 0)
        assert lengths.get("open_cap") == ((60, 0) if country.country == "FI" else None)
        assert country.authorities_for("reports")
        assert country.authorities_for("privacy")
        assert {law.code for law in country.laws} == {"channel", "privacy"}


def test_the_named_bodies_are_there() -> None:
    loaded = load_profiles()
    assert loaded.of("SE").authorities_for("reports")[0].name == "Arbetsmiljöverket"
    assert "anonymous" in loaded.of("FI").authorities_for("reports")[0].covers.en
    assert [one.code for one in loaded.union_for("SE")] == ["olaf", "eppo", "edpb"]
    assert [one.code for one in loaded.union_for("NO")] == ["edpb"]


def test_sweden_tells_of_the_media_in_both_languages() -> None:
    (notice,) = load_profiles().of("SE").notices
    assert "meddelarfrihet" in notice.text.in_language("sv")
    assert "efterforskningsförbud" in notice.text.sv
    assert "repressalieförbud" in notice.text.sv
    assert "media" in notice.text.in_language("en")
    assert notice.text.in_language("de") == notice.text.en


def test_an_unknown_country_has_no_profile() -> None:
    with pytest.raises(SettingsWrong, match="DK, FI, NO, SE"):
        load_profiles().of("XX")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = { en = "Sweden", sv = "Sverige" }', 'name = { en = "Sweden" }', '"sv" is missing'),
        ('sv = "Sverige" }', 'sv = "Sverige", de = "Schweden" }', '"de" is unknown'),
        ('zone = "Europe/Oslo"', 'zone = "Europe/Nowhere"', "Time zone"),
        ('channel_regime = "se_1930"', 'channel_regime = "roman"', "eu, se_1930"),
        ("days = 7", "days = 0", "1 or more"),
        ("months = 3", "months = -3", "1 or more"),
        ("months = 24", "months = 25", "24 at most"),
        ("months = 24", "days = 730", "24 at most"),
        ("months = 24", "weeks = 100", '"months" is missing'),
        ("days = 7\n", "days = 7\nmonths = 1\n", '"months" is unknown'),
        ("[country.FI.late_closing]", "[country.FI.late]", "belong together"),
        ('code = "media"', 'code = "press"', '"media" is missing'),
        ("https://www.av.se", "http://www.av.se", "https://"),
        ('purpose = "reports"', 'purpose = "fun"', "privacy, reports"),
        ("effective_from = 2021-12-17", 'effective_from = "2021-12-17"', "without quotes"),
        ("effective_from = 2021-12-17", "effective_from = 2021-12-17T00:00:00", "without quotes"),
        ("[country.NO]", "[country.IS]", "countries must be"),
        ('source = "SFS 2021:890"\n', "", '"source" is missing'),
        ('url = "https://whistleblower.dk"\n', "", '"url" is missing'),
        ("[[union]]", "extra = 1\n[[union]]", "extra"),
    ],
)
def test_a_fault_in_the_profiles_stops_the_load(old: str, new: str, says: str) -> None:
    assert old in PROFILES
    text = PROFILES.replace(old, new, 1)
    if old == "[country.NO]":
        text = PROFILES.replace("country.NO", "country.IS")
    with pytest.raises(SettingsWrong) as wrong:
        parse_profiles(text)
    assert says in str(wrong.value)
    assert str(wrong.value).startswith("profiles.toml")


def test_a_country_without_a_privacy_authority_stops_the_load() -> None:
    text = re.sub(r'(name = "Datatilsynet"\n)purpose = "privacy"', r'\1purpose = "reports"', PROFILES)
    with pytest.raises(SettingsWrong, match="one for privacy"):
        parse_profiles(text)


def test_a_word_at_the_top_of_the_profiles_stops_the_load() -> None:
    with pytest.raises(SettingsWrong, match='"extra" is unknown'):
        parse_profiles("extra = 1\n" + PROFILES)


def test_the_choices_are_worded_and_may_be_left_unsaid() -> None:
    catalogue = load_categories()
    assert len(catalogue.categories) >= 9
    assert {"money", "bribes", "retaliation", "other"} <= {one.code for one in catalogue.categories}
    assert catalogue.relations[0].code == categories.RELATION_UNSAID
    assert chosen(catalogue.outcomes, "measures_taken").label.sv.startswith("Missförhållanden")


@pytest.mark.parametrize("code", ["", "Money", "gossip"])
def test_a_choice_outside_the_list_is_refused(code: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        chosen(load_categories().categories, code)
    assert refused.value.reason == "choice"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('code = "bribes"', 'code = "money"', "used twice"),
        ('sv = "Diskriminering"', 'no = "Diskriminering"', '"sv" is missing'),
        ('code = "unsaid"', 'code = "silent"', '"unsaid" is missing'),
        ("[relation]\nsource", "[relation]\nsauce", '"source" is missing'),
        ('code = "bribes"', 'code = "bribes"\nrank = 2', '"rank" is unknown'),
        ("[category]\n", "[category]\nrank = 2\n", '"rank" is unknown'),
        ("[category]\n", "[extra]\n[category]\n", '"extra" is unknown'),
    ],
)
def test_a_fault_in_the_choices_stops_the_load(old: str, new: str, says: str) -> None:
    assert old in CATEGORIES
    with pytest.raises(SettingsWrong) as wrong:
        parse_categories(CATEGORIES.replace(old, new, 1))
    assert says in str(wrong.value)


def test_the_last_entry_of_a_law_applies_from_a_day() -> None:
    (law, _) = load_profiles().of("FI").laws
    assert law.effective_from == date(2023, 1, 1)


def test_loading_the_rules_does_not_load_the_holidays() -> None:
    script = (
        "import sys; from whistle.rules import deadlines, holds, roles, hints, categories;"
        "from whistle.rules.profiles import load_profiles; load_profiles();"
        "sys.exit('holidays' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_text_that_is_not_in_force_yet_publishes_no_channel() -> None:
    sweden = load_profiles().of("SE")
    (notice,) = sweden.notices
    assert not sweden.lacks_texts(notice.effective_from)
    assert sweden.lacks_texts(notice.effective_from - timedelta(days=1))
    assert not load_profiles().of("FI").lacks_texts(date(2026, 3, 2))
