"""Every staff door is not there for everybody whose door it is not."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.web_staff.conftest import Browser
from tests.web_staff.samples import CLOSED, NUMBER, PEOPLE

#: Route rule to the roles whose door it is; `anybody` is everybody who is signed in.
HANDLERS = {"handler", "second handler"}
LEGAL = {"legal", "second legal"}
ANYBODY = set(PEOPLE)
DOORS: dict[str, set[str]] = {
    "/desk": HANDLERS | {"stranger"},
    "/desk/duties": HANDLERS | {"stranger"},
    "/desk/cases/<number>": HANDLERS,
    "/desk/cases/<number>/acknowledge": HANDLERS,
    "/desk/cases/<number>/messages": HANDLERS,
    "/desk/cases/<number>/feedback": HANDLERS,
    "/desk/cases/<number>/notes": HANDLERS,
    "/desk/cases/<number>/close": HANDLERS,
    "/desk/cases/<number>/reopen": HANDLERS,
    "/desk/cases/<number>/reopen/confirm": HANDLERS,
    "/desk/cases/<number>/files/<file_id>": HANDLERS,
    "/desk/new": HANDLERS | {"stranger"},
    "/desk/cases/<number>/triage": HANDLERS,
    "/desk/cases/<number>/measures": HANDLERS,
    "/desk/cases/<number>/protection": HANDLERS,
    "/desk/cases/<number>/assign": HANDLERS,
    "/desk/cases/<number>/links": HANDLERS,
    "/desk/cases/<number>/notes/<n>": HANDLERS,
    "/desk/cases/<number>/concerned": HANDLERS,
    "/desk/cases/<number>/minutes": HANDLERS,
    "/desk/cases/<number>/meeting": HANDLERS,
    "/desk/cases/<number>/minutes/<minutes_id>/lock": HANDLERS,
    "/legal": LEGAL,
    "/legal/cases/<number>": LEGAL,
    "/legal/cases/<number>/holds": LEGAL,
    "/legal/holds": LEGAL,
    "/legal/holds/<hold_id>/release": LEGAL,
    "/legal/holds/<hold_id>/release/confirm": LEGAL,
    "/legal/certificates/<number>": LEGAL,
    "/admin": {"administrator"},
    "/admin/people/new": {"administrator"},
    "/admin/people/<person>": {"administrator"},
    "/admin/people/<person>/roles": {"administrator"},
    "/admin/people/<person>/function": {"administrator"},
    "/admin/people/<person>/roles/<role>/end": {"administrator"},
    "/admin/people/<person>/retire": {"administrator"},
    "/admin/companies": {"administrator"},
    "/admin/companies/<code>": {"administrator"},
    "/admin/documentation": {"administrator", "auditor"},
    "/ledger": {"auditor"},
    "/desk/search": HANDLERS | {"stranger"},
    "/desk/statistics": HANDLERS | {"stranger"},
    "/desk/statistics/publish": HANDLERS | {"stranger"},
    "/desk/cases/<number>/export": HANDLERS,
    "/statistics": {"auditor"},
    "/staff/account": ANYBODY,
    "/staff/keys": ANYBODY,
}
#: Doors before which nobody is signed in yet, or need not be.
OPEN_DOORS = {"/staff/sign-in", "/staff/return", "/staff/sign-out", "/staff/activate/<token>"}
STAFF_WORDS = ("/desk", "/legal", "/admin", "/ledger", "/staff", "/statistics")


def address(rule: str) -> str:
    number = CLOSED if rule.startswith("/legal") else NUMBER
    if "certificates" in rule:
        number = "W-1111-2222"
    hold = ("bb" if "confirm" in rule else "aa") * 16
    rule = rule.replace("<person>", "aa").replace("<role>", "aa").replace("<code>", "nordvakt-se")
    return rule.replace("<number>", number).replace("<file_id>", "ab" * 16).replace("<hold_id>", hold).replace("<n>", "1").replace("<minutes_id>", "ab" * 16)


def test_the_table_names_every_staff_door_there_is(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith(STAFF_WORDS)}
    assert rules == set(DOORS) | OPEN_DOORS


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_a_door_of_another_role_answers_404_and_never_403(
    app: Flask, signed_in: Callable[[str], Browser], who: str
) -> None:
    browser = signed_in(who)
    for rule in (one for one in app.url_map.iter_rules() if one.rule in DOORS):
        methods = rule.methods or set()
        if "GET" in methods:
            answers = [browser.client.get(address(rule.rule))]
        else:
            browser.get("/staff/account")
            answers = [browser.post(address(rule.rule), message="x", note="x", reason="x")]
        for answer in answers:
            if who in DOORS[rule.rule]:
                assert answer.status_code in {200, 303, 401, 422}, (who, rule.rule)
            else:
                assert answer.status_code == 404, (who, rule.rule)


def test_not_yours_and_not_there_are_the_same_page(signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("stranger")
    theirs = browser.client.get(f"/desk/cases/{NUMBER}")
    nowhere = browser.client.get("/desk/cases/W-0000-0000")
    assert theirs.status_code == nowhere.status_code == 404
    assert theirs.data.replace(NUMBER.encode(), b"") == nowhere.data.replace(b"W-0000-0000", b"")


@pytest.mark.parametrize("rule", sorted(DOORS))
def test_nobody_signed_in_is_led_to_the_sign_in_page(app: Flask, rule: str) -> None:
    browser = Browser(app.test_client())
    answer = browser.get(address(rule))
    if answer.status_code != 405:
        assert answer.status_code == 303
        assert answer.location.startswith("/staff/sign-in?next=/")


def test_the_bar_shows_a_role_its_own_pages_only(signed_in: Callable[[str], Browser]) -> None:
    links = {
        "handler": {"/desk"},
        "legal": {"/legal"},
        "administrator": {"/admin"},
        "auditor": {"/ledger"},
        "custodian": set(),
    }
    for who, own in links.items():
        browser = signed_in(who)
        browser.get("/staff/account")
        for link in ("/desk", "/legal", "/admin", "/ledger"):
            assert (f'<a href="{link}"' in browser.page) == (link in own), (who, link)
        assert 'action="/staff/sign-out"' in browser.page
