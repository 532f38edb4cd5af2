"""What systems answered lies sealed among the officers' notes, and beside it what was chosen of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from whistle.connect.answers import kept, read_back
from whistle.connect.contract import ANSWERS, Line, Outcome, Result, Source
from whistle.crypto.header import Compartment
from whistle.errors import NotThere
from whistle.parties import attachments
from whistle.parties.casefile import CaseFile, Opened
from whistle.parties.draft import Draft
from whistle.parties.source_views import SourceView
from whistle.parties.staging import Staged
from whistle.vault.store import Store

FETCHED, CHOSEN = "fetched", "chosen"
"""The types of the officers' records: what a system answered, and which of its lines go out."""

NAME, TYPE = "answer.json", "application/json"
"""What the sealed answer is called; no page offers it as a file."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer of one system that counts, and the places of its lines that were chosen."""

    record: Opened
    chosen: frozenset[int]

    @property
    def fields(self) -> dict[str, Any]:
        """The note's own."""
        return self.record.fields


def keep(store: Store, draft: Draft, source: Source, value: str, outcome: Outcome) -> Staged:
    """Write what one system answered into a draft; the lines are a sealed file of their own beside the note.

    Whoever the draft is refused for drops what is returned.
    """
    staged = Staged(store, draft.ready(Compartment.INTERNAL))
    try:
        staged.write(kept(outcome.lines))
        staged.finish()
    except BaseException:
        staged.drop()
        raise
    file = {"id": staged.id.hex(), "name": NAME, "type": TYPE, "size": staged.size, "sha256": staged.sha256}
    draft.record(
        Compartment.INTERNAL, FETCHED, source=source.code, name=source.name, category=source.category,
        kind=source.kind, value=value, result=str(outcome.result), place=outcome.place,
        count=len(outcome.lines), answer=file,
    )  # fmt: skip
    draft.files((staged.sealed(),))
    return staged


def standing(notes: Sequence[Opened]) -> dict[str, Standing]:
    """By the code of its system, the last answer that is one; a later attempt that failed takes none away."""
    found: dict[str, Opened] = {}
    for one in notes:
        if one.fields["type"] == FETCHED and one.fields["result"] in ANSWERS:
            found[one.fields["source"]] = one
    return {code: Standing(one, chosen_of(notes, one.n)) for code, one in found.items()}


def chosen_of(notes: Sequence[Opened], n: int) -> frozenset[int]:
    """The places that were chosen last of the answer in note `n`."""
    made = [one for one in notes if one.fields["type"] == CHOSEN and one.fields["answer"] == n]
    return frozenset(made[-1].fields["lines"]) if made else frozenset()


def standing_at(notes: Sequence[Opened], n: int) -> Standing:
    """The answer in note `n`, if it is one that counts. Raises `NotThere`."""
    for one in standing(notes).values():
        if one.record.n == n and one.fields["result"] == Result.FOUND:
            return one
    raise NotThere("there is no such answer")


def lines_of(store: Store, file: CaseFile, record: Opened) -> tuple[Line, ...]:
    """The lines of an answer, opened and verified to their end."""
    answer = record.fields["answer"]
    found = attachments.download(store, file, {answer["id"]: answer}, answer["id"])
    return read_back(b"".join(found.chunks()))


def view(source: Source, notes: Sequence[Opened]) -> SourceView:
    """A system with what came of asking it."""
    asked = [one for one in notes if one.fields["type"] == FETCHED and one.fields["source"] == source.code]
    said = (source.code, source.name, source.category, source.kind)
    if not asked:
        return SourceView(*said)
    last, counts = asked[-1], standing(notes).get(source.code)
    has_lines = counts is not None and counts.fields["result"] == Result.FOUND
    return SourceView(
        *said, result=last.fields["result"], place=last.fields["place"], day=last.day,
        author=last.fields.get("author", ""), searched=last.fields["value"],
        n=counts.record.n if counts is not None and has_lines else 0,
        count=counts.fields["count"] if counts is not None else 0,
        chosen=len(counts.chosen) if counts is not None else 0,
    )  # fmt: skip
