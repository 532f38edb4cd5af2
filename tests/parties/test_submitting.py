"""One form makes one case and one key, however often, from wherever and at whatever moment it is sent."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.parties import apart
from tests.world import NO, SE, World
from whistle.errors import SealBroken
from whistle.parties.reporter import FormRefused, ReportForm
from whistle.vault import check
from whistle.vault.tables import blobs, cases, ledger, records

TEXT = "Three invoices for work nobody has seen."


def count(world: World, table: Any) -> int:
    with world.program.store.reading() as db:
        found: int = db.execute(select(func.count()).select_from(table)).scalar_one()
    return found


def received(world: World) -> int:
    with world.program.store.reading() as db:
        return len(db.execute(select(ledger.c.seq).where(ledger.c.action == "received")).all())


def form_of_a_browser(world: World) -> tuple[str, str]:
    return world.program.sessions.new_token(), world.program.reporter.new_nonce()


def test_the_same_form_sent_again_shows_the_same_key_until_it_was_kept(world: World) -> None:
    token, nonce = form_of_a_browser(world)
    first = world.send(token=token, nonce=nonce, files=[("a.txt", b"a" * 9000)])
    again = world.send(token=token, nonce=nonce, files=[("a.txt", b"a" * 9000)])

    assert [first.again, again.again] == [False, True]
    assert first.case_key == again.case_key is not None
    assert first.number == again.number
    assert (count(world, cases), count(world, records), count(world, blobs), received(world)) == (1, 2, 1, 1)

    # Nothing of the second sending is left anywhere.
    secret = world.enter(first)
    assert [entry.text for entry in world.program.reporter.open(secret).entries] == [TEXT]
    assert {f.kind for f in check.run(world.program.store, world.clock.now())} == set()

    # Once the key came back, the form that made it says where the case is, and no more.
    kept = world.send(token=token, nonce=nonce)
    assert (kept.case_key, kept.number, kept.again) == (None, first.number, True)


def test_the_same_form_in_eight_threads_at_once_makes_one_case(world: World) -> None:
    token, nonce = form_of_a_browser(world)
    sent = [lambda: world.send(token=token, nonce=nonce, files=[("a", b"a" * 5000)])] * 8

    receipts = apart.in_threads(sent)

    assert (
        len({receipt.case_key for receipt in receipts}) == len({receipt.number for receipt in receipts}) == 1
    )
    assert sorted(receipt.again for receipt in receipts) == [False] + [True] * 7
    assert (count(world, cases), count(world, blobs), received(world)) == (1, 1, 1)
    assert {f.kind for f in check.run(world.program.store, world.clock.now())} == set()


def test_the_same_form_in_two_processes_at_once_makes_one_case(world: World) -> None:
    token, nonce = form_of_a_browser(world)

    found = apart.in_processes(world, apart.submit, [(token, nonce, TEXT)] * 2)

    assert found[0] == found[1]
    assert found[0][0] is not None
    assert (count(world, cases), received(world)) == (1, 1)


def test_another_nonce_or_another_cookie_makes_another_case(sqlite_world: World) -> None:
    world = sqlite_world
    token, nonce = form_of_a_browser(world)
    own = world.send(token=token, nonce=nonce)
    second_form = world.send(token=token)
    # Somebody who planted this form knows its nonce, and has a cookie of their own.
    planter = world.send(token=world.program.sessions.new_token(), nonce=nonce)

    assert len({own.case_key, second_form.case_key, planter.case_key}) == 3
    assert len({own.number, second_form.number, planter.number}) == 3
    assert count(world, cases) == 3


def test_neither_the_key_nor_what_it_is_made_of_rests_in_the_database(sqlite_world: World) -> None:
    world = sqlite_world
    token, nonce = form_of_a_browser(world)
    receipt = world.send(token=token, nonce=nonce)
    secret = world.enter(receipt)
    world.program.store.engine.dispose()

    stored = b"".join(path.read_bytes() for path in world.settings.data.rglob("*") if path.is_file())

    assert receipt.case_key is not None
    plain = receipt.case_key.replace("-", "")
    for needle in (receipt.case_key.encode(), plain.encode(), token.encode(), nonce.encode(), secret):
        assert needle not in stored
    assert secret.hex().encode() not in stored


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nonce=st.one_of(st.text(), st.text(alphabet="ABCdef012_-", min_size=40, max_size=46)))
def test_a_nonce_that_is_none_is_refused_and_stores_nothing(sqlite_world: World, nonce: str) -> None:
    reporter, token = sqlite_world.program.reporter, sqlite_world.program.sessions.new_token()
    before = count(sqlite_world, cases)
    if sqlite_world.program.sessions.looks_like_token(nonce):
        return
    with pytest.raises(SealBroken):
        reporter.submit(reporter.start(), ReportForm(company=SE, description=TEXT), token=token, nonce=nonce)
    assert count(sqlite_world, cases) == before


REFUSED = [
    ({"company": ""}, ("company", "missing")),
    ({"company": "nobody"}, ("company", "unknown")),
    ({"company": "\0"}, ("company", "unknown")),
    ({"description": ""}, ("description", "missing")),
    ({"description": " \n\t "}, ("description", "missing")),
    ({"description": "x" * 100_001}, ("description", "too_long")),
    ({"description": "a\0b"}, ("description", "nul")),
    ({"description": "a\x07b"}, ("description", "control")),
    ({"description": "a\ud800b"}, ("description", "surrogate")),
    ({"category": "gossip"}, ("category", "unknown")),
    ({"relation": "friend"}, ("relation", "unknown")),
    ({"identity_name": "x" * 1001}, ("identity_name", "too_long")),
    ({"identity_contact": "\0"}, ("identity_contact", "nul")),
    ({"meeting": "\udfff"}, ("meeting", "surrogate")),
]


def test_a_form_that_cannot_be_taken_says_why_and_stores_nothing(sqlite_world: World) -> None:
    for fields, problem in REFUSED:
        with pytest.raises(FormRefused) as refused:
            sqlite_world.send(files=[("a", b"a")], **({"description": TEXT} | fields))
        assert [(p.field, p.reason) for p in refused.value.problems] == [problem], fields
    assert count(sqlite_world, cases) == 0


def test_right_to_left_and_combining_letters_and_the_longest_text_are_kept_as_they_are(world: World) -> None:
    text = ("\u202eהדלת a\u0301\U0001f512 " * 8000)[:99_999].strip() + "."
    receipt = world.send(text, identity_name="\u202eEva", meeting="tomorrow")
    assert world.program.reporter.open(world.enter(receipt)).entries[0].text == text
    assert world.program.handler.case(world.member("Hanna"), receipt.number).entries[0].text == text


def test_who_does_not_know_the_company_reaches_the_first_one(sqlite_world: World) -> None:
    assert sqlite_world.send(company="unsure").company_name == "Nordvakt AB"
    assert sqlite_world.send(company=NO).company_name == "Nordvakt Norge AS"


def test_a_receipt_tells_the_dates_that_the_report_is_owed(sqlite_world: World) -> None:
    receipt = sqlite_world.send()
    waived = sqlite_world.send(no_acknowledgement=True)
    assert receipt.received_on.isoformat() == "2026-03-02"
    assert receipt.acknowledgement is not None
    assert receipt.acknowledgement.due_on.isoformat() == "2026-03-09"
    assert receipt.feedback.due_on.isoformat() == "2026-06-02"
    assert waived.acknowledgement is None
