"""A rehearsal site is played through the real parties, day by day, from before its first case until today."""

import base64
import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from whistle import app
from whistle.clock import Clock, SystemClock
from whistle.config import Settings
from whistle.crypto import totp
from whistle.demo import events, requests
from whistle.demo.cases import CASES, DemoCase, DemoEvent, day_of
from whistle.demo.events import Cast
from whistle.demo.people import PEOPLE, SITE_TOML, DemoPerson
from whistle.demo.requests import REQUESTS, DemoRequest, Played
from whistle.errors import SettingsWrong
from whistle.parties.fingerprints import fingerprint_of
from whistle.parties.member import Member
from whistle.rules.calendar import add_months
from whistle.rules.clock import Reading
from whistle.rules.companies import load_site
from whistle.vault import clockguard, confirmations, journal, people, schema, sites
from whistle.vault.serverkeys import ServerKeys, write_private
from whistle.vault.store import open_engine

CARD = "rehearsal.json"
"""Sign-ins and case keys of the rehearsal, for the second start to print again. Never on a real site."""

JOURNAL_COPY = "journal-copy"
"""Stands for the other machine to which a real site's journal is copied."""

BEGINNING_MONTHS = 36
"""People are there before the oldest case is received."""

CODE_SECONDS = 30
"""A one-time code is used once: each sign-in of the play needs a step of its own (RFC 6238)."""

WORDS = (
    "anchor", "barley", "cinder", "dapple", "ember", "fathom", "gravel", "harbor", "island", "juniper",
    "kettle", "lantern", "meadow", "nettle", "orchard", "pebble", "quarry", "ripple", "saddle", "thicket",
    "umber", "velvet", "walnut", "yarrow", "zephyr", "birch", "copper", "drizzle", "fjord", "granite",
)  # fmt: skip
"""Four of these and a number are a passphrase of the rehearsal: strong enough for the same door."""


@dataclass
class PlayClock:
    """The site's time is set by the play; the machine's goes on by one code at a time."""

    at: datetime
    machine_at: datetime

    def now(self) -> datetime:
        """The time in the play."""
        return self.at

    def machine(self) -> datetime:
        """The time that one-time codes go by."""
        return self.machine_at

    def monotonic(self) -> float:
        """Not used by the play."""
        return 0.0

    def boot(self) -> str:
        """Not used by the play."""
        return ""


@dataclass
class Card:
    """What `demo` prints."""

    people: list[dict[str, Any]] = field(default_factory=list)
    cases: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)


def make(
    settings: Settings, clock: Clock | None = None, say: Callable[[str], None] = lambda _line: None
) -> Card:
    """Make a rehearsal site in an empty data folder and play the stories up to today."""
    today = (clock or SystemClock()).now()
    app.make_folders(settings)
    ServerKeys.create(settings.keys)
    schema.upgrade(open_engine(settings.database_url))
    store = app.open_store(settings)
    start = datetime.combine(day_back(today.date()), time(8), UTC)
    play = PlayClock(start, today - timedelta(hours=2))
    sites.found(store, load_site(SITE_TOML), play.now(), rehearsal=True)
    program = app.join(settings, store, play, sites.values(store), rehearsal=True)
    stage = _Stage(program, play, Card(), Cast(program))
    say("Making keys for the people of the rehearsal")
    stage.bring_people()
    say("Playing the cases")
    stage.play(today.date())
    at = Reading(SystemClock().boot(), int(SystemClock().monotonic()), int(today.timestamp()))
    clockguard.start(store, at)
    journal.copy(store, settings.data / JOURNAL_COPY, today)
    write_private(settings.data / CARD, json.dumps(asdict(stage.card)).encode())
    store.engine.dispose()
    return stage.card


def day_back(today: date) -> date:
    """The day the rehearsal's people came."""
    return add_months(today, -BEGINNING_MONTHS)


def load_card(settings: Settings) -> Card:
    """The sign-ins of a rehearsal that was made before."""
    try:
        fields = json.loads((settings.data / CARD).read_bytes())
    except FileNotFoundError:
        why = f"{settings.data} holds a site that is no rehearsal; name another folder with --data"
        raise SettingsWrong(why) from None
    return Card(fields["people"], fields["cases"], fields.get("requests", []))


def exists(settings: Settings) -> bool:
    """Whether the folder holds a site already."""
    return (settings.keys / "sign.key").exists()


@dataclass
class _Stage:
    program: app.Program
    clock: PlayClock
    card: Card
    cast: Cast
    secrets: dict[str, bytes] = field(default_factory=dict)
    passphrases: dict[str, str] = field(default_factory=dict)
    asked: list[Played] = field(default_factory=list)

    def bring_people(self) -> None:
        """Activate everybody, then let them confirm each other as the rules want it."""
        administrators = [p for p in PEOPLE if any(role == "administrator" for role, _c in p.roles)]
        for person in administrators:
            self._activate(person)
            self._confirm_by(administrators)
        for person in PEOPLE:
            if person not in administrators:
                self._activate(person)
        for _round in range(2):
            self._confirm_by(PEOPLE)
        self.cast.members.update({name: self._today(one) for name, one in self.cast.members.items()})
        self.card.people = [self._on_card(person) for person in PEOPLE]

    def play(self, today: date) -> None:
        """Everything that happened, in the order of its days."""
        for _day, step in sorted(self._steps(today), key=lambda found: found[0]):
            step()
        states = {self.cast.numbers[case.key]: self._state(case) for case in CASES}
        for entry in self.card.cases:
            entry["state"] = states[entry["number"]]
        self.card.requests = [requests.on_card(one) for one in self.asked]

    def _steps(self, today: date) -> Iterator[tuple[tuple[date, int], Callable[[], None]]]:
        for case in CASES:
            received = day_of(case, case.days_ago_received, today)
            yield (received, 0), lambda case=case, day=received: self._report(case, day)  # type: ignore[misc]
            for position, event in enumerate(case.events, start=1):
                day = day_of(case, event.days_ago, today)
                yield (day, position), lambda case=case, event=event, day=day: self._event(case, event, day)  # type: ignore[misc]

        for request in REQUESTS:
            sent: list[Played] = []
            day = requests.day_of(request, 0, today)
            yield (day, 0), lambda request=request, day=day, sent=sent: self._request(request, day, sent)  # type: ignore[misc]
            for position, (after, step) in enumerate(request.steps, start=1):
                day = requests.day_of(request, after, today)
                yield (day, position), lambda step=step, day=day, sent=sent: self._step_of(step, day, sent)  # type: ignore[misc]

    def _request(self, request: DemoRequest, day: date, sent: list[Played]) -> None:
        self._at(day)
        sent.append(requests.send(self.cast, request))
        self.asked.append(sent[0])

    def _step_of(self, step: Callable[[Played], None], day: date, sent: list[Played]) -> None:
        self._at(day)
        step(sent[0])

    def _report(self, case: DemoCase, day: date) -> None:
        self._at(day)
        receipt = events.report(self.cast, case, day)
        self.card.cases.append(
            {
                "number": receipt.number,
                "company": case.company,
                "state": "received",
                "case_key": receipt.case_key,
            }
        )

    def _event(self, case: DemoCase, event: DemoEvent, day: date) -> None:
        self._at(day)
        events.play(self.cast, case, event, day)

    def _at(self, day: date) -> None:
        """Noon in the north: the same day in all three companies. Machine time is left alone."""
        self.clock.at = datetime.combine(day, time(10), UTC)

    def _activate(self, person: DemoPerson) -> None:
        staff, sessions = self.program.staff, self.program.sessions
        token = people.invite(
            self.program.store, person.name, person.email, person.function, list(person.roles),
            self.clock.now(), self.clock.machine(), actor="init",
        )  # fmt: skip
        browser = sessions.new_token()
        setup = staff.new_setup(browser)
        secret = base64.b32decode(setup.secret_text)
        passphrase = "-".join(secrets.choice(WORDS) for _ in range(4)) + f"-{secrets.randbelow(90) + 10}"
        code = totp.code_at(secret, self._step())
        recovery = staff.activate(
            token, browser_token=browser, setup=setup, passphrase=passphrase, again=passphrase, code=code
        )
        staff.finish_activation(token, recovery)
        self.secrets[person.name], self.passphrases[person.name] = secret, passphrase

    def _sign_in(self, name: str) -> Member:
        if name not in self.cast.members:
            self.clock.machine_at += timedelta(seconds=CODE_SECONDS)
            code = totp.code_at(self.secrets[name], self._step())
            self.cast.members[name] = self.program.staff.sign_in(name, self.passphrases[name], code)
        return self.cast.members[name]

    def _today(self, member: Member) -> Member:
        """Somebody who is signed in, with the roles that count by now."""
        sessions = self.program.sessions
        token = sessions.begin_staff(member)
        found = sessions.open_staff(token)
        sessions.end(token)
        assert found is not None  # noqa: S101 (they have just signed in)
        return found

    def _step(self) -> int:
        return totp.step_at(int(self.clock.machine().timestamp()))

    def _confirm_by(self, group: tuple[DemoPerson, ...] | list[DemoPerson]) -> None:
        for person in group:
            if person.name not in self.secrets:
                continue
            self._confirm_all(self._sign_in(person.name))

    def _confirm_all(self, member: Member) -> None:
        while waiting := [
            item
            for item in confirmations.waiting(self.program.store, member.person_id, self.program.clock.now())
            if member.person_id not in item.confirmed_by
        ]:
            item = waiting[0]
            fresh = replace(member, fresh=True)
            self.program.keys.confirm(fresh, item.id.hex(), fingerprint_of(item.public_key))

    def _on_card(self, person: DemoPerson) -> dict[str, Any]:
        roles = sorted({role for role, _company in person.roles})
        companies = [company for role, company in person.roles if role == roles[0]]
        return {
            "name": person.name, "roles": roles, "companies": companies,
            "passphrase": self.passphrases[person.name],
            "totp_secret": base64.b32encode(self.secrets[person.name]).decode().rstrip("="),
        }  # fmt: skip

    def _state(self, case: DemoCase) -> str:
        return self.program.reporter.open(self.cast.secrets[case.key]).state
