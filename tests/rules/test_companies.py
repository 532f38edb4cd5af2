"""A site file is read whole or refused in one line that names its entry."""

import pytest

from whistle.errors import SettingsWrong
from whistle.rules.companies import Basis, as_toml, load_site, rests_on_interest
from whistle.rules.retention import Retention

HEAD = '[site]\nname = "Nordvakt"\n'
COMPANY = {
    "code": '"nordvakt-se"',
    "name": '"Nordvakt Sverige AB"',
    "country": '"SE"',
    "employees": "120",
    "basis": '"own"',
    "contact": '"08-123 45 67"',
}


def company(**changes: str | None) -> str:
    """One [[company]] with values as TOML; None leaves a key out."""
    values = {key: value for key, value in (COMPANY | changes).items() if value is not None}
    return "[[company]]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())


def test_a_site_is_read_whole() -> None:
    second = company(
        code='"nordvakt-fi"',
        country='"FI"',
        zone='"Europe/Mariehamn"',
        basis='"provider"',
        reference='"Avtal 12"',
        meeting='"Vi ses där du vill."',
        board_contact='"styrelsen@example.fi"',
        retention_months="12",
    )
    head = HEAD + 'languages = ["sv", "en"]\n' + 'security_contact = "mailto:s@example.se"\n'
    site = load_site(head + company() + second)
    assert (site.name, site.languages) == ("Nordvakt", ("sv", "en"))
    assert site.security_contact == "mailto:s@example.se"
    first, finnish = site.companies
    assert (first.code, first.zone, first.basis) == ("nordvakt-se", "Europe/Stockholm", Basis.OWN)
    assert (first.employees, first.reference, first.meeting, first.retention) == (120, "", "", Retention(24))
    assert (finnish.zone, finnish.retention, finnish.meeting) == (
        "Europe/Mariehamn",
        Retention(12),
        "Vi ses där du vill.",
    )
    assert site.company("nordvakt-fi") is finnish
    assert site.company("nobody") is None


def test_a_site_says_little_and_gets_the_defaults() -> None:
    site = load_site(HEAD + company())
    assert (site.languages, site.security_contact) == (("en", "sv"), "")


@pytest.mark.parametrize("country", ["SE", "NO", "FI", "DK"])
def test_the_country_gives_the_zone(country: str) -> None:
    zones = {"SE": "Stockholm", "NO": "Oslo", "FI": "Helsinki", "DK": "Copenhagen"}
    (only,) = load_site(HEAD + company(country=f'"{country}"')).companies
    assert only.zone == f"Europe/{zones[country]}"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"colour": '"red"'}, '"colour" is unknown'),
        ({"code": None}, '"code" is missing'),
        ({"code": '"Nordvakt"'}, "small letters"),
        ({"code": '"a--b"'}, "small letters"),
        ({"code": '"-a"'}, "small letters"),
        ({"code": '"å"'}, "small letters"),
        ({"code": '"' + "a" * 41 + '"'}, "40 at most"),
        ({"country": '"DE"'}, "DK, FI, NO, SE"),
        ({"zone": '"Europe/Atlantis"'}, "Time zone"),
        ({"employees": "-1"}, "whole number"),
        ({"employees": "true"}, "whole number"),
        ({"employees": '"many"'}, "whole number"),
        ({"basis": '"habit"'}, "collective_agreement"),
        ({"basis": '"provider"'}, "reference"),
        ({"basis": '"collective_agreement"'}, "reference"),
        ({"basis": '"under_50"', "employees": "50"}, "does not fit 50"),
        ({"basis": '"under_50"', "employees": "5", "country": '"NO"'}, "Sweden and Finland only"),
        ({"basis": '"collective_agreement"', "reference": '"A"', "country": '"FI"'}, "Sweden only"),
        ({"basis": '"shared_5_3"', "country": '"NO"'}, "Sweden only"),
        ({"basis": '"shared_5_3"', "employees": "250"}, "50 to 249"),
        ({"basis": '"shared_5_3"', "employees": "49"}, "50 to 249"),
        ({"contact": None}, '"contact" is missing'),
        ({"contact": '"  "'}, "not empty"),
        ({"meeting": "false"}, "cannot be switched off"),
        ({"retention_months": "25"}, "24 at most"),
        ({"retention_months": "0"}, "1 or more"),
        ({"retention_months": "12.5"}, "whole number"),
    ],
)
def test_a_wrong_entry_is_named_in_one_line(changes: dict[str, str | None], says: str) -> None:
    with pytest.raises(SettingsWrong) as wrong:
        load_site(HEAD + company(code='"first"') + company(**changes))
    line = str(wrong.value)
    assert line.startswith("site.toml, company 2")
    assert says in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("basis", "employees", "country"),
    [("under_50", 49, "SE"), ("shared_5_3", 50, "SE"), ("shared_5_3", 249, "SE"), ("under_50", 3, "FI")],
)
def test_the_edges_of_each_basis_are_taken(basis: str, employees: int, country: str) -> None:
    text = company(basis=f'"{basis}"', employees=str(employees), country=f'"{country}"')
    (only,) = load_site(HEAD + text).companies
    assert only.basis == basis


def test_one_that_shares_already_may_grow_out_of_it_and_no_other() -> None:
    text = HEAD + company(basis='"shared_5_3"', employees="250")
    assert load_site(text, sharing=frozenset({"nordvakt-se"})).companies[0].employees == 250
    with pytest.raises(SettingsWrong):
        load_site(text, sharing=frozenset({"another"}))
    with pytest.raises(SettingsWrong):
        load_site(text.replace("250", "49"), sharing=frozenset({"nordvakt-se"}))


@pytest.mark.parametrize(
    ("country", "basis"), [("SE", "under_50"), ("FI", "under_50"), ("SE", "own"), ("DK", "own")]
)
def test_only_below_50_in_sweden_is_there_no_duty(country: str, basis: str) -> None:
    assert rests_on_interest(country, basis) is ((country, basis) == ("SE", "under_50"))


def test_a_site_written_as_its_file_reads_back_the_same() -> None:
    odd = company(name='"A \\"B\\" \\\\ Å\\u007f"', meeting='"Här"', board_contact='"s@example.se"')
    head = HEAD + 'languages = ["sv", "en"]\nsecurity_contact = "mailto:s@example.se"\n'
    for text in (HEAD + company(), head + odd):
        site = load_site(text)
        assert load_site(as_toml(site)) == site


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", '"site" is missing'),
        ("site = 3", "must be a table"),
        (HEAD, "no [[company]]"),
        ("name = [", "not readable as TOML"),
        (HEAD + "[company]\ncode = 'a'\n", "[[company]]"),
        ("company = [1]\n" + HEAD, "[[company]]"),
        (HEAD + company() + company(), '"nordvakt-se" is used by two'),
        (HEAD + company() + "[extra]\n", '"extra" is unknown'),
        (HEAD + "colour = 1\n" + company(), '"colour" is unknown'),
        (HEAD + 'languages = ["en", "de"]\n' + company(), '"de" is unknown'),
        (HEAD + 'languages = ["en", "en"]\n' + company(), "twice"),
        (HEAD + "languages = []\n" + company(), "list of texts"),
        (HEAD + 'languages = "en"\n' + company(), "list of texts"),
        (HEAD + "languages = [1]\n" + company(), "list of texts"),
    ],
)
def test_a_wrong_file_is_named_in_one_line(text: str, says: str) -> None:
    with pytest.raises(SettingsWrong) as wrong:
        load_site(text)
    assert says in str(wrong.value)
    assert str(wrong.value).startswith("site.toml")
