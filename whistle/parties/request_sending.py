"""Words and files go into a request in one record, under the key that is due, once however often sent."""

from collections.abc import Callable

from whistle.crypto.header import Compartment
from whistle.parties.desk_work import tried
from whistle.parties.draft import Draft
from whistle.parties.sending import Sending


def put(draft: Draft, sending: Sending, kind: str, text: str) -> None:
    """Seal words and files; the files move to the new key where somebody left while they came."""
    due = draft.ready(Compartment.CONTENT, sending.key)
    if due.key_id != sending.key.key_id:
        sending.become(sending.moved_to(due, ()))
    draft.record(Compartment.CONTENT, kind, text=text, files=sending.described())
    draft.files(sending.blobs())


def settled(sending: Sending, attempt: Callable[[], bool]) -> None:
    """Attempt until nobody else was faster; files stay where it says that it stored them, else they go."""
    stored = False

    def once() -> None:
        nonlocal stored
        stored = attempt()

    tried(once)
    if stored:
        sending.taken()
    else:
        sending.abandon()
