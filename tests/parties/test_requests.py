"""A privacy request goes its way: sent, proved, known, answered, closed; and nothing before its time."""

from datetime import date, timedelta

import pytest

from tests.parties.asking import (
    EMAIL,
    REASONS,
    WORDS,
    answer,
    answered,
    code_of,
    later,
    proved,
    sent,
    verified,
)
from tests.vault.tampering import findings, rows
from tests.world import FI, SE, World
from whistle.errors import NotThere, RuleRefused, TooMany
from whistle.parties.report_form import UNSURE, FormRefused
from whistle.parties.request_decisions import Said
from whistle.parties.request_form import RequestForm
from whistle.vault import request_mails, request_pass
from whistle.vault.requesttables import request_mails as mails
from whistle.vault.requesttables import requests as table
from whistle.vault.tables import readers, records


def test_the_whole_way_from_the_form_to_the_answer(world: World) -> None:
    privacy, olle = world.program.privacy, world.member("Olle")
    # Given a request with a file
    asker = sent(
        world, rights=("access", "erasure"), categories=("customer",), files=[("letter.txt", b"Dear company")]
    )
    assert asker.receipt.due_on == date(2026, 4, 2)
    assert asker.number.startswith("R-")
    # Nothing of it opens for the officer before the address is proved
    seen = privacy.desk.open(olle, asker.number)
    assert (seen.name, seen.entries, seen.rights) == ("", (), ())
    assert privacy.desk.desk(olle).rows == ()
    assert [row.number for row in privacy.desk.desk(olle, shown="unproved").rows] == [asker.number]
    # When the code is typed, the officer sees who asks, and not what for
    privacy.mailbox.confirm(asker.secret, code_of(world, asker))
    seen = privacy.desk.open(olle, asker.number)
    assert (seen.name, seen.email) == ("Eva Lind", EMAIL)
    assert (seen.entries, seen.verdicts, seen.categories) == ((), (), ())
    assert [row.number for row in privacy.desk.desk(olle).rows] == [asker.number]
    # When the person is known, everything opens, and the rules have a verdict for every category
    privacy.desk.verify(olle, asker.number, "Called back on a known number.")
    seen = privacy.desk.open(olle, asker.number)
    assert seen.entries[0].text == WORDS
    assert {one.right for one in seen.verdicts} == {"access", "erasure"}
    file = privacy.desk.file(olle, asker.number, seen.entries[0].files[0].id)
    assert b"".join(file.chunks()) == b"Dear company"
    # When it is answered with a file, the person reads both
    answer(world, asker, "Here is everything that we found about you.", files=(("data.json", b"{}"),))
    page = privacy.mailbox.open(asker.secret)
    said = page.entries[-1]
    assert (said.kind, said.new) == ("answer", True)
    assert "Integritetsskyddsmyndigheten" in said.text
    assert b"".join(privacy.mailbox.file(asker.secret, said.files[0].id).chunks()) == b"{}"
    # When it is closed its day is fixed: two years after the answer
    privacy.desk.close(olle, asker.number)
    facts = privacy.mailbox.open(asker.secret).facts
    assert (facts.state, facts.purge_on) == ("closed", date(2028, 3, 2))
    assert findings(world) == []


def test_the_same_form_twice_is_one_request_and_the_same_key(world: World) -> None:
    token, nonce = world.program.sessions.new_token(), world.program.privacy.requests.new_nonce()
    requests = world.program.privacy.requests
    first = sent(world, token=token, nonce=nonce)
    form = RequestForm(SE, ("access",), "Eva Lind", EMAIL, (), WORDS)
    again = requests.submit(requests.start(), form, token=token, nonce=nonce, language="en")
    assert again.again
    assert again.number == first.number
    assert len(rows(world, table)) == 1


def test_what_cannot_be_taken_is_said_and_nothing_is_stored(world: World) -> None:
    for fields, problem in (
        ({"rights": ("everything",)}, ("rights", "unknown")),
        ({"rights": ()}, ("rights", "missing")),
        ({"company": "elsewhere"}, ("company", "unknown")),
        ({"company": FI}, ("company", "unanswered")),
        ({"name": " "}, ("name", "missing")),
        ({"email": "not an address"}, ("email", "email")),
        ({"categories": ("secrets",)}, ("categories", "unknown")),
        ({"rights": ("rectification",), "details": ""}, ("details", "missing")),
        ({"details": "x" * 100_001}, ("details", "too_long")),
    ):
        with pytest.raises(FormRefused) as refused:
            sent(world, **fields)
        assert [(one.field, one.reason) for one in refused.value.problems] == [problem]
    assert rows(world, table) == []


def test_who_does_not_know_the_company_asks_the_parent_which_hands_it_on(world: World) -> None:
    asker = proved(world, company=UNSURE)
    olle = world.member("Olle")
    seen = world.program.privacy.desk.open(olle, asker.number)
    assert seen.unsure
    with pytest.raises(RuleRefused) as refused:
        world.program.privacy.desk.forward(olle, asker.number, FI)
    assert refused.value.reason == "closed"


def test_nothing_is_answered_or_decided_before_the_person_is_known(world: World) -> None:
    asker, olle, desk = proved(world), world.member("Olle"), world.program.privacy.desk
    said = Said("access", "customer", "yes")
    for attempt in (
        lambda: desk.writing(olle, asker.number),
        lambda: desk.decide(olle, asker.number, said),
        lambda: desk.extend(olle, asker.number, REASONS),
        lambda: desk.open_task(olle, asker.number, "A printer", "erasure"),
        lambda: desk.notice(olle, asker.number, REASONS, "200 kr"),
    ):
        with pytest.raises(RuleRefused) as refused:
            attempt()
        assert refused.value.reason == "not_verified"


def test_a_code_is_tried_slowly_for_this_request_and_for_no_other(world: World) -> None:
    first, second = sent(world), sent(world, email="other@mail.example")
    privacy, waited = world.program.privacy, 0
    for _try in range(100):
        try:
            with pytest.raises(RuleRefused) as refused:
                privacy.mailbox.confirm(first.secret, "00000000")
            assert refused.value.reason == "code"
        except TooMany:
            waited += 1
    assert waited == 95
    privacy.mailbox.confirm(second.secret, code_of(world, second))
    world.clock.advance(timedelta(minutes=1))
    privacy.mailbox.confirm(first.secret, code_of(world, first))
    assert privacy.mailbox.open(first.secret).facts.state == "coded"


def test_the_clock_stands_still_while_the_person_is_asked_and_is_shown_in_days(world: World) -> None:
    privacy, olle = world.program.privacy, world.member("Olle")
    asker = sent(world)
    later(world, 2)
    privacy.mailbox.confirm(asker.secret, code_of(world, asker))
    assert privacy.mailbox.open(asker.secret).facts.days_stood_still == 2
    privacy.desk.ask(olle, asker.number, "Your customer number.", "Several people have your name.")
    later(world, 4)
    assert privacy.mailbox.open(asker.secret).facts.due_on == date(2026, 4, 8)
    privacy.mailbox.message(asker.secret, privacy.mailbox.writing(asker.secret), "4711.", is_proof=True)
    later(world, 5)
    facts = privacy.mailbox.open(asker.secret).facts
    assert (facts.days_stood_still, facts.due_on) == (6, date(2026, 4, 8))
    # Asked later than five days after receipt, nothing is added
    privacy.desk.ask(olle, asker.number, "And your street.", "Several people have your name.")
    later(world, 3)
    assert privacy.mailbox.open(asker.secret).facts.due_on == date(2026, 4, 8)


def test_nothing_of_a_proof_stays_once_the_person_is_known(world: World) -> None:
    privacy, olle, store = world.program.privacy, world.member("Olle"), world.program.store
    asker = proved(world)
    privacy.desk.ask(olle, asker.number, "A copy of a document.", "Several people have your name.")
    sending = privacy.mailbox.writing(asker.secret)
    sink = sending.open_file("passport of Eva.jpg", "")
    sink.write(b"a passport")
    sink.finish()
    privacy.mailbox.message(asker.secret, sending, "My passport.", is_proof=True)
    before = {row["object_id"] for row in rows(world, records)}
    assert list(store.blobs.ids())
    privacy.desk.verify(olle, asker.number, "Saw the document.")
    assert list(store.blobs.ids()) == []
    assert len(before - {row["object_id"] for row in rows(world, records)}) == 1
    for entries in (
        privacy.desk.open(olle, asker.number).entries,
        privacy.mailbox.open(asker.secret).entries,
    ):
        proof = next(one for one in entries if one.kind == "proof")
        assert (proof.text, proof.files) == ("", ())
    assert findings(world) == []


def test_a_second_request_for_access_is_flagged_once_the_person_is_known_and_never_refused(
    world: World,
) -> None:
    desk, olle = world.program.privacy.desk, world.member("Olle")
    first = verified(world)
    later(world, 150)
    second = proved(world, email=EMAIL.upper())
    assert desk.open(olle, second.number).repeats == ()
    desk.verify(olle, second.number, "Known already.")
    assert desk.open(olle, second.number).repeats == (first.number,)
    assert desk.open(olle, first.number).repeats == ()
    later(world, 300)
    assert desk.open(olle, verified(world).number).repeats == ()
    other = verified(world, email="somebody@else.example")
    assert desk.open(olle, other.number).repeats == ()


def test_an_extension_is_told_by_the_target_day_and_once(world: World) -> None:
    desk, olle = world.program.privacy.desk, world.member("Olle")
    asker, other = verified(world), verified(world, email="b@mail.example")
    with pytest.raises(RuleRefused) as refused:
        desk.extend(olle, asker.number, "Busy.")
    assert refused.value.reason == "reasons"
    later(world, 31)
    desk.extend(olle, asker.number, REASONS)
    page = world.program.privacy.mailbox.open(asker.secret)
    assert page.facts.due_on == date(2026, 6, 2)
    assert "2026-06-02" in page.entries[-1].text
    for number in (asker.number, other.number):
        later(world, 1)
        with pytest.raises(RuleRefused) as refused:
            desk.extend(olle, number, REASONS)
        assert refused.value.reason == "extension"


def test_a_request_with_three_recipients_closes_once_each_has_an_outcome(world: World) -> None:
    desk, olle = world.program.privacy.desk, world.member("Olle")
    asker = answered(world, rights=("erasure",))
    for recipient in ("The printer", "The lock firm", "The insurer"):
        desk.open_task(olle, asker.number, recipient, "erasure")
    tasks = desk.open(olle, asker.number).tasks
    assert sorted(one.recipient for one in tasks) == ["The insurer", "The lock firm", "The printer"]
    desk.end_task(olle, asker.number, tasks[0].id, "informed", "")
    desk.end_task(olle, asker.number, tasks[1].id, "impossible", "It went out of business.")
    with pytest.raises(RuleRefused) as refused:
        desk.close(olle, asker.number)
    assert refused.value.reason == "tasks_open"
    with pytest.raises(FormRefused):
        desk.end_task(olle, asker.number, tasks[2].id, "disproportionate", " ")
    desk.end_task(olle, asker.number, tasks[2].id, "disproportionate", "Ten thousand letters for a name.")
    with pytest.raises(NotThere):
        desk.end_task(olle, asker.number, tasks[2].id, "informed", "")
    desk.close(olle, asker.number)
    assert findings(world) == []


def test_what_is_refused_goes_out_as_a_refusal_with_its_ground(world: World) -> None:
    desk, olle = world.program.privacy.desk, world.member("Olle")
    asker = verified(world, rights=("erasure",), categories=("customer",))
    with pytest.raises(FormRefused):
        desk.decide(olle, asker.number, Said("erasure", "customer", "no", "", REASONS))
    with pytest.raises(RuleRefused) as refused:
        desk.decide(olle, asker.number, Said("erasure", "customer", "no", "GDPR 17(3)", "No."))
    assert refused.value.reason == "reasons"
    desk.decide(olle, asker.number, Said("erasure", "customer", "no", "GDPR 17(3)(b)", REASONS))
    seen = desk.open(olle, asker.number)
    (decision,) = seen.decisions
    assert (decision.differs, decision.reasons, decision.policy_verdict) == (True, REASONS, "officer")
    answer(world, asker, REASONS)
    entry = world.program.privacy.mailbox.open(asker.secret).entries[-1]
    assert entry.kind == "refusal"
    for part in ("GDPR 17(3)(b)", "Integritetsskyddsmyndigheten", "edpb", "court"):
        assert part in entry.text


def test_reports_are_no_decision_of_an_officer(world: World) -> None:
    desk, olle, asker = world.program.privacy.desk, world.member("Olle"), verified(world)
    with pytest.raises(RuleRefused) as refused:
        desk.decide(olle, asker.number, Said("access", "whistleblowing", "yes"))
    assert refused.value.reason == "handlers_answer"


def test_a_fee_or_a_refusal_as_excessive_takes_a_notice_first(world: World) -> None:
    desk, olle, asker = world.program.privacy.desk, world.member("Olle"), verified(world)
    with pytest.raises(RuleRefused) as refused:
        desk.refuse_as_excessive(olle, asker.number, REASONS)
    assert refused.value.reason == "notice_first"
    desk.notice(olle, asker.number, REASONS, "It would be declined.")
    later(world, 14)
    with pytest.raises(RuleRefused) as refused:
        desk.refuse_as_excessive(olle, asker.number, REASONS)
    assert refused.value.reason == "notice_first"
    later(world, 1)
    desk.refuse_as_excessive(olle, asker.number, REASONS)
    assert "GDPR 12(5)" in world.program.privacy.mailbox.open(asker.secret).entries[-1].text


def test_an_answer_is_offered_for_thirty_days(world: World) -> None:
    asker = answered(world)
    answer(world, asker, "And here is the rest of it.", files=(("more.csv", b"a;b"),))
    mailbox = world.program.privacy.mailbox
    file_id = mailbox.open(asker.secret).entries[-1].files[0].id
    later(world, 30)
    assert mailbox.file(asker.secret, file_id).size == 3
    later(world, 1)
    gone = mailbox.open(asker.secret).entries[-1]
    assert (gone.kind, gone.text, gone.files) == ("answer", "", ())
    with pytest.raises(NotThere):
        mailbox.file(asker.secret, file_id)


def test_who_cannot_be_known_is_turned_away_with_the_reason(world: World) -> None:
    desk, olle, asker = world.program.privacy.desk, world.member("Olle"), proved(world)
    with pytest.raises(RuleRefused):
        desk.close(olle, asker.number)
    desk.turn_away(olle, asker.number, "Nobody of this name is known to us, and no answer came.")
    page = world.program.privacy.mailbox.open(asker.secret)
    assert (page.facts.state, page.entries[-1].kind) == ("closed", "closing")
    assert findings(world) == []


def test_a_childs_request_is_first_in_the_queue(world: World) -> None:
    first = proved(world)
    later(world, 3)
    child = proved(world, rights=("child", "erasure"), email="parent@mail.example")
    rows_ = world.program.privacy.desk.desk(world.member("Olle")).rows
    assert [one.number for one in rows_] == [child.number, first.number]
    assert rows_[0].child


def test_handlers_and_the_public_lists_know_nothing_of_a_request(world: World) -> None:
    asker = verified(world)
    assert rows(world, readers) == []
    hanna = world.member("Hanna")
    with pytest.raises(NotThere):
        world.program.handler.case(hanna, asker.number)
    with pytest.raises(NotThere):
        world.program.reporter.open(asker.secret)
    for name in ("Hanna", "Adam", "Lisa", "Alma", "Carl"):
        with pytest.raises(NotThere):
            world.program.privacy.desk.open(world.member(name), asker.number)


def test_a_code_rests_nowhere_and_its_letter_is_sealed(world: World) -> None:
    asker = sent(world)
    code = code_of(world, asker)
    (waiting,) = rows(world, mails)
    assert code.encode() not in waiting["sealed"]
    assert EMAIL.encode() not in waiting["sealed"]
    letter = request_mails.claim(world.program.store, world.clock.now())
    assert letter is not None
    request_pass.code_refused(world.program.store, letter, world.clock.now())
    assert world.program.privacy.mailbox.open(asker.secret).facts.mail == "refused"
    world.program.privacy.mailbox.send_again(asker.secret, "eva@right.example", "en")
    with pytest.raises(RuleRefused):
        world.program.privacy.mailbox.confirm(asker.secret, code)
    world.program.privacy.mailbox.confirm(asker.secret, code_of(world, asker, 2))
    assert world.program.privacy.desk.open(world.member("Olle"), asker.number).email == "eva@right.example"
    assert rows(world, mails) == []


def test_an_address_gets_three_letters_and_then_waits(world: World) -> None:
    for _again in range(5):
        sent(world)
    assert len(rows(world, mails)) == 3
    assert len(rows(world, table)) == 5
