"""The copy of a request for those who handle reports is made blind, under a key that is used once here.

Whoever writes in it first makes a new key, so that the officer, whose page made the copy, never holds one
under which an answer is sealed.
"""

import secrets
from datetime import datetime

from whistle.crypto.grants import seal_grant
from whistle.crypto.header import Compartment, Header
from whistle.crypto.keys import CompartmentKey
from whistle.crypto.records import new_object_id, seal_json
from whistle.parties import attachments
from whistle.parties.casefile import CaseFile
from whistle.parties.request_mailbox import said_identity, spoken
from whistle.parties.sending import Sending
from whistle.parties.submission import EPOCH
from whistle.rules.calendar import local_day
from whistle.vault import request_copies
from whistle.vault.facts import NewCase, SealedGrant, SealedRecord
from whistle.vault.store import Store

HASH_BYTES = 32


def made(store: Store, file: CaseFile, now: datetime) -> tuple[NewCase, Sending]:
    """The copy of a request, sealed to those who handle reports there and to whoever asked; and its files."""
    status = file.case.status
    key = CompartmentKey.new(new_object_id(), Compartment.CONTENT, EPOCH)
    people = request_copies.readers_of(store, status.company.code, now)
    sending = Sending(store, key)
    _copy_files(store, file, sending)
    who, asked = said_identity(file), spoken(file)[0].fields
    body = {
        "type": "request", "n": 1, "by": "reporter", "day": local_day(now, status.company.zone).isoformat(),
        "text": asked["text"], "rights": asked["rights"], "categories": asked["categories"],
        "language": asked["language"], "name": who["name"], "email": who["email"],
        "received_on": status.received_on.isoformat(), "files": sending.described(),
    }  # fmt: skip
    grants = [SealedGrant(one.person_id, seal_grant(one.public_key, key)) for one in people]
    grants.append(SealedGrant(key.case_id, seal_grant(status.reporter_key, key)))
    copy = NewCase(
        case_id=key.case_id,
        company_code=status.company.code,
        # Nobody enters by it: the request's own key leads here, over the request.
        locator_hash=secrets.token_bytes(HASH_BYTES),
        reporter_key=status.reporter_key,
        acknowledgement_waived=True,
        meeting_wanted=False,
        grants=tuple(grants),
        records=(SealedRecord(Compartment.CONTENT, 1, seal_json(key, new_object_id(), body)),),
        blobs=sending.blobs(),
    )
    return copy, sending


def key_id_of(copy: NewCase) -> bytes:
    """The id of the key that the copy is sealed under."""
    return Header.parse(copy.records[0].sealed).key_id


def _copy_files(store: Store, file: CaseFile, sending: Sending) -> None:
    known = attachments.described(spoken(file)[:1])
    for file_id, facts in known.items():
        source = attachments.download(store, file, known, file_id)
        sink = sending.open_file(facts["name"], facts["type"])
        for piece in source.chunks():
            sink.write(piece)
        sink.finish()
