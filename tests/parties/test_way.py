"""A report travels the whole way: sent, sealed, answered, closed, held, purged."""

from datetime import timedelta

import pytest

from tests.world import World
from whistle.errors import NotThere
from whistle.scheduler import tick
from whistle.vault import check


def test_a_report_is_answered_closed_held_and_purged(world: World) -> None:
    # Given a report with a file and a name
    receipt = world.send(
        "Fire alarms were signed off unseen.",
        files=[("photo.jpg", b"\xff\xd8" + b"x" * 70_000)],
        identity_name="Eva",
    )
    secret = world.enter(receipt)
    hanna, lisa, leo = world.member("Hanna"), world.member("Lisa"), world.member("Leo")
    handler, reporter, legal = world.program.handler, world.program.reporter, world.program.legal

    # When the handler works on it and the reporter writes back
    handler.acknowledge(hanna, receipt.number, "Your report was received.")
    sending = reporter.writing(secret)
    reporter.message(secret, sending, "It happened in January.")
    handler.note(hanna, receipt.number, "Ask for the protocols.")
    world.close(hanna, receipt.number, "The protocols were made anew.")

    # Then both see the dialogue, and only the handlers the note
    case = handler.case(world.member("Hugo"), receipt.number)
    assert [note.text for note in case.notes] == ["Ask for the protocols."]
    kinds = [entry.kind for entry in reporter.open(secret).entries]
    assert kinds == ["report", "acknowledgement", "message", "closing"]
    assert case.identity_given
    assert b"".join(handler.file(hanna, receipt.number, case.files[0].id).chunks())[:2] == b"\xff\xd8"

    # When legal holds it past its day
    hold = legal.place(lisa, receipt.number, "court_ruling", "Svea hovrätt, T 1234-26", "", "2027-01-15")
    assert reporter.open(secret).purge_on is not None
    world.later(740)
    assert [e["event"] for e in tick(world.program.store, world.clock.now(), lambda: None)] == ["kept"]

    # Then it stands until two people released it, and is gone in the next pass
    assert legal.release(lisa, hold, "The case is decided.") is False
    legal.confirm_release(leo, hold)
    assert [e["event"] for e in tick(world.program.store, world.clock.now(), lambda: None)] == ["purged"]
    with pytest.raises(NotThere):
        reporter.open(secret)
    findings = check.run(world.program.store, world.clock.now() + timedelta(0))
    assert [finding for finding in findings if finding.kind not in ("handlers", "journal_copy")] == []
