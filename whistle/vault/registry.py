"""What anybody may know of the companies and of whose keys count for them."""

from datetime import datetime

from whistle.rules.calendar import local_day
from whistle.vault import channels, directory, ledger
from whistle.vault.facts import CompanyFacts, Recipient
from whistle.vault.store import Store


def companies(store: Store, now: datetime) -> tuple[CompanyFacts, ...]:
    """Every company, in the order of the site file; `open` is true where its channel takes reports today."""
    return tuple(one.company for one in all_channels(store, now))


def lines(store: Store) -> int:
    """How many lines the ledger has: whoever changes people, roles or companies leaves one."""
    with store.reading() as db:
        return ledger.length(db)


def all_channels(store: Store, now: datetime) -> tuple[channels.Channel, ...]:
    """Every company's channel, and what it lacks."""
    with store.reading() as db:
        return channels.all_channels(db, store.keys, now)


def audiences(
    store: Store, roles: tuple[str, ...], now: datetime
) -> tuple[tuple[CompanyFacts, tuple[Recipient, ...]], ...]:
    """Every company with the people whose keys count for `roles` in it today."""
    with store.reading() as db:
        return tuple(
            (company, directory.recipients(db, store.keys, company.id, roles, local_day(now, company.zone)))
            for company in channels.opened(db, store.keys, directory.all_companies(db), now)
        )


def audience(store: Store, code: str, roles: tuple[str, ...], now: datetime) -> tuple[Recipient, ...]:
    """The people whose keys count for `roles` in one company today. Raises `NotThere`."""
    with store.reading() as db:
        company = directory.company_by_code(db, code)
        return directory.recipients(db, store.keys, company.id, roles, local_day(now, company.zone))


def served(store: Store, person_id: bytes, role: str, now: datetime) -> tuple[CompanyFacts, ...]:
    """The companies in which a person holds `role` today."""
    with store.reading() as db:
        return directory.companies_served(db, store.keys, person_id, role, now)
