"""A reporter whose case nobody can read lets in whoever was appointed since, by coming back."""

from datetime import datetime

from whistle.crypto.codes import CaseKey
from whistle.crypto.grants import seal_grant
from whistle.crypto.header import Compartment
from whistle.errors import RuleRefused
from whistle.parties.casefile import CaseFile
from whistle.vault import waiting
from whistle.vault.facts import SealedGrant
from whistle.vault.store import Store


def nobody_reads(store: Store, file: CaseFile, key: CaseKey, now: datetime) -> bool:
    """Let in who may be let in; True when there is nobody, and the case waits sealed."""
    if file.case.readers or not file.case.grants:
        return False
    people, parts = waiting.let_in_next(store, key.locator, now)
    held = file.granted()
    granted = tuple(
        SealedGrant(person.id, seal_grant(person.public_key, one))
        for person in people
        for part in parts
        for one in held[Compartment(part)].values()
    )
    if people:
        try:
            waiting.let_in_by_reporter(store, key.locator, granted, now)
        except RuleRefused:
            return False  # somebody else changed who reads it at this moment; the next visit looks again
    return not people
