"""A case moves only where the table lets it, and one person holds one role in a company."""

import itertools

import pytest

from whistle.errors import RuleRefused
from whistle.rules import roles
from whistle.rules.companies import Basis
from whistle.rules.roles import Role, incompatible, refused_as_shared
from whistle.rules.states import Event, State, after, may_move

MOVES = {
    ("received", "acknowledge"): "acknowledged",
    ("received", "message"): "in_progress",
    ("received", "feedback"): "in_progress",
    ("received", "close"): "closed",
    ("acknowledged", "message"): "in_progress",
    ("acknowledged", "feedback"): "in_progress",
    ("acknowledged", "close"): "closed",
    ("in_progress", "acknowledge"): "in_progress",
    ("in_progress", "message"): "in_progress",
    ("in_progress", "feedback"): "in_progress",
    ("in_progress", "close"): "closed",
    ("closed", "reopen"): "in_progress",
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_every_pair_moves_as_the_table_says_or_is_refused(state: State, event: Event) -> None:
    wanted = MOVES.get((state.value, event.value))
    if wanted is None:
        with pytest.raises(RuleRefused) as refused:
            after(state, event)
        assert refused.value.reason == "state"
    else:
        assert after(state.value, event.value) is State(wanted)


@pytest.mark.parametrize(("state", "event"), [("purged", "close"), ("closed", "open"), ("", "")])
def test_an_unknown_word_moves_nothing(state: str, event: str) -> None:
    with pytest.raises(RuleRefused):
        after(state, event)


def test_a_closed_case_leads_only_back_to_work() -> None:
    assert [target for target in State if may_move(State.CLOSED, target)] == [State.IN_PROGRESS]
    assert not may_move("acknowledged", "received")
    assert may_move("received", "closed")


@pytest.mark.parametrize(("held", "wanted"), list(itertools.product(Role, Role)))
def test_nobody_holds_two_roles(held: Role, wanted: Role) -> None:
    assert incompatible({held}, wanted) is (None if held is wanted else held)


def test_somebody_without_a_role_may_have_any() -> None:
    assert all(incompatible([], role) is None for role in Role)
    assert incompatible([Role.HANDLER, Role.LEGAL], Role.HANDLER) is Role.LEGAL


def test_only_who_works_on_cases_reads_content() -> None:
    assert frozenset({Role.HANDLER, Role.DEPUTY, Role.INVESTIGATOR}) == roles.READS_CONTENT
    assert set(roles.CONFIRMED_BY) == {Role.DEPUTY, Role.INVESTIGATOR}
    assert Role.INVESTIGATOR not in roles.DESIGNATED_AHEAD
    assert Role.ADMINISTRATOR not in roles.HOLDS_CONTENT_KEY | roles.MAY_BE_EXCLUDED
    assert roles.PLACES_HOLDS.isdisjoint(roles.READS_CONTENT)


@pytest.mark.parametrize("doing", sorted(roles.REFUSED_TO_SHARED))
def test_contact_with_the_reporter_stays_with_the_company(doing: str) -> None:
    assert refused_as_shared(Basis.SHARED, designated_by_company=False, doing=doing)
    assert not refused_as_shared(Basis.SHARED, designated_by_company=True, doing=doing)
    assert not refused_as_shared(Basis.OWN, designated_by_company=False, doing=doing)


def test_a_shared_handler_investigates() -> None:
    assert not refused_as_shared(Basis.SHARED, designated_by_company=False, doing="note")
