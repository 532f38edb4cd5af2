"""Nobody holds two roles in one company, and each role may do only what is listed for it here."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from whistle.rules.companies import Basis


class Role(StrEnum):
    """The roles of staff, as the outside names them."""

    HANDLER = "handler"
    CUSTODIAN = "custodian"
    LEGAL = "legal"
    PRIVACY_OFFICER = "privacy_officer"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    #: Gets a case only when no handler is left (L6); designated beforehand by the company itself.
    DEPUTY = "deputy"
    #: From outside the company, for one case, with an end date (L15).
    INVESTIGATOR = "investigator"


#: What the page of people and the command offer; an investigator is designated on the case.
DESIGNATED_AHEAD: Final = tuple(role for role in Role if role is not Role.INVESTIGATOR)
#: Roles whose keys somebody of another role confirms: those whom a handler lets in to the company's cases.
CONFIRMED_BY: Final[Mapping[Role, Role]] = MappingProxyType(
    {Role.DEPUTY: Role.HANDLER, Role.INVESTIGATOR: Role.HANDLER}
)
#: 2021:890 7:6: only people designated to work on cases read one; everybody else sees metadata at most. For
#: L14 all three count as handlers and forbid one another too: a deputy is not one of the two handlers.
READS_CONTENT: Final = frozenset({Role.HANDLER, Role.DEPUTY, Role.INVESTIGATOR})
#: A custodian says who may learn a name, and reads no report.
DECIDES_ON_IDENTITY: Final = frozenset({Role.CUSTODIAN})
PLACES_HOLDS: Final = frozenset({Role.LEGAL})
ANSWERS_PRIVACY_REQUESTS: Final = frozenset({Role.PRIVACY_OFFICER})
MANAGES_PEOPLE: Final = frozenset({Role.ADMINISTRATOR})
READS_LEDGER: Final = frozenset({Role.AUDITOR})
#: A clock that jumped is confirmed by one of each, two different people.
CONFIRMS_CLOCK: Final = frozenset({Role.LEGAL, Role.ADMINISTRATOR})
#: Roles whose people hold a key that is confirmed by somebody of the role before it counts.
HOLDS_CONTENT_KEY: Final = READS_CONTENT | {Role.CUSTODIAN, Role.LEGAL, Role.PRIVACY_OFFICER}
#: Those a reporter may tick as people who must not see the report (L6): who could read it or decide about it.
MAY_BE_EXCLUDED: Final = frozenset(
    {Role.HANDLER, Role.DEPUTY, Role.CUSTODIAN, Role.LEGAL, Role.PRIVACY_OFFICER, Role.AUDITOR}
)
#: 2021:890 5:3: a shared channel receives and investigates; contact with the reporter stays with the company.
REFUSED_TO_SHARED: Final = frozenset(
    {"acknowledge", "message", "feedback", "close", "minutes", "meeting", "consent_request"}
)


def incompatible(held: Collection[Role], wanted: Role) -> Role | None:
    """Return a role held in the same company that forbids `wanted`, or None (L14); no role forbids itself."""
    return next((role for role in Role if role in held and role is not wanted), None)


def refused_as_shared(basis: Basis, *, designated_by_company: bool, doing: str) -> bool:
    """Say whether a shared handler must leave `doing` to the company's own people (2021:890 5:3)."""
    return basis is Basis.SHARED and not designated_by_company and doing in REFUSED_TO_SHARED
