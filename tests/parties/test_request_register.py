"""The register of requests counts what was closed; it outlives the requests and knows nothing of reports."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.parties.asking import REASONS, Asker, answer, answered, later, proved, verified
from tests.vault.tampering import rows
from tests.world import SE, World
from whistle import scheduler
from whistle.errors import NotThere
from whistle.parties.request_decisions import Said
from whistle.vault.registertables import request_counts
from whistle.vault.requesttables import requests as table

Counted = dict[tuple[str, str, str, str], int]


def counts(world: World) -> Counted:
    found = world.program.privacy.registers.register(world.member("Olle"), SE, 0)
    return {(one.asked, one.outcome, one.timing, one.charged): one.count for one in found.lines}


def close(world: World, asker: Asker) -> None:
    world.program.privacy.desk.close(world.member("Olle"), asker.number)


def test_what_is_closed_is_counted_by_right_outcome_and_time(world: World) -> None:
    desk, olle = world.program.privacy.desk, world.member("Olle")
    # Given one request granted at once, and another refused in part, late and with a notice
    close(world, answered(world, categories=("customer",)))
    asker = verified(world, rights=("access", "erasure"), categories=("customer",), email="b@mail.example")
    desk.decide(olle, asker.number, Said("erasure", "customer", "no", "GDPR 17(3)(b)", REASONS))
    desk.notice(olle, asker.number, REASONS, "200 kr")
    later(world, 40)
    answer(world, asker, "Here is what we may give, and why not the rest.")
    standing = world.program.privacy.registers.register(olle, SE, 0)
    assert (standing.standing, standing.late) == (1, 0)
    close(world, asker)
    assert counts(world) == {
        ("access", "granted", "in_time", "nothing"): 1,
        ("all", "granted", "in_time", "nothing"): 1,
        ("access", "granted", "late", "notice"): 1,
        ("erasure", "refused", "late", "notice"): 1,
        ("all", "partly", "late", "notice"): 1,
    }
    assert {row["month"] for row in rows(world, request_counts)} == {date(2026, 3, 1), date(2026, 4, 1)}


def test_an_extension_an_excessive_request_and_somebody_unknown_are_counted_as_such(world: World) -> None:
    desk, olle = world.program.privacy.desk, world.member("Olle")
    extended, excessive = verified(world), verified(world, email="b@mail.example")
    unknown = proved(world, email="c@mail.example")
    desk.extend(olle, extended.number, REASONS)
    desk.notice(olle, excessive.number, REASONS, "It would be declined.")
    desk.turn_away(olle, unknown.number, "Nobody of this name is known to us.")
    later(world, 15)
    desk.refuse_as_excessive(olle, excessive.number, REASONS)
    close(world, excessive)
    later(world, 30)
    answer(world, extended, "Here is everything that we found.")
    close(world, extended)
    assert counts(world) == {
        ("access", "turned_away", "none", "nothing"): 1,
        ("all", "turned_away", "none", "nothing"): 1,
        ("access", "refused", "in_time", "excessive"): 1,
        ("all", "refused", "in_time", "excessive"): 1,
        ("access", "granted", "extended", "nothing"): 1,
        ("all", "granted", "extended", "nothing"): 1,
    }


def test_the_counts_outlive_the_requests_and_hold_no_id(sqlite_world: World) -> None:
    world = sqlite_world
    close(world, answered(world, categories=("customer",)))
    before = rows(world, request_counts)
    assert world.program.privacy.registers.told(world.member("Alma")) == ()
    later(world, 800)
    moment = datetime.combine(world.clock.now().date(), datetime.min.time(), UTC) + timedelta(hours=12)
    list(scheduler.tick(world.program.store, moment, lambda: None))
    assert rows(world, table) == []
    assert rows(world, request_counts) == before
    found = world.program.privacy.registers.register(world.member("Olle"), SE, 2026)
    assert sum(one.count for one in found.lines if one.asked == "all") == 1
    # Those who print the record see the year once it is over, and no small number in it
    (told,) = world.program.privacy.registers.told(world.member("Alma"))
    assert (told.year, told.requests.total.value) == (2026, None)


def test_a_request_that_names_a_real_case_counts_like_one_that_names_an_invented_number(
    sqlite_world: World,
) -> None:
    world, seen = sqlite_world, []
    for number in (world.send().number, "W-0000-0000"):
        asker = verified(world, details=f"Give me {number}.", email=f"{len(seen)}@mail.example")
        copies, hanna = world.program.privacy.copies, world.member("Hanna")
        if number != "W-0000-0000":
            copy = copies.copies(hanna)[0].number
            copies.answer(hanna, copy, copies.writing(hanna, copy), "Here is your case.")
        answer(world, asker, "Here is everything that we found.")
        before: dict[Any, int] = counts(world)
        close(world, asker)
        seen.append({place: count - before.get(place, 0) for place, count in counts(world).items()})
    assert seen[0] == seen[1]


def test_the_register_is_its_officers_and_no_others(world: World) -> None:
    registers = world.program.privacy.registers
    for name in ("Hanna", "Lisa", "Adam", "Alma", "Carl", "Nora"):
        with pytest.raises(NotThere):
            registers.register(world.member(name), SE, 0)
    assert registers.companies(world.member("Olle")) == (("nordvakt-se", "Nordvakt AB"),)
    assert registers.told(world.member("Olle")) == ()
