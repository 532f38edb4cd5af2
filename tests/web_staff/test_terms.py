"""Whoever holds a role for a time uses its doors until the midnight at which it ends, and not after."""

import re
from datetime import UTC, date, datetime, timedelta

from tests.parties.newcomers import newcomer
from tests.vault.joining import joins
from tests.vault.role_writing import confirm
from tests.web_staff.test_real import Doors
from tests.world import PASSPHRASE, SE, World
from whistle.parties.administration_views import RoleForm

ENDS = date(2026, 3, 12)
MIDNIGHT = datetime(2026, 3, 11, 23, 0, tzinfo=UTC)
"""In Stockholm the day on which the roles end begins."""


def statuses(doors: Doors, names: tuple[str, ...], *addresses: str) -> dict[str, list[int]]:
    """What everybody of these is answered at these addresses, newly signed in."""
    browsers = {name: doors.of(name) for name in names}
    return {name: [browsers[name].get(at).status_code for at in addresses] for name in names}


def test_a_role_with_an_end_opens_its_doors_until_that_day_begins_where_the_company_is(
    sqlite_world: World,
) -> None:
    world, doors = sqlite_world, Doors(sqlite_world)
    joins(world, "Helga")
    number = world.send("Three invoices.").number
    case = f"/desk/cases/{number}"
    # Given a handler whose role ends on a day, and somebody from outside who is named until that day
    newcomer(world, "Ivar", [])
    site, circle, hanna = world.program.administration, world.program.circle, world.member("Hanna")
    ivar = next(one for one in site.people(world.member("Bea")) if one.name == "Ivar").id
    circle.name_investigator(hanna, number, ivar, ENDS.isoformat(), "Agreement 17")
    assert confirm(world, "Hugo", "Ivar")
    circle.grant(hanna, number, ivar)
    hers = next(one for one in site.people(world.member("Bea")) if one.name == "Hanna").roles[0].id
    site.end(world.member("Bea"), hers, ENDS.isoformat())
    # When they sign in, today and in the last minute, they come to their desk and their case
    both = ("Hanna", "Ivar")
    assert statuses(doors, both, "/desk", "/desk/duties", case) == {name: [200] * 3 for name in both}
    world.clock.site = MIDNIGHT - timedelta(minutes=5)
    kept = {name: doors.of(name) for name in both}
    assert {name: kept[name].get(case).status_code for name in both} == dict.fromkeys(both, 200)
    # Their desk leads somebody from outside to no door that is not theirs.
    kept["Ivar"].get("/desk")
    doors_of_ivar = set(re.findall(r'href="(/desk/[a-z]+)"', kept["Ivar"].page))
    assert {kept["Ivar"].get(door).status_code for door in doors_of_ivar} == {200}
    # Then from midnight on nothing of it is there, in the session of before as in a new one
    world.clock.site = MIDNIGHT
    assert {name: kept[name].get(case).status_code for name in both} == dict.fromkeys(both, 404)
    assert statuses(doors, both, "/desk", case) == {name: [404, 404] for name in both}


def test_a_role_that_begins_later_opens_its_doors_from_that_day_and_leads_nowhere_before(
    sqlite_world: World,
) -> None:
    world, doors = sqlite_world, Doors(sqlite_world)
    newcomer(world, "Cora", [])
    site, bea = world.program.administration, world.member("Bea")
    cora = next(one for one in site.people(bea) if one.name == "Cora").id
    site.give(bea, cora, RoleForm("custodian", SE, ENDS.isoformat()))
    assert confirm(world, "Carl", "Cora")
    browser = doors.browser()
    for moment, home in ((MIDNIGHT - timedelta(minutes=5), "/staff/account"), (MIDNIGHT, "/custody")):
        world.clock.site = moment
        browser.get("/staff/sign-in")
        said = {"name": "Cora", "passphrase": PASSPHRASE, "code": world.code("Cora")}
        assert browser.post("/staff/sign-in", **said).location == home
        assert browser.get(home).status_code == 200
        browser = doors.browser()
        world.clock.advance(timedelta(seconds=31))
