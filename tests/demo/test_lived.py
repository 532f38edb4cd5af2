"""What handlers do with a case is lived in the stories: decided, measured, asked, answered, left waiting."""

from collections import Counter
from datetime import timedelta

import pytest

from tests.demo.test_content import TODAY, event_day, holders, received_on, state_of
from whistle.demo.cases import CASES, KEYS, DemoCase, DemoEvent, _event
from whistle.demo.kinds import KINDS
from whistle.errors import SettingsWrong
from whistle.rules.calendar import add_months
from whistle.rules.concerned import is_settled, ruling
from whistle.rules.redaction import SECOND_OVER
from whistle.rules.roles import Role
from whistle.rules.states import State
from whistle.rules.tables import parse

BY_KEY = {case.key: case for case in CASES}
A_FEW_DAYS = timedelta(5)
SOON = timedelta(14)


def of(case: DemoCase, *kinds: str) -> list[DemoEvent]:
    return [event for event in case.events if event.kind in kinds]


def decisions(case: DemoCase) -> dict[str, DemoEvent]:
    """The last decision about each person of a story."""
    return {event["person"]: event for event in of(case, "concerned")}


def is_late(case: DemoCase) -> bool:
    return not decisions(case) and add_months(received_on(case), 1) < TODAY


def test_every_kind_of_event_happens_somewhere() -> None:
    assert {event.kind for case in CASES for event in case.events} == set(KINDS)


@pytest.mark.parametrize("case", CASES, ids=KEYS)
def test_what_is_about_an_earlier_event_has_one(case: DemoCase) -> None:
    for position, event in enumerate(case.events):
        before = Counter(one.kind for one in case.events[:position])
        if event.about:
            assert event.about <= before[KINDS[event.kind].about], event.kind
        assert event.days.get("replaces", 0) <= before["minutes"]
        assert event["story"] in {"", *KEYS}


@pytest.mark.parametrize("case", CASES, ids=KEYS)
def test_a_decision_about_a_person_is_one_that_the_rules_take(case: DemoCase) -> None:
    country = case.company[-2:].upper()
    for event in of(case, "concerned"):
        day = event_day(case, event)
        review = day + timedelta(event.days["review_in_days"]) if event.days else None
        taken = ruling(
            event["decision"],
            ground=event["ground"],
            review_on=review,
            country=country,
            today=day,
            closed=False,
        )
        assert taken.decision == event["decision"]
    if state_of(case) is State.CLOSED:
        assert is_settled([event["decision"] for event in decisions(case).values()])


def test_one_case_is_late_about_its_people_and_it_is_where_most_cases_are() -> None:
    [late] = [case for case in CASES if is_late(case)]
    assert late.company == Counter(case.company for case in CASES).most_common(1)[0][0]
    decided = [event["decision"] for case in CASES for event in decisions(case).values()]
    assert set(decided) == {"informed", "deferred", "none_identified", "lasting_ground"}


def test_no_deferral_is_overdue_and_one_is_looked_at_again_soon() -> None:
    reviews = [
        event_day(case, event) + timedelta(event.days["review_in_days"])
        for case in CASES
        for event in decisions(case).values()
        if event["decision"] == "deferred"
    ]
    assert min(reviews) >= TODAY
    assert sum(day <= TODAY + SOON for day in reviews) == 1


def test_open_cases_that_were_answered_are_sorted_and_answered_for() -> None:
    for case in CASES:
        if state_of(case) not in (State.RECEIVED, State.CLOSED):
            assert of(case, "triage"), case.key
            for event in of(case, "assign"):
                assert event["to"] in holders(Role.HANDLER, case.company) - set(case.exclude)


def test_measures_are_done_and_under_way_and_a_reporter_is_protected() -> None:
    made = sum(len(of(case, "measure")) for case in CASES)
    assert 0 < sum(len(of(case, "measure_done")) for case in CASES) < made
    assert of(BY_KEY["retaliation-rota"], "protection")
    kinds = {event["note_kind"] for case in CASES for event in of(case, "note")}
    assert {"memory", "draft"} <= kinds


def test_two_cases_that_the_same_people_read_are_linked() -> None:
    [(one, other)] = [(case, BY_KEY[event["story"]]) for case in CASES for event in of(case, "link")]
    assert one is not other
    assert one.company == other.company
    assert not {*one.exclude, *other.exclude} & holders(Role.HANDLER, one.company)


def test_minutes_were_corrected_and_approved_in_one_case_and_wait_in_another() -> None:
    told = {case.key: [event.kind for event in case.events if "minutes" in event.kind] for case in CASES}
    assert ["minutes", "minutes_correction", "minutes", "minutes_approval", "minutes_lock"] in told.values()
    assert ["minutes"] in told.values()


def test_who_a_reporter_is_was_asked_three_times_with_three_ends() -> None:
    asked = [
        (case.company, [event["decision"] for event in of(case, "identity_decision")])
        for case in CASES
        if of(case, "identity_request")
    ]
    assert sorted(ends for _company, ends in asked) == [[], ["approve"], ["refuse"]]
    assert ("nordvakt-se", []) in asked
    for case in CASES:
        for event in of(case, "identity_decision"):
            if event["decision"] == "approve":
                assert event_day(case, event) + timedelta(30) > TODAY


def test_one_reporter_agreed_to_a_disclosure_and_another_has_not_answered() -> None:
    agreed, waiting = [], []
    for case in CASES:
        answered = {event.about: event["decision"] for event in of(case, "consent_answer")}
        for number, event in enumerate(of(case, "consent_request"), start=1):
            if not event["provision"]:
                (agreed if answered.get(number) == "yes" else waiting).append(case.key)
    assert (len(agreed), len(waiting)) == (1, 1)


def test_a_passage_is_erased_that_stands_once_in_what_its_reporter_wrote() -> None:
    found = [(case, event) for case in CASES for event in of(case, "redaction")]
    assert found
    for case, event in found:
        wrote = [case.description, *(one.text for one in of(case, "reporter_message"))]
        assert sum(text.count(event["passage"]) for text in wrote) == 1
        assert len(event["passage"]) <= SECOND_OVER
        assert not of(case, "hold")


def test_a_report_came_by_telephone_and_its_handler_wrote_it_down() -> None:
    [case] = [case for case in CASES if case.entered]
    assert case.entered is not None
    assert case.entered.came_by == "phone"
    assert case.entered.by in holders(Role.HANDLER, case.company) - set(case.exclude)
    assert not case.attachments


@pytest.mark.parametrize(
    "event",
    [
        'kind = "triage"\nactor = "A"\nscope = "yes"\nseverity = "high"\ntext = "x"',  # a word is missing
        'kind = "triage"\nactor = "A"\nscope = "often"\nseverity = "high"\npriority = "now"\ntext = "x"',
        'kind = "assign"\nactor = "A"\nto = "B"\ntext = "nobody reads this"',
        'kind = "measure_done"\nactor = "A"\nabout = 0',
        'kind = "hold"\nactor = "A"\nground = "lawyers_wish"\ncitation = "B 1"\nreview_in_days = 3',
        'kind = "reporter_message"\nactor = "A"\ntext = "x"',  # nobody else writes as the reporter
        'kind = "applause"\nactor = "A"',
    ],
)
def test_an_event_with_a_word_that_is_not_understood_is_refused(event: str) -> None:
    with pytest.raises(SettingsWrong):
        _event(parse(f"days_ago = 1\n{event}", "story"))
