"""What a company's systems answer about somebody who is known is kept with their request, and chosen from.

The systems are asked between two commands, while no transaction is open.
"""

from datetime import datetime

from whistle.crypto.header import Compartment
from whistle.vault.facts import Addition
from whistle.vault.request_desk import verified
from whistle.vault.store import Store

NOTES = (Compartment.INTERNAL,)
"""What the systems answered lies with the officers' notes: whoever asked cannot read it before it is sent."""


def ask(store: Store, person_id: bytes, number: str, now: datetime) -> None:
    """Let an officer ask the systems, and note that they did. Raises `RuleRefused("not_verified")`."""
    with verified(store, person_id, number, now) as (request, name):
        request.change.log("request_systems_asked", name)


def keep(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Keep what one system answered, or that it did not."""
    with verified(store, person_id, number, now) as (request, name):
        request.change.add(addition, writes=NOTES, grants_in=NOTES)
        request.change.log("request_systems_answered", name)


def choose(store: Store, person_id: bytes, number: str, addition: Addition, now: datetime) -> None:
    """Keep which lines of an answer are to go out."""
    with verified(store, person_id, number, now) as (request, name):
        request.change.add(addition, writes=NOTES, grants_in=NOTES)
        request.change.log("request_lines_chosen", name)
