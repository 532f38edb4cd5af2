"""From a company's systems to the person's mailbox: exactly that person's lines, and only those chosen."""

import json
from collections.abc import Iterator

import pytest

from tests.parties.asking import proved, verified
from tests.parties.connecting import (
    BOTH,
    EMAIL,
    OTHERS,
    Fake,
    choose_everything,
    fetched,
    found,
    hung,
    line,
    send,
    systems,
)
from tests.parties.newcomers import newcomer
from tests.vault.tampering import case_of, findings, rows
from tests.world import SE, World
from whistle import scheduler
from whistle.connect.asking import Systems
from whistle.connect.contract import Outcome, Result
from whistle.errors import NotThere, RuleRefused, StepUpNeeded
from whistle.parties.report_form import FormRefused
from whistle.parties.request_sources import ALL
from whistle.vault.tables import blobs, ledger


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Systems]:
    with systems(tmp_path_factory.mktemp("systems")) as made:
        yield made


@pytest.fixture
def site(sqlite_world: World) -> World:
    """On one database, where nothing of it is another on the other."""
    return sqlite_world


def test_exactly_one_persons_lines_come_from_both_systems_to_the_mailbox(world: World, demo: Systems) -> None:
    # Given a person who is known, and two systems with several persons in each
    sources, asker = fetched(world, demo)
    olle = world.member("Olle")
    # Then each system has an answer, and nothing is chosen
    crm, news = sources.page(olle, asker.number).sources
    assert [(one.result, one.count, one.chosen) for one in (crm, news)] == [("found", 4, 0), ("found", 1, 0)]
    assert len(world.program.privacy.mailbox.open(asker.secret).entries) == 1
    # When all of it is chosen and sent
    choose_everything(world, sources, asker)
    files = send(world, sources, asker, "access")
    # Then exactly Eva's lines arrive, in three forms
    assert sorted(files) == ["your-data.csv", "your-data.html", "your-data.json"]
    data = json.loads(files["your-data.json"])
    assert [(one["system"], one["source"], one["provenance"]) for one in data["records"]] == [
        ("Customer register", "customers", "handed_over"),
        ("Customer register", "orders", "observed"),
        ("Customer register", "orders", "observed"),
        ("Customer register", "ratings", "derived"),
        ("Newsletter", "newsletter.csv", "handed_over"),
    ]
    assert data["records"][0]["fields"] == {
        "name": "Eva Lind", "email": "Eva.Lind@mail.example", "phone": "070-1", "address": "Ekvägen 1",
    }  # fmt: skip
    assert data["records"][4]["fields"]["topics"] == "news\nand more"
    for body in files.values():
        assert all(word not in body.decode() for word in OTHERS)
        assert "Ekvägen 1" in body.decode()
    assert findings(world) == []


def test_what_is_left_unchosen_goes_nowhere(site: World, demo: Systems) -> None:
    sources, asker = fetched(site, demo)
    olle = site.member("Olle")
    crm = sources.page(olle, asker.number).sources[0]
    sources.choose(olle, asker.number, crm.n, [0, 2, 99])
    assert [one.chosen for one in sources.lines(olle, asker.number, crm.n).lines] == [
        True, False, True, False,
    ]  # fmt: skip
    sources.choose(olle, asker.number, crm.n, [3], shown=[2, 3])
    files = send(site, sources, asker, "access")
    told = json.loads(files["your-data.json"])
    assert [one["source"] for one in told["records"]] == ["customers", "ratings"]
    assert b"Siren" not in b"".join(files.values())


def test_nothing_is_asked_before_the_person_is_known_nor_without_the_second_factor(site: World) -> None:
    made = Fake()
    sources, asker = hung(site, made), proved(site, rights=BOTH)
    with pytest.raises(RuleRefused) as refused:
        sources.fetch(site.member("Olle"), asker.number, "crm", EMAIL)
    assert refused.value.reason == "not_verified"
    for opens in (
        lambda: sources.page(site.member("Olle"), asker.number),
        lambda: sources.preview(site.member("Olle"), asker.number, "access"),
        lambda: sources.lines(site.member("Olle"), asker.number, 1),
    ):
        with pytest.raises(NotThere):
            opens()
    with pytest.raises(StepUpNeeded):
        sources.fetch(site.member("Olle", fresh=False), asker.number, "crm", EMAIL)
    for name in ("Hanna", "Lisa", "Adam", "Alma"):
        with pytest.raises(NotThere):
            sources.fetch(site.member(name), asker.number, "crm", EMAIL)
    assert made.asked == []


def test_a_report_comes_in_while_a_system_keeps_its_officer_waiting(world: World) -> None:
    received = []

    class Slow(Fake):
        def ask(self, company: str, code: str, value: str) -> Outcome:
            received.append(world.send().number)
            return super().ask(company, code, value)

    fetched(world, Slow(found(line()), Outcome(Result.NOTHING)))
    assert len(received) == 2


def test_a_closed_request_asks_nobody(site: World) -> None:
    made = Fake(found(line()), Outcome(Result.NOTHING))
    sources, asker = fetched(site, made)
    olle = site.member("Olle")
    choose_everything(site, sources, asker)
    send(site, sources, asker, "access")
    site.program.privacy.desk.close(olle, asker.number)
    with pytest.raises(RuleRefused) as refused:
        sources.fetch(olle, asker.number, "crm", EMAIL)
    assert refused.value.reason == "request_closed"
    assert len(made.asked) == 2


def test_what_is_missing_or_not_there_is_said_and_nobody_is_asked(site: World) -> None:
    made = Fake()
    sources, asker, olle = hung(site, made), verified(site, rights=BOTH), site.member("Olle")
    for code, identifiers in (("crm", {}), (ALL, {"email": " "})):
        with pytest.raises(FormRefused) as refused:
            sources.fetch(olle, asker.number, code, identifiers)
        assert refused.value.problems[0].field == "identifier-email"
    with pytest.raises(FormRefused) as refused:
        sources.fetch(olle, asker.number, "other", EMAIL)
    assert refused.value.problems[0].field == "source"
    assert made.asked == []


def test_one_that_fails_takes_nothing_from_the_others_nor_from_what_was_fetched_before(world: World) -> None:
    made = Fake(
        found(line()), Outcome(Result.OTHER_PERSON, place="records[1].identifier"),
        Outcome(Result.SLOW), found(line(), line()),
    )  # fmt: skip
    sources, asker = fetched(world, made)
    olle = world.member("Olle")
    choose_everything(world, sources, asker)
    crm, news = sources.page(olle, asker.number).sources
    assert (news.result, news.place, news.n) == ("other_person", "records[1].identifier", 0)
    assert sources.fetch(olle, asker.number, "crm", EMAIL) == (Result.SLOW,)
    again = sources.page(olle, asker.number).sources[0]
    assert (again.result, again.n, again.chosen) == ("slow", crm.n, 1)
    # A new answer takes the place of the old one, and is chosen from anew
    sources.fetch(olle, asker.number, "crm", EMAIL)
    newest = sources.page(olle, asker.number).sources[0]
    assert (newest.result, newest.count, newest.chosen) == ("found", 2, 0)
    with pytest.raises(NotThere):
        sources.lines(olle, asker.number, crm.n)


def test_what_was_fetched_is_sealed_among_the_officers_notes_and_goes_with_the_request(world: World) -> None:
    _sources, asker = fetched(world, Fake(found(line(name="Only Eva knows")), Outcome(Result.NOTHING)))
    case_id = case_of(world, asker.number)["id"]
    sealed = rows(world, blobs, case_id=case_id)
    assert {one["compartment"] for one in sealed} == {3}
    stored = [b"".join(world.program.store.blobs.read(one["object_id"])) for one in sealed]
    assert not any(b"Only Eva" in one for one in stored)
    # The person's own key does not open them, and the ledger tells neither whom nor what for
    assert b"Only Eva" not in b"".join(world.program.privacy.mailbox.everything(asker.secret))
    lines = [one for one in rows(world, ledger) if "systems" in one["action"]]
    assert [one["action"] for one in lines] == [
        "request_systems_asked", "request_systems_answered", "request_systems_answered",
    ]  # fmt: skip
    assert all("eva" not in str(one).lower() and "crm" not in str(one) for one in lines)


def test_what_was_fetched_is_erased_with_the_request(site: World) -> None:
    sources, asker = fetched(site, Fake(found(line()), Outcome(Result.NOTHING)))
    olle, desk = site.member("Olle"), site.program.privacy.desk
    choose_everything(site, sources, asker)
    send(site, sources, asker, "access")
    desk.close(olle, asker.number)
    assert list(site.program.store.blobs.ids())
    site.later(740)
    list(scheduler.tick(site.program.store, site.clock.now(), site.program.sessions.sweep))
    assert rows(site, blobs) == []
    assert list(site.program.store.blobs.ids()) == []
    with pytest.raises(NotThere):
        sources.page(olle, asker.number)


def test_a_colleague_who_came_later_and_is_let_in_reads_what_was_fetched(site: World) -> None:
    sources, asker = fetched(site, Fake(found(line()), Outcome(Result.NOTHING)))
    olle, n = site.member("Olle"), sources.page(site.member("Olle"), asker.number).sources[0].n
    newcomer(site, "Ola", [("privacy_officer", SE)])
    waiting = [one for one in site.program.keys.pending(olle) if one.person_name == "Ola"]
    spoken = site.program.staff.fingerprint(site.member("Ola"))
    assert site.program.keys.confirm(olle, waiting[0].designation, spoken)
    with pytest.raises(NotThere):
        sources.lines(site.member("Ola"), asker.number, n)
    assert site.program.privacy.desk.let_in(olle) == 1
    assert sources.lines(site.member("Ola"), asker.number, n).total == 1


def test_many_lines_are_read_page_by_page_and_each_page_keeps_the_others(world: World) -> None:
    many = [line(name=str(n)) for n in range(250)]
    sources, asker = fetched(world, Fake(found(*many), Outcome(Result.NOTHING)))
    olle = world.member("Olle")
    n = sources.page(olle, asker.number).sources[0].n
    page = sources.lines(olle, asker.number, n, 199)
    assert (page.first, len(page.lines), page.total) == (150, 50, 250)
    assert sources.lines(olle, asker.number, n, 9999).first == 200
    sources.choose(olle, asker.number, n, [0], shown=range(100))
    sources.choose(olle, asker.number, n, [100, 101], shown=range(100, 200))
    sources.choose(olle, asker.number, n, [], shown=[100])
    assert sources.page(olle, asker.number).sources[0].chosen == 2
