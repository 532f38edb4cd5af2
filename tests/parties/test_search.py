"""A search finds in the searcher's own cases what stands in them, and nobody else's; it leaves no trace."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.world import NO, SE, World
from whistle.errors import Tampered
from whistle.parties import search as module
from whistle.parties.export import ExportForm
from whistle.parties.report_form import FormRefused
from whistle.parties.search import Found, Question
from whistle.rules.categories import load_categories
from whistle.vault.search import Wanted
from whistle.vault.tables import ledger, metadata, readers, records


def look(world: World, name: str = "Hanna", text: str = "", after: str = "", **asked: Any) -> Found:
    question = Question(text, **asked)
    return world.program.overview.search.run(world.member(name), question, after)


def numbers(found: Found) -> list[str]:
    return [hit.number for hit in found.hits]


def test_words_of_the_report_find_its_case_whatever_their_letters(world: World) -> None:
    receipt = world.send("Three INVOICES for\nwork nobody has seen, at Café Ö.")
    world.send("Something else.")
    for text in ("invoices", "seen three", "cafe\u0301 ö", "WORK"):
        assert numbers(look(world, text=text)) == [receipt.number], text
    for text in ("invoices something", "type", "reporter", '"text"', "\\n"):
        assert numbers(look(world, text=text)) == [], text


def test_a_quotation_mark_and_a_backslash_are_letters_like_others(world: World) -> None:
    receipt = world.send('He called it "a gift" and saved it in C:\\gifts.')
    for text in ('"a', "c:\\gifts.", 'gift"'):
        assert numbers(look(world, text=text)) == [receipt.number]


def test_the_name_of_a_file_is_found_and_shown(world: World) -> None:
    receipt = world.send(files=[("ledger-copy.pdf", b"x" * 100)])
    found = look(world, text="ledger-copy")
    assert numbers(found) == [receipt.number]
    assert "ledger-copy" in found.hits[0].excerpt


def test_messages_and_notes_are_searched_when_that_is_asked_for(world: World) -> None:
    receipt = world.send()
    hanna = world.member("Hanna")
    world.program.handler.acknowledge(hanna, receipt.number, "Received with thanks.")
    world.program.handler.note(hanna, receipt.number, "Ask the warehouse.")
    for text in ("thanks", "warehouse", "warehouse invoices"):
        assert numbers(look(world, text=text)) == []
        assert numbers(look(world, text=text, deep=True)) == [receipt.number], text


def test_nobody_finds_anothers_case_nor_somebody_without_a_role(world: World) -> None:
    receipt = world.send(company=SE)
    other = world.send(company=NO)
    assert numbers(look(world, "Hanna", "invoices")) == [receipt.number]
    assert numbers(look(world, "Nora", "invoices")) == [other.number]
    for name in ("Lisa", "Carl", "Olle", "Adam", "Alma"):
        assert look(world, name, "invoices") == Found((), 0, 0, "")


def test_the_clear_filters_need_no_opening(world: World) -> None:
    old, _secret = world.closed()
    world.later(20)
    new = world.send()
    day = world.clock.now().date()
    asked = {
        "all": (Wanted(), [new.number, old.number]),
        "closed": (Wanted(state="closed"), [old.number]),
        "open": (Wanted(state="open"), [new.number]),
        "received": (Wanted(state="received"), [new.number]),
        "from": (Wanted(from_on=day), [new.number]),
        "to": (Wanted(to_on=date(2026, 3, 10)), [old.number]),
        "company": (Wanted(company=NO), []),
        "late": (Wanted(overdue=True), []),
        "no state": (Wanted(state="burnt"), []),
    }
    for name, (wanted, expected) in asked.items():
        assert numbers(look(world, wanted=wanted)) == expected, name
    world.later(8)
    assert numbers(look(world, wanted=Wanted(overdue=True))) == [new.number]


def test_a_category_is_found_although_it_is_sealed(world: World) -> None:
    category = load_categories().categories[0].code
    receipt = world.send(category=category)
    world.send()
    assert numbers(look(world, category=category)) == [receipt.number]
    assert numbers(look(world, category=category, text="no such word")) == []
    with pytest.raises(FormRefused):
        look(world, category="nonsense")


def test_a_page_ends_where_it_is_full_and_the_next_goes_on_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    sent = {world.send().number for _ in range(5)}
    seen: list[str] = []
    after, left = "", 5
    while True:
        found = look(world, text="invoices", after=after)
        seen += numbers(found)
        left -= found.looked_at
        assert found.left == left
        if not found.after:
            break
        after = found.after
    assert len(seen) == 5
    assert set(seen) == sent


def test_a_call_stops_when_its_work_is_done_and_says_how_much_is_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        world.send()
    monkeypatch.setattr(module, "WORK", 2)
    first = look(world, text="nothing of this")
    assert (first.hits, first.looked_at, first.left) == ((), 1, 3)  # a borrowed grant costs more than one
    assert look(world, text="nothing of this", after=first.after).left == 2
    assert look(world, text="invoices", after="garbage").looked_at == 1


def test_a_case_past_its_day_is_not_opened(world: World) -> None:
    world.closed()
    world.later(731)
    assert look(world, text="invoices") == Found((), 0, 0, "")


def test_the_excluded_find_nothing(world: World) -> None:
    choice = next(one for one in world.program.reporter.companies() if one.code == SE)
    hugo = next(person.ref for person in choice.people if person.function == "Function of Hugo")
    receipt = world.send(exclude=(hugo,))
    assert numbers(look(world, "Hanna", "invoices")) == [receipt.number]
    assert look(world, "Hugo", "invoices") == Found((), 0, 0, "")


def test_a_link_to_a_case_tells_nobody_of_it_who_must_find_no_trace(world: World) -> None:
    mine, hidden = world.send("A first matter.").number, world.send("A second matter.").number
    world.program.casework.sheet.link(world.member("Hanna"), mine, hidden)
    hanna = world.member("Hanna").person_id.hex()
    world.program.circle.exclude(world.member("Hugo"), hidden, hanna, "A cousin.")
    for word in ("W-", hidden, "yes"):
        assert hidden not in str(look(world, "Hanna", word, deep=True))
    handed = ExportForm("authority", "Polismyndigheten", "Beslut dnr A 77-26", with_notes=True)
    prepared = world.program.overview.export.prepare(world.member("Hanna"), mine, handed)
    assert hidden.encode() not in b"".join(prepared.stream(b"")).replace(b"\n", b"")


def test_a_search_writes_nothing_anywhere(world: World) -> None:
    world.send()
    before = _rows(world)
    look(world, text="invoices", deep=True)
    look(world, text="no such word")
    assert _rows(world) == before


def _rows(world: World) -> dict[str, int]:
    with world.program.store.reading() as db:
        counted = {
            table.name: db.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }
        counted["unread"] = db.execute(select(func.sum(readers.c.unread))).scalar_one()
        counted["last"] = db.execute(select(func.max(ledger.c.seq))).scalar_one()
    return counted


def test_a_case_whose_objects_were_exchanged_is_not_shown(world: World) -> None:
    receipt = world.send("Three invoices.")
    hanna = world.member("Hanna")
    world.program.handler.acknowledge(hanna, receipt.number, "Thank you.")
    with world.program.store.writing() as work:
        gone = (records.c.compartment == 1) & (records.c.n == 2)
        work.db.execute(records.delete().where(gone))
    assert numbers(look(world, text="nothing of this")) == []
    with pytest.raises(Tampered):
        look(world, text="invoices")


@pytest.mark.parametrize("text", ["x" * 201, "a\0b", " ".join("abcdefghijk")])
def test_what_cannot_be_searched_for_is_refused(sqlite_world: World, text: str) -> None:
    with pytest.raises(FormRefused):
        look(sqlite_world, text=text)
