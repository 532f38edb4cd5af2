"""The record of processing is the policy's own, cites it, and holds nothing of a case or a request."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.web_staff.conftest import Browser
from tests.web_staff.fakes import House
from tests.web_staff.samples import TODAY
from whistle.parties.administration_views import DesignatedEntry

Sign = Callable[[str], Browser]


@pytest.mark.parametrize("who", ["administrator", "auditor"])
def test_the_record_of_processing_is_the_policys_own_and_cites_it(signed_in: Sign, who: str) -> None:
    browser = signed_in(who)
    assert browser.get("/admin/article-30").status_code == 200
    for said in (
        "Nordvakt AB", "Customers, their contacts, people who asked for an offer", "S38", "S26",
        "24 months, counted from the day the case was closed.", "Uppgifterna lagras två år efter",
        "nobody is designated", "Whoever passes e-mail on", "Outside EU and EEA",
        "Risk: the person who reported is found out", "Open for the owner to decide",
        "Whether observed data are portable.", "version 1 of the policy",
    ):  # fmt: skip
        assert said in browser.words(), said
    assert "W-" not in browser.words()
    browser.get("/admin/article-30", language="sv")
    assert "Register över behandling av personuppgifter" in browser.words()
    assert "15 år, räknat från den senaste händelsen i anläggningen." in browser.words()


def test_the_record_of_processing_names_the_privacy_officers_of_the_day(
    signed_in: Sign, house: House
) -> None:
    browser = signed_in("administrator")
    today, role = TODAY, "privacy_officer"
    tomorrow = today + timedelta(days=1)
    house.administration.designated = (
        DesignatedEntry("Olle Ek", "Privacy", role, today, None, False),
        DesignatedEntry("Eva Ros", "Privacy", role, today, tomorrow, False),
        DesignatedEntry("Per Dal", "Privacy", role, date(2025, 1, 1), today, False),
        DesignatedEntry("Siv Moen", "Privacy", role, tomorrow, None, False),
        DesignatedEntry("Maja Berg", "Audit", "handler", today, None, False),
    )
    browser.get("/admin/article-30")
    assert "Olle Ek, Eva Ros" in browser.words()
    for name in ("Per Dal", "Siv Moen", "Maja Berg"):
        assert name not in browser.words()
