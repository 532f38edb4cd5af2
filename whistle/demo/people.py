"""The rehearsal's companies and people: invented, and put together as the law asks of a real group."""

from dataclasses import dataclass
from typing import Final

#: The site file of the fictional group Nordvakt. Its telephone numbers are of a series given to nobody (PTS,
#: numbers for fiction: 08-465 004 00 to 99), its addresses end in a name that nobody can own (RFC 2606).
SITE_TOML: Final = """\
[site]
name = "Nordvakt"
languages = ["en", "sv"]
security_contact = "mailto:security@nordvakt.example"

[[company]]
code = "nordvakt-se"
name = "Nordvakt AB"
country = "SE"
employees = 412
basis = "own"
contact = "+46 8 465 004 10, weekdays 9-16"
meeting = "At a place you choose, within two weeks"
board_contact = "styrelsen@nordvakt.example"

[[company]]
code = "nordvakt-no"
name = "Nordvakt Norge AS"
country = "NO"
employees = 138
basis = "own"
contact = "+46 8 465 004 30, weekdays 9-15"
meeting = "At a place you choose, within two weeks"
board_contact = "styret@nordvakt.example"

[[company]]
code = "nordvakt-fi"
name = "Nordvakt Suomi Oy"
country = "FI"
employees = 86
basis = "own"
contact = "+46 8 465 004 50, weekdays 9-15"
meeting = "At a place you choose, within two weeks"
board_contact = "hallitus@nordvakt.example"
"""

COMPANIES: Final = ("nordvakt-se", "nordvakt-no", "nordvakt-fi")


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody with roles: `function` is what a reporter is shown, `roles` are (role, company code)."""

    name: str
    email: str
    function: str
    roles: tuple[tuple[str, str], ...]


def _in_each(role: str) -> tuple[tuple[str, str], ...]:
    return tuple((role, company) for company in COMPANIES)


# Three handlers in each company: a reporter can exclude one, and two are left to check each other's work.
# Two serve two companies, each of which designated them itself (2021:890 7:6): the group gives no access.
# One deputy in each, from the board: a report that concerns every handler still finds a reader (L6).
# Nobody holds two roles in one company (L14), nor do those who hold one role in all three.
PEOPLE: Final = (
    DemoPerson(
        "Petra Ström", "petra.strom@nordvakt.example", "Head of business systems", _in_each("administrator")
    ),
    DemoPerson("Oskar Vik", "oskar.vik@nordvakt.example", "IT operations manager", _in_each("administrator")),
    DemoPerson(
        "Anna Lind",
        "anna.lind@nordvakt.example",
        "Head of internal audit",
        (("handler", "nordvakt-se"), ("handler", "nordvakt-fi")),
    ),
    DemoPerson(
        "Johan Ek",
        "johan.ek@nordvakt.example",
        "Compliance manager",
        (("handler", "nordvakt-se"), ("handler", "nordvakt-no")),
    ),
    DemoPerson(
        "Maria Sandström",
        "maria.sandstrom@nordvakt.example",
        "Work environment specialist",
        (("handler", "nordvakt-se"),),
    ),
    DemoPerson(
        "Ingrid Haugen", "ingrid.haugen@nordvakt.example", "Head of HR, Norway", (("handler", "nordvakt-no"),)
    ),
    DemoPerson(
        "Tor Nilsen",
        "tor.nilsen@nordvakt.example",
        "Quality and safety manager, Norway",
        (("handler", "nordvakt-no"),),
    ),
    DemoPerson(
        "Mikael Lindqvist",
        "mikael.lindqvist@nordvakt.example",
        "Quality manager, Finland",
        (("handler", "nordvakt-fi"),),
    ),
    DemoPerson(
        "Sanna Korhonen",
        "sanna.korhonen@nordvakt.example",
        "Head of HR, Finland",
        (("handler", "nordvakt-fi"),),
    ),
    DemoPerson(
        "Gunnar Åkesson", "gunnar.akesson@nordvakt.example", "Board member", (("deputy", "nordvakt-se"),)
    ),
    DemoPerson(
        "Astrid Moen", "astrid.moen@nordvakt.example", "Board member, Norway", (("deputy", "nordvakt-no"),)
    ),
    DemoPerson(
        "Paavo Laine", "paavo.laine@nordvakt.example", "Board member, Finland", (("deputy", "nordvakt-fi"),)
    ),
    DemoPerson(
        "Karin Holm", "karin.holm@nordvakt.example", "Company secretary", (("custodian", "nordvakt-se"),)
    ),
    DemoPerson(
        "Bjørn Solberg",
        "bjorn.solberg@nordvakt.example",
        "Company secretary, Norway",
        (("custodian", "nordvakt-no"),),
    ),
    DemoPerson(
        "Outi Salminen",
        "outi.salminen@nordvakt.example",
        "Company secretary, Finland",
        (("custodian", "nordvakt-fi"),),
    ),
    DemoPerson("Erik Wallin", "erik.wallin@nordvakt.example", "General counsel", (("legal", "nordvakt-se"),)),
    DemoPerson(
        "Marte Dahl", "marte.dahl@nordvakt.example", "Legal counsel, Norway", (("legal", "nordvakt-no"),)
    ),
    DemoPerson(
        "Henrik Nyman", "henrik.nyman@nordvakt.example", "Legal counsel, Finland", (("legal", "nordvakt-fi"),)
    ),
    DemoPerson(
        "Sofia Nyberg",
        "sofia.nyberg@nordvakt.example",
        "Data protection officer",
        _in_each("privacy_officer"),
    ),
    DemoPerson("Lars Berggren", "lars.berggren@revision.example", "External auditor", _in_each("auditor")),
)
