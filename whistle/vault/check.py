"""Everything that was stored is looked at again: what was changed, cut, swapped, forged or lost is named."""

import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from whistle.errors import Tampered
from whistle.vault import channels, confirmations, directory, journal, ledger, purge, verdicts
from whistle.vault.check_cases import look_at_blobs, look_at_cases, look_at_grants, look_at_holds
from whistle.vault.check_held import look_at_kept, look_at_open
from whistle.vault.check_holds import look_at_asks
from whistle.vault.clockguard import look_at_clock
from whistle.vault.custody_ends import look_at_custody
from whistle.vault.expiry import look_at_names
from whistle.vault.findings import Finding
from whistle.vault.incidents import look_at_incidents
from whistle.vault.localblobs import LocalBlobs
from whistle.vault.mails import look_at_mails
from whistle.vault.passkeys import look_at_passkeys
from whistle.vault.recovery_proof import look_at_recovery
from whistle.vault.replay_purges import FIRST_LINE
from whistle.vault.request_mails import look_at_codes
from whistle.vault.request_pass import look_at_requests
from whistle.vault.restoreguard import look_at_restore
from whistle.vault.serverkeys import GROUP_AND_OTHERS
from whistle.vault.store import Store
from whistle.vault.tables import certificates, designations, people
from whistle.vault.tables import confirmations as confirmation_table
from whistle.vault.tables import ledger as ledger_table


def run(store: Store, now: datetime) -> list[Finding]:
    """Every finding; an empty list says that all of it agrees."""
    found: list[Finding] = []
    with store.reading() as db:
        for look in (
            _ledger, look_at_cases, look_at_grants, look_at_blobs, look_at_holds, _people, _purges,
            _certificates, _channels, look_at_custody, look_at_mails, look_at_passkeys, look_at_recovery,
            look_at_clock, look_at_asks, look_at_kept, look_at_open, look_at_names,
            look_at_requests, look_at_codes, look_at_restore, look_at_incidents,
        ):  # fmt: skip
            found += look(store, db, now)
        # Last, and against the first snapshot: what is done meanwhile only makes the two copies longer.
        found += _journal(store, db, now)
        found += _copied_head(store, db)
    found += _permissions(store)
    return found


def _ledger(store: Store, db: Connection, _now: datetime) -> Iterator[Finding]:
    try:
        ledger.verify(db, store.keys)
    except Tampered as broken:
        yield Finding("ledger", "ledger", str(broken))


def _copied_head(store: Store, db: Connection) -> Iterator[Finding]:
    """A copy of the head that is older than the ledger would let its newest lines be cut unseen."""
    try:
        copy = store.keys.head()
    except Tampered:
        return  # _ledger said so
    if copy is not None and copy["seq"] < ledger.length(db):
        yield Finding(
            "ledger", "head", "the copy of the ledger's head in keys/ is an old one; the next pass renews it"
        )


def _people(store: Store, db: Connection, _now: datetime) -> Iterator[Finding]:
    yield from _retired(db)
    keyed = select(people).where(people.c.public_key.is_not(None), people.c.state != "retired")
    for person in db.execute(keyed):
        if person.mac is None or directory.person_mac(
            store.keys, bytes(person.id), bytes(person.public_key)
        ) != bytes(person.mac):
            yield Finding("key", person.name, "the person's key is not the one that was activated")
    for row in db.execute(
        select(designations, people.c.name)
        .join_from(designations, people)
        .where(designations.c.mac.is_not(None))
    ):
        if not directory.is_keyed_row(store.keys, row):
            yield Finding("designation", row.name, f"the designation as {row.role} was never confirmed here")
    yield from _ended(db)
    yield from _confirmations(store, db)


def _ended(db: Connection) -> Iterator[Finding]:
    """What the ledger ended has ended: a row of before, written back whole, would give the role again."""
    query = select(ledger_table).where(ledger_table.c.action == "role_ended").order_by(ledger_table.c.seq)
    facts = [ledger.line_of(row).facts for row in db.execute(query)]
    last_day = {found["id"]: found["to_on"] for found in facts}
    for row in db.execute(select(designations, people.c.name).join_from(designations, people)):
        wanted = last_day.get(bytes(row.id).hex())
        if wanted is not None and (row.to_on is None or row.to_on.isoformat() > wanted):
            yield Finding("designation", row.name, f"the designation as {row.role} was ended on {wanted}")


def _confirmations(store: Store, db: Connection) -> Iterator[Finding]:
    given = {bytes(row.id): row for row in db.execute(select(designations))}
    query = select(confirmation_table, people.c.name).join_from(confirmation_table, people)
    for row in db.execute(query):
        if not confirmations.is_given(store.keys, row, given[bytes(row.designation_id)]):
            yield Finding("confirmation", row.name, "a confirmation in this name was not given here")


def _retired(db: Connection) -> Iterator[Finding]:
    """Whom the ledger retired is retired: a row that was written back gives nobody a role again."""
    query = select(ledger_table).where(ledger_table.c.action == "person_retired")
    gone = {ledger.line_of(row).facts.get("id") for row in db.execute(query)}
    for person in db.execute(select(people).where(people.c.state != "retired")):
        if bytes(person.id).hex() in gone:
            yield Finding("retired", person.name, "the person was retired and is in use again past the pages")


def _purges(_store: Store, db: Connection, now: datetime) -> Iterator[Finding]:
    """A case that is due and not held may wait for the day's pass, and no longer."""
    overdue = purge.candidates(db, now.date() - timedelta(days=1))
    for outcome in verdicts.decided(db, overdue, now):
        if outcome.verdict.action != "keep":
            yield Finding(
                "purge_overdue",
                outcome.case_number,
                f"due on {outcome.verdict.due_on}: {outcome.verdict.said}",
            )


def _certificates(store: Store, db: Connection, _now: datetime) -> Iterator[Finding]:
    purged = {row.case_number: ledger.line_of(row) for row in db.execute(_PURGED)}
    for row in db.execute(select(certificates).order_by(certificates.c.case_number)):
        document = {"body": row.body, "signature": bytes(row.signature).hex()}
        line = purged.pop(row.case_number, None)
        try:
            fields = purge.verify_certificate(document, store.keys.verifying)
        except Tampered as broken:
            yield Finding("certificate", row.case_number, str(broken))
            continue
        said = (fields["case"], fields["purged_on"], fields["ledger_seq"])
        if line is None or said != (row.case_number, row.purged_on.isoformat(), _named_line(line)):
            yield Finding("certificate", row.case_number, "the certificate is not the one of this purge")
        elif line.facts.get("certificate") not in (None, purge.fingerprint(row.body)):
            yield Finding("certificate", row.case_number, "the ledger knows another certificate")
    for number in sorted(purged):
        yield Finding("certificate", number, "the ledger knows the purge, but its certificate is gone")


def _named_line(line: ledger.Line) -> int:
    """The number that a purge's certificate names: of the line itself, or of the first before a restore."""
    number: int = line.facts.get(FIRST_LINE, line.seq)
    return number


_PURGED = select(ledger_table).where(ledger_table.c.action == "purged")

COPY_EVERY = timedelta(days=7)
"""How long the journal may be on this machine alone."""


CHANNEL_FINDINGS = {
    "handlers": "a channel needs two handlers whose keys count",
    "deputy": "a channel needs a deputy whose key counts, for when no handler is left",
    "own_handler": "under 5:3 a handler of the company's own must write to the reporter; it has none",
    "texts": "the texts without which no channel may be published are not in force",
    "over_249": "the company is too large to share a channel and takes no new case; give it its own",
}
"""What `check` says for each thing that a channel lacks."""


def _channels(store: Store, db: Connection, now: datetime) -> Iterator[Finding]:
    for one in channels.all_channels(db, store.keys, now):
        for word in one.lacks:
            yield Finding(word, one.company.code, CHANNEL_FINDINGS[word])
        if one.over_since is not None and "over_249" not in one.lacks:
            said = f"over 249 employees since {one.over_since}; no new cases after {one.closes_on}"
            yield Finding("over_249", one.company.code, said)
        if not one.board_contact:
            yield Finding("board_contact", one.company.code, "nobody is named to be told of a case alone")


def _journal(store: Store, db: Connection, now: datetime) -> Iterator[Finding]:
    path = store.keys.folder / "journal"
    journaled: list[int] = []
    if path.exists():
        try:
            journaled = [line["ledger_seq"] for line in journal.read(path, store.keys.verifying)]
            journaled = _not_lost(db, journaled)
        except Tampered as broken:
            yield Finding("journal", "journal", str(broken))
            return
    expected = journal.expected(db)
    if journaled[: len(expected)] != expected or any(
        seq <= ledger.length(db) for seq in journaled[len(expected) :]
    ):
        yield Finding("journal", "journal", "the journal and the ledger do not tell the same")
    since = journal.uncopied_since(store)
    if since is not None and now.date() - since >= COPY_EVERY:
        said = "the journal was not copied off the machine for 7 days: `whistle journal copy`"
        yield Finding("journal_copy", "journal", said)


def _not_lost(db: Connection, journaled: list[int]) -> list[int]:
    """Without the lines that the ledger had before a restore went back behind them."""
    gaps = ledger.restored_gaps(db)
    return [seq for seq in journaled if not any(first <= seq <= last for first, last in gaps)]


def _permissions(store: Store) -> Iterator[Finding]:
    folder = store.keys.folder
    for path in (folder, *sorted(folder.iterdir())):
        yield from _private(path)
    if store.embedded and store.engine.url.database:
        for suffix in ("", "-wal", "-shm"):
            path = Path(store.engine.url.database + suffix)
            if path.exists():
                yield from _private(path)
        yield from _private(path.parent)
    if isinstance(store.blobs, LocalBlobs):
        for name in store.blobs.exposed():
            yield Finding("permissions", name, EXPOSED)


EXPOSED = "others on this machine may read it; take that right away"
PUBLIC_IN_KEYS = ("README.md", ".gitignore", "sign.pub")


def _private(path: Path) -> Iterator[Finding]:
    if path.name not in PUBLIC_IN_KEYS and stat.S_IMODE(path.stat().st_mode) & GROUP_AND_OTHERS:
        yield Finding("permissions", path.name, EXPOSED)
