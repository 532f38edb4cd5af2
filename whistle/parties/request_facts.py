"""What an officer found out is checked, kept sealed in the notes of a request, and weighed by the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from whistle.errors import NotThere
from whistle.parties.casefile import Opened
from whistle.parties.report_form import LINE_LIMIT, FormRefused, Problem
from whistle.rules.asked_facts import (
    DAYS_OF,
    ENDED,
    MANY,
    MAY_COME,
    NONE,
    OF_PERSON,
    QUIET,
    RELATION_DAYS,
    RUNS,
    Fact,
    Found,
    choices,
    wanted,
)
from whistle.rules.policy_codes import Category, KeptBy
from whistle.rules.policy_words import Policy
from whistle.rules.text import clean_text

PERSON: Final = "person"
"""The part of the facts that is the same whatever data is meant."""

DAY_OF_RELATION: Final = {ENDED: "relation_ended_on", QUIET: "last_interaction_on"}
"""The day that has to be said with it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a request: whether the person wrote something, today, and what was found, by part."""

    named: bool
    today: date
    parts: Mapping[str, Mapping[str, Any]]


def known_of(notes: Sequence[Opened], today: date, *, named: bool) -> Known:
    """What the notes of a request add up to: of each part what was entered last."""
    return Known(named, today, {note.fields["part"]: note.fields["found"] for note in entered(notes)})


def entered(notes: Sequence[Opened]) -> list[Opened]:
    """Every entry of facts that was kept, oldest first."""
    return [one for one in notes if one.fields["type"] == "facts"]


def found_of(known: Known, category: str) -> Found:
    """What is known about one category, with what holds for the person."""
    said = {**known.parts.get(PERSON, {}), **known.parts.get(category, {})}
    names = (*RELATION_DAYS, *DAYS_OF.get(Category(category), ()))
    days = {name: date.fromisoformat(said[name]) for name in names if said.get(name)}
    facts = {str(fact): said[fact] for fact in Fact if fact in said and fact is not Fact.DAYS}
    return Found(**facts, provision=said.get("provision", ""), days=days)


def asked_of(part: str, asked: Mapping[str, Any], policy: Policy) -> tuple[Fact, ...]:
    """The facts that a part of a request asks for. Raises `NotThere` where it asks for none."""
    found = _by_part(asked, policy).get(part, ())
    if not found:
        raise NotThere("there is nothing to find out here")
    return found


def parts_of(asked: Mapping[str, Any], known: Known, policy: Policy) -> tuple[tuple[str, bool], ...]:
    """The parts of a request that ask for facts, the person first, and whether some were entered."""
    return tuple((part, part in known.parts) for part, facts in _by_part(asked, policy).items() if facts)


def _by_part(asked: Mapping[str, Any], policy: Policy) -> dict[str, tuple[Fact, ...]]:
    kinds = [one for one in Category if one in (asked["categories"] or Category)]
    by_kind = {str(kind): wanted(kind, asked["rights"], policy) for kind in kinds}
    weighed = {fact for facts in by_kind.values() for fact in facts}
    own = {kind: tuple(fact for fact in facts if fact not in OF_PERSON) for kind, facts in by_kind.items()}
    return {PERSON: tuple(fact for fact in OF_PERSON if fact in weighed), **own}


def days_of(part: str, facts: Sequence[Fact]) -> tuple[str, ...]:
    """The fields of days of a part."""
    if part == PERSON:
        return RELATION_DAYS if Fact.RELATION in facts else ()
    return DAYS_OF.get(Category(part), ()) if Fact.DAYS in facts else ()


def checked(
    part: str, typed: Mapping[str, Sequence[str]], facts: Sequence[Fact], policy: Policy, today: date
) -> dict[str, Any]:
    """What is kept of a form: codes, days as ISO dates, and a provision. Raises `FormRefused`."""
    kind = None if part == PERSON else policy.categories[Category(part)]
    problems: list[Problem] = []
    said: dict[str, Any] = {}
    for fact in facts:
        values = [one for one in typed.get(fact, ()) if one]
        if set(values) - set(choices(fact, kind)):
            problems.append(Problem(fact, "unknown"))
        elif NONE in values and len(values) > 1:
            problems.append(Problem(fact, "none_and_more"))
        elif values:
            said[fact] = values if fact in MANY else values[0]
    for name in days_of(part, facts):
        _take_day(name, "".join(typed.get(name, ())[:1]).strip(), today, said, problems)
    _check_relation(said, problems)
    _take_provision("".join(typed.get("provision", ())[:1]), policy, said, problems)
    if problems:
        raise FormRefused(tuple(problems))
    return said


def _take_day(name: str, typed: str, today: date, said: dict[str, Any], problems: list[Problem]) -> None:
    if not typed:
        return
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        problems.append(Problem(name, "day"))
        return
    if day > today and name not in MAY_COME:
        problems.append(Problem(name, "day_ahead"))
    said[name] = day.isoformat()


def _check_relation(said: dict[str, Any], problems: list[Problem]) -> None:
    """A relation that goes on has no day of its end; one that ended has the day that says so."""
    relation = said.get(Fact.RELATION, "")
    if relation in ("", RUNS):
        for name in RELATION_DAYS:
            said.pop(name, None)
    wants = DAY_OF_RELATION.get(relation)
    if wants is not None and wants not in said and wants not in {one.field for one in problems}:
        problems.append(Problem(wants, "day"))
    if relation == QUIET:
        said.pop("relation_ended_on", None)


def _take_provision(typed: str, policy: Policy, said: dict[str, Any], problems: list[Problem]) -> None:
    law = said.get(Fact.KEPT_BY, NONE)
    if law == NONE:
        return
    text = clean_text(typed, LINE_LIMIT).strip()
    if policy.exceptions[KeptBy(law)].needs_provision and not any(one.isdecimal() for one in text):
        problems.append(Problem("provision", "provision"))
    said["provision"] = text
