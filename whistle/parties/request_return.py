"""Whoever asked lets in those appointed since, by coming back: a request without readers finds new ones."""

from contextlib import suppress
from datetime import datetime

from whistle.crypto.grants import seal_grant
from whistle.errors import NotAllowed, RuleRefused
from whistle.parties.casefile import CaseFile
from whistle.vault import request_return
from whistle.vault.facts import SealedGrant
from whistle.vault.store import Store


def nobody_reads(
    store: Store, locator: bytes, file: CaseFile, beside: CaseFile | None, now: datetime
) -> bool:
    """Let in who may be let in to the request and to its copy, `beside`; True when nobody can answer it."""
    alone = False
    for one in request_return.unread(store, locator, now):
        holder = beside if one.is_copy else file
        if holder is None:
            continue
        alone = alone or not (one.is_copy or one.people)
        keys = [key for part in holder.granted().values() for key in part.values()]
        granted = [
            SealedGrant(who.person_id, seal_grant(who.public_key, key)) for who in one.people for key in keys
        ]
        # Whoever is appointed or leaves at this very moment: the next visit looks again.
        with suppress(RuleRefused, NotAllowed):
            request_return.let_in(store, locator, one.case_id, granted, now)
    return alone
