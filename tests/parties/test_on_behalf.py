"""Somebody who calls or writes a letter gets a case and a key like anybody else."""

import pytest

from tests.world import NO, SE, World
from whistle.parties.on_behalf import Told
from whistle.parties.report_form import FormRefused, ReportForm
from whistle.parties.views import Receipt

FORM = ReportForm(company=SE, description="They called about three drums behind the hall.")


def enter(
    world: World, form: ReportForm = FORM, told: Told | None = None, *, who: str = "Hanna", nonce: str = "",
    token: str = "",
) -> Receipt:  # fmt: skip
    on_behalf = world.program.casework.on_behalf
    return on_behalf.enter(
        world.member(who), on_behalf.start(), form, told or Told("phone"),
        token=token or world.program.sessions.new_token(), nonce=nonce or on_behalf.new_nonce(),
    )  # fmt: skip


def problems(world: World, form: ReportForm = FORM, told: Told | None = None) -> list[tuple[str, str]]:
    with pytest.raises(FormRefused) as refused:
        enter(world, form, told)
    return [(one.field, one.reason) for one in refused.value.problems]


def test_it_is_a_case_like_any_other_and_its_key_opens_it(world: World) -> None:
    receipt = enter(world, told=Told("letter", "2026-03-02"))
    secret = world.enter(receipt)
    mailbox = world.program.reporter.open(secret)
    assert [entry.text for entry in mailbox.entries] == [FORM.description]
    case = world.program.handler.case(world.member("Hugo"), receipt.number)
    assert (case.work.came_by, case.work.entered_by) == ("letter", "Hanna")
    assert case.received_on == mailbox.received_on
    world.program.reporter.message(secret, world.program.reporter.writing(secret), "It was four.")
    lines = world.program.keys.ledger(world.member("Alma"), None).lines
    assert [(line.action, line.actor) for line in lines if line.action == "entered"] == [("entered", "Hanna")]


def test_a_name_goes_to_the_identity_and_is_not_shown_back(world: World) -> None:
    form = ReportForm(company=SE, description="It is cold.", identity_name="Eva Marker")
    receipt = enter(world, form)
    case = world.program.handler.case(world.member("Hanna"), receipt.number)
    assert case.identity_given
    assert "Eva Marker" not in repr(case)


def test_the_same_form_sent_twice_is_one_case_with_one_key(world: World) -> None:
    nonce, token = world.program.reporter.new_nonce(), world.program.sessions.new_token()
    first, second = (enter(world, nonce=nonce, token=token) for _twice in range(2))
    assert (first.number, first.case_key) == (second.number, second.case_key)
    assert (first.again, second.again) == (False, True)
    assert world.program.handler.cases(world.member("Hanna")).total.value == 1
    lines = world.program.keys.ledger(world.member("Alma"), None).lines
    assert [line.action for line in lines].count("entered") == 1


def test_who_enters_it_cannot_be_kept_out_of_it_and_others_can(world: World) -> None:
    people = {
        person.function: person.ref
        for company in world.program.casework.on_behalf.companies(world.member("Hanna"))
        for person in company.people
    }
    own, hugo = people["Function of Hanna"], people["Function of Hugo"]
    kept = ReportForm(company=SE, description="About Hanna.", exclude=(own,))
    assert problems(world, kept) == [("exclude", "exclude_self")]
    number = enter(world, ReportForm(company=SE, description="About Hugo.", exclude=(hugo,))).number
    assert world.program.handler.cases(world.member("Hugo"), state="all").rows == ()
    assert [row.number for row in world.program.handler.cases(world.member("Hanna")).rows] == [number]


@pytest.mark.parametrize(
    ("form", "told", "expected"),
    [
        (FORM, Told(""), ("came_by", "missing")),
        (FORM, Told("pigeon"), ("came_by", "unknown")),
        (FORM, Told("phone", "2026-03-01"), ("received_on", "received_today")),
        (FORM, Told("phone", "2026-03-03"), ("received_on", "received_today")),
        (FORM, Told("phone", "yesterday"), ("received_on", "day")),
        (ReportForm(company=NO, description="x"), Told("phone"), ("company", "unknown")),
        (ReportForm(company="unsure", description="x"), Told("phone"), ("company", "unknown")),
        (ReportForm(company="", description="x"), Told("phone"), ("company", "missing")),
        (ReportForm(company=SE, description=" "), Told("phone"), ("description", "missing")),
        (ReportForm(company=SE, description="a\0b"), Told("phone"), ("description", "nul")),
        (ReportForm(company=SE, description="x", category="fun"), Told("phone"), ("category", "unknown")),
    ],
)
def test_what_is_missing_or_wrong_is_named_at_its_field(
    sqlite_world: World, form: ReportForm, told: Told, expected: tuple[str, str]
) -> None:
    assert problems(sqlite_world, form, told) == [expected]
    assert sqlite_world.program.handler.cases(sqlite_world.member("Hanna"), state="all").rows == ()


def test_a_handler_is_offered_the_companies_they_handle(sqlite_world: World) -> None:
    companies = sqlite_world.program.casework.on_behalf.companies
    assert [one.code for one in companies(sqlite_world.member("Hanna"))] == [SE]
    assert [one.code for one in companies(sqlite_world.member("Nora"))] == [NO]
    assert companies(sqlite_world.member("Lisa")) == ()


def test_a_recording_is_kept_only_with_the_agreement_of_whoever_is_heard(world: World) -> None:
    on_behalf = world.program.casework.on_behalf

    def entered(*, agreed: bool) -> Receipt:
        under_way = on_behalf.start()
        for name, data in (("call.mp3", b"ID3\x04" + bytes(99)), ("letter.txt", b"Dear all")):
            sink = under_way.open_file(name, "text/plain")
            sink.write(data)
            sink.finish()
        told = Told("phone", recording_agreed=agreed)
        try:
            return on_behalf.enter(
                world.member("Hanna"), under_way, FORM, told,
                token=world.program.sessions.new_token(), nonce=on_behalf.new_nonce(),
            )  # fmt: skip
        finally:
            under_way.abandon()

    with pytest.raises(FormRefused) as refused:
        entered(agreed=False)
    assert [(one.field, one.reason) for one in refused.value.problems] == [("recording_agreed",) * 2]
    assert world.program.handler.cases(world.member("Hanna")).rows == ()
    assert list(world.program.store.blobs.ids()) == []

    hanna, number = world.member("Hanna"), entered(agreed=True).number
    case = world.program.handler.case(hanna, number)
    assert case.work.recording_agreed
    assert {file.name for file in case.files} == {"call.mp3", "letter.txt"}
    # Without a recording nobody is asked, and nothing is said of one.
    assert not world.program.handler.case(hanna, enter(world).number).work.recording_agreed
