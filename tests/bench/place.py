"""A site for the figures: three handlers and a custodian in one company, twenty people who can sign in."""

from datetime import timedelta
from pathlib import Path

from tests import world
from tests.bench.client import Answer, Browser
from tests.fakes import FakeClock
from tests.world import FI, NO, PASSPHRASE, SE, Secrets
from whistle import app
from whistle.clock import SystemClock
from whistle.config import Settings
from whistle.crypto import totp
from whistle.demo.people import SITE_TOML
from whistle.rules.companies import load_site
from whistle.vault import schema, sites
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store, open_engine

HANDLER = "Hanna"
FIRST = ("Adam", "Bea")
HEAD_START = timedelta(hours=4)
"""The people were activated, one a minute, before the figures are taken: no code of theirs is used twice."""

ROLES: dict[str, list[tuple[str, str]]] = {
    "Adam": [("administrator", SE), ("administrator", NO), ("administrator", FI)],
    "Bea": [("administrator", SE), ("administrator", NO), ("administrator", FI)],
    HANDLER: [("handler", SE)],
    "Hugo": [("handler", SE)],
    "Hedda": [("handler", SE)],
    "Disa": [("deputy", SE)],
    "Carl": [("custodian", SE)],
    "Olle": [("privacy_officer", SE)],
    "Nora": [("handler", NO)],
    "Frida": [("handler", FI)],
}
SIGNERS = 20
"""As many people sign in at once in the figure for waiting."""


def people() -> dict[str, list[tuple[str, str]]]:
    """Everybody with their roles; administrators fill up the number, because no form names them."""
    more = SIGNERS - len(ROLES)
    return ROLES | {f"Person {n}": [("administrator", SE)] for n in range(1, more + 1)}


def make(folder: Path) -> Secrets:
    """A site whose people were really activated and confirmed, a few hours ago."""
    now = SystemClock().machine() - HEAD_START
    clock = FakeClock(site=now, wall=now)
    settings = Settings.read({}, folder, checkout=None)
    app.make_folders(settings)
    ServerKeys.create(settings.keys)
    schema.upgrade(open_engine(settings.database_url))
    store = app.open_store(settings)
    sites.found(store, load_site(SITE_TOML), clock.now(), rehearsal=True)
    program = app.join(settings, store, clock, sites.values(store), rehearsal=True)
    known = Secrets()
    for name, roles in people().items():
        world._activate(program, clock, known, name, roles)
        if name in FIRST:
            world._confirm(program, FIRST[0])
    for name in (*people(), *people()):
        world._confirm(program, name)
    store.engine.dispose()
    return known


def open_store(folder: Path, database: str | None = None) -> Store:
    """The vault of a site of the bench."""
    environ = {} if database is None else {"WHISTLE_DATABASE": database}
    return app.open_store(Settings.read(environ, folder, checkout=None))


def sign_in(browser: Browser, known: Secrets, name: str) -> Answer:
    """Sign in through the door with passphrase and code; the answer leads to the person's desk."""
    form = browser.get("/staff/sign-in").hidden
    moment = int(SystemClock().machine().timestamp())
    code = totp.code_at(known.totp[name], totp.step_at(moment))
    return browser.post("/staff/sign-in", form | {"name": name, "passphrase": PASSPHRASE, "code": code})
