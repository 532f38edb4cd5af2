"""Cases that were purged after a backup go again, and the certificate that was signed then stands again."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select

from whistle.crypto import chain
from whistle.errors import Tampered
from whistle.vault import directory
from whistle.vault import purge as purges
from whistle.vault.journal import CERTIFICATE
from whistle.vault.store import Store, Work
from whistle.vault.tables import cases, certificates

FIRST_LINE = "line"
"""In the facts of a replayed purge: the number of the ledger line, lost since, that the certificate names."""


def purge(store: Store, lines: Sequence[dict[str, Any]], now: datetime) -> int:
    """Purge these cases, `BATCH` to a transaction; returns how many stood. Safe to repeat."""
    gone = 0
    for start in range(0, len(lines), purges.BATCH):
        with store.writing() as work:
            for line in lines[start : start + purges.BATCH]:
                gone += _again(store, work, line, now)
        purges.work_off_removals(store)
    return gone


def _again(store: Store, work: Work, line: dict[str, Any], now: datetime) -> bool:
    of_case = cases.c.number == line["case"]
    row = work.db.execute(select(cases).where(of_case).with_for_update()).one_or_none()
    if not _certify(store, work, line):
        return False
    if row is not None:
        purges.take_away(work, [bytes(row.id)])
    facts = line["facts"] | {FIRST_LINE: line["facts"].get(FIRST_LINE, line["ledger_seq"])}
    work.log("purged", day=now.date(), actor="system", case=line["case"], facts=facts)
    return row is not None


def _certify(store: Store, work: Work, line: dict[str, Any]) -> bool:
    """Sign again what was signed: Ed25519 gives the same bytes. False where the certificate stands."""
    if work.db.execute(select(certificates).where(certificates.c.case_number == line["case"])).first():
        return False
    body = line.get(CERTIFICATE)
    if not isinstance(body, str):
        raise Tampered(f"journal line {line['n']} tells a purge without its certificate")
    fields = json.loads(body)
    company = directory.company_by_code(work.db, fields["company"])
    work.db.execute(
        insert(certificates).values(
            case_number=line["case"], company_id=company.id, body=body,
            purged_on=date.fromisoformat(fields["purged_on"]),
            signature=chain.sign(store.keys.sign, purges.LABEL, body.encode()),
        )
    )  # fmt: skip
    return True
