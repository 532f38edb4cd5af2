"""What handlers record about a case is sealed among their notes, keeps every state, loses nobody's words."""

from functools import partial

import pytest
from sqlalchemy import select

from tests.parties import apart
from tests.parties.test_export import prepare, unpacked
from tests.vault.joining import joins
from tests.world import FI, World
from whistle.errors import Conflict, NotThere, RuleRefused
from whistle.parties.report_form import FormRefused
from whistle.parties.search import Question
from whistle.parties.work import Measure
from whistle.parties.work_views import WorkView
from whistle.rules.triage import Chosen
from whistle.vault.tables import ledger


def view(world: World, number: str, who: str = "Hugo") -> WorkView:
    return world.program.handler.case(world.member(who), number).work


def refused(act: object) -> str:
    with pytest.raises(RuleRefused) as refusal:
        act()  # type: ignore[operator]
    return refusal.value.reason


def test_an_assessment_is_read_by_the_colleagues_and_its_history_stays(world: World) -> None:
    number, sheet, hanna = world.send().number, world.program.casework.sheet, world.member("Hanna")
    sheet.triage(hanna, number, Chosen("unclear", "", ""), "Not enough is known.")
    world.later(1)
    sheet.triage(world.member("Hugo"), number, Chosen("yes", "high", "first"), "")
    triage = view(world, number).triage
    assert triage.last is not None
    assert (triage.last["scope"], triage.last["severity"], triage.last.author) == ("yes", "high", "Hugo")
    assert [(was["scope"], was["why"], was.author) for was in triage.earlier] == [
        ("unclear", "Not enough is known.", "Hanna")
    ]


def test_measures_are_several_and_each_goes_its_way(world: World) -> None:
    number, sheet, hanna = world.send().number, world.program.casework.sheet, world.member("Hanna")
    for _twice in range(2):  # a double click
        sheet.measure(hanna, number, Measure("Stop the payments", "Finance", "2026-03-09"))
    sheet.measure(hanna, number, Measure("Ask the auditor"))
    stop = view(world, number).measures.current[0]
    sheet.measure(
        hanna, number, Measure("Stop the payments", "Finance", "2026-03-09", "2026-03-05", stop.id), stop.n
    )
    measures = view(world, number).measures
    assert [(one["what"], one["done_on"]) for one in measures.current] == [
        ("Stop the payments", "2026-03-05"), ("Ask the auditor", "")
    ]  # fmt: skip
    assert [one["done_on"] for one in measures.earlier] == [""]
    with pytest.raises(NotThere):
        sheet.measure(hanna, number, Measure("Stop", id="ff" * 16))


def test_risk_and_protection_are_sealed_and_the_reporter_never_sees_them(world: World) -> None:
    receipt = world.send()
    secret, hanna = world.enter(receipt), world.member("Hanna")
    world.program.casework.sheet.protect(hanna, receipt.number, "Their rota was changed.", "")
    last = view(world, receipt.number).protection.last
    assert last is not None
    assert last["risk"] == "Their rota was changed."
    assert "rota" not in repr(world.program.reporter.open(secret))
    with world.program.store.reading() as db:
        assert "rota" not in repr(db.execute(select(ledger)).all())
    with pytest.raises(FormRefused):
        world.program.casework.sheet.protect(hanna, receipt.number, " ", "\n")


def test_of_two_who_write_at_once_nothing_is_lost_and_the_second_is_told(world: World) -> None:
    number, sheet = world.send().number, world.program.casework.sheet
    sheet.protect(world.member("Hanna"), number, "None known.", "")
    standing = view(world, number).protection.last
    assert standing is not None
    answers = apart.in_threads(
        [
            partial(sheet.protect, world.member(who), number, f"Seen by {who}.", "", standing.n)
            for who in ("Hanna", "Hugo")
        ]
    )
    assert [type(answer) for answer in answers if answer is not None] == [Conflict]
    protection = view(world, number).protection
    assert [was["risk"] for was in protection.earlier] == ["None known."]
    # The second reads both, and saves again over what they have read.
    assert protection.last is not None
    sheet.protect(world.member("Hugo"), number, "Both.", "", protection.last.n)
    found = [one["risk"] for one in view(world, number).protection.earlier]
    assert len(found) == 2
    assert found[1].startswith("Seen by")


def test_measures_by_two_at_once_both_stand(world: World) -> None:
    number, sheet = world.send().number, world.program.casework.sheet
    work = [
        partial(sheet.measure, world.member(who), number, Measure(f"By {who}"), 0)
        for who in ("Hanna", "Hugo")
    ]
    assert apart.in_threads(work) == [None, None]
    assert {one["what"] for one in view(world, number).measures.current} == {"By Hanna", "By Hugo"}


def test_one_of_the_cases_handlers_is_responsible(world: World) -> None:
    number, sheet, hanna = world.send().number, world.program.casework.sheet, world.member("Hanna")
    hugo = {name: person for person, name in view(world, number).colleagues}["Hugo"]
    sheet.assign(hanna, number, hugo)
    sheet.assign(hanna, number, hugo)
    assert view(world, number).assigned_name == "Hugo"
    assert [row.assigned for row in world.program.handler.cases(hanna).rows] == ["Hugo"]
    for nobody in (
        world.member("Nora").person_id.hex(),
        world.member("Lisa").person_id.hex(),
        "zz",
        "ff" * 16,
    ):
        assert refused(partial(sheet.assign, hanna, number, nobody)) == "assignee"
    sheet.assign(hanna, number, "")
    assert view(world, number).assigned_name == ""
    with world.program.store.reading() as db:
        lines = [line for line in db.execute(select(ledger)).all() if line.action == "assigned"]
    assert len(lines) == 2
    assert '"Hugo"' in lines[0].facts


def test_linked_cases_say_so_on_both_sides_until_they_are_parted(world: World) -> None:
    first, second = world.send().number, world.send().number
    sheet, hanna = world.program.casework.sheet, world.member("Hanna")
    for _twice in range(2):
        sheet.link(hanna, first, second)
    assert (view(world, first).linked, view(world, second).linked) == ((second,), (first,))
    sheet.link(hanna, second, first, linked=False)
    assert (view(world, first).linked, view(world, second).linked) == ((), ())
    assert refused(partial(sheet.link, hanna, first, first)) == "link_same"
    for unknown in ("W-0000-0000", "", "\0"):
        assert refused(partial(sheet.link, hanna, first, unknown)) == "link_unknown"


def test_a_link_never_tells_of_a_case_to_somebody_who_was_kept_out_of_it(world: World) -> None:
    # Given a case that Hugo must not see, and one that he reads
    hugo = next(
        person.ref
        for company in world.program.reporter.companies()
        for person in company.people
        if person.function == "Function of Hugo"
    )
    kept, open_ = world.send(exclude=(hugo,)).number, world.send().number
    sheet, hanna = world.program.casework.sheet, world.member("Hanna")
    # When Hanna links them, only the case that Hugo does not read says so
    sheet.link(hanna, open_, kept)
    assert view(world, kept, "Hanna").linked == (open_,)
    assert view(world, open_, "Hanna").linked == ()
    assert kept not in repr(world.program.handler.case(world.member("Hugo"), open_))
    # And two cases of which each has a reader that the other lacks cannot be linked at all
    finnish = world.send(company=FI).number
    assert refused(partial(sheet.link, hanna, kept, finnish)) == "link_unknown"
    ida = joins(world, "Ida")
    del ida
    new = world.send(exclude=(hugo,)).number
    assert refused(partial(sheet.link, hanna, open_, new)) == "link_circle"


def test_an_old_link_tells_nobody_of_a_case_from_which_they_were_excluded_since(world: World) -> None:
    first, second = world.send().number, world.send().number
    hanna, hugo, overview = world.member("Hanna"), world.member("Hugo"), world.program.overview
    world.program.casework.sheet.link(hanna, first, second)
    world.program.circle.exclude(hanna, second, hugo.person_id.hex(), "He signed the invoices.")
    assert view(world, first).linked == ()
    assert overview.search.run(hugo, Question(second, deep=True)).hits == ()
    prepared = prepare(world, first, "Hugo", with_notes=True)
    assert second not in repr(unpacked(prepared)) + repr(prepared)


def test_a_note_has_a_kind_and_says_whether_it_went_out(world: World) -> None:
    number, handler, hanna = world.send().number, world.program.handler, world.member("Hanna")
    sheet = world.program.casework.sheet
    handler.note(hanna, number, "Ask the auditor.")
    handler.note(hanna, number, "A report to be.", "draft")
    assert list(view(world, number).notes.values()) == [("memory", False), ("draft", False)]
    n = max(view(world, number).notes)
    sheet.mark_note(world.member("Hugo"), number, n, "finished", disclosed=True)
    assert view(world, number).notes[n] == ("finished", True)
    assert [note.text for note in handler.case(hanna, number).notes] == [
        "Ask the auditor.",
        "A report to be.",
    ]
    assert refused(lambda: handler.note(hanna, number, "Text.", "secret")) == "note_kind"
    assert refused(lambda: sheet.mark_note(hanna, number, n, "", disclosed=False)) == "note_kind"
    for wrong in (0, n + 1, n + 9):
        with pytest.raises(NotThere):
            sheet.mark_note(hanna, number, wrong, "draft", disclosed=False)


def test_on_a_closed_case_measures_and_protection_go_on_and_the_rest_stands_still(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    receipt, _secret = world.closed()
    sheet, hanna = world.program.casework.sheet, world.member("Hanna")
    assert refused(lambda: sheet.triage(hanna, receipt.number, Chosen("no", "", ""), "")) == "state"
    assert refused(lambda: sheet.assign(hanna, receipt.number, hanna.person_id.hex())) == "state"
    sheet.measure(hanna, receipt.number, Measure("Look again in a year"))
    sheet.protect(hanna, receipt.number, "Asked twice how they are.", "")


def test_a_case_closes_without_feedback_only_on_a_ground_that_holds(world: World) -> None:
    receipt = world.send()
    number, secret = receipt.number, world.enter(receipt)
    handler, hanna = world.program.handler, world.member("Hanna")
    world.nobody_concerned(hanna, number)

    def close(ground: str, why: str) -> None:
        handler.close(hanna, number, "other", " ", ground, why)

    assert refused(lambda: close("", "Nobody answers.")) == "feedback_empty"
    assert refused(lambda: close("busy", "Much to do.")) == "no_feedback"
    assert refused(lambda: close("given_before", "It was.")) == "no_feedback"
    with pytest.raises(FormRefused):
        close("unreachable", " ")
    close("unreachable", "The reporter left the company.")
    case, mailbox = handler.case(hanna, number), world.program.reporter.open(secret)
    assert (case.state, case.feedback_on, mailbox.feedback_on) == ("closed", None, None)
    assert "left the company" in case.notes[-1].text
    assert "left the company" not in repr(mailbox)


@pytest.mark.parametrize(
    ("chosen", "why", "reason"),
    [
        (Chosen("maybe", "", ""), "", "scope"),
        (Chosen("yes", "\0", ""), "", "severity"),
        (Chosen("yes", "", "x" * 9999), "", "priority"),
    ],
)
def test_a_word_of_no_list_assesses_nothing(
    sqlite_world: World, chosen: Chosen, why: str, reason: str
) -> None:
    number, hanna = sqlite_world.send().number, sqlite_world.member("Hanna")
    assert refused(lambda: sqlite_world.program.casework.sheet.triage(hanna, number, chosen, why)) == reason
    assert view(sqlite_world, number).triage.last is None


def test_texts_that_cannot_be_kept_are_refused_at_their_field(sqlite_world: World) -> None:
    number, hanna = sqlite_world.send().number, sqlite_world.member("Hanna")
    sheet = sqlite_world.program.casework.sheet
    for bad in ("a\0b", "x" * 100_001, "\ud800", "\x07"):
        for act, field in (
            (lambda bad=bad: sheet.triage(hanna, number, Chosen("yes", "", ""), bad), "why"),
            (lambda bad=bad: sheet.measure(hanna, number, Measure(bad)), "what"),
            (lambda bad=bad: sheet.measure(hanna, number, Measure("x", bad)), "who"),
            (lambda bad=bad: sheet.measure(hanna, number, Measure("x", by_on=bad)), "by_on"),
            (lambda bad=bad: sheet.protect(hanna, number, bad, ""), "risk"),
            (lambda bad=bad: sheet.protect(hanna, number, "", bad), "steps"),
        ):
            with pytest.raises(FormRefused) as form:
                act()
            assert [one.field for one in form.value.problems] == [field]
