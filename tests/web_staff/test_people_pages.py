"""Administrators invite, give and end roles, change companies; what is refused comes back as typed."""

from collections.abc import Callable

import pytest

from tests.web_staff.conftest import Browser
from tests.web_staff.fakes import House
from tests.web_staff.samples import CODE

NEW = {
    "name": "Ines",
    "email": "i@nordvakt.example",
    "function": "Audit",
    "role": "deputy",
    "company": "nordvakt-se",
}
Sign = Callable[[str], Browser]


@pytest.fixture
def ada(signed_in: Sign) -> Browser:
    """An administrator before the page of somebody."""
    browser = signed_in("administrator")
    browser.get("/admin/people/aa")
    return browser


def with_second_factor(browser: Browser, path: str, **fields: str) -> int:
    """Send a form; where the second factor is asked for, show it and let the form go on."""
    first = browser.post(path, **fields)
    if first.status_code != 401:
        return first.status_code
    assert 'name="code"' in browser.page
    return browser.post(path, step_up="yes", code=CODE, **fields).status_code


def test_an_invitation_shows_its_link_once_and_only_after_the_second_factor(
    ada: Browser, house: House
) -> None:
    assert ada.post("/admin/people/new", **NEW).status_code == 401
    assert house.administration.done == []
    assert with_second_factor(ada, "/admin/people/new", **NEW) == 200
    assert "http://localhost/staff/activate/invitation-token" in ada.words()
    assert house.administration.done == [
        ("invite", "Ines", "i@nordvakt.example", "Audit", "deputy", "nordvakt-se")
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "Maja Berg"}, "Somebody of this name has an account already."),
        ({"role": ""}, "Choose a role."),
        ({"role": "legal"}, "Nobody holds two roles in one company."),
    ],
)
def test_a_refused_invitation_comes_back_as_it_was_typed(
    ada: Browser, changes: dict[str, str], said: str
) -> None:
    assert with_second_factor(ada, "/admin/people/new", **(NEW | changes)) == 422
    assert said in ada.words()
    assert 'value="i@nordvakt.example"' in ada.page


def test_a_role_is_given_and_ended_from_the_persons_page(ada: Browser, house: House) -> None:
    given = {"role": "auditor", "company": "nordvakt-se", "to_on": "2026-12-31"}
    assert with_second_factor(ada, "/admin/people/aa/roles", **given) == 303
    ada.get("/admin/people/aa/roles/aa/end")
    assert "cannot be taken back" in ada.words()
    assert with_second_factor(ada, "/admin/people/aa/roles/aa/end", on_day="2026-06-01") == 422
    assert "A role ends today or later." in ada.words()
    assert with_second_factor(ada, "/admin/people/aa/roles/aa/end", on_day="2026-07-01") == 303
    assert house.administration.done == [
        ("give", "aa", "auditor", "nordvakt-se", "2026-12-31", "False"), ("end", "aa", "2026-07-01"),
    ]  # fmt: skip


def test_an_account_is_ended_after_the_page_said_what_that_does(ada: Browser, house: House) -> None:
    ada.get("/admin/people/bb/retire")
    assert "The same name cannot be invited again." in ada.words()
    assert with_second_factor(ada, "/admin/people/bb/retire") == 422
    assert "left without an administrator" in ada.words()
    assert with_second_factor(ada, "/admin/people/aa/retire") == 303
    assert house.administration.done == [("retire", "aa")]


def test_what_is_not_this_administrators_to_end_is_not_offered(ada: Browser) -> None:
    ada.get("/admin/people/cc")
    assert "/retire" not in ada.page
    assert "/end" not in ada.page
    assert "companies that you do not administer" in ada.words()
    for path in ("/admin/people/cc/retire", "/admin/people/cc/roles/ca/end", "/admin/people/zz"):
        assert ada.get(path).status_code == 404


def test_a_function_is_changed_and_an_empty_one_refused(ada: Browser, house: House) -> None:
    assert ada.post("/admin/people/aa/function", function=" ").status_code == 422
    assert ada.post("/admin/people/aa/function", function="Head of audit").status_code == 303
    assert house.administration.done == [("function", "aa", "Head of audit")]


def test_the_companies_say_what_they_rest_on_and_lack_and_what_is_to_be_decided(ada: Browser) -> None:
    ada.get("/admin/companies")
    for said in (
        "Shared with other companies of 50 to 249 employees (2021:890 5:3)",
        "Over 249 employees since 10 June 2026: the channel takes no new case after 10 July 2026.",
        "It needs two handlers whose keys count.",
        "It needs a deputy whose key counts",
        "Reference Avtal 1",
        "styrelsen@nordvakt.example",
        "Whether a hold keeps the identity too.",
    ):
        assert said in ada.words(), said


def test_a_company_is_changed_or_refused_in_the_site_files_words(ada: Browser, house: House) -> None:
    path = "/admin/companies/nordvakt-se"
    ada.get(path)
    assert '[[company]] code = "nordvakt-se"' in ada.words()
    assert ada.post(path, basis="provider", name="Nordvakt AB", employees="77").status_code == 422
    assert 'nordvakt-se: the basis "provider" needs a "reference" to its agreement.' in ada.words()
    assert 'value="77"' in ada.page
    assert ada.post(path, basis="own", employees="77").status_code == 303
    assert house.administration.done == [("change", "nordvakt-se", "77")]
    ada.get("/admin/companies/nordvakt-fi")
    assert 'id="company"' not in ada.page
    assert ada.get("/admin/companies/nobody").status_code == 404


@pytest.mark.parametrize("who", ["administrator", "auditor"])
def test_the_documentation_names_people_periods_and_sources_and_no_case(signed_in: Sign, who: str) -> None:
    browser = signed_in(who)
    assert browser.get("/admin/documentation").status_code == 200
    for said in (
        "Per Dal", "1 March 2026", "2021:890 5:8 p 3", "no number of cases", "Arbetsmiljöverket", "Routines",
        "Handler, of another company",
    ):  # fmt: skip
        assert said in browser.words(), said
    assert "W-" not in browser.words()


def test_the_pages_are_swedish_too(ada: Browser) -> None:
    for path in ("/admin/people/aa", "/admin/companies", "/admin/documentation"):
        ada.get(path, language="sv")
        assert 'lang="sv"' in ada.page
    assert "Utsedda personer" in ada.words()
