"""People, companies and the ledger are shown without a word of content."""

from collections.abc import Callable

from tests.web_staff.conftest import Browser
from tests.web_staff.fakes import House


def test_an_administrator_sees_people_and_channels_and_why_there_is_no_content(
    signed_in: Callable[[str], Browser],
) -> None:
    ada = signed_in("administrator")
    assert ada.get("/admin").status_code == 200
    for said in (
        "No reports are here",
        "Maja Berg",
        "Handler, Nordvakt AB Counts from 1 January 2026",
        "Deputy, Nordvakt AB Waits for confirmation",
        "until 1 September 2026, of another company",
        "signed in 2026-06-10 07:00 UTC",
        "Invited",
    ):
        assert said in ada.words(), said
    assert 'href="/staff/keys"' in ada.page


def test_the_ledger_reads_as_dated_sentences(signed_in: Callable[[str], Browser]) -> None:
    rune = signed_in("auditor")
    assert rune.get("/ledger").status_code == 200
    for said in (
        "The ledger is intact.",
        "Wednesday 10 June 2026",
        "Maja Berg wrote to the reporter",
        "Lars Ek placed a hold",
        "Ground: A court ruling",
        "The case was erased",
        "Ada Holm: something_new",
        "Role: Handler",
    ):
        assert said in rune.words(), said


def test_the_ledger_is_walked_page_by_page(signed_in: Callable[[str], Browser], house: House) -> None:
    rune = signed_in("auditor")
    rune.get("/ledger")
    assert 'href="/ledger?before=6"' in rune.page
    rune.get("/ledger?before=6")
    assert "What happened Case" in rune.words()
    assert 'rel="next"' not in rune.page
    assert "First page" in rune.words()


def test_a_ledger_that_was_changed_is_said_to_be(signed_in: Callable[[str], Browser], house: House) -> None:
    house.keys.intact = False
    rune = signed_in("auditor")
    rune.get("/ledger")
    assert "The ledger has been changed or cut." in rune.words()
    assert "is intact" not in rune.words()


def test_garbage_for_a_page_number_shows_the_newest(signed_in: Callable[[str], Browser]) -> None:
    rune = signed_in("auditor")
    for garbage in ("x", "-1", "٣", "9" * 40, ""):
        assert rune.get(f"/ledger?before={garbage}").status_code == 200
        assert "Maja Berg wrote to the reporter" in rune.words()
