"""Who may do what with a privacy request and its copy: officers with the one, handlers with the other."""

from typing import Any

from tests.vault.stage import Stage
from tests.vault.who_may import Call, Command
from whistle.vault import (
    incidents,
    request_copies,
    request_counts,
    request_facts,
    request_identity,
    request_list,
    request_sources,
    request_work,
)
from whistle.vault.request_work import Ended

OFFICERS = frozenset({"privacy officer"})
PRINTS = frozenset({"administrator", "auditor"})
"""Whoever prints the record of processing of a company."""

COPIED = frozenset({"handler", "shared handler", "handler without the case", "excluded handler"})
"""Whoever handled reports in the company when the person was verified; nobody is excluded from a request."""


def _write(step: Any, which: str, part: str = "said") -> Call:
    return lambda at, who: step(
        at.store, who, getattr(at.m, f"r_{which}"), getattr(at.m, f"r_{which}_{part}"), at.now
    )


def _named(found: Any, number: str) -> bool:
    return any(one.status.case.number == number for one in found.rows)


def _open_task(at: Stage, who: bytes) -> None:
    request_work.open_task(at.store, who, at.m.r_known, at.m.new_task_id, at.m.r_known_noted, at.now)


def _end_task(at: Stage, who: bytes) -> None:
    ended = Ended(at.m.task_id, "informed")
    request_work.end_task(at.store, who, at.m.r_known, ended, at.m.r_known_noted, at.now)


REQUESTS: tuple[Command, ...] = (
    Command(
        "request_list.listing",
        OFFICERS,
        lambda at, who: _named(request_list.listing(at.store, who, at.now), at.m.r_coded),
        shows=bool,
    ),
    Command(
        "request_list.lacking",
        OFFICERS,
        lambda at, who: request_list.lacking(at.store, who, at.now, most=9),
        shows=bool,
    ),
    Command(
        "request_work.open_request",
        OFFICERS,
        lambda at, who: request_work.open_request(at.store, who, at.m.r_coded, at.now),
    ),
    Command(
        "request_work.mark_read",
        OFFICERS,
        lambda at, who: request_work.mark_read(at.store, who, at.m.r_coded, (), at.now),
    ),
    Command("request_identity.ask", OFFICERS, _write(request_identity.ask, "coded")),
    Command(
        "request_identity.verify",
        OFFICERS,
        lambda at, who: request_identity.verify(at.store, who, at.m.r_coded, at.m.r_verified, at.now),
    ),
    Command(
        "request_identity.leave_no_proof",
        OFFICERS,
        lambda at, who: request_identity.leave_no_proof(at.store, who, at.m.r_known, (), at.now),
    ),
    Command(
        "request_identity.officers_of",
        OFFICERS,
        lambda at, who: request_identity.officers_of(at.store, who, at.m.r_coded, "nordvakt-fi", at.now),
    ),
    Command(
        "request_identity.forward",
        OFFICERS,
        lambda at, who: request_identity.forward(
            at.store, who, at.m.r_coded, at.m.r_handed_on, at.m.r_coded_said, at.now
        ),
    ),
    Command(
        "request_identity.let_in",
        OFFICERS,
        lambda at, who: request_identity.let_in(at.store, who, at.m.r_coded, at.m.olle, (), at.now),
    ),
    Command("request_work.decide", OFFICERS, _write(request_work.decide, "known", "noted")),
    Command("request_facts.note", OFFICERS, _write(request_facts.note, "known", "noted")),
    Command("request_facts.decide_more", OFFICERS, _write(request_facts.decide_more, "known", "noted")),
    Command("request_work.write", OFFICERS, _write(request_work.write, "coded")),
    Command("request_work.answer", OFFICERS, _write(request_work.answer, "known")),
    Command("request_work.extend", OFFICERS, _write(request_work.extend, "known")),
    Command("request_work.give_notice", OFFICERS, _write(request_work.give_notice, "known")),
    Command("request_work.open_task", OFFICERS, _open_task),
    Command("request_work.end_task", OFFICERS, _end_task),
    Command(
        "request_sources.ask",
        OFFICERS,
        lambda at, who: request_sources.ask(at.store, who, at.m.r_known, at.now),
    ),
    Command("request_sources.keep", OFFICERS, _write(request_sources.keep, "known", "noted")),
    Command("request_sources.choose", OFFICERS, _write(request_sources.choose, "known", "noted")),
    Command(
        "request_work.close",
        OFFICERS,
        lambda at, who: request_work.close(at.store, who, at.m.r_answered, at.m.r_answered_said, (), at.now),
    ),
    Command(
        "request_counts.register",
        OFFICERS,
        lambda at, who: request_counts.register(at.store, who, "nordvakt-se", 0, at.now),
    ),
    Command(
        "request_counts.companies",
        OFFICERS,
        lambda at, who: (
            "nordvakt-se" in [code for code, _name in request_counts.companies(at.store, who, at.now)]
        ),
        shows=bool,
    ),
    Command(
        "request_counts.told",
        PRINTS,
        lambda at, who: (
            "nordvakt-se" in [one.company.code for one in request_counts.told(at.store, who, at.now)]
        ),
        shows=bool,
    ),
    Command(
        "incidents.officers",
        OFFICERS,
        lambda at, who: incidents.officers(at.store, who, "nordvakt-se", at.now),
    ),
    Command(
        "incidents.companies",
        OFFICERS,
        lambda at, who: "nordvakt-se" in [one.code for one in incidents.companies(at.store, who, at.now)],
        shows=bool,
    ),
    Command(
        "incidents.listing",
        OFFICERS,
        lambda at, who: at.m.incident in [one.number for one in incidents.listing(at.store, who, at.now)],
        shows=bool,
    ),
    Command(
        "incidents.report",
        OFFICERS,
        lambda at, who: incidents.report(at.store, who, at.m.new_incident, at.now),
    ),
    Command(
        "incidents.open_incident",
        OFFICERS,
        lambda at, who: incidents.open_incident(at.store, who, at.m.incident, at.now),
    ),
    Command(
        "incidents.add",
        OFFICERS,
        lambda at, who: incidents.add(at.store, who, at.m.incident, at.m.incident_line, at.now),
    ),
    Command(
        "incidents.let_in",
        OFFICERS,
        lambda at, who: incidents.let_in(at.store, who, at.m.incident, (), at.now),
    ),
    Command(
        "request_copies.copies",
        COPIED,
        lambda at, who: (
            at.m.copy in [one.case.number for one in request_copies.copies(at.store, who, at.now)]
        ),
        shows=bool,
    ),
    Command(
        "request_copies.open_copy",
        COPIED,
        lambda at, who: request_copies.open_copy(at.store, who, at.m.copy, at.now),
    ),
    Command(
        "request_copies.mark_read",
        COPIED,
        lambda at, who: request_copies.mark_read(at.store, who, at.m.copy, (), at.now),
    ),
    Command(
        "request_copies.answer",
        COPIED,
        lambda at, who: request_copies.answer(at.store, who, at.m.copy, at.m.copy_said, at.now),
    ),
    Command(
        "request_copies.lacking",
        COPIED,
        lambda at, who: request_copies.lacking(at.store, who, at.m.copy, at.now),
    ),
    Command(
        "request_copies.let_in",
        COPIED,
        lambda at, who: request_copies.let_in(at.store, who, at.m.copy, at.m.hanna, (), at.now),
    ),
)
"""What is done with requests."""
