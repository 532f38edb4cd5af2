"""Administrators say who holds which role in their company until when; a key waits for others to agree."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.exc import IntegrityError

from whistle.errors import Conflict, NotThere, RuleRefused
from whistle.rules.calendar import local_day
from whistle.rules.companies import Basis
from whistle.rules.roles import DESIGNATED_AHEAD, Role
from whistle.vault import directory, given_roles, people, withdrawals
from whistle.vault.channels import all_channels
from whistle.vault.facts import CompanyFacts
from whistle.vault.given_roles import Term
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store
from whistle.vault.tables import companies, designations
from whistle.vault.tables import people as persons

ADMINISTRATOR = "administrator"

MAY_BE_SHARED = ("handler", "deputy")
"""2021:890 5:3: what is shared is receiving and investigating."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role in a company that somebody is to hold, and for how long."""

    role: str
    company_code: str
    term: Term = given_roles.FROM_TODAY


def designate(store: Store, actor_id: bytes, person_id: bytes, wanted: Wanted, now: datetime) -> None:
    """Give somebody a role in a company; their key counts for it once it was confirmed.

    Raises `NotThere` for anybody but an administrator of that company, and `RuleRefused`: `incompatible`
    (L14), `held`, `term` (its end before its beginning, or in the past), `not_shared`, `one_case`.
    """
    with store.writing() as work:
        people.in_turn(work.db, actor_id, person_id)
        actor, company = _may(work.db, store.keys, actor_id, wanted.company_code, now)
        _require_lawful(work.db, store.keys, wanted, company, now)
        row = _person(work.db, person_id)
        if given_roles.give(work, person_id, wanted.role, company, now, wanted.term) is None:
            raise RuleRefused("held", "The person holds this role already.")
        work.log("role_given", day=now.date(), actor=actor, facts=_facts(row.name, wanted))


def invite(
    store: Store, actor_id: bytes, who: people.Invited, wanted: Wanted, now: datetime, machine_now: datetime
) -> str:
    """Invite somebody for a role, and return the token of the activation link. Raises as `designate`.

    Whoever comes as an investigator gets an account and nothing else: a handler names them in their one case.
    `Conflict` also for a name that was invited for another company: its link and its address are theirs to
    change who administer it.
    """
    if not (people.handle_of(who.name) and who.email.strip() and who.function.strip()):
        raise RuleRefused("person_facts", "Name, e-mail and function are needed.")
    with _one_of_a_name(), store.writing() as work:
        actor, company = _may(work.db, store.keys, actor_id, wanted.company_code, now)
        roles: list[tuple[str, str]] = []
        if wanted.role != Role.INVESTIGATOR:
            _require_lawful(work.db, store.keys, wanted, company, now)
            roles = [(wanted.role, wanted.company_code)]
        known = select(persons.c.id).where(persons.c.handle == people.handle_of(who.name))
        for person_id in work.db.execute(known.with_for_update()).scalars().all():
            if not _is_mine(work.db, store.keys, actor_id, bytes(person_id), now):
                raise Conflict("somebody of this name was invited for another company")
        return people.write_invitation(work, who, roles, now, machine_now, wanted.term, actor=actor)


@contextmanager
def _one_of_a_name() -> Iterator[None]:
    """Of two who invite somebody of the same name at once, the second is told."""
    try:
        yield
    except IntegrityError:
        raise Conflict("somebody of this name was invited at the same moment") from None


def _is_mine(db: Connection, keys: ServerKeys, actor_id: bytes, person_id: bytes, now: datetime) -> bool:
    """Whether somebody serves no company but those that this administrator administers."""
    mine = {c.id for c in directory.companies_served(db, keys, actor_id, ADMINISTRATOR, now)}
    held = given_roles.running(db, person_id, now.date())
    return {bytes(one.company_id) for one in held} <= mine


def end(store: Store, actor_id: bytes, designation_id: bytes, on_day: date, now: datetime) -> None:
    """Let a role end: from `on_day` (today or later) it gives nothing, and what it gave is taken away.

    An end that is set comes sooner, never later: longer is a role of its own, which L14 is asked about and
    which others confirm. Raises `NotThere` for anybody but an administrator of that company, `RuleRefused`:
    `end_past`, `end_later`, `last_administrator`.
    """
    with store.writing() as work:
        found = _role(work.db, designation_id)
        people.in_turn(work.db, actor_id, bytes(found.person_id))
        _lock_roles(work.db, found)
        row = _role(work.db, designation_id)
        actor, company = _may(work.db, store.keys, actor_id, row.code, now)
        today = local_day(now, company.zone)
        if row.to_on is not None and row.to_on <= today:
            raise NotThere("the role has ended")
        if on_day < today:
            raise RuleRefused("end_past", "A role ends today or later.")
        if row.to_on is not None and on_day > row.to_on:
            raise RuleRefused("end_later", "The role ends before that day already.")
        if row.role == ADMINISTRATOR:
            _require_another(work.db, store.keys, [row], now)
        given_roles.end(store, work, row, on_day)
        facts = {"person": _person(work.db, row.person_id).name, "role": row.role, "company": row.code}
        work.log(
            "role_ended",
            day=now.date(),
            actor=actor,
            facts=facts | {"id": bytes(row.id).hex(), "to_on": on_day.isoformat()},
        )
    withdrawals.withdraw_after_designations(store, now)


def retire(store: Store, actor_id: bytes, person_id: bytes, now: datetime) -> None:
    """End somebody's account. Raises `NotThere`, `RuleRefused`: `yourself`, `last_administrator`.

    It ends roles in every company that the person serves, so an administrator of each of them may, and of one
    of them alone may not: no company's administrator ends another company's handler. Whoever serves none may
    be retired by any.
    """
    with store.writing() as work:
        people.in_turn(work.db, actor_id, person_id)
        row = _person(work.db, person_id)
        actor = _actor(work.db, store.keys, actor_id, now)
        held = given_roles.running(work.db, person_id, now.date())
        mine = {c.id for c in directory.companies_served(work.db, store.keys, actor_id, ADMINISTRATOR, now)}
        if not {bytes(one.company_id) for one in held} <= mine:
            raise NotThere("somebody serves companies that are not yours")
        if actor_id == person_id:
            raise RuleRefused("yourself", "Nobody retires themselves.")
        _require_another(work.db, store.keys, [one for one in held if one.role == ADMINISTRATOR], now)
        people.write_retirement(store, work, row, now, actor=actor)
    people.follow_retirement(store, now)


def change_function(store: Store, actor_id: bytes, person_id: bytes, function: str, now: datetime) -> None:
    """Say anew what a reporter is shown of somebody. Raises `NotThere`, `RuleRefused("person_facts")`."""
    if not function.strip():
        raise RuleRefused("person_facts", "A function is needed.")
    with store.writing() as work:
        people.in_turn(work.db, actor_id, person_id)
        row = _person(work.db, person_id)
        actor = _actor(work.db, store.keys, actor_id, now)
        mine = {c.id for c in directory.companies_served(work.db, store.keys, actor_id, ADMINISTRATOR, now)}
        held = {bytes(one.company_id) for one in given_roles.running(work.db, person_id, now.date())}
        if held and not held & mine:
            raise NotThere("somebody serves companies that are not yours")
        work.db.execute(update(persons).where(persons.c.id == person_id).values(function=function.strip()))
        work.log("function_changed", day=now.date(), actor=actor, facts={"person": row.name})


def _role(db: Connection, designation_id: bytes) -> Row[Any]:
    """A designation with the code and the zone of its company; raises `NotThere`."""
    query = select(designations, companies.c.code, companies.c.zone).join_from(designations, companies)
    row = db.execute(query.where(designations.c.id == designation_id)).one_or_none()
    if row is None:
        raise NotThere("there is no such role")
    return row


def _lock_roles(db: Connection, row: Row[Any]) -> None:
    """Lock a designation; an administrator's with all of the company, in one order (`_require_another`)."""
    place = designations.c.id == row.id
    if row.role == ADMINISTRATOR:
        place = (designations.c.company_id == row.company_id) & (designations.c.role == ADMINISTRATOR)
    db.execute(select(designations.c.id).where(place).order_by(designations.c.id).with_for_update()).all()


def _may(
    db: Connection, keys: ServerKeys, actor_id: bytes, company_code: str, now: datetime
) -> tuple[str, CompanyFacts]:
    """The actor's name and the company; raises `NotThere` unless they are its administrator today."""
    company = directory.company_by_code(db, company_code)
    today = local_day(now, company.zone)
    if not directory.serves(db, keys, actor_id, company.id, ADMINISTRATOR, today):
        raise NotThere("there is no such company, or it is not yours")
    return _person(db, actor_id).name, company


def _actor(db: Connection, keys: ServerKeys, actor_id: bytes, now: datetime) -> str:
    """The name of an administrator of any company; raises `NotThere`."""
    if actor_id not in directory.holders(db, keys, ADMINISTRATOR, now):
        raise NotThere("there is no such person, or they are not yours")
    return str(_person(db, actor_id).name)


def _person(db: Connection, person_id: bytes) -> Row[Any]:
    """A person who is not retired; raises `NotThere`. Their row waits, so that two changes come in order."""
    query = select(persons).where(persons.c.id == person_id, persons.c.state != "retired")
    row = db.execute(query.with_for_update()).one_or_none()
    if row is None:
        raise NotThere("there is no such person")
    return row


def _require_lawful(
    db: Connection, keys: ServerKeys, wanted: Wanted, company: CompanyFacts, now: datetime
) -> None:
    today, term = local_day(now, company.zone), wanted.term
    start = term.from_on or today
    if wanted.role not in DESIGNATED_AHEAD:
        raise RuleRefused("one_case", "An outside investigator is designated on the case.")
    if start < today or (term.to_on is not None and term.to_on <= start):
        raise RuleRefused("term", "A role begins today or later, and ends after it began.")
    if term.shared and (wanted.role not in MAY_BE_SHARED or not _shares(db, keys, company, now)):
        raise RuleRefused("not_shared", "Only handlers and deputies of a shared channel are shared (5:3).")


def _shares(db: Connection, keys: ServerKeys, company: CompanyFacts, now: datetime) -> bool:
    return any(
        one.basis == Basis.SHARED for one in all_channels(db, keys, now) if one.company.id == company.id
    )


def _require_another(db: Connection, keys: ServerKeys, ending: Sequence[Row[Any]], now: datetime) -> None:
    """A company keeps an administrator: of two who end each other's roles at once, the second is refused."""
    for row in sorted(ending, key=lambda one: bytes(one.company_id)):
        _lock_roles(db, row)
        place = (designations.c.company_id == row.company_id) & (designations.c.role == ADMINISTRATOR)
        standing = directory.RECIPIENTS.where(place, designations.c.to_on.is_(None))
        left = {
            bytes(one.person_id)
            for one in directory.standing(db, keys, standing, now)
            if one.person_id != row.person_id
        }
        if directory.is_keyed_row(keys, row) and not left:
            raise RuleRefused("last_administrator", "A company keeps an administrator.")


def _facts(name: str, wanted: Wanted) -> dict[str, str]:
    days = {
        word: day.isoformat()
        for word, day in (("from_on", wanted.term.from_on), ("to_on", wanted.term.to_on))
        if day is not None
    }
    shared = {"shared": "yes"} if wanted.term.shared else {}
    return {"person": name, "role": wanted.role, "company": wanted.company_code} | days | shared
