"""The page about personal data says what the policy says, in two languages, and tells of what comes."""

from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest

from tests.web.fakes import Channel
from whistle.rules import policy
from whistle.rules.policy import load_policy, ordered
from whistle.rules.tables import packaged_text
from whistle.web import home, policy_words

TEXT = packaged_text(policy.FILE)
POLICY = load_policy(date(2026, 6, 10))


def read(channel: Channel, language: str = "en") -> str:
    answer: Any = channel.browser(language=language).get("/privacy")
    assert answer.status_code == 200
    return " ".join(unescape(answer.get_data(as_text=True)).split())


@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_entry_of_the_policy_stands_on_the_page(language: str) -> None:
    page = read(Channel(), language)
    for kind in POLICY.categories.values():
        for label in (kind.label, kind.holds, kind.purpose, kind.kept):
            assert label is None or label.in_language(language) in page
        for condition in kind.verdicts.values():
            assert f">{POLICY.conditions[condition].label.in_language(language)}</td>" in page
    for one in (*POLICY.rights.values(), *POLICY.recipients.values(), *POLICY.bases.values()):
        assert one.label.in_language(language) in page
        assert one.tells.in_language(language) in page
    for erasing, restricting in [policy_words.grounds(POLICY)]:
        for ground in (*erasing, *restricting):
            assert ground.tells.in_language(language) in page
            assert ground.tells != ground.label


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            [
                "24 months, counted from the day your contract or customer relation ended.",
                "5 years, counted from your last contact with the company",
                "15 years, counted from the last activity in the installation.",
                "2 months, counted from the day of the recording.",
                "Sweden: 7 years, counted from the end of the calendar year",
                "others, if you agreed",
                "External advisers; IT suppliers; authorities",
                "list of its members",
                "version 1, in force since 17 December 2021",
            ],
        ),
        (
            "sv",
            [
                "24 månader, räknat från den dag då ditt avtal eller din kundrelation upphörde.",
                "15 år, räknat från den senaste händelsen i anläggningen.",
                "Sverige: 7 år, räknat från utgången av det kalenderår",
                "Integritetsskyddsmyndigheten (IMY)",
                "Tietosuojavaltuutetun toimisto",
                "version 1 av texten, som gäller sedan den 17 december 2021",
            ],
        ),
    ],
)
def test_periods_and_authorities_are_said_in_plain_words(language: str, sentences: list[str]) -> None:
    page = read(Channel(), language)
    assert [one for one in sentences if one not in page] == []


def test_another_number_in_the_data_is_another_number_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    text = TEXT.replace("months = 2\n", "months = 1\n", 1)
    monkeypatch.setattr(home, "load_versions", lambda: ordered([("policy.toml", text)]))
    page = read(Channel())
    assert "1 month, counted from the day of the recording." in page
    assert "2 months, counted from the day of the recording." not in page


def test_a_new_version_is_told_of_before_its_day_and_rules_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    channel = Channel()
    second = TEXT.replace(
        "version = 1\neffective_from = 2021-12-17", "version = 2\neffective_from = 2026-09-01"
    )
    second = second.replace(
        "[policy]\n",
        '[policy]\nannounces = { en = "Video is kept for 1 month.", sv = "Video sparas i 1 månad." }\n',
    ).replace("months = 2\n", "months = 1\n")
    versions = ordered([("policy.toml", TEXT), ("policy-2.toml", second)])
    monkeypatch.setattr(home, "load_versions", lambda: versions)
    assert channel.clock.now().date() < date(2026, 9, 1)
    page = read(channel)
    assert "From 1 September 2026 this changes: Video is kept for 1 month." in page
    assert "2 months, counted from the day of the recording." in page
    assert "Från den 1 september 2026 ändras detta: Video sparas i 1 månad." in read(channel, "sv")
    channel.clock.advance(timedelta(days=365))
    page = read(channel)
    assert "this changes" not in page
    assert "1 month, counted from the day of the recording." in page
    assert "version 2, in force since 1 September 2026" in page


def test_what_the_page_said_of_the_channel_it_still_says() -> None:
    page = read(Channel())
    for said in (
        "What you write and the files you send, messages, and the handlers' notes.",
        "No address, no browser, no statistics of persons.",
        "(article 6.1 f)",
        "erased two years after the case was closed",
        "at the latest 5 years after the report was received",
        "Only the people appointed in that company",
    ):
        assert said in page, said
