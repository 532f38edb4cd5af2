"""The vault itself lets nobody ask for, keep or choose anything before it is known who asks."""

import pytest

from tests.parties.asking import proved, verified
from tests.vault.asked_for import CONTENT, INTERNAL, said
from tests.vault.tampering import findings, rows
from tests.world import World
from whistle.errors import NotAllowed, RuleRefused
from whistle.vault import request_sources as vault
from whistle.vault.facts import Addition
from whistle.vault.tables import ledger


def test_nothing_is_asked_kept_or_chosen_before_the_person_is_known(sqlite_world: World) -> None:
    store, now = sqlite_world.program.store, sqlite_world.clock.now()
    olle, number = sqlite_world.member("Olle").person_id, proved(sqlite_world).number
    before = len(rows(sqlite_world, ledger))
    for command in (
        lambda: vault.ask(store, olle, number, now),
        lambda: vault.keep(store, olle, number, Addition(), now),
        lambda: vault.choose(store, olle, number, Addition(), now),
    ):
        with pytest.raises(RuleRefused) as refused:
            command()
        assert refused.value.reason == "not_verified"
    assert len(rows(sqlite_world, ledger)) == before


def test_what_is_kept_lies_among_the_notes_and_never_where_the_person_reads(sqlite_world: World) -> None:
    store, now = sqlite_world.program.store, sqlite_world.clock.now()
    olle, number = sqlite_world.member("Olle").person_id, verified(sqlite_world).number
    for command in (vault.keep, vault.choose):
        with pytest.raises(NotAllowed):
            command(store, olle, number, said(sqlite_world, number, CONTENT), now)
        command(store, olle, number, said(sqlite_world, number, INTERNAL), now)
    assert findings(sqlite_world) == []
