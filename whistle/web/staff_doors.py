"""Every door of the people appointed; a site that serves the public alone does not even import them."""

from typing import Final

from whistle.web import (
    account_secrets,
    admin,
    admin_companies,
    admin_people,
    article30,
    case_rights,
    certificates,
    circle,
    clock,
    concerned,
    consents,
    custody,
    desk,
    documentation,
    duties,
    export,
    held,
    incidents,
    ledger,
    legal,
    legal_cases,
    legal_holds,
    legal_kept,
    minutes,
    new_link,
    on_behalf,
    privacy_desk,
    privacy_facts,
    privacy_register,
    recover,
    redactions,
    rehearsal,
    request_copies,
    request_sources,
    restore,
    search,
    site_recovery,
    staff,
    statistics,
    step_up,
    work,
)

_COMING_IN = (staff, step_up, account_secrets, recover, new_link)
_AT_THE_DESK = (desk, duties, search, statistics, on_behalf)
_IN_A_CASE = (work, case_rights, concerned, minutes, circle, redactions, custody, consents, export, held)
_REQUESTS = (privacy_desk, privacy_facts, privacy_register, incidents, request_copies, request_sources)
_ADMINISTERED = (admin, admin_people, admin_companies, documentation, article30, site_recovery)
_APART = (ledger, *_ADMINISTERED, clock, restore, rehearsal)
_OF_LEGAL = (legal, legal_cases, legal_holds, legal_kept, certificates)

_ROOMS = (*_COMING_IN, *_AT_THE_DESK, *_IN_A_CASE, *_REQUESTS, *_OF_LEGAL, *_APART)

BLUEPRINTS: Final = tuple(room.blueprint for room in _ROOMS)

protect = step_up.protect
"""What every one of them asks for where a party wants the second factor fresh."""
