"""Who holds a case hands its keys to a colleague, or says who must find no trace of it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from whistle.crypto.grants import seal_grant
from whistle.crypto.header import Compartment
from whistle.errors import NotThere, RuleRefused, SealBroken, Tampered
from whistle.parties.casefile import CaseFile
from whistle.parties.circle_views import CirclePerson, CircleView, ExcludedView, GrantedSome, NewcomerView
from whistle.parties.desk_work import DeskWork, tried
from whistle.parties.draft import Author, Draft
from whistle.parties.member import Member, require_fresh
from whistle.parties.report_form import LINE_LIMIT, FormRefused, Problem, checked_text
from whistle.vault import around, circle, desk, newcomers
from whistle.vault.around import Around, Person
from whistle.vault.facts import Bounded, SealedGrant
from whistle.vault.store import Store

BATCH = 100
"""Cases granted in one step of granting all: about a second's work, each in a transaction of its own."""

GRANTED = (Compartment.CONTENT, Compartment.INTERNAL)


class Circle:
    """The people around a case. Every method raises `NotThere` for a case that is not the member's."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._desk = DeskWork(store, now)

    def open(self, member: Member, number: str) -> tuple[CaseFile, Around]:
        """A case together with the people around it."""
        case, found = around.opened(self._store, member.person_id, number, self._now())
        return CaseFile(case, member.pair), found

    def view(self, member: Member, file: CaseFile, found: Around) -> CircleView:
        """Who works on an opened case and who must not see it; from its last day on, only the former."""
        mine = next((one for one in found.workers if one.id == member.person_id), None)
        if not file.case.grants or mine is None:
            return CircleView(workers=_people(found.workers))
        last = [one.id for one in found.workers] == [member.person_id]
        return CircleView(
            _people(found.workers),
            _people(found.lacking),
            _people(one for one in found.excludable if one.id != member.person_id),
            _people(found.liftable),
            _people(found.outside),
            _excluded(file),
            tuple(one.name for one in found.successors(member.person_id)) if last else (),
            last,
            mine.role != "investigator",
            found.identity_due,
        )

    def is_mine(self, member: Member, number: str) -> bool:
        """Whether this member works on the case today."""
        return desk.may_open(self._store, member.person_id, number, self._now())

    def grant(self, member: Member, number: str, person: str) -> None:
        """Hand a colleague every key of a case; they read all of it, also what came before them.

        Raises `NotThere` for who may not have it, `RuleRefused("excluded")`.
        """
        person_id = _id_of(person)

        def attempt() -> None:
            file, found = self._opened(member, number)
            if any(one.id == person_id for one in found.workers):
                return  # a double click, or a colleague was faster
            handed = _handed(file, [one for one in found.lacking if one.id == person_id])
            circle.grant(self._store, member.person_id, number, person_id, handed, self._now())

        tried(attempt)

    def declare_conflict(self, member: Member, number: str, reason: str) -> None:
        """Leave a case for a conflict of interest of one's own; the last one hands it over by that."""
        self._exclude(member, number, member.person_id, checked_text("reason", reason))

    def exclude(self, member: Member, number: str, person: str, reason: str) -> None:
        """Declare that somebody must find no trace of the case. Raises `RuleRefused("alone")`, `NotThere`."""
        person_id = _id_of(person)
        if person_id == member.person_id:
            raise NotThere("one's own conflict has a form of its own")
        self._exclude(member, number, person_id, checked_text("reason", reason))

    def lift(self, member: Member, number: str, person: str, reason: str) -> None:
        """Take back what a colleague declared. Raises `RuleRefused`: `reporter_chose`, `same_person`."""
        person_id, cleaned = _id_of(person), checked_text("reason", reason)

        def attempt() -> None:
            file, found = self._opened(member, number)
            one = next((one for one in found.liftable if one.id == person_id), None)
            draft = self._draft(member, file)
            said = {} if one is None else {"name": one.name, "function": one.function}
            draft.record(Compartment.INTERNAL, "exclusion_lifted", text=cleaned, ref=person, **said)
            addition = draft.addition()
            circle.lift(self._store, member.person_id, number, person_id, addition, self._now())

        tried(attempt)

    def name_investigator(self, member: Member, number: str, person: str, to_on: str, reference: str) -> None:
        """Designate somebody from outside for this case, until a day, by an agreement or decision (L15).

        Raises `StepUpNeeded`: a role is given.
        """
        require_fresh(member)
        person_id, cleaned = _id_of(person), checked_text("reference", reference, LINE_LIMIT)
        try:
            until = date.fromisoformat(to_on)
        except ValueError:
            raise FormRefused((Problem("to_on", "missing"),)) from None

        def attempt() -> None:
            file, found = self._opened(member, number)
            name = next((one.name for one in found.outside if one.id == person_id), "")
            draft = self._draft(member, file)
            said = {"ref": person, "name": name, "to_on": until.isoformat()}
            draft.record(Compartment.INTERNAL, "investigator", text=cleaned, **said)
            term = circle.Term(until, draft.addition())
            circle.invite_investigator(self._store, member.person_id, number, person_id, term, self._now())

        tried(attempt)

    def newcomers(self, member: Member) -> tuple[NewcomerView, ...]:
        """The colleagues who lack open cases that this member has."""
        return tuple(
            NewcomerView(
                one.person_id.hex(), one.name, one.company.code, one.company.name,
                one.cases,
            )
            for one in newcomers.newcomers(self._store, member.person_id, self._now())
        )  # fmt: skip

    def grant_all(self, member: Member, person: str, company: str) -> GrantedSome:
        """Grant a colleague the next open cases that they lack; to be repeated until none is left.

        Each case is granted whole or not at all, so a step that was cut short is gone on with.
        """
        person_id, now = _id_of(person), self._now()
        numbers = newcomers.lacking(self._store, member.person_id, person_id, company, now, most=BATCH)
        granted = sum(self._granted(member, number, person) for number in numbers)
        left = next(
            (
                one.cases
                for one in newcomers.newcomers(self._store, member.person_id, self._now())
                if one.person_id == person_id and one.company.code == company
            ),
            Bounded(0, more=False),
        )
        return GrantedSome(granted, len(numbers) - granted, left)

    def _granted(self, member: Member, number: str, person: str) -> bool:
        try:
            self.grant(member, number, person)
        except (NotThere, RuleRefused, SealBroken, Tampered):
            return False  # the others are granted all the same; the case's own page says what is wrong
        return True

    def _exclude(self, member: Member, number: str, person_id: bytes, reason: str) -> None:
        def attempt() -> None:
            file, found = self._opened(member, number)
            people = (*found.excludable, *found.workers)
            person = next((one for one in people if one.id == person_id), None)
            if person is None:
                raise NotThere("there is nobody to exclude under that name")
            handed_to = circle.must_hand_over(found, member.person_id, person_id)
            draft = self._draft(member, file)
            if person in found.workers and person_id != member.person_id:
                draft.shut_out([person_id])
            said = {"ref": person_id.hex(), "name": person.name, "function": person.function}
            draft.record(Compartment.INTERNAL, "exclusion", text=reason, **said)
            wanted = circle.Exclusion(person_id, draft.addition(), _handed(file, handed_to))
            circle.exclude(self._store, member.person_id, number, wanted, self._now())

        tried(attempt)

    def _opened(self, member: Member, number: str) -> tuple[CaseFile, Around]:
        file = self._desk.standing_file(member, number)
        return file, around.of_case(self._store, member.person_id, number, self._now())

    def _draft(self, member: Member, file: CaseFile) -> Draft:
        return Draft(self._store, file, Author.staff(member), self._now())


def _id_of(ref: str) -> bytes:
    try:
        return bytes.fromhex(ref)
    except ValueError:
        raise NotThere("there is nobody of that name") from None


def _handed(file: CaseFile, people: Sequence[Person]) -> tuple[SealedGrant, ...]:
    """Every key of content and notes, sealed to each of these people."""
    if not people:
        return ()
    held = file.granted()
    return tuple(
        SealedGrant(person.id, seal_grant(person.public_key, key))
        for person in people
        for part in GRANTED
        for key in held[part].values()
    )


def _people(found: Iterable[Person]) -> tuple[CirclePerson, ...]:
    return tuple(CirclePerson(one.id.hex(), one.name, one.function, one.role, one.shared) for one in found)


def _excluded(file: CaseFile) -> tuple[ExcludedView, ...]:
    """Whom the reporter ticked, and whom handlers declared since and nobody let in again."""
    report = file.records(Compartment.CONTENT)[0].fields
    found = [ExcludedView(one["name"], one["function"]) for one in report["excluded"]]
    declared: dict[str, ExcludedView] = {}
    for record in file.records(Compartment.INTERNAL):
        fields = record.fields
        if fields["type"] == "exclusion":
            declared[fields["ref"]] = ExcludedView(
                fields["name"], fields["function"], fields["author"], fields["text"], record.day
            )
        elif fields["type"] == "exclusion_lifted":
            declared.pop(fields["ref"], None)
    return (*found, *declared.values())
