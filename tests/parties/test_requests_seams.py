"""Where a privacy request meets a hold, another company, a proof or a mail server, nothing of it is lost."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.parties.asking import Asker, answer, answered, code_of, later, proved, sent, verified
from tests.vault.joining import joins, leaves
from tests.vault.restoring import backed_up, restored
from tests.vault.tampering import case_of, findings, kinds, rows
from tests.world import NO, SE, World
from whistle.errors import NotThere, RuleRefused, TooMany
from whistle.parties.report_form import UNSURE
from whistle.parties.request_form import RequestForm
from whistle.parties.request_views import RequestReceipt
from whistle.vault.requesttables import request_readers
from whistle.vault.tables import grants
from whistle.vault.worktables import mails


def closed(world: World) -> Asker:
    asker = answered(world)
    world.program.privacy.desk.close(world.member("Olle"), asker.number)
    return asker


def hold(world: World, number: str) -> str:
    review = (world.clock.now() + timedelta(days=300)).date().isoformat()
    return world.program.legal.place(world.member("Lisa"), number, "court_ruling", "T 12-28", "", review)


def past_its_day(world: World, asker: Asker) -> None:
    later(world, (case_of(world, asker.number)["purge_on"] - world.clock.now().date()).days)


def test_a_held_request_past_its_day_says_that_it_is_kept_and_shows_nothing(world: World) -> None:
    asker, mailbox = closed(world), world.program.privacy.mailbox
    held = hold(world, asker.number)
    past_its_day(world, asker)
    seen = mailbox.open(asker.secret)
    assert (seen.facts.held, seen.facts.past_day) == (True, True)
    assert (seen.rights, seen.entries, seen.files) == ((), (), ())
    world.program.kept.legal.withhold(world.member("Lisa"), asker.number, held, "The court has forbidden it.")
    with pytest.raises(NotThere):
        mailbox.open(asker.secret)


def sealed_epochs(world: World, number: str) -> tuple[int, ...]:
    """The epochs that what comes next is sealed under."""
    row = case_of(world, number)
    return tuple(row[f"epoch_{part}"] for part in ("content", "identity", "internal"))


def test_who_handed_a_request_on_holds_no_key_of_it_and_none_of_what_comes(world: World) -> None:
    desk, mailbox, olle = world.program.privacy.desk, world.program.privacy.mailbox, world.member("Olle")
    otto = joins(world, "Otto", "privacy_officer", company=NO)
    asker = proved(world, company=UNSURE)
    desk.open(olle, asker.number)
    desk.forward(olle, asker.number, NO)
    assert sealed_epochs(world, asker.number)[:2] == (2, 2)
    assert rows(world, grants, holder_id=olle.person_id) == []
    mailbox.message(asker.secret, mailbox.writing(asker.secret), "I lived in Oslo.")
    held = rows(world, grants, case_id=case_of(world, asker.number)["id"], epoch=2)
    assert {one["holder_id"] for one in held} == {case_of(world, asker.number)["id"], otto.person_id}
    assert desk.open(otto, asker.number).name == "Eva Lind"
    desk.verify(otto, asker.number, "Called back.")
    answer(world, asker, "Here it is, all of it.", by="Otto")
    assert "I lived in Oslo." in [one.text for one in mailbox.open(asker.secret).entries]
    assert findings(world) == []


def test_a_hold_goes_with_a_request_that_is_handed_on_where_legal_can_end_it(world: World) -> None:
    desk, olle = world.program.privacy.desk, world.member("Olle")
    joins(world, "Otto", "privacy_officer", company=NO)
    asker = proved(world, company=UNSURE)
    held = hold(world, asker.number)
    with pytest.raises(RuleRefused) as refused:
        desk.forward(olle, asker.number, NO)
    assert refused.value.reason == "hold_goes"
    joins(world, "Lena", "legal", company=NO)
    with pytest.raises(RuleRefused):
        desk.forward(olle, asker.number, NO)  # she could not read for what it is held
    lisa = joins(world, "Lisa", "legal", company=NO)
    desk.forward(olle, asker.number, NO)
    with pytest.raises(NotThere):
        world.program.legal.case(world.member("Leo"), asker.number)
    later(world, 2)
    world.program.legal.release(lisa, held, "The trial is over, says the court.")
    assert not world.program.privacy.mailbox.open(asker.secret).facts.held


def test_a_request_that_nobody_reads_after_a_restore_lets_its_officers_in_when_the_person_comes_back(
    sqlite_world: World, tmp_path: Path
) -> None:
    world = sqlite_world
    otto = joins(world, "Otto", "privacy_officer", company=NO)
    asker = proved(world, company=UNSURE)
    file = backed_up(world, tmp_path / "site.tar")
    world.program.privacy.desk.forward(world.member("Olle"), asker.number, NO)
    with restored(world, file, tmp_path / "there") as (there, _said):
        assert "no_officer" in kinds(there)
        assert not there.program.privacy.mailbox.open(asker.secret).nobody_reads
        assert there.program.privacy.desk.open(otto, asker.number).name == "Eva Lind"
        assert "no_officer" not in kinds(there)


def test_a_request_whose_officer_left_waits_for_the_next_one_and_the_person_lets_them_in(
    world: World,
) -> None:
    asker, desk, mailbox = verified(world), world.program.privacy.desk, world.program.privacy.mailbox
    desk.open_task(world.member("Olle"), asker.number, "The printer", "access")
    leaves(world, "Olle")
    assert mailbox.open(asker.secret).nobody_reads
    oda = joins(world, "Oda", "privacy_officer")
    with pytest.raises(NotThere):
        desk.open(oda, asker.number)
    assert not mailbox.open(asker.secret).nobody_reads
    assert desk.open(oda, asker.number).name == "Eva Lind"
    answer(world, asker, "Here it is, all of it.", by="Oda")
    assert len(rows(world, request_readers, person_id=oda.person_id)) == 1


def test_a_copy_goes_to_all_who_handle_reports_and_waits_sealed_where_nobody_does(world: World) -> None:
    copies, mailbox = world.program.privacy.copies, world.program.privacy.mailbox
    verified(world)
    assert [len(copies.copies(world.member(name))) for name in ("Hanna", "Hugo")] == [1, 1]
    for name in ("Hanna", "Hugo", "Disa"):
        leaves(world, name)
    assert rows(world, mails) == []
    asker = verified(world, email="b@mail.example")
    assert [one["kind"] for one in rows(world, mails)] == ["board"]
    told = [one for one in findings(world) if one.kind == "no_handler"]
    assert len(told) == 2
    late = joins(world, "Hedda")
    assert copies.copies(late) == ()
    assert not mailbox.open(asker.secret).nobody_reads
    (row,) = copies.copies(late)
    assert copies.open(late, row.number).name == "Eva Lind"
    sending = copies.writing(late, row.number)
    copies.answer(late, row.number, sending, "There is nothing that we may give you.")
    assert mailbox.open(asker.secret).entries[-1].kind == "handlers"


def test_letting_a_colleague_in_to_a_copy_changes_no_key_of_who_reads_it(world: World) -> None:
    verified(world)
    copies, hanna, hugo = world.program.privacy.copies, world.member("Hanna"), world.member("Hugo")
    (row,) = copies.copies(hanna)
    for member in (hanna, hugo):
        copies.open(member, row.number)
    before = {bytes(one["sha256"]) for one in rows(world, grants)}
    assert copies.let_in(hanna, row.number) == 0
    assert {bytes(one["sha256"]) for one in rows(world, grants)} == before
    late = joins(world, "Hedda")
    assert copies.let_in(hanna, row.number) == 1
    assert before < {bytes(one["sha256"]) for one in rows(world, grants)}
    assert copies.open(late, row.number).name == "Eva Lind"


def test_a_repeat_counts_from_receipt_and_not_from_the_check(world: World) -> None:
    desk, olle = world.program.privacy.desk, world.member("Olle")
    first = proved(world)
    later(world, 20)
    desk.verify(olle, first.number, "Called back.")
    later(world, 355)
    assert desk.open(olle, verified(world).number).repeats == ()  # 375 days after the first was received
    soon = proved(world)
    later(world, 40)
    desk.verify(olle, soon.number, "Called back.")
    assert len(desk.open(olle, soon.number).repeats) == 1


def sends_proof(world: World, asker: Asker) -> None:
    mailbox = world.program.privacy.mailbox
    place = mailbox.writing(asker.secret)
    sink = place.open_file("card.jpg", "image/jpeg")
    sink.write(b"a face and a number")
    sink.finish()
    mailbox.message(asker.secret, place, "My card.", is_proof=True)


def test_a_proof_that_comes_after_the_check_is_not_taken(world: World) -> None:
    asker = verified(world)
    with pytest.raises(RuleRefused) as refused:
        sends_proof(world, asker)
    assert refused.value.reason == "proof_late"
    assert [one.kind for one in world.program.privacy.mailbox.open(asker.secret).entries] == ["request"]


def test_a_hold_stops_no_check_and_what_it_kept_of_a_proof_goes_with_the_first_look_after_it(
    world: World,
) -> None:
    desk, olle, asker = (
        world.program.privacy.desk,
        world.member("Olle"),
        proved(world, rights=("portability",)),
    )
    sends_proof(world, asker)
    held = hold(world, asker.number)
    desk.verify(olle, asker.number, "By the card that they sent.")
    assert desk.open(olle, asker.number).proofs_kept
    answer(world, asker, "Here it is, all of it.")
    desk.close(olle, asker.number)
    assert len(list(world.program.store.blobs.ids())) == 1
    later(world, 2)
    world.program.legal.release(world.member("Lisa"), held, "The trial is over, says the court.")
    seen = desk.open(olle, asker.number)
    assert not seen.proofs_kept
    assert [(one.text, one.files) for one in seen.entries if one.kind == "proof"] == [("", ())]
    assert list(world.program.store.blobs.ids()) == []
    assert findings(world) == []


def test_a_claim_for_damages_is_with_legal_in_the_step_that_makes_the_person_known(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker, desk, olle = (
        proved(world, rights=("compensation",)),
        world.program.privacy.desk,
        world.member("Olle"),
    )
    monkeypatch.setattr(desk, "open_task", lambda *_any: pytest.fail("a second step could be missed"))
    desk.verify(olle, asker.number, "Called back.")
    (task,) = desk.open(olle, asker.number).tasks
    assert (task.recipient, task.what, task.outcome) == ("legal", "compensation", None)
    assert findings(world) == []


def test_a_form_that_notes_a_recipient_counts_once_however_often_it_is_sent(world: World) -> None:
    asker, desk, olle = verified(world), world.program.privacy.desk, world.member("Olle")
    for nonce in ("one", "one", "two"):
        desk.open_task(olle, asker.number, "The printer", "access", nonce)
    assert len(desk.open(olle, asker.number).tasks) == 2
    assert findings(world) == []


def test_many_requests_of_one_sender_are_one_part_of_the_list_and_hide_nobody_elses(
    sqlite_world: World,
) -> None:
    world, olle = sqlite_world, sqlite_world.member("Olle")
    many = [sent(world, email="many@mail.example", rights=("child",)) for _each in range(60)]
    other = proved(world)
    desk = world.program.privacy.desk

    def listed(shown: str) -> tuple[set[str], int, bool]:
        page = desk.desk(olle, shown=shown)
        return {row.number for row in page.rows}, page.total.value, page.after is None

    assert listed("addressed") == ({other.number}, 1, True)
    assert listed("unaddressed")[1:] == (57, False)
    assert listed("unproved")[1] == 3
    assert listed("unaddressed")[0] < {one.number for one in many}
    mailbox = world.program.privacy.mailbox
    for one in (many[0], many[-1]):  # nobody is locked out: each can be read and written to
        mailbox.message(one.secret, mailbox.writing(one.secret), "I am the one who asked.")
    victim = sent(world, email="many@mail.example")
    assert mailbox.open(victim.secret).facts.state == "coded"


def test_a_code_that_was_tried_a_hundred_times_still_opens_for_who_has_it(sqlite_world: World) -> None:
    world, mailbox, asker = sqlite_world, sqlite_world.program.privacy.mailbox, sent(sqlite_world)
    wrong = 0
    for _try in range(100):
        try:
            mailbox.confirm(asker.secret, "00000000")
        except TooMany:
            continue
        except RuleRefused:
            wrong += 1
    assert wrong == 5
    world.clock.advance(timedelta(seconds=20))
    mailbox.confirm(asker.secret, code_of(world, asker))
    assert mailbox.open(asker.secret).facts.state == "coded"


def test_a_form_sent_again_says_what_of_it_is_not_in_the_request_that_stands(world: World) -> None:
    token, nonce = world.program.sessions.new_token(), world.program.privacy.requests.new_nonce()

    def send(name: str, form: RequestForm) -> RequestReceipt:
        place = world.program.privacy.requests.start()
        sink = place.open_file(name, "")
        sink.write(name.encode())
        sink.finish()
        return world.program.privacy.requests.submit(place, form, token=token, nonce=nonce, language="en")

    form = RequestForm(SE, ("access",), "Eva Lind", "a@mail.example", (), "What have you got?")
    first, again = send("a.txt", form), send("a.txt", form)
    assert (again.number, again.case_key, again.not_kept) == (first.number, first.case_key, ())
    other = RequestForm(SE, ("access", "erasure"), "Eva Lind", "b@mail.example", (), "And my old address.")
    changed = send("b.txt", other)
    assert (changed.number, changed.again) == (first.number, True)
    assert changed.not_kept == ("rights", "details", "email", "files")
    assert len(list(world.program.store.blobs.ids())) == 1
