"""A disclosure beyond the circle: to one named recipient, agreed to by the reporter or demanded by law."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from whistle.crypto.header import Compartment
from whistle.crypto.records import new_object_id
from whistle.errors import NotThere, RuleRefused
from whistle.parties.casefile import CaseFile, Opened
from whistle.parties.custody_views import ConsentView
from whistle.parties.desk_work import DeskWork, Seal
from whistle.parties.draft import Draft
from whistle.parties.member import Member, require_fresh
from whistle.parties.report_form import LINE_LIMIT, checked_text
from whistle.rules import redaction
from whistle.rules.disclosure import Basis, check_basis, check_provision
from whistle.vault import consents as vault
from whistle.vault import disclosures
from whistle.vault.disclosures import StoredConsent
from whistle.vault.facts import Addition
from whistle.vault.store import Store

REQUEST, NOTICE, ANSWER, PLAN = "consent_request", "disclosure", "consent_answer", "disclosure_plan"
"""Types of records: a question and a notice to the reporter, their answer, and the handlers' own note."""

YES, NO = "yes", "no"

KEPT = ("recipient", "purpose", "what", "provision", "endangers_reason")
NOBODY: Mapping[str, Any] = MappingProxyType(dict.fromkeys(KEPT, ""))


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a handler typed: the basis, to whom, why, what, and for a law which one.

    `endangers`: the reporter is told later, because telling them now would endanger follow-up, inquiry or
    trial; then `endangers_reason` says how.
    """

    basis: str = ""
    recipient: str = field(default="", repr=False)
    purpose: str = field(default="", repr=False)
    what: str = field(default="", repr=False)
    provision: str = field(default="", repr=False)
    endangers: bool = False
    endangers_reason: str = field(default="", repr=False)


class Consents:
    """Disclosures of a case. Every method raises `NotThere` for a case that is not the member's."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._desk = DeskWork(store, now)

    def ask(self, member: Member, number: str, said: Disclosure) -> str:
        """Ask for consent, or tell of what a law demands; returns its id.

        Raises `FormRefused`, `RuleRefused`: `basis`, `provision_empty`, `provision_number`, `shared`.
        """
        basis, fields = _checked(said)
        told = basis is Basis.CONSENT or not said.endangers
        consent_id = new_object_id()
        named = {"consent": consent_id.hex(), "basis": str(basis), **fields}

        def seal(_file: CaseFile, draft: Draft) -> None:
            if told:
                kind = REQUEST if basis is Basis.CONSENT else NOTICE
                draft.record(Compartment.CONTENT, kind, text=_as_text(fields), **named)
            else:
                draft.record(Compartment.INTERNAL, PLAN, **named)

        def store_it(addition: Addition) -> None:
            new = vault.NewConsent(consent_id, str(basis), told)
            vault.ask(self._store, member.person_id, number, new, addition, self._now())

        self._desk.write(member, number, seal, store_it)
        return consent_id.hex()

    def tell(self, member: Member, number: str, consent_id: str) -> None:
        """Tell the reporter now of what could not be told before. Raises `Conflict`."""

        def seal(file: CaseFile, draft: Draft) -> None:
            fields = dict(_said(file).get(consent_id, NOBODY))
            if not fields.get("recipient"):
                raise NotThere("there is no such disclosure")
            fields.pop("endangers_reason")  # the handlers' own
            draft.record(Compartment.CONTENT, NOTICE, text=_as_text(fields), consent=consent_id, **fields)

        def store_it(addition: Addition) -> None:
            place = (self._store, member.person_id, number, _id(consent_id))
            vault.tell(*place, addition, self._now())

        self._desk.write(member, number, seal, store_it)

    def carry_out(self, member: Member, number: str, consent_id: str, *, with_identity: bool) -> None:
        """Note that it was handed over. Raises `StepUpNeeded`, `RuleRefused`: `no_consent`, `no_approval`."""
        require_fresh(member)
        found = next((one for one in self.of(member, number) if one.id == consent_id), None)
        if found is None:
            raise NotThere("there is no such disclosure")
        if not found.ready:
            raise RuleRefused("no_consent", "The reporter has not agreed to this.")
        vault.carry_out(
            self._store, member.person_id, number, _id(consent_id), self._now(), with_identity=with_identity
        )

    def of(self, member: Member, number: str) -> tuple[ConsentView, ...]:
        """Every disclosure of a case, oldest first."""
        return views(self._desk.file(member, number))

    def standing(self, member: Member, number: str) -> tuple[ConsentView, ...]:
        """Those that may be carried out today."""
        return tuple(one for one in self.of(member, number) if one.ready)


def views(file: CaseFile) -> tuple[ConsentView, ...]:
    """A case's disclosures with what the records of the reader's keys say of them."""
    said, answers = _said(file), _answers(file.records(Compartment.CONTENT))
    return tuple(_view(one, said.get(one.id.hex(), NOBODY), answers) for one in file.case.consents)


def told(file: CaseFile) -> tuple[ConsentView, ...]:
    """The same for the reporter: those they were told of."""
    return tuple(one for one in views(file) if one.recipient)


def answer(consent_id: str, decision: str) -> Seal:
    """A reporter's answer, sealed among the messages. Raises `RuleRefused("choice")`, `NotThere`."""
    if decision not in {YES, NO}:
        raise RuleRefused("choice", "Yes or no.")

    def seal(file: CaseFile, draft: Draft) -> bool:
        found = next((one for one in told(file) if one.id == consent_id), None)
        if found is None or found.basis != Basis.CONSENT:
            raise NotThere("there is nothing to agree to")
        if found.state == (disclosures.AGREED if decision == YES else disclosures.REFUSED):
            return False
        draft.record(Compartment.CONTENT, ANSWER, consent=consent_id, decision=decision)
        return True

    return seal


def id_of(consent_id: str) -> bytes:
    """The id in an address. Raises `NotThere` for anything that is none."""
    return _id(consent_id)


def _id(consent_id: str) -> bytes:
    try:
        return bytes.fromhex(consent_id)
    except ValueError:
        raise NotThere("there is no such disclosure") from None


def _checked(said: Disclosure) -> tuple[Basis, dict[str, str]]:
    basis = check_basis(said.basis)
    fields = {
        "recipient": checked_text("recipient", said.recipient, LINE_LIMIT),
        "purpose": checked_text("purpose", said.purpose),
        "what": checked_text("what", said.what),
    }
    if basis is Basis.LAW:
        fields["provision"] = check_provision(said.provision)
        if said.endangers:
            fields["endangers_reason"] = checked_text("endangers_reason", said.endangers_reason)
    return basis, fields


def _as_text(fields: Mapping[str, Any]) -> str:
    """The message as a reader of the archive finds it: whom, why, what, by which law."""
    return "\n".join(str(fields[name]) for name in KEPT[:4] if fields.get(name))


def _said(file: CaseFile) -> dict[str, Mapping[str, Any]]:
    """What was written of each disclosure; what the reporter was told is the last word."""
    found: dict[str, Mapping[str, Any]] = {}
    for compartment, kinds in (
        (Compartment.INTERNAL, (PLAN,)),
        (Compartment.CONTENT, (REQUEST, NOTICE)),
    ):
        for record in file.records(compartment):
            if record.fields["type"] in kinds and record.fields["by"] == "handler":
                before = found.get(record.fields["consent"], NOBODY)
                said = {name: redaction.line(record.fields[name]) for name in KEPT if name in record.fields}
                found[record.fields["consent"]] = {**before, **said}
    return found


def _answers(content: Sequence[Opened]) -> dict[str, str]:
    """The reporter's last answer to each question."""
    return {
        one.fields["consent"]: one.fields["decision"]
        for one in content
        if one.fields["type"] == ANSWER and one.fields["by"] == "reporter"
    }


def _view(one: StoredConsent, said: Mapping[str, Any], answers: Mapping[str, str]) -> ConsentView:
    is_law, key = one.basis == Basis.LAW, one.id.hex()
    agreed = is_law or answers.get(key) == YES  # what the row says is not enough: the records say it, too
    open_to_answer = not is_law and one.state != disclosures.CARRIED_OUT
    return ConsentView(
        id=key, basis=one.basis, state=one.state, asked_on=one.asked_on, asked_by=one.asked_name,
        recipient=said["recipient"], purpose=said["purpose"], what=said["what"],
        provision=said["provision"], endangers_reason=said["endangers_reason"],
        told_on=one.decided_on if is_law else one.asked_on, decided_on=one.decided_on,
        carried_out_on=one.carried_out_on, ready=one.may_be_carried_out and agreed,
        may_answer=open_to_answer,
    )  # fmt: skip
