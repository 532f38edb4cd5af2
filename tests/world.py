"""A small site with people in every role, made once for the suite and copied for each test."""

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, insert, inspect, select

from tests.fakes import FakeClock
from whistle import app
from whistle.config import Settings
from whistle.crypto import totp
from whistle.crypto.keys import KeyPair
from whistle.demo.people import SITE_TOML
from whistle.parties.concerned import Said
from whistle.parties.fingerprints import fingerprint_of
from whistle.parties.member import Member
from whistle.parties.reporter import Entered, ReportForm
from whistle.parties.views import Receipt
from whistle.rules.companies import load_site
from whistle.vault import confirmations, people, schema, sites
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import open_engine
from whistle.vault.tables import metadata

PASSPHRASE = "lorgnette kaffe snurra 94"
SE, NO, FI = "nordvakt-se", "nordvakt-no", "nordvakt-fi"

PEOPLE = (
    ("Adam", [("administrator", SE), ("administrator", NO)]),
    ("Bea", [("administrator", SE)]),
    ("Hanna", [("handler", SE)]),
    ("Hugo", [("handler", SE), ("handler", FI)]),
    ("Nora", [("handler", NO)]),
    ("Carl", [("custodian", SE)]),
    ("Lisa", [("legal", SE)]),
    ("Leo", [("legal", SE)]),
    ("Olle", [("privacy_officer", SE)]),
    ("Alma", [("auditor", SE)]),
    ("Nils", [("handler", NO)]),
    ("Fia", [("handler", FI)]),
    ("Disa", [("deputy", SE)]),
    ("Dag", [("deputy", NO)]),
    ("Dina", [("deputy", FI)]),
)
"""Two handlers and a deputy everywhere: all channels are open. Norway and Finland have no custodian."""


@dataclass
class Secrets:
    """What the people of the template know; the same in every copy."""

    seeds: dict[str, bytes] = field(default_factory=dict)
    totp: dict[str, bytes] = field(default_factory=dict)
    recovery: dict[str, str] = field(default_factory=dict)


@dataclass
class World:
    """A site of a test's own, with its clock and its people."""

    program: app.Program
    clock: FakeClock
    secrets: Secrets

    @property
    def settings(self) -> Settings:
        return self.program.settings

    def member(self, name: str, *, fresh: bool = True) -> Member:
        """A member of staff as a sign-in would make them, who just showed their second factor again."""
        person = next(p for p in people.everybody(self.program.store, self.clock.now()) if p.name == name)
        roles = tuple((d.role, d.company_code) for d in person.designations if d.confirmed)
        return Member(person.id, name, roles, KeyPair.from_seed(self.secrets.seeds[name]), fresh)

    def code(self, name: str) -> str:
        """The one-time code that the person's device shows now."""
        return totp.code_at(self.secrets.totp[name], totp.step_at(int(self.clock.machine().timestamp())))

    def send(self, text: str = "Three invoices for work nobody has seen.", **fields: object) -> Receipt:
        """A new reporter's report; `files` are (name, bytes), `token` and `nonce` as the form sends them."""
        reporter = self.program.reporter
        files = fields.pop("files", ())
        token = str(fields.pop("token", "") or self.program.sessions.new_token())
        nonce = str(fields.pop("nonce", "") or reporter.new_nonce())
        sending = reporter.start()
        for name, data in files:  # type: ignore[attr-defined]
            sink = sending.open_file(name, "application/octet-stream")
            sink.write(data)
            sink.finish()
        form = ReportForm(**({"company": SE, "description": text} | fields))  # type: ignore[arg-type]
        return reporter.submit(sending, form, token=token, nonce=nonce)

    def enter(self, receipt: Receipt) -> bytes:
        """The case secret of a report that was just sent."""
        assert receipt.case_key is not None
        entered: Entered = self.program.reporter.enter(receipt.case_key)
        return entered.secret

    def closed(self, **fields: object) -> tuple[Receipt, bytes]:
        """A case that Hanna acknowledged and closed on the day it came."""
        receipt = self.send(**fields)  # type: ignore[arg-type]
        secret = self.enter(receipt)
        hanna = self.member("Hanna")
        self.program.handler.acknowledge(hanna, receipt.number, "Your report was received.")
        self.close(hanna, receipt.number, "The invoices were stopped.")
        return receipt, secret

    def nobody_concerned(self, member: Member, number: str) -> None:
        """What has to be decided before a case closes: this report holds nobody responsible."""
        self.program.casework.concerned.decide(member, number, Said("none_identified"))

    def close(self, member: Member, number: str, feedback: str, outcome: str = "measures_taken") -> None:
        """Close a case in which nobody is concerned."""
        self.nobody_concerned(member, number)
        self.program.handler.close(member, number, outcome, feedback)

    def later(self, days: int) -> None:
        """Days pass."""
        self.clock.advance(timedelta(days=days))


def make_template(folder: Path) -> Secrets:
    """The template on SQLite: every account really activated, every key really confirmed."""
    clock = FakeClock()
    settings = Settings.read({}, folder, checkout=None)
    app.make_folders(settings)
    ServerKeys.create(settings.keys)
    engine = open_engine(settings.database_url)
    schema.upgrade(engine)
    engine.dispose()
    store = app.open_store(settings)
    sites.found(store, load_site(SITE_TOML), clock.now(), rehearsal=True)
    program = app.join(settings, store, clock, sites.values(store), rehearsal=True)
    known = Secrets()
    for name, roles in PEOPLE:
        _activate(program, clock, known, name, roles)
        if name in ("Adam", "Bea"):
            _confirm(program, "Adam")
    for _round in range(2):
        for name, _roles in PEOPLE:
            _confirm(program, name)
    store.engine.dispose()
    return known


def _activate(
    program: app.Program, clock: FakeClock, known: Secrets, name: str, roles: list[tuple[str, str]]
) -> None:
    store, staff = program.store, program.staff
    email = f"{name.lower()}@nordvakt.example"
    token = people.invite(
        store, name, email, f"Function of {name}", roles, clock.now(), clock.machine(), actor="init"
    )
    browser = program.sessions.new_token()
    setup = staff.new_setup(browser)
    secret = base64.b32decode(setup.secret_text)
    code = totp.code_at(secret, totp.step_at(int(clock.machine().timestamp())))
    recovery = staff.activate(
        token, browser_token=browser, setup=setup, passphrase=PASSPHRASE, again=PASSPHRASE, code=code
    )
    staff.finish_activation(token, recovery)
    clock.advance(timedelta(seconds=31))
    code = totp.code_at(secret, totp.step_at(int(clock.machine().timestamp())))
    member = staff.sign_in(name, PASSPHRASE, code)
    clock.advance(timedelta(seconds=31))
    known.seeds[name], known.totp[name], known.recovery[name] = member.pair.seed, secret, recovery


def _confirm(program: app.Program, name: str) -> None:
    person = next(p for p in people.everybody(program.store) if p.name == name)
    while waiting := [
        w
        for w in confirmations.waiting(program.store, person.id, program.clock.now())
        if person.id not in w.confirmed_by
    ]:
        member = Member(person.id, name, (), KeyPair.from_seed(bytes(32)), fresh=True)
        program.keys.confirm(member, waiting[0].id.hex(), fingerprint_of(waiting[0].public_key))


def copy_template(template: Path, folder: Path) -> None:
    """The template's files, in a folder of a test's own."""
    shutil.copytree(template, folder, dirs_exist_ok=True)


@contextmanager
def open_world(template: Path, folder: Path, secrets: Secrets, database: str | None) -> Iterator[World]:
    """A copy of the template; `database` is the URL of a PostgreSQL database, empty or filled, or None."""
    copy_template(template, folder)
    environ = {} if database is None else {"WHISTLE_DATABASE": database}
    settings = Settings.read(environ, folder, checkout=None)
    clock = FakeClock()
    clock.advance(timedelta(hours=1))
    if database is not None:
        fill(folder, database)
    store = app.open_store(settings)
    try:
        yield World(app.join(settings, store, clock, sites.values(store), rehearsal=True), clock, secrets)
    finally:
        store.engine.dispose()


def fill(folder: Path, database: str) -> None:
    """The rows of a site on SQLite into a PostgreSQL database, unless that was copied with them in it."""
    target = open_engine(database)
    if inspect(target).has_table("people"):
        target.dispose()
    else:
        copy_rows(open_engine(Settings.read({}, folder, checkout=None).database_url), target)


def copy_rows(source: Engine, target: Engine) -> None:
    """Every row of one database into another whose schema was just migrated."""
    schema.upgrade(target)
    with source.connect() as here, target.begin() as there:
        for table in metadata.sorted_tables:
            rows = [dict(row._mapping) for row in here.execute(select(table))]
            if rows:
                there.execute(insert(table), rows)
    source.dispose()
    target.dispose()
