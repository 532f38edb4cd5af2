"""Legal places and releases holds by the three grounds, and sees no content."""

from collections.abc import Callable

import pytest

from tests.web_staff.conftest import Browser
from tests.web_staff.fakes import House
from tests.web_staff.samples import CLOSED
from whistle.errors import Conflict

RIGHT = {"ground": "court_ruling", "citation": "Svea hovrätt, T 77-26", "review_on": "2027-03-31"}


@pytest.fixture
def lars(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("legal")


def test_legal_sees_dates_holds_and_certificates(lars: Browser) -> None:
    assert lars.get("/legal").status_code == 200
    for said in (
        "In 2 weeks",
        "Past its day",
        "Review is late",
        "Svea hovrätt, T 1234-26",
        "W-1111-2222",
        "Waits for you",
    ):
        assert said in lars.words(), said
    assert "invoices" not in lars.words()


@pytest.mark.parametrize("by_number", [True, False])
def test_a_hold_is_placed_on_one_of_the_three_grounds(
    lars: Browser, house: House, *, by_number: bool
) -> None:
    if by_number:
        lars.get("/legal")
        answer = lars.post("/legal/holds", case_number="w6byet7nm", **RIGHT)
    else:
        lars.get(f"/legal/cases/{CLOSED}")
        answer = lars.post(f"/legal/cases/{CLOSED}/holds", **RIGHT)
    assert answer.status_code == 303
    lars.get(answer.location)
    assert "The hold is in force" in lars.words()
    assert house.legal.held[-1].citation == RIGHT["citation"]


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"ground": "maybe"}, "ground", '"We might be sued" is not a ground.'),
        ({"ground": ""}, "ground", "another law, a court ruling"),
        ({"citation": ""}, "citation", "Cite what the hold stands on"),
        ({"citation": "a ruling"}, "citation", "has a number in it"),
        ({"citation": "We might be sued, 2026"}, "citation", '"We might be sued" is not a ground.'),
        ({"citation": "x" * 3000 + "1"}, "citation", "too long"),
        ({"review_on": "soon"}, "review_on", "as year, month and day"),
        ({"review_on": "2026-06-10"}, "review_on", "after today"),
        ({"review_on": "2028-01-01"}, "review_on", "twelve months"),
    ],
)
@pytest.mark.parametrize("address", ["/legal/holds", f"/legal/cases/{CLOSED}/holds"])
def test_a_hold_without_a_ground_is_refused_at_the_field_and_nothing_typed_is_lost(
    lars: Browser, house: House, address: str, changed: dict[str, str], field: str, said: str
) -> None:
    before = list(house.legal.held)
    lars.get("/legal")
    answer = lars.post(address, case_number=CLOSED, note="For the file.", **{**RIGHT, **changed})
    assert answer.status_code == 422
    assert said in lars.words()
    assert f'href="#{field}"' in lars.page
    assert f'id="{field}-error"' in lars.page
    assert "For the file.</textarea>" in lars.page
    assert house.legal.held == before


def test_a_number_that_is_nobodys_is_told_at_the_field(lars: Browser) -> None:
    lars.get("/legal")
    assert lars.post("/legal/holds", case_number="W-0000-0000", **RIGHT).status_code == 422
    assert "No case of your companies has this number" in lars.words()
    assert 'id="case_number-error"' in lars.page


def test_a_case_that_is_gone_takes_no_hold_and_the_page_says_since_when(lars: Browser) -> None:
    lars.get("/legal")
    assert lars.post("/legal/holds", case_number="W-1111-2222", **RIGHT).status_code == 422
    assert "Gone on Saturday 28 February 2026." in lars.words()


def test_the_page_of_a_case_that_is_gone_leads_to_its_certificate_and_loses_no_text(lars: Browser) -> None:
    assert lars.get("/legal/cases/W-1111-2222").location == "/legal/certificates/W-1111-2222"
    lars.get("/legal")
    answer = lars.post("/legal/cases/W-1111-2222/holds", note="For the file.", **RIGHT)
    assert answer.status_code == 422
    assert "For the file.</textarea>" in lars.page


def test_a_release_takes_a_reason(lars: Browser, house: House) -> None:
    address = f"/legal/holds/{'aa' * 16}/release"
    lars.get(address)
    assert lars.post(address, reason=" ").status_code == 422
    assert 'id="reason-error"' in lars.page
    answer = lars.post(address, reason="The ruling has gained legal force.")
    assert answer.status_code == 303
    lars.get(answer.location)
    assert "The hold is released." in lars.words()
    assert lars.get(address).status_code == 404


def test_a_release_near_the_day_waits_for_somebody_else(
    signed_in: Callable[[str], Browser], house: House
) -> None:
    address = f"/legal/holds/{'bb' * 16}/release"
    lars = signed_in("legal")
    lars.get(address)
    assert "Stina Falk asks to release this hold" in lars.words()
    assert "The audit is over." in lars.words()
    assert "erased for good in the next pass" in lars.words()
    assert lars.post(address + "/confirm").status_code == 303
    assert [hold.id for hold in house.legal.held] == ["aa" * 16]


def test_who_asked_for_a_release_cannot_confirm_it(lars: Browser, house: House) -> None:
    address = f"/legal/holds/{'bb' * 16}/release"
    lars.get(address)
    answer = lars.post(address, reason="Over.")
    lars.get(answer.location)
    assert "Your colleagues in legal can now confirm" in lars.words()
    lars.get(address)
    assert "Confirm the release" not in lars.words()
    assert lars.post(address + "/confirm").status_code == 422
    assert "The person who asked cannot also confirm" in lars.words()


def test_a_conflict_keeps_what_was_typed(lars: Browser, house: House) -> None:
    lars.get(f"/legal/cases/{CLOSED}")
    house.legal.refusal = Conflict("first")
    answer = lars.post(f"/legal/cases/{CLOSED}/holds", note="For the file.", **RIGHT)
    assert answer.status_code == 409
    assert "For the file.</textarea>" in lars.page


def test_a_certificate_can_be_printed(lars: Browser) -> None:
    assert lars.get("/legal/certificates/W-1111-2222").status_code == 200
    assert "Records destroyed 7" in lars.words()
    assert lars.get("/legal/certificates/W-9999-9999").status_code == 404
