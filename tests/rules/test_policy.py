"""The policy that travels with the program is whole, sourced and worded, or nothing starts."""

import re
from datetime import date

import pytest

from whistle.errors import SettingsWrong
from whistle.rules import policy as files
from whistle.rules.policy import load_policy, load_versions, ordered, parse_policy
from whistle.rules.policy_codes import (
    ERASURE_GROUNDS,
    RESTRICTION_GROUNDS,
    Basis,
    Category,
    Condition,
    Recipient,
    Right,
    Why,
)
from whistle.rules.tables import packaged_text
from whistle.rules.verdicts import CELLS

TEXT = packaged_text(files.FILE)
TODAY = date(2026, 3, 2)


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


def second(day: str) -> str:
    text = changed("version = 1\neffective_from = 2021-12-17", f"version = 2\neffective_from = {day}")
    announces = 'announces = { en = "Video is kept for one month.", sv = "Video sparas i en månad." }'
    return text.replace("[policy]\n", f"[policy]\n{announces}\n", 1)


def test_every_code_of_the_program_has_its_entry_and_its_rule() -> None:
    policy = load_policy(TODAY)
    assert set(policy.categories) == set(Category)
    assert set(policy.rights) == set(Right)
    assert set(policy.reasons) == set(Why)
    assert set(policy.conditions) == set(Condition) == set(CELLS)
    assert set(ERASURE_GROUNDS) | set(RESTRICTION_GROUNDS) <= set(policy.reasons)
    assert (len(ERASURE_GROUNDS), len(RESTRICTION_GROUNDS)) == (6, 4)
    used = {condition for kind in policy.categories.values() for condition in kind.verdicts.values()}
    assert used == set(Condition)


def test_every_entry_cites_the_policys_sentence_or_says_why_it_has_none() -> None:
    policy = load_policy(TODAY)
    entries = [
        *policy.bases.values(), *policy.exceptions.values(), *policy.categories.values(),
        *policy.rights.values(), *policy.reasons.values(), *policy.recipients.values(),
    ]  # fmt: skip
    periods = [period for kind in policy.categories.values() for period in kind.periods]
    for cited in [one.cited for one in [*entries, *periods, policy.requests]]:
        assert cited.source
        assert bool(cited.said) != bool(cited.unsaid)
        assert cited.effective_from <= TODAY


def test_the_bases_are_those_of_the_table() -> None:
    bases = {code: set(kind.bases) for code, kind in load_policy(TODAY).categories.items()}
    assert bases[Category.CUSTOMER] == {Basis.CONTRACT, Basis.LEGAL_OBLIGATION}
    assert bases[Category.SERVICE_HISTORY] == {Basis.CONTRACT, Basis.LEGITIMATE_INTEREST}
    assert bases[Category.ALARM_LOGS] == set(Basis) - {Basis.CONSENT}
    assert bases[Category.VIDEO] == {Basis.LEGITIMATE_INTEREST}
    assert bases[Category.MOBILE_TRAFFIC] == {Basis.CONTRACT}
    assert bases[Category.WEB] == bases[Category.MARKETING] == {Basis.CONSENT, Basis.LEGITIMATE_INTEREST}
    assert bases[Category.ACCESS_LOGS] == set()
    assert bases[Category.BOOKKEEPING] == bases[Category.WHISTLEBLOWING] == {Basis.LEGAL_OBLIGATION}
    told = load_policy(TODAY).categories[Category.WHISTLEBLOWING].recipients
    assert set(told) == {Recipient.ADVISER, Recipient.IT_SUPPLIER, Recipient.AUTHORITY}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("version = 1", "version = 0", "1 or more"),
        ("[policy]\n", "[policy]\nowner = 1\n", '"owner" is unknown'),
        ("[policy]\n", "extra = 1\n[policy]\n", '"extra" is unknown'),
        ("[request]\n", "[request]\nextra = 1\n", '"extra" is unknown'),
        ("months = 24", "months = 0", "1 or more"),
        ("months = 24", "days = 730", '"months" is missing'),
        ('start = "case_closed"', 'start = "opened"', "case_closed"),
        ('countries = ["SE"]', 'countries = ["XX"]', "DK, FI, NO, SE"),
        ('bases = ["contract", "legal_obligation"]', 'bases = ["mood"]', '"mood" in "bases"'),
        ('exceptions = ["bookkeeping", "alarm_act"', 'exceptions = ["whim"', '"whim" in "exceptions"'),
        ('recipients = ["processor", "authority"]', 'recipients = ["friends"]', "friends"),
        ('recipients = ["adviser"', 'recipients = ["group_company", "adviser"', "another company"),
        ('access = "yes"', 'access = "maybe"', '"maybe"'),
        ('access = "yes"\n', "", '"access" is missing'),
        ('access = "yes"\n', 'access = "yes"\nluck = "yes"\n', '"luck" is unknown'),
        ("needs_provision = false", 'needs_provision = "no"', "true or false"),
        ('label = { en = "Customer data", sv = "Kunddata" }', 'label = { en = "Customer data" }', '"sv"'),
        ('sv = "Kunddata" }', 'sv = "Kunddata", de = "Kunden" }', '"de" is unknown'),
        ('said = "Uppgifterna behövs', 'quote = "Uppgifterna behövs', '"said"'),
        ('unsaid = "The policy names the bookkeeping', 'said = "x"\nunsaid = "The policy names', '"said"'),
        ('source = "S5-S26"\n', "", '"source" is missing'),
        ('code = "marketing"', 'code = "customer"', "used twice"),
        ('code = "marketing"', 'code = "gossip"', '"gossip"'),
        ('kept = { en = "Until you object', 'kepd = { en = "Until you object', "category.period"),
        ('tells = { en = "A law demands it."', 'talks = { en = "A law demands it."', '"tells" is missing'),
        ("[[reason]]", "[[cause]]", '"right_applies" is missing'),
    ],
)
def test_a_fault_in_the_policy_stops_the_load(old: str, new: str, says: str) -> None:
    with pytest.raises(SettingsWrong) as wrong:
        parse_policy(changed(old, new))
    assert says in str(wrong.value)
    assert str(wrong.value).startswith("policy.toml")
    assert "\n" not in str(wrong.value)


def test_more_than_24_months_for_a_case_stop_the_load() -> None:
    text = re.sub(r'months = 24\n(start = "case_closed")', r"months = 25\n\1", TEXT)
    with pytest.raises(SettingsWrong, match=r'policy.toml, category 10 \("whistleblowing"\).*24 months'):
        parse_policy(text)


def test_a_new_version_is_announced_until_its_day_and_holds_from_it() -> None:
    versions = ordered([("policy-2.toml", second("2026-04-01")), ("policy.toml", TEXT)])
    before, after = date(2026, 3, 31), date(2026, 4, 1)
    assert (versions.in_force(before).version, versions.in_force(after).version) == (1, 2)
    (coming,) = versions.announced(before)
    assert coming.announces is not None
    assert coming.announces.sv == "Video sparas i en månad."
    assert versions.announced(after) == ()
    assert versions.in_force(date(2018, 1, 1)).version == 1
    assert load_versions().announced(TODAY) == ()


def test_a_shorter_period_holds_for_what_was_answered_and_a_longer_one_never() -> None:
    answered, later = date(2026, 3, 1), date(2026, 5, 1)
    for months, expected in ((12, 12), (36, 24)):
        text = re.sub(r'months = 24\n(start = "answered")', rf"months = {months}\n\1", second("2026-04-01"))
        versions = ordered([("policy.toml", TEXT), ("policy-2.toml", text)])
        assert versions.request_months(answered, answered) == 24
        assert versions.request_months(answered, later) == expected
        assert versions.request_months(later, later) == months


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ([second("2026-04-01")], "1, 2, 3"),
        ([TEXT, TEXT], "1, 2, 3"),
        ([TEXT, second("2021-12-17")], "after the one before"),
        ([TEXT, changed("version = 1\n", "version = 2\n")], '"announces" is missing'),
    ],
)
def test_versions_that_do_not_follow_each_other_stop_the_load(texts: list[str], says: str) -> None:
    with pytest.raises(SettingsWrong, match=says):
        ordered([(f"policy-{number}.toml", text) for number, text in enumerate(texts)])
