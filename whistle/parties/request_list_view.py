"""An officer's list in the words of its pages: days left, counts, and where it goes on."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from whistle.parties.casefile import Opened
from whistle.parties.request_views import DeskRequest, RequestRow, TaskView
from whistle.parties.views import Count
from whistle.rules.calendar import local_day
from whistle.vault import request_list
from whistle.vault.facts import Bounded
from whistle.vault.requests import OpenedRequest

RANKS = range(4)
"""Places in the list; a number from elsewhere is no place, and no database may take it."""


def row_of(one: request_list.ListedRequest, now: datetime) -> tuple[RequestRow, date]:
    """A line of the list, and the day at its company."""
    status = one.status
    today = local_day(now, status.case.company.zone)
    left = (status.due_on - today) // timedelta(days=1)
    row = RequestRow(
        status.case.number, status.case.company.name, status.state, status.child, status.case.received_on,
        status.due_on, status.last_legal_day, left, one.unread, status.asked_on,
    )  # fmt: skip
    return row, today


def count_of(bounded: Bounded) -> Count:
    """A count as pages show it."""
    return Count(bounded.value, bounded.more)


def text_of(cursor: request_list.Cursor | None) -> str | None:
    """A cursor as an address carries it."""
    return None if cursor is None else f"{cursor[0]}.{cursor[1].isoformat()}.{cursor[2].hex()}"


def cursor_of(text: str) -> request_list.Cursor | None:
    """The cursor of an address; None for anything else."""
    try:
        rank, day, case_id = text.split(".")
        found = int(rank), date.fromisoformat(day), bytes.fromhex(case_id)
    except ValueError:
        return None
    return found if found[0] in RANKS else None


def tasks_of(found: OpenedRequest, notes: Sequence[Opened]) -> tuple[TaskView, ...]:
    """Whoever is to be told, as the notes name them."""
    said = {one.fields["task"]: one.fields for one in notes if one.fields["type"] == "task"}
    came = {one.fields["task"]: one.fields for one in notes if one.fields["type"] == "task_outcome"}
    return tuple(
        TaskView(
            one.id.hex(), said[one.id.hex()]["recipient"], said[one.id.hex()]["what"], one.opened_on,
            one.outcome, one.done_on, came.get(one.id.hex(), {}).get("reason", ""),
        )
        for one in found.tasks
        if one.id.hex() in said
    )  # fmt: skip


def sealed_view(facts: Any) -> DeskRequest:
    """What is shown of a request whose address is not proved: its days."""
    return DeskRequest(facts, (), (), "", "", False, "", (), (), (), (), (), False)
