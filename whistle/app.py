"""The one place that joins everything: settings, clock, vault, parties and doors."""

import contextlib
import gc
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from whistle.clock import Clock, FollowingClock, RehearsalClock, SystemClock
from whistle.config import Settings
from whistle.connect.asking import Systems
from whistle.connect.systems import load_systems
from whistle.errors import Tampered
from whistle.leader import Leader
from whistle.parties.accounts import Accounts
from whistle.parties.administration import Administration
from whistle.parties.casework import Casework
from whistle.parties.circle import Circle
from whistle.parties.clockwatch import Clockwatch
from whistle.parties.consents import Consents
from whistle.parties.custody import Custody
from whistle.parties.duties import Duties
from whistle.parties.handler import Handler
from whistle.parties.kept import Kept
from whistle.parties.keyholders import Keyholders
from whistle.parties.legal import Legal
from whistle.parties.overview import Overview
from whistle.parties.privacy import Privacy
from whistle.parties.redactions import Redactions
from whistle.parties.reporter import Reporter
from whistle.parties.request_codes import opened_letter
from whistle.parties.restored import Restored
from whistle.parties.sessions import Sessions
from whistle.parties.site import SiteFacts
from whistle.parties.site_recovery import SiteRecovery
from whistle.parties.staff import Staff
from whistle.post.line import Post
from whistle.rules.clock import Reading
from whistle.rules.everything import load_all
from whistle.scheduler import Mailing
from whistle.vault import journal, ledger, purge, rehearsals, sites
from whistle.vault.localblobs import LocalBlobs
from whistle.vault.reminders import Rounds
from whistle.vault.serverkeys import PRIVATE_FOLDER, ServerKeys
from whistle.vault.store import BlobStore, Store, open_engine
from whistle.vault.tables import blobs

if TYPE_CHECKING:
    from flask import Flask

CHECKOUT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Program:
    """A site with everything that works on it."""

    settings: Settings
    clock: Clock
    store: Store
    site: SiteFacts
    sessions: Sessions
    reporter: Reporter
    staff: Staff
    handler: Handler
    legal: Legal
    keys: Keyholders
    accounts: Accounts
    recovery: SiteRecovery
    administration: Administration
    duties: Duties
    casework: Casework
    custody: Custody
    consents: Consents
    circle: Circle
    overview: Overview
    redactions: Redactions
    privacy: Privacy
    leader: Leader
    clockwatch: Clockwatch
    kept: Kept
    restored: Restored


def open_store(settings: Settings) -> Store:
    """The vault of a site that exists. Raises `SettingsWrong` when a key or a folder is missing."""
    os.umask(0o077)
    keys = ServerKeys.load(settings.keys)  # first: where there is no site, nothing is made
    keys.require_whole()
    return Store(open_engine(settings.database_url), open_blobs(settings), keys)


def open_blobs(settings: Settings) -> BlobStore:
    """Where attachments rest."""
    if settings.blobs.startswith("s3://"):
        from whistle.vault.objectblobs import ObjectBlobs  # noqa: PLC0415 (only where an object store is used)

        return ObjectBlobs(settings.blobs)
    return LocalBlobs(Path(settings.blobs))


def make_folders(settings: Settings) -> None:
    """The data folder, readable by its owner only."""
    os.umask(0o077)
    settings.data.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)


def open_program(settings: Settings) -> Program:
    """Join the parts of an existing site; refuses rehearsal settings on a real one."""
    load_all()
    store = open_store(settings)
    values = sites.values(store)
    rehearsal = values["rehearsal"] == "yes"
    if not rehearsal:
        settings.refuse_rehearsal_settings()
    clock = clock_of(settings)
    if rehearsal and not settings.rehearsal_now:
        clock = FollowingClock(lambda: rehearsals.moved_to(store), lambda: store.moves)
    return join(settings, store, clock, values, rehearsal=rehearsal)


def clock_of(settings: Settings) -> Clock:
    """The machine's clock, or the one that a rehearsal set."""
    return RehearsalClock(settings.rehearsal_now) if settings.rehearsal_now else SystemClock()


def reading(clock: Clock) -> Reading:
    """What the machine's clocks say now, for the clock guard."""
    return Reading(clock.boot(), int(clock.monotonic()), int(clock.now().timestamp()))


def join(
    settings: Settings, store: Store, clock: Clock, values: dict[str, str], *, rehearsal: bool
) -> Program:
    """The parties of a site, all of them given the same vault and the same clock."""
    sessions = Sessions(store, clock.machine, clock.now)
    name, now, machine = values["name"], clock.now, clock.machine
    reporter = Reporter(store, now, sessions)
    staff = Staff(store, now, machine, name)
    site = _facts(settings, store, values, clock, rehearsal=rehearsal)
    leader = _leader(settings, store, clock, sessions, site)
    return Program(
        settings, clock, store, site, sessions,
        reporter, staff,
        Handler(store, clock.now), Legal(store, clock.now), Keyholders(store, clock.now),
        Accounts(store, now, machine, name, staff.smith, staff.passkeys), SiteRecovery(store, now),
        Administration(store, now, machine), Duties(store, now), Casework.joined(store, now, reporter),
        Custody(store, now), Consents(store, now), Circle(store, now),
        Overview.joined(store, now), Redactions(store, now),
        Privacy.joined(
            store, now, machine, sessions.new_token, sends_mail=bool(settings.smtp_url),
            systems=systems_of(settings, store),
        ),
        leader, Clockwatch(store, now, leader.run, is_set=settings.rehearsal_now is not None),
        Kept.joined(store, now),
        Restored(store, now),
    )  # fmt: skip


def _leader(settings: Settings, store: Store, clock: Clock, sessions: Sessions, site: SiteFacts) -> Leader:
    return Leader(
        store, clock, sessions.sweep, _mailing(settings, store, site), site.rehearsal,
        settings.rehearsal_now is not None, settings.clock_guard,
    )  # fmt: skip


def _facts(
    settings: Settings, store: Store, values: dict[str, str], clock: Clock, *, rehearsal: bool
) -> SiteFacts:
    languages = tuple(values["languages"].split(","))
    contact = values["security_contact"]

    def stands_at() -> datetime | None:
        return clock.stands_at() if isinstance(clock, FollowingClock) else settings.rehearsal_now

    return SiteFacts(values["name"], rehearsal, stands_at, languages, contact, store, clock.now)


def _mailing(settings: Settings, store: Store, site: SiteFacts) -> Mailing:
    """When mail goes, and over which server; without one no mail is made."""
    post = Post.at(settings.smtp_url, settings.mail_from or "") if settings.smtp_url else None
    rounds = Rounds(
        settings.mail_hours, reminds=post is not None, only_news=settings.mail_only_news,
        language=site.languages[0],
    )  # fmt: skip
    return Mailing(rounds, site.name, post, partial(opened_letter, store.keys))


def systems_of(settings: Settings, store: Store) -> Systems:
    """The companies' own systems that officers may ask; none unless a file names them."""
    if settings.connectors is None:
        return Systems()
    codes = {company.code for company in sites.stored(store).companies}
    return Systems(load_systems(settings.connectors, codes))


def recover(store: Store) -> None:
    """Finish what a process that was killed left half done; part of every start."""

    def referenced(object_id: bytes) -> bool:
        with store.reading() as db:
            known = select(blobs.c.object_id).where(blobs.c.object_id == object_id)
            return db.execute(known).first() is not None

    store.blobs.recover(referenced)
    purge.work_off_removals(store)
    with contextlib.suppress(Tampered):  # the channel stays open; `check` names what was forged
        with store.reading() as db:
            ledger.copy_head(db, store.keys)
        journal.catch_up(store)


def make_app(program: Program, doors: str) -> "Flask":
    """The doors of a site, ready to serve."""
    gc.disable()  # as at the start of the program: what is loaded stays
    from whistle.web.factory import make_web  # noqa: PLC0415 (commands need no Flask)
    from whistle.web.services import Services  # noqa: PLC0415

    bundle = Services(
        program.settings, program.clock, program.site, program.sessions, program.reporter, program.staff,
        program.handler, program.legal, program.keys, health_of(program.store),
        program.accounts, program.recovery, program.administration, program.duties, program.casework,
        program.custody, program.consents, program.circle,
        program.overview, program.redactions, program.privacy, program.clockwatch, program.kept,
        program.restored,
    )  # fmt: skip
    try:
        return make_web(bundle, doors=doors)
    finally:
        gc.freeze()
        gc.enable()


def health_of(store: Store) -> Callable[[], str]:
    """Says "ok", or which part fails."""

    def health() -> str:
        try:
            with store.reading() as db:
                db.execute(text("select 1"))
        except Exception:  # noqa: BLE001 (whatever it is, the answer is the same)
            return "database"
        try:
            store.keys.head()
        except (Tampered, OSError):
            return "keys"
        return "ok"

    return health
