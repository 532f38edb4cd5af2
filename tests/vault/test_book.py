"""What an auditor reads was verified while it was read; what is left out of it leaves no gap."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from tests.vault.tampering import write as tamper
from tests.world import SE, World
from whistle.cli import main
from whistle.errors import NotThere, Tampered
from whistle.parties.book import BookLine, BookPage
from whistle.vault import book
from whistle.vault.book import Asked
from whistle.vault.store import Store
from whistle.vault.tables import ledger, ledger_head, site


def read(world: World, who: str = "Alma", before: str = "", **asked: Any) -> BookPage:
    return world.program.overview.book.page(world.member(who), Asked(**asked), before)


def walk(world: World, who: str = "Alma", **asked: Any) -> Iterator[BookLine]:
    before = ""
    while True:
        page = read(world, who, before, **asked)
        assert page.intact
        yield from page.lines
        before = page.before
        if not before:
            return


def length(world: World) -> int:
    with world.program.store.reading() as db:
        return len(db.execute(select(ledger.c.seq)).all())


def write(world: World, lines: int) -> None:
    with world.program.store.writing() as work:
        for n in range(lines):
            work.log("signed_in", day=world.clock.now().date(), actor=f"Somebody {n}")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages, marks and readings so small that a few lines are many."""
    for name, value in (("PAGE", 5), ("EVERY", 7), ("FETCHED", 6)):
        monkeypatch.setattr(book, name, value)


@pytest.mark.usefixtures("small")
def test_the_pages_together_are_the_whole_ledger(world: World) -> None:
    write(world, 40)
    assert len(list(walk(world))) == length(world)
    assert len(list(walk(world))) == length(world)  # and again, from the marks of the first reading


def test_only_auditors_read_it(world: World) -> None:
    for name in ("Hanna", "Carl", "Lisa", "Olle", "Adam"):
        with pytest.raises(NotThere):
            read(world, name)


def test_it_is_filtered_by_case_action_and_days(world: World) -> None:
    receipt, _secret = world.closed()
    world.later(10)
    other = world.send()
    day = world.clock.now().date()
    assert {line.case_number for line in read(world, case=receipt.number).lines} == {receipt.number}
    assert {line.action for line in read(world, action="received").lines} == {"received"}
    assert [line.case_number for line in read(world, from_on=day, action="received").lines] == [other.number]
    assert other.number not in {line.case_number for line in read(world, to_on=receipt.received_on).lines}
    for nothing in ({"case": "W-0000-0000"}, {"case": "no number"}, {"action": "burnt"}):
        assert read(world, **nothing).lines == ()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("place", [3, 10, 20, 30])
def test_a_line_that_was_changed_shows_on_the_page_that_shows_it(sqlite_world: World, place: int) -> None:
    write(sqlite_world, 40)
    list(walk(sqlite_world))  # marks are set
    tamper(sqlite_world, update(ledger).where(ledger.c.seq == place).values(action="closed"))
    assert not all(page.intact for page in _pages(sqlite_world))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("place", [3, 20])
def test_a_line_that_is_missing_shows(sqlite_world: World, place: int) -> None:
    write(sqlite_world, 40)
    list(walk(sqlite_world))
    tamper(sqlite_world, delete(ledger).where(ledger.c.seq == place))
    assert not all(page.intact for page in _pages(sqlite_world))


def _pages(world: World) -> Iterator[BookPage]:
    page = read(world)
    yield page
    while page.before:
        page = read(world, before=page.before)
        yield page


@pytest.mark.usefixtures("small")
def test_a_forged_mark_ends_nothing(sqlite_world: World) -> None:
    write(sqlite_world, 40)
    list(walk(sqlite_world))
    forged = f"{bytes(32).hex()} {bytes(64).hex()}"
    tamper(sqlite_world, update(site).where(site.c.key.like(f"{book.MARK}%")).values(value=forged))
    assert len(list(walk(sqlite_world))) == length(sqlite_world)
    tamper(sqlite_world, update(site).where(site.c.key.like(f"{book.MARK}%")).values(value="nonsense"))
    assert len(list(walk(sqlite_world))) == length(sqlite_world)


def test_a_head_that_was_changed_and_a_ledger_that_was_cut_show(sqlite_world: World) -> None:
    write(sqlite_world, 3)
    last = length(sqlite_world)
    tamper(sqlite_world, delete(ledger).where(ledger.c.seq == last))
    assert not read(sqlite_world).intact
    tamper(sqlite_world, update(ledger_head).values(seq=last - 1))
    assert not read(sqlite_world).intact


def test_the_excluded_find_no_line_no_gap_and_no_page_that_is_shorter(world: World) -> None:
    company = next(one for one in world.program.reporter.companies() if one.code == SE)
    alma = next(person.ref for person in company.people if person.function == "Function of Alma")
    before = list(walk(world))
    hidden = world.send(exclude=(alma,))
    world.program.handler.acknowledge(world.member("Hanna"), hidden.number, "We have it.")
    assert list(walk(world)) == before
    assert read(world, case=hidden.number) == read(world, case="W-0000-0000")
    shown = world.send()
    assert shown.number in {line.case_number for line in read(world).lines}


@pytest.mark.usefixtures("small")
def test_where_a_page_goes_on_tells_no_distance(world: World) -> None:
    write(world, 20)
    first = read(world)
    assert first.before != read(world).before  # sealed anew each time, to this server alone
    assert len(first.before) == len(read(world, before=first.before).before)
    assert read(world, before="garbage").lines == first.lines


def test_a_copy_is_verified_with_the_public_key_alone(world: World) -> None:
    world.closed()
    store = world.program.store
    assert book.verify_copy(copied(store), store.keys.verifying) == length(world)
    lines = copied(store).read().splitlines()
    for changed in (
        lines[:-1], lines[1:], [*lines[:3], *lines[4:]],
        [lines[0].replace(b'"seq":1', b'"seq":2'), *lines[1:]],
        [*lines[:-1], lines[-1].replace(b'"signature":"', b'"signature":"00')], [b"[]"], [b"garbage"], [],
    ):  # fmt: skip
        with pytest.raises(Tampered):
            book.verify_copy(io.BytesIO(b"\n".join(changed)), store.keys.verifying)
    with pytest.raises(Tampered):
        book.verify_copy(copied(store), bytes(32))


def copied(store: Store) -> io.BytesIO:
    return io.BytesIO("\n".join(book.copy_out(store)).encode())


def test_the_commands_make_and_check_a_copy(sqlite_world: World, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(sqlite_world.settings.data)
    path = str(sqlite_world.settings.data / "copy")
    assert main(["ledger", "--data", folder, path], {}) == 0
    assert main(["ledger", "--data", folder, path], {}) == 2  # never over a file that is there
    assert main(["verify-ledger", "--data", folder, path], {}) == 0
    assert f"intact: {length(sqlite_world)} lines" in capsys.readouterr().out
