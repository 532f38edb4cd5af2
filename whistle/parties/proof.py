"""What a reporter can show for their report: signed by the server, checked by anybody, silent on content."""

from collections.abc import Callable, Iterator
from datetime import datetime

from whistle.crypto.codes import CaseKey
from whistle.crypto.header import Compartment
from whistle.crypto.keys import KeyPair
from whistle.parties import attachments, bundle
from whistle.parties.bundle import Part
from whistle.parties.casefile import CaseFile
from whistle.parties.fingerprints import fingerprint_of
from whistle.vault import mailbox, proofs
from whistle.vault.proofs import Proof
from whistle.vault.store import Store

FILE = "proof.json"
READABLE = "proof.txt"


class Proofs:
    """The proof of a report, and the public key that it is checked with."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    @property
    def public_key(self) -> str:
        """The server's public key: 32 bytes in hex."""
        return self._store.keys.verifying.hex()

    @property
    def fingerprint(self) -> str:
        """The same, short enough to be read aloud."""
        return fingerprint_of(self._store.keys.verifying)

    def of(self, secret: bytes) -> Proof:
        """The proof of the case with this key, over the files as they were sent. Raises `NotThere`."""
        key = CaseKey(secret)
        case = mailbox.open_case(self._store, key.locator, self._now())
        file = CaseFile(case, KeyPair.from_seed(key.reporter_seed), own_only=True)
        theirs = {
            one["id"]
            for record in file.records(Compartment.CONTENT)
            if record.fields["by"] == "reporter"
            for one in record.fields.get("files", ())
            if "id" in one
        }
        sent = attachments.as_sent(file)
        hashes = [sent[file_id]["sha256"] for file_id in theirs]
        return proofs.sign(self._store, key.locator, hashes, self._now())


def stream(proof: Proof, readable: str) -> Iterator[bytes]:
    """Both forms of a proof in one ZIP, dated as the report was."""
    parts = [
        Part.of(READABLE, readable.replace("\n", "\r\n").encode()),
        Part.of(FILE, bundle.as_json({"says": proof.fields, "signature": proof.signature})),
    ]
    return bundle.stream(parts, proof.day, {})
