"""What legal said of a kept case after a backup: withheld stays withheld, and what ended stays ended.

Why is sealed and in no journal. A ground that was recorded after the backup is not rebuilt: `check` rings
for the open case until legal records it again, and nothing is purged meanwhile.
"""

import secrets
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select, update

from whistle.vault import replay_people, sentences, statutory
from whistle.vault.casework import Change
from whistle.vault.heldtables import hold_sentences, open_grounds
from whistle.vault.tables import holds

WITHHELD, SHOWN, ENDED = "sentence_withheld", "sentence_shown", "ground_ended"
KINDS = frozenset({WITHHELD, SHOWN, ENDED})

Actor = tuple[bytes | None, str]


def again(change: Change, line: dict[str, Any], actor: Actor) -> None:
    """Do what the line says, where that is not so already."""
    if line["kind"] == ENDED:
        _end(change, line, actor)
    else:
        _say(change, line, actor)


def _say(change: Change, line: dict[str, Any], actor: Actor) -> None:
    keys, withheld = change.store.keys, line["kind"] == WITHHELD
    hold_id = bytes.fromhex(line["facts"]["hold"])
    standing = (holds.c.id == hold_id) & holds.c.released_on.is_(None)
    stands = change.db.execute(select(holds.c.id).where(standing)).first()
    if stands is None or (hold_id in sentences.silent(change.db, keys, [hold_id])) == withheld:
        return
    last = select(func.max(hold_sentences.c.n)).where(hold_sentences.c.hold_id == hold_id)
    row = {
        "id": secrets.token_bytes(16), "hold_id": hold_id,
        "person_id": actor[0] or replay_people.nobody(change.work),
        "n": (change.db.execute(last).scalar_one() or 0) + 1, "on_day": date.fromisoformat(line["day"]),
        "withheld": withheld, "sealed": b"",
    }  # fmt: skip
    change.db.execute(insert(hold_sentences).values(**row, mac=sentences.sentence_mac(keys, row)))
    change.log(line["kind"], actor[1], hold=hold_id.hex())


def _end(change: Change, line: dict[str, Any], actor: Actor) -> None:
    ground = open_grounds.c.id == bytes.fromhex(line["facts"]["id"])
    row = change.db.execute(
        select(open_grounds).where(ground, open_grounds.c.ended_on.is_(None))
    ).one_or_none()
    if row is None:
        return
    ended = {"ended_on": date.fromisoformat(line["day"]), "ended_by": actor[0]}
    mac = statutory.ground_mac(change.store.keys, {**row._mapping, **ended})  # noqa: SLF001 (SQLAlchemy's public name)
    change.db.execute(update(open_grounds).where(ground).values(**ended, mac=mac))
    change.log(ENDED, actor[1], id=line["facts"]["id"])
