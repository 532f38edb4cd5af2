"""All that happens with a privacy request, by who does it: who asks, the officer, those with the reports."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from whistle.parties.incidents import Incidents
from whistle.parties.privacy_desk import PrivacyDesk
from whistle.parties.request_copies import RequestCopies
from whistle.parties.request_mailbox import RequestMailboxes
from whistle.parties.request_register import Registers
from whistle.parties.request_sources import NoSystems, RequestSources, Systems
from whistle.parties.requests import Requests
from whistle.vault.store import Store


@dataclass(frozen=True)
class Privacy:
    """The parties of privacy requests."""

    requests: Requests
    mailbox: RequestMailboxes
    desk: PrivacyDesk
    copies: RequestCopies
    sources: RequestSources
    registers: Registers
    incidents: Incidents

    @classmethod
    def joined(
        cls,
        store: Store,
        now: Callable[[], datetime],
        machine: Callable[[], datetime],
        new_token: Callable[[], str],
        *,
        sends_mail: bool,
        systems: Systems | None = None,
    ) -> "Privacy":
        """All of them, given the same vault and the same clock; `sends_mail`: a code can reach an address."""
        return cls(
            Requests(store, now, machine, new_token, sends_mail=sends_mail),
            RequestMailboxes(store, now, machine),
            PrivacyDesk(store, now),
            RequestCopies(store, now),
            RequestSources(store, now, systems or NoSystems()),
            Registers(store, now),
            Incidents(store, now),
        )
