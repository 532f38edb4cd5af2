"""A company's systems are asked when an officer wants it, of somebody known; nothing goes out by itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from whistle.connect.contract import NAME_TEXT, Outcome, Result, Source
from whistle.crypto.header import Compartment
from whistle.errors import NotThere
from whistle.parties import request_fetched
from whistle.parties.attachments import UNKNOWN_TYPE
from whistle.parties.casefile import CaseFile
from whistle.parties.desk_work import tried
from whistle.parties.member import Member, require_fresh
from whistle.parties.officer_work import require_known
from whistle.parties.report_form import FormRefused, Problem, checked_text
from whistle.parties.request_made import MadeAnswers, kinds_of
from whistle.parties.request_mailbox import said_identity
from whistle.parties.source_views import LinesPage, LineView, SourcesPage
from whistle.parties.views import Download
from whistle.vault import request_sources as vault
from whistle.vault.store import Store

ALL: Final = "all"
"""Asks every system for which an identifier was typed."""

PAGE: Final = 50
"""Lines of an answer on one page: a person reads each before it goes out."""


class Systems(Protocol):
    """The systems of the companies, as `whistle.connect` asks them."""

    def of(self, company: str) -> tuple[Source, ...]:
        """The systems of a company."""
        ...

    def ask(self, company: str, code: str, value: str) -> Outcome:
        """Ask one for one person."""
        ...


class NoSystems:
    """A site whose companies hang no system on it."""

    def of(self, company: str) -> tuple[Source, ...]:
        """None."""
        del company
        return ()

    def ask(self, company: str, code: str, value: str) -> Outcome:
        """There is none to ask. Raises `NotThere`."""
        del company, code, value
        raise NotThere("there is no such system")


class RequestSources(MadeAnswers):
    """What an officer gets from systems, and makes an answer of. `NotThere` for requests of others."""

    def __init__(self, store: Store, now: Callable[[], datetime], systems: Systems) -> None:
        super().__init__(store, now)
        self._systems = systems

    def page(self, member: Member, number: str) -> SourcesPage:
        """The systems of the company, and what came of asking them. `NotThere` before the person is known."""
        file, found = self._known(member, number)
        notes, identity = file.records(Compartment.INTERNAL), said_identity(file)
        sources = self._systems.of(file.case.status.company.code)
        return SourcesPage(
            self._facts(found),
            tuple(request_fetched.view(one, notes) for one in sources),
            {one.kind: identity.get(one.kind, "") for one in sources},
            tuple(dict.fromkeys(one.kind for one in sources)),
            kinds_of(file),
        )

    def fetch(
        self, member: Member, number: str, code: str, identifiers: Mapping[str, str]
    ) -> tuple[Result, ...]:
        """Ask one system, or `ALL`; what each answered is sealed with the request before the next is asked.

        No transaction is open while a system is waited for. Raises `StepUpNeeded`, `FormRefused`,
        `RuleRefused("not_verified")`.
        """
        require_fresh(member)
        file, found = self._file(member, number)
        require_known(found)
        company = file.case.status.company.code
        asked = _asked(self._systems.of(company), code, identifiers)
        vault.ask(self._store, member.person_id, number, self._now())
        results = []
        for source, value in asked:
            outcome = self._systems.ask(company, source.code, value)
            self._keep(member, number, source, value, outcome)
            results.append(outcome.result)
        return tuple(results)

    def lines(self, member: Member, number: str, n: int, first: int = 0) -> LinesPage:
        """A page of the lines of one answer, from its line `first` on."""
        file, found = self._known(member, number)
        notes = file.records(Compartment.INTERNAL)
        answer = request_fetched.standing_at(notes, n)
        every = request_fetched.lines_of(self._store, file, answer.record)
        begin = min(max(first, 0), len(every) - 1) // PAGE * PAGE
        shown = enumerate(every[begin : begin + PAGE], start=begin)
        said = (answer.fields[name] for name in ("source", "name", "category", "kind"))
        return LinesPage(
            self._facts(found),
            request_fetched.view(Source(*_in_place(said, file)), notes),
            tuple(LineView(at, line, at in answer.chosen) for at, line in shown),
            begin,
            len(every),
        )

    def line_file(self, member: Member, number: str, n: int, at: int, k: int) -> Download:
        """The `k`-th file of the line at `at`, so that an officer can look at it too. Raises `NotThere`."""
        file, _found = self._known(member, number)
        answer = request_fetched.standing_at(file.records(Compartment.INTERNAL), n)
        every = request_fetched.lines_of(self._store, file, answer.record)
        if at >= len(every) or k >= len(every[at].files):
            raise NotThere("there is no such file")
        one = every[at].files[k]
        return Download(one.name, UNKNOWN_TYPE, len(one.content), lambda: iter((one.content,)))

    def choose(
        self,
        member: Member,
        number: str,
        n: int,
        ticked: Iterable[int],
        *,
        shown: Iterable[int] | None = None,
    ) -> None:
        """Keep which lines go out: of those that were `shown` the ticked ones, and the others as they were.

        Without `shown` the ticked ones alone.
        """

        def attempt() -> None:
            file, found = self._file(member, number)
            require_known(found)
            answer = request_fetched.standing_at(file.records(Compartment.INTERNAL), n)
            there = range(answer.fields["count"])
            before = set() if shown is None else set(answer.chosen) - set(shown)
            chosen = sorted(before | {at for at in ticked if at in there})
            draft = self._draft(member, file)
            draft.record(Compartment.INTERNAL, request_fetched.CHOSEN, answer=n, lines=chosen)
            vault.choose(self._store, member.person_id, number, draft.addition(), self._now())

        tried(attempt)

    def choose_all(self, member: Member, number: str, n: int) -> None:
        """Let every line of an answer go out."""
        file, _found = self._known(member, number)
        answer = request_fetched.standing_at(file.records(Compartment.INTERNAL), n)
        self.choose(member, number, n, range(answer.fields["count"]))

    def _keep(self, member: Member, number: str, source: Source, value: str, outcome: Outcome) -> None:
        def attempt() -> None:
            file, _found = self._file(member, number)
            draft = self._draft(member, file)
            staged = request_fetched.keep(self._store, draft, source, value, outcome)
            try:
                vault.keep(self._store, member.person_id, number, draft.addition(), self._now())
            except BaseException:
                staged.drop()
                raise

        tried(attempt)


def _asked(
    sources: Sequence[Source], code: str, identifiers: Mapping[str, str]
) -> tuple[tuple[Source, str], ...]:
    """Whom to ask, and by what. Raises `FormRefused` where there is no such system, or no identifier."""
    wanted = [one for one in sources if code in (one.code, ALL)]
    if not wanted:
        raise FormRefused((Problem("source", "unknown"),))
    typed = [one for one in wanted if identifiers.get(one.kind, "").strip()]
    if not typed:
        raise FormRefused(tuple(Problem(field_of(one.kind), "missing") for one in wanted))
    return tuple((one, checked_text(field_of(one.kind), identifiers[one.kind], NAME_TEXT)) for one in typed)


def field_of(kind: str) -> str:
    """The field in which an identifier of a kind is typed."""
    return f"identifier-{kind}"


def _in_place(said: Iterable[str], file: CaseFile) -> tuple[str, str, str, str, str]:
    code, name, category, kind = said
    return code, name, file.case.status.company.code, category, kind
