"""What legal looks through: the list of cases, the week, certificates; nothing hidden is on any of them."""

import pytest

from tests.parties.test_holding import events, place, ref_of
from tests.world import NO, World
from whistle.errors import NotThere
from whistle.vault.legal_list import Asked


def test_the_week_shows_what_comes_what_waits_and_what_stands_past_its_day(sqlite_world: World) -> None:
    world = sqlite_world
    past, near = world.closed()[0].number, world.send().number
    place(world, [past], review_on="2027-03-02")
    world.later(720)
    world.nobody_concerned(world.member("Hanna"), near)
    world.later(11)
    soon = world.closed()[0].number
    week = world.program.legal.pages.week(world.member("Lisa"))
    assert [row.number for row in week.past] == [past]
    assert (week.within_week, week.within_month, week.within_quarter) == ((), (), ())
    assert [hold.review_late for hold in week.reviews] == [True]
    world.later(731 - 90)
    assert [r.number for r in world.program.legal.pages.week(world.member("Leo")).within_quarter] == [soon]
    world.later(60)
    assert [r.number for r in world.program.legal.pages.week(world.member("Leo")).within_month] == [soon]
    world.later(23)
    assert [r.number for r in world.program.legal.pages.week(world.member("Leo")).within_week] == [soon]
    with pytest.raises(NotThere):
        world.program.legal.pages.week(world.member("Hanna"))


def test_the_list_goes_on_where_the_page_before_ended_and_shows_no_hidden_case(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whistle.vault.legal_list.PAGE", 2)
    monkeypatch.setattr("whistle.vault.legal_list.page.__kwdefaults__", {"after": None, "most": 2})
    closed = [world.closed()[0].number for _ in range(2)]
    world.later(1)
    closed.append(world.closed()[0].number)
    still = sorted(world.send().number for _ in range(3))
    world.send(exclude=(ref_of(world, "Lisa"),))
    world.send(company=NO)
    place(world, [still[0], closed[2]])
    pages, lisa = world.program.legal.pages, world.member("Lisa")
    found: list[str] = []
    after, count = "", 0
    while count == 0 or after:
        page = pages.cases(lisa, Asked(), after)
        found, after, count = found + [row.number for row in page.rows], page.after, count + 1
    assert found == [*sorted(closed[:2]), closed[2], *still]
    assert count == 3

    def numbers(**asked: object) -> set[str]:
        return set(pages.numbers(lisa, Asked(**asked), 500))  # type: ignore[arg-type]

    assert numbers(state="closed") == set(closed)
    assert numbers(state="open") == numbers(state="received") == set(still)
    assert numbers(state="acknowledged") == numbers(company=NO) == numbers(within=90) == set()
    assert numbers(held="yes") == {still[0], closed[2]}
    assert numbers(held="no", state="closed") == set(closed[:2])
    assert numbers(within=800) == set(closed)
    assert numbers(state="\0") == numbers(held="'") == set()
    with pytest.raises(NotThere):
        pages.cases(world.member("Hanna"), Asked())


def test_certificates_are_shown_to_legal_and_auditors_of_the_company_but_not_of_hidden_cases(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    number = world.closed()[0].number
    hidden = world.closed(exclude=(ref_of(world, "Alma"),))[0].number
    world.later(731)
    assert events(world) == ["purged", "purged"]
    pages = world.program.legal.pages

    def listed(name: str, role: str) -> set[str]:
        return {fields["case"] for fields in pages.certificates(world.member(name), role).rows}

    assert listed("Lisa", "legal") == {number, hidden}
    assert listed("Alma", "auditor") == {number}
    signed = pages.certificate(world.member("Alma"), "auditor", number)
    assert signed.fields["case"] == number
    assert set(signed.document) >= {"body", "signature", "key"}
    wrong = (
        ("Alma", "auditor", hidden), ("Alma", "legal", number), ("Alma", "handler", number),
        ("Hanna", "auditor", number), ("Alma", "auditor", "W-0000-0000"), ("Alma", "auditor", "\0"),
    )  # fmt: skip
    for name, role, of in wrong:
        with pytest.raises(NotThere):
            pages.certificate(world.member(name), role, of)
    assert listed("Hanna", "auditor") == listed("Lisa", "auditor") == listed("Alma", "\0") == set()
