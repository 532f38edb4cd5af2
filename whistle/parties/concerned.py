"""Who a report holds responsible is recorded sealed, with what was decided about telling them (L13)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from whistle.crypto.header import Compartment
from whistle.crypto.records import new_object_id
from whistle.errors import NotThere, RuleRefused
from whistle.parties.casefile import CaseFile
from whistle.parties.desk_work import DeskWork
from whistle.parties.draft import Draft
from whistle.parties.member import Member
from whistle.parties.report_form import LINE_LIMIT
from whistle.parties.sheets import put, sheet
from whistle.parties.work import optional_text, typed_day
from whistle.parties.work_view import CONCERNED, concerned_of
from whistle.parties.work_views import Sheet, Stated
from whistle.rules.concerned import Decision, Ruling, ruling
from whistle.vault import concerned as vault
from whistle.vault.facts import Addition
from whistle.vault.store import Store

KEPT = ("person", "remark", "how", "answer")
"""What stays as it was when a form does not say it."""


@dataclass(frozen=True, slots=True)
class Said:
    """A decision as it was typed. `id` names a person recorded before; a field left out (None) stays.

    `how`: how they were told; `answer`: what they said to it. Days are as `typed_day` reads them.
    """

    decision: str
    ground: str = ""
    review_on: str = ""
    id: str = ""
    informed_on: str = ""
    person: str | None = None
    remark: str | None = None
    how: str | None = None
    answer: str | None = None


class Concerned:
    """What a handler decides about the persons concerned. The system sends nothing to them."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._desk = DeskWork(store, now)

    def decide(self, member: Member, number: str, said: Said, seen: int | None = None) -> None:
        """Record what is decided about one person, or that there is nobody.

        Without an `id` it is about the person of that name, or the only one there is, else about a new one.
        Raises `FormRefused`, `Conflict`, `NotThere`, and `RuleRefused` with the reasons of
        `rules.concerned.ruling`, `concerned_named`, `concerned_which`, `informed_on`.
        """
        said = replace(
            said, person=_cleaned("person", said.person), remark=_cleaned("remark", said.remark),
            how=_cleaned("how", said.how), answer=_cleaned("answer", said.answer),
        )  # fmt: skip
        review_on = typed_day("review_on", said.review_on)
        rows: list[vault.Decided] = []

        def seal(file: CaseFile, draft: Draft) -> bool:
            known = sheet(file.records(Compartment.INTERNAL), CONCERNED)
            about = _about(said, known, seen)
            taken = ruling(
                said.decision, ground=said.ground, review_on=review_on,
                country=file.case.status.company.country, today=draft.today,
                closed=file.case.status.state == "closed",
            )  # fmt: skip
            own_id = about.id if about is not None else new_object_id().hex()
            rows[:] = [_decided(own_id, taken, new=about is None)]
            fields = _fields(said, taken, about) | _informed(said, taken, about, file, draft.today)
            return put(file, draft, CONCERNED, fields, seen=seen, own_id=own_id)

        def store_it(addition: Addition) -> None:
            vault.decide(self._store, member.person_id, number, addition, self._now(), about=rows[0])

        self._desk.write(member, number, seal, store_it)


def _decided(own_id: str, taken: Ruling, *, new: bool) -> vault.Decided:
    """What the vault is told beside the sealed record."""
    return vault.Decided(bytes.fromhex(own_id), new, str(taken.decision), taken.ground, taken.review_on)


def _cleaned(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    return optional_text(name, value, *(() if name in ("remark", "answer") else (LINE_LIMIT,)))


def _about(said: Said, known: Sheet, seen: int | None) -> Stated | None:
    """Who is meant among those recorded before; None: somebody new."""
    if said.id:
        found = known.of(said.id)
        if found is None:
            raise NotThere("nobody of that kind is recorded in this case")
        return found
    view = concerned_of(known)
    if said.decision == Decision.NONE_IDENTIFIED:
        return view.nobody
    if said.person:
        return next((one for one in view.people if one["person"] == said.person), None)
    if len(view.people) > 1 or (view.people and seen == 0):
        raise RuleRefused("concerned_which", "Say which person it is about.")
    return view.people[0] if view.people else None


def _fields(said: Said, taken: Ruling, about: Stated | None) -> dict[str, str]:
    kept = {name: getattr(said, name) or ("" if about is None else about[name]) for name in KEPT}
    cleared = {
        name: "" for name in ("remark", "how", "answer") if getattr(said, name) == ""
    }  # an empty field of the form says that the text goes; the earlier record keeps it
    review = "" if taken.review_on is None else taken.review_on.isoformat()
    return kept | cleared | {"decision": str(taken.decision), "ground": taken.ground, "review_on": review}


def _informed(said: Said, taken: Ruling, about: Stated | None, file: CaseFile, today: date) -> dict[str, str]:
    """The day on which somebody was told: typed, known from before, or today."""
    if taken.decision is not Decision.INFORMED:
        return {"informed_on": ""}
    before = "" if about is None else about["informed_on"]
    day = typed_day("informed_on", said.informed_on or before) or today
    if not file.case.status.received_on <= day <= today:
        raise RuleRefused("informed_on", "The day lies between the report and today.")
    return {"informed_on": day.isoformat()}
