"""Every staff door is not there for everybody whose door it is not, with the real site behind it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from tests.parties.custodians import ask
from tests.parties.test_consents import ask as ask_consent
from tests.parties.test_holding import ask_of_two
from tests.vault.scenes import purged_case
from tests.vault.tampering import rows
from tests.web_staff.conftest import Browser
from tests.web_staff.officer_doors import INCIDENTS, OF_INCIDENTS, request_facts
from tests.world import Secrets, World, open_world
from whistle import app as program
from whistle.parties.redactions import EraseForm
from whistle.vault.tables import designations

PEOPLE = {
    "handler": "Hanna",
    "second handler": "Hugo",
    "stranger": "Nora",
    "deputy": "Disa",
    "custodian": "Carl",
    "legal": "Lisa",
    "second legal": "Leo",
    "privacy officer": "Olle",
    "administrator": "Adam",
    "auditor": "Alma",
}
"""The stranger handles another company's cases; the deputy has been let in to none."""

HANDLERS = {"handler", "second handler"}
WORKING = HANDLERS | {"stranger", "deputy"}
DESIGNATED = HANDLERS | {"stranger"}
LEGAL = {"legal", "second legal"}
ADMINISTRATOR = {"administrator"}
OFFICER = {"privacy officer"}
ANYBODY = set(PEOPLE)
APPROVED: set[str] = set()
"""What is nobody's in this case: who the reporter is before a custodian approved it, a held case past its day
before that day, a ground for standing open where no law asks for one."""

CASE = "/desk/cases/<number>"
COPY, REQUEST = "/desk/requests/<number>", "/privacy-desk/<number>"
"""A copy is sealed to those who handled reports when the person was verified."""
STEPS = (
    "identity-questions", "verification", "decisions", "messages", "answers", "excessive", "extension",
    "notice", "tasks", "tasks/<task_id>", "close", "turn-away", "forward", "files/<file_id>", "sources",
    "sources/<n>", "sources/answer", "sources/<n>/files/<place>",
    "facts/<part>", "decisions/as-the-rules-say",
)  # fmt: skip

#: Route rule to the roles whose door it is.
DOORS: dict[str, set[str]] = {
    "/desk": WORKING,
    "/desk/duties": WORKING,
    "/desk/newcomers": WORKING,
    "/desk/new": DESIGNATED,
    "/desk/search": WORKING,
    "/desk/statistics": WORKING,
    "/desk/statistics/publish": DESIGNATED,
    CASE: HANDLERS,
    f"{CASE}/acknowledge": HANDLERS,
    f"{CASE}/messages": HANDLERS,
    f"{CASE}/feedback": HANDLERS,
    f"{CASE}/notes": HANDLERS,
    f"{CASE}/close": HANDLERS,
    f"{CASE}/reopen": HANDLERS,
    f"{CASE}/reopen/confirm": HANDLERS,
    f"{CASE}/files/<file_id>": HANDLERS,
    f"{CASE}/triage": HANDLERS,
    f"{CASE}/measures": HANDLERS,
    f"{CASE}/protection": HANDLERS,
    f"{CASE}/assign": HANDLERS,
    f"{CASE}/links": HANDLERS,
    f"{CASE}/notes/<n>": HANDLERS,
    f"{CASE}/concerned": HANDLERS,
    f"{CASE}/minutes": HANDLERS,
    f"{CASE}/meeting": HANDLERS,
    f"{CASE}/rights": HANDLERS,
    f"{CASE}/minutes/<minutes_id>/lock": HANDLERS,
    f"{CASE}/handlers": HANDLERS,
    f"{CASE}/conflict": HANDLERS,
    f"{CASE}/investigators": HANDLERS,
    f"{CASE}/export": HANDLERS,
    f"{CASE}/held": APPROVED,
    f"{CASE}/held/files/<file_id>": APPROVED,
    f"{CASE}/held/export": APPROVED,
    f"{CASE}/held/colleagues": APPROVED,
    f"{CASE}/identity": APPROVED,
    f"{CASE}/identity/files/<file_id>": APPROVED,
    f"{CASE}/identity-requests": HANDLERS,
    f"{CASE}/consents": HANDLERS,
    f"{CASE}/consents/<consent_id>/tell": HANDLERS,
    f"{CASE}/consents/<consent_id>/carry-out": HANDLERS,
    f"{CASE}/redactions": HANDLERS,
    f"{CASE}/redactions/<entry>": HANDLERS,
    f"{CASE}/redactions/<request_id>/confirm": HANDLERS,
    f"{CASE}/redactions/<request_id>/withdraw": HANDLERS,
    "/custody": {"custodian"},
    "/custody/<request_id>": {"custodian"},
    "/custody/colleagues": {"custodian"},
    "/desk/requests": WORKING,
    **dict.fromkeys(
        (COPY, *(f"{COPY}/{one}" for one in ("answers", "colleagues", "files/<file_id>"))), HANDLERS
    ),
    **dict.fromkeys(
        ("/privacy-desk", "/privacy-desk/colleagues", "/privacy-desk/register", REQUEST), OFFICER
    ),
    **dict.fromkeys((f"{REQUEST}/{one}" for one in STEPS), OFFICER),
    **dict.fromkeys(OF_INCIDENTS, OFFICER),
    "/legal": LEGAL,
    "/legal/cases/<number>": LEGAL,
    "/legal/cases/<number>/holds": LEGAL,
    "/legal/cases/<number>/kept": LEGAL,
    "/legal/cases/<number>/sentence/<hold_id>": LEGAL,
    "/legal/cases/<number>/grounds": LEGAL,
    "/legal/cases/<number>/grounds/<ground_id>/review": APPROVED,
    "/legal/cases/<number>/grounds/<ground_id>/end": APPROVED,
    "/legal/holds": LEGAL,
    "/legal/holds/<hold_id>/release": LEGAL,
    "/legal/holds/<hold_id>/release/confirm": LEGAL,
    "/legal/holds/<hold_id>/release/withdraw": LEGAL,
    "/legal/holds/<hold_id>/review": LEGAL,
    "/legal/holds/many": LEGAL,
    "/legal/asks/<ask_id>": LEGAL,
    "/legal/asks/<ask_id>/confirm": LEGAL,
    "/legal/asks/<ask_id>/end": LEGAL,
    "/legal/cases": LEGAL,
    "/legal/cases/<number>/history": LEGAL,
    "/legal/colleagues": LEGAL,
    "/legal/week": LEGAL,
    "/legal/certificates": LEGAL,
    "/legal/certificates/<number>": LEGAL,
    "/legal/certificates/<number>/file": LEGAL,
    "/admin": ADMINISTRATOR,
    "/admin/people/new": ADMINISTRATOR,
    "/admin/people/<person>": ADMINISTRATOR,
    "/admin/people/<person>/roles": ADMINISTRATOR,
    "/admin/people/<person>/function": ADMINISTRATOR,
    "/admin/people/<person>/link": ADMINISTRATOR,
    "/admin/people/<person>/roles/<role>/end": ADMINISTRATOR,
    "/admin/people/<person>/retire": ADMINISTRATOR,
    "/admin/companies": ADMINISTRATOR,
    "/admin/companies/<code>": ADMINISTRATOR,
    "/admin/documentation": {"administrator", "auditor"},
    "/admin/article-30": {"administrator", "auditor"},
    "/admin/requests": {"administrator", "auditor"},
    "/admin/recovery": ADMINISTRATOR,
    "/admin/clock": ADMINISTRATOR,
    "/admin/rehearsal": ADMINISTRATOR,
    "/legal/clock": LEGAL,
    "/legal/restore": LEGAL,
    "/legal/restore/<hold_id>/citation": LEGAL,
    "/admin/restore": ADMINISTRATOR,
    "/ledger": {"auditor"},
    "/ledger/certificates": {"auditor"},
    "/ledger/certificates/<number>": {"auditor"},
    "/ledger/certificates/<number>/file": {"auditor"},
    "/statistics": {"auditor"},
    "/staff/account": ANYBODY,
    "/staff/account/language": ANYBODY,
    "/staff/account/passphrase": ANYBODY,
    "/staff/account/recovery-code": ANYBODY,
    "/staff/account/passkeys": ANYBODY,
    "/staff/account/passkeys/new": ANYBODY,
    "/staff/account/passkeys/<passkey>/remove": ANYBODY,
    "/staff/keys": ANYBODY,
    "/staff/step-up": ANYBODY,
}
#: Doors before which nobody is signed in yet, or need not be.
OPEN_DOORS = {
    "/staff/sign-in", "/staff/return", "/staff/sign-out", "/staff/activate/<token>", "/staff/recover",
    "/staff/recover/second-factor",
}  # fmt: skip
STAFF_WORDS = (
    "/desk", "/legal", "/admin", "/ledger", "/staff", "/statistics", "/custody", "/privacy-desk",
)  # fmt: skip

MAY = {200, 303, 401, 409, 422}
"""A page, done, the second factor first, somebody was faster, something is missing."""

TYPED = {"entry": "content-1", **dict.fromkeys(("message", "note", "reason", "feedback"), "Words.")}
"""What is sent: enough for no door to be left half way, too little for most to do anything."""


@dataclass(frozen=True)
class Scene:
    """A site that lies still, and what stands in the addresses of its doors."""

    folder: Path
    secrets: Secrets
    facts: dict[str, str]

    def address(self, rule: str) -> str:
        """The address of a door, as the pages of this site link to it."""
        facts = self.facts
        if "confirm" in rule:
            facts = facts | {"hold_id": facts["asked_hold"]}
        if "certificates" in rule:
            facts = facts | {"number": facts["purged"]}
        if rule.startswith("/privacy-desk"):
            facts = facts | {"number": facts["privacy"], "file_id": facts["paper"], "n": facts["fetched"]}
        if rule.startswith(INCIDENTS):
            facts = facts | {"number": facts["incident"]}
        if rule.startswith("/desk/requests"):
            facts = facts | {"number": facts["copy"], "file_id": facts["copied_paper"]}
        if rule.startswith("/custody"):
            facts = facts | {"request_id": facts["identity_request"]}
        for name, value in facts.items():
            rule = rule.replace(f"<{name}>", value)
        return rule


@pytest.fixture(scope="module")
def scene(template: tuple[Path, Secrets], tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The site, made once."""
    folder = tmp_path_factory.mktemp("roles") / "site"
    with open_world(template[0], folder, template[1], None) as world:
        return Scene(folder, template[1], facts_of(world))


def facts_of(world: World) -> dict[str, str]:
    """A case in which every door has something behind it; returns what the addresses name."""
    site, hanna = world.program, world.member("Hanna")
    facts = {"purged": purged_case(world), "code": "nordvakt-se", "entry": "content-1", "n": "1"}
    number = world.send("Words. " * 100, files=[("a.txt", b"a" * 100)], identity_name="Eva").number
    site.handler.note(hanna, number, "A note.")
    site.casework.minutes.write(hanna, number, "We met.", "meeting", world.clock.now().date().isoformat())
    passage = EraseForm(entry="content-1", passage="Words. " * 90, which="1", ground="sensitive")
    assert not site.redactions.erase(hanna, number, passage)
    case = site.handler.case(hanna, number)
    holds = [
        site.legal.place(world.member("Lisa"), number, "court_ruling", f"T {n}-28", "", "2028-12-01")
        for n in (1, 2)
    ]
    site.legal.release(world.member("Leo"), holds[1], "It is over.")
    two = ask_of_two(world, [number, world.send().number])
    disa = world.member("Disa").person_id
    facts |= request_facts(world)
    return facts | {
        "number": number, "file_id": case.entries[0].files[0].id, "minutes_id": case.minutes[0].id,
        "consent_id": ask_consent(world, number, basis="law", provision="27 kap. 1 § RB"),
        "request_id": case.erasures[0].id, "identity_request": ask(world, number), "hold_id": holds[0],
        "asked_hold": holds[1], "ask_id": two, "ground_id": "ab" * 16, "person": disa.hex(),
        "passkey": "ab" * 32,
        "role": rows(world, designations, person_id=disa)[0]["id"].hex(),
    }  # fmt: skip


@pytest.fixture
def enter(scene: Scene, tmp_path: Path) -> Iterator[Callable[..., Browser]]:
    """A browser in which somebody of a role is signed in, before a copy of the site."""
    with open_world(scene.folder, tmp_path / "site", scene.secrets, None) as world:
        world.later(740)
        web = program.make_app(world.program, "staff")

        def begin(who: str, *, fresh: bool = False) -> Browser:
            browser, sessions = Browser(web.test_client()), world.program.sessions
            token = sessions.begin_staff(world.member(PEOPLE[who]))
            if fresh:
                sessions.freshen(token)
            browser.client.set_cookie("staff", token)
            return browser

        yield begin


def test_the_table_names_every_staff_door_there_is(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith(STAFF_WORDS)}
    assert rules == set(DOORS) | OPEN_DOORS


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_a_door_of_another_role_answers_404_and_never_403(
    app: Flask, scene: Scene, enter: Callable[..., Browser], who: str
) -> None:
    # The second factor was just shown: nobody is asked for it before they are told.
    browser = enter(who, fresh=True)
    answers = _answers(app, scene, browser, lambda rule: who not in DOORS[rule])
    assert {door: answer for door, answer in answers.items() if answer != 404} == {}


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_a_door_of_ones_own_opens(app: Flask, scene: Scene, enter: Callable[..., Browser], who: str) -> None:
    answers = _answers(app, scene, enter(who), lambda rule: who in DOORS[rule])
    assert {door: answer for door, answer in answers.items() if answer not in MAY} == {}


def _answers(
    app: Flask, scene: Scene, browser: Browser, wanted: Callable[[str], bool]
) -> dict[tuple[str, str], int]:
    return {
        (method, rule.rule): _try(browser, method, scene.address(rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule in DOORS and wanted(rule.rule)
        for method in sorted({"GET", "POST"} & set(rule.methods or ()))
    }


def _try(browser: Browser, method: str, address: str) -> int:
    if method == "GET":
        return browser.client.get(address).status_code
    browser.get("/staff/account")
    # Whoever declares a conflict of interest finds no door of the case any more.
    typed = {} if address.endswith("/conflict") else TYPED
    return browser.post(address, **typed).status_code


def test_not_yours_and_not_there_are_the_same_page(scene: Scene, enter: Callable[..., Browser]) -> None:
    browser, number = enter("stranger"), scene.facts["number"]
    theirs = browser.client.get(f"/desk/cases/{number}")
    nowhere = browser.client.get("/desk/cases/W-0000-0000")
    assert theirs.status_code == nowhere.status_code == 404
    assert theirs.data.replace(number.encode(), b"") == nowhere.data.replace(b"W-0000-0000", b"")


@pytest.mark.parametrize("rule", sorted(DOORS))
def test_nobody_signed_in_is_led_to_the_sign_in_page(app: Flask, scene: Scene, rule: str) -> None:
    browser = Browser(app.test_client())
    answer = browser.get(scene.address(rule))
    if answer.status_code != 405:
        assert answer.status_code == 303
        assert answer.location.startswith("/staff/sign-in?next=/")


def test_the_bar_shows_a_role_its_own_pages_only(signed_in: Callable[[str], Browser]) -> None:
    links = {
        "handler": {"/desk"},
        "legal": {"/legal"},
        "administrator": {"/admin"},
        "auditor": {"/ledger"},
        "custodian": {"/custody"},
    }
    for who, own in links.items():
        browser = signed_in(who)
        browser.get("/staff/account")
        for link in ("/desk", "/legal", "/admin", "/ledger", "/custody"):
            assert (f'<a href="{link}"' in browser.page) == (link in own), (who, link)
        assert 'action="/staff/sign-out"' in browser.page
