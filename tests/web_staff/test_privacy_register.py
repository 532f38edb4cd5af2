"""The pages of the register of requests, with the real site behind them."""

import pytest

from tests.parties.asking import answered
from tests.web_staff.test_privacy_doors import Doors
from tests.world import World


@pytest.fixture
def doors(sqlite_world: World) -> Doors:
    return Doors(sqlite_world)


def test_an_officer_prints_true_counts_and_an_auditor_sees_no_small_one(doors: Doors) -> None:
    desk, olle = doors.world.program.privacy.desk, doors.world.member("Olle")
    desk.close(olle, answered(doors.world, categories=("customer",)).number)
    officer = doors.of("Olle")
    officer.get("/privacy-desk")
    assert 'href="/privacy-desk/register"' in officer.page
    for address in ("/privacy-desk/register", "/privacy-desk/register?company=nordvakt-se&year=1999"):
        assert officer.get(address).status_code == 200
        assert "Closed in the year: 1." in officer.words()
        assert "March 2026 1 0 0 0" in officer.words()
        assert "Access 1 0 0 0 0" in officer.words()
    officer.get("/privacy-desk/register", language="sv")
    assert officer.get("/privacy-desk/register?company=nordvakt-fi").status_code == 404
    doors.world.later(400)
    auditor = doors.of("Alma")
    auditor.get("/admin/requests")
    assert "Nordvakt AB, 2026 There are too few requests to show anything." in auditor.words()
    assert doors.of("Olle").get("/admin/requests").status_code == 404
