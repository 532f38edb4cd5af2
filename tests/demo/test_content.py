"""What the rehearsal shows: people as the law allows, cases in every state, texts as people write them."""

import re
from datetime import date, timedelta

import pytest

from whistle.demo import attachments
from whistle.demo.cases import CASES, KEYS, DemoCase, DemoEvent, day_of
from whistle.demo.kinds import BY_REPORTER, CODES, KINDS, REPORTER
from whistle.demo.people import COMPANIES, PEOPLE, SITE_TOML
from whistle.rules.calendar import add_months
from whistle.rules.categories import chosen, load_categories
from whistle.rules.companies import load_site
from whistle.rules.holds import check_hold
from whistle.rules.roles import DESIGNATED_AHEAD, MAY_BE_EXCLUDED, Role
from whistle.rules.states import Event, State, after
from whistle.rules.text import clean_text, file_name

TODAY = date(2026, 11, 23)

SIGNS = {"sv": {"och", "att", "det", "inte", "som", "på"}, "en": {"and", "the", "that", "not", "of", "to"}}
MOVES = {
    "acknowledge": Event.ACKNOWLEDGE,
    "handler_message": Event.MESSAGE,
    "feedback": Event.FEEDBACK,
    "close": Event.CLOSE,
}
SAID_AT_LENGTH = 90
"""Characters: what is shorter is a name, a number or a few words."""
CITED = ("citation", "provision", "recipient")
"""Words that are names, in whatever language an authority has them."""
NEVER_ON_A_PAGE = re.compile(
    r"visselblåsa|whistleblow|100 %|guarantee|garanter|very seriously|på stort allvar|accused|anklagad"
    r"|perpetrator|\bvictim|\boffer\b|\bplease\b|oops|!",
    re.IGNORECASE,
)


def holders(role: str, company: str) -> set[str]:
    return {person.name for person in PEOPLE if (role, company) in person.roles}


def state_of(case: DemoCase) -> State:
    state = State.RECEIVED
    for event in case.events:
        if event.kind in MOVES:
            state = after(state, MOVES[event.kind])
    return state


def event_day(case: DemoCase, event: DemoEvent) -> date:
    return day_of(case, event.days_ago, TODAY)


def received_on(case: DemoCase) -> date:
    return day_of(case, case.days_ago_received, TODAY)


def last(case: DemoCase, kind: str) -> date | None:
    return max((event_day(case, event) for event in case.events if event.kind == kind), default=None)


def purge_day(case: DemoCase) -> date | None:
    closed = last(case, "close")
    return add_months(closed, 24) if closed and state_of(case) is State.CLOSED else None


def all_texts(case: DemoCase) -> list[str]:
    freely = [
        word
        for event in case.events
        for name, word in event.said.items()
        if name not in CITED and (event.kind, name) not in CODES and len(word) > SAID_AT_LENGTH
    ]
    return [case.description, *(event.text for event in case.events if event.text), *freely]


def all_files(case: DemoCase) -> list[str]:
    return [*case.attachments, *(name for event in case.events for name in event.files)]


def test_the_site_is_one_that_the_rules_accept() -> None:
    site = load_site(SITE_TOML)
    assert site.name == "Nordvakt"
    assert tuple((one.code, one.country) for one in site.companies) == tuple(
        zip(COMPANIES, ("SE", "NO", "FI"), strict=True)
    )


def test_nobody_holds_two_roles_in_one_company() -> None:
    for person in PEOPLE:
        companies = [company for _, company in person.roles]
        assert len(set(companies)) == len(companies), person.name


def test_every_role_is_held_in_every_company_and_each_has_handlers_to_spare() -> None:
    for company in COMPANIES:
        assert all(holders(role, company) for role in DESIGNATED_AHEAD)
        assert len(holders(Role.HANDLER, company)) >= 2
        assert len(holders(Role.ADMINISTRATOR, company)) == 2


def test_people_can_be_told_apart_and_reached_nowhere() -> None:
    for field in ("name", "email", "function"):
        assert len({getattr(person, field) for person in PEOPLE}) == len(PEOPLE)
    for person in PEOPLE:
        assert re.fullmatch(r"[a-z.]+@[a-z]+\.example", person.email)
        assert {role for role, _ in person.roles} <= set(Role)
        assert {company for _, company in person.roles} <= set(COMPANIES)
        assert file_name(person.name) == person.name


def test_some_handlers_serve_several_companies() -> None:
    assert any(len([role for role, _ in one.roles if role == Role.HANDLER]) > 1 for one in PEOPLE)


def test_there_are_a_dozen_cases_or_two_more_in_both_languages_and_all_companies() -> None:
    assert 12 <= len(CASES) <= 14
    assert tuple(case.key for case in CASES) == KEYS
    assert sum(case.language == "sv" for case in CASES) >= 6
    assert sum(case.language == "en" for case in CASES) >= 4
    assert {case.company for case in CASES} == set(COMPANIES)


@pytest.mark.parametrize("case", CASES, ids=KEYS)
def test_a_case_uses_only_codes_that_the_forms_offer(case: DemoCase) -> None:
    lists = load_categories()
    assert chosen(lists.categories, case.category)
    assert chosen(lists.relations, case.relation)
    for event in case.events:
        if event.kind == "close":
            assert chosen(lists.outcomes, event["outcome"])


@pytest.mark.parametrize("case", CASES, ids=KEYS)
def test_a_story_runs_forward_and_ends_today_at_the_latest(case: DemoCase) -> None:
    days = [received_on(case), *(event_day(case, event) for event in case.events), TODAY]
    assert days == sorted(days)


@pytest.mark.parametrize("case", CASES, ids=KEYS)
def test_everything_is_done_by_somebody_who_may_do_it(case: DemoCase) -> None:
    for event in case.events:
        role = KINDS[event.kind].by
        allowed = {REPORTER} if role == REPORTER else holders(role, case.company) - set(case.exclude)
        assert event.actor in allowed, (event.kind, event.actor)


@pytest.mark.parametrize("case", CASES, ids=KEYS)
def test_whoever_is_excluded_could_have_read_or_decided_and_two_handlers_are_left(case: DemoCase) -> None:
    could = set().union(*(holders(role, case.company) for role in MAY_BE_EXCLUDED))
    assert set(case.exclude) <= could
    assert len(holders(Role.HANDLER, case.company) - set(case.exclude)) >= 2


@pytest.mark.parametrize("case", CASES, ids=KEYS)
def test_a_hold_is_one_that_legal_could_place(case: DemoCase) -> None:
    for event in case.events:
        if event.kind == "hold":
            placed = event_day(case, event)
            terms = check_hold(
                event["ground"], event["citation"], placed + timedelta(event.days["review_in_days"]), placed
            )
            assert terms.review_on > TODAY


@pytest.mark.parametrize("case", CASES, ids=KEYS)
def test_the_moves_of_a_story_are_allowed_and_nothing_but_the_reporter_stirs_a_closed_case(
    case: DemoCase,
) -> None:
    assert state_of(case) in State
    kinds = [event.kind for event in case.events]
    if "close" in kinds:
        assert kinds.count("close") == 1
        assert set(kinds[kinds.index("close") + 1 :]) <= BY_REPORTER | {"hold"}


def test_every_state_and_every_worry_is_there() -> None:
    found = {state_of(case) for case in CASES}
    assert found == set(State)
    waiting = [case for case in CASES if state_of(case) is State.RECEIVED]
    assert any(received_on(case) == TODAY for case in waiting)
    assert any(received_on(case) + timedelta(7) < TODAY for case in waiting)


def test_feedback_is_due_tomorrow_in_one_case_and_late_in_another() -> None:
    owed = [
        add_months(received_on(case), 3)
        for case in CASES
        if state_of(case) in (State.ACKNOWLEDGED, State.IN_PROGRESS) and not last(case, "feedback")
    ]
    assert TODAY + timedelta(1) in owed
    assert any(day < TODAY for day in owed)
    assert any(state_of(case) is State.IN_PROGRESS and last(case, "feedback") for case in CASES)


def test_purges_are_due_today_soon_and_held_back() -> None:
    free = [purge_day(case) for case in CASES if not last(case, "hold")]
    held = [purge_day(case) for case in CASES if last(case, "hold")]
    assert TODAY in free
    assert any(day and TODAY < day <= TODAY + timedelta(30) for day in free)
    assert not any(day and day < TODAY for day in free), "a purge overdue would be a finding of its own"
    assert any(day and day < TODAY for day in held)
    assert None in held, "a hold on an open case"


def test_a_case_was_closed_lately_and_another_has_a_message_since() -> None:
    closed = {case.key: last(case, "close") for case in CASES if state_of(case) is State.CLOSED}
    assert any(day and day > TODAY - timedelta(14) for day in closed.values())
    assert any(
        (wrote := last(case, "reporter_message")) and (shut := closed.get(case.key)) and wrote > shut
        for case in CASES
    )


def test_new_messages_wait_in_an_open_case_and_a_name_came_early_and_late() -> None:
    assert any(state_of(case) is State.IN_PROGRESS and case.events[-1].actor == REPORTER for case in CASES)
    assert any(case.identity for case in CASES)
    late = [event for case in CASES for event in case.events if event.kind == "identity_later"]
    assert late
    assert all(event.identity for event in late)
    assert any(case.meeting for case in CASES)
    assert {event.kind for case in CASES for event in case.events} >= {"note", "hold", "feedback"}


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2026, 11, 23), (2027, 1, 1), (2027, 8, 15), (2030, 6, 7)]
)
def test_the_dates_hold_whatever_day_the_rehearsal_is_made(year: int, month: int, day: int) -> None:
    today = date(year, month, day)
    by_key = {case.key: case for case in CASES}
    due_tomorrow, due_today = by_key["brothers-company"], by_key["hot-work-cards"]
    received = day_of(due_tomorrow, due_tomorrow.days_ago_received, today)
    assert add_months(received, 3) == today + timedelta(1)
    assert add_months(day_of(due_today, due_today.events[-1].days_ago, today), 24) == today
    for case in CASES:
        assert all(day_of(case, event.days_ago, today) <= today for event in case.events)


@pytest.mark.parametrize("case", CASES, ids=KEYS)
def test_texts_are_long_enough_to_be_read_and_in_the_language_said(case: DemoCase) -> None:
    assert len(case.description) > 900
    other = "en" if case.language == "sv" else "sv"
    for text in all_texts(case):
        words = set(re.findall(r"\w+", text.lower()))
        assert clean_text(text) == text.strip()
        assert len(text) > 60
        assert len(words & SIGNS[case.language]) > len(words & SIGNS[other]), text[:60]


def test_some_reports_are_as_long_as_real_ones() -> None:
    assert sum(len(case.description) > 2_000 for case in CASES) >= 4


@pytest.mark.parametrize("case", CASES, ids=KEYS)
def test_staff_write_calmly_and_in_the_words_of_the_pages(case: DemoCase) -> None:
    for event in case.events:
        if event.actor != REPORTER:
            for text in (event.text, *event.said.values()):
                assert not NEVER_ON_A_PAGE.search(text), text[:60]
            assert not re.search(r"\b(tack för|thank you)", event.text, re.IGNORECASE)


def test_paragraphs_are_joined_and_lists_keep_their_lines() -> None:
    gifts = next(case for case in CASES if case.key == "property-manager-gifts")
    assert "\n- en fjällstuga" in gifts.description
    assert all(not re.search(r"[^\n]\n[^\n-]", text) for case in CASES for text in all_texts(case))


def test_every_file_of_a_case_can_be_made_and_none_is_made_in_vain() -> None:
    used = [name for case in CASES for name in all_files(case)]
    assert sorted(used) == sorted(attachments.NAMES)
