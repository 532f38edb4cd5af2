"""What an officer found out about a request is kept in its notes; the ledger says that, and nothing of it."""

from datetime import datetime

from whistle.vault.facts import Addition
from whistle.vault.request_desk import take, verified
from whistle.vault.store import Store


def note(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Keep facts in the officers' notes. Raises `NotThere`, `RuleRefused("not_verified")`."""
    with verified(store, person_id, number, now) as (request, name):
        take(request, addition)
        request.change.log("request_facts", name)


def decide_more(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Keep decisions that change no day of review: those that follow the rules, several at once."""
    with verified(store, person_id, number, now) as (request, name):
        take(request, addition)
        request.change.log("request_decided", name)
