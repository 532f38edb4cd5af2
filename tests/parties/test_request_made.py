"""An answer holds what was chosen and looked at, in files that fit, and says of everything else why not."""

import csv
import io
import json
from collections.abc import Iterator

import pytest

from tests.parties.connecting import (
    TEXT,
    Fake,
    choose_everything,
    fetched,
    found,
    line,
    send,
    settle,
    systems,
)
from tests.world import World
from whistle.connect.asking import Systems
from whistle.connect.contract import Outcome, Provenance, Result
from whistle.errors import Conflict, NotThere, RuleRefused
from whistle.parties import answer_files
from whistle.parties.request_decisions import Said


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Systems]:
    with systems(tmp_path_factory.mktemp("systems")) as made:
        yield made


@pytest.fixture
def site(sqlite_world: World) -> World:
    """On one database, where nothing of it is another on the other."""
    return sqlite_world


def test_what_can_be_taken_elsewhere_was_handed_over_and_the_rest_has_its_reason(
    site: World, demo: Systems
) -> None:
    sources, asker = fetched(site, demo)
    choose_everything(site, sources, asker)
    files = send(site, sources, asker, "portability")
    assert sorted(files) == [f"to-take-elsewhere.{kind}" for kind in ("csv", "html", "json")]
    data = json.loads(files["to-take-elsewhere.json"])
    assert [(one["source"], one["basis"]) for one in data["records"]] == [
        ("customers", "contract"), ("newsletter.csv", "consent"),
    ]  # fmt: skip
    left = {(one["category"], one["records"]): one for one in data["left_out"]}
    assert {category for category, _count in left} == {
        "customer", "bookkeeping", "service_history", "alarm_logs", "video", "mobile_traffic", "web",
        "access_logs", "whistleblowing",
    }  # fmt: skip
    assert left["customer", 2]["why"].startswith("The person did not hand it over")
    assert left["customer", 1]["bases"] == ["legitimate_interest"]
    assert left["whistleblowing", 0]["bases"] == ["legal_obligation"]
    assert left["bookkeeping", 0]["why"].startswith("It stands on legitimate interest or legal obligation")
    assert left["mobile_traffic", 0]["why"] == "Nothing of this kind was looked up for this file."
    page = files["to-take-elsewhere.html"].decode()
    assert page.count("<h3>") == len(data["left_out"])
    assert "Pays on time" not in page


def test_the_table_runs_no_formula_and_has_a_row_a_field(site: World, demo: Systems) -> None:
    sources, asker = fetched(site, demo)
    choose_everything(site, sources, asker)
    text = send(site, sources, asker, "access")["your-data.csv"].decode()
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    assert "\r\n" in text
    values = {(one["n"], one["field"]): one["value"] for one in table}
    assert values["2", "item"] == "'=SUM(A1)"
    assert values["3", "price"] == "-5.0"
    assert values["3", "item"] == "Siren <b>"
    assert values["5", "topics"] == "news\nand more"


def test_the_page_is_in_the_persons_language_and_trusts_no_word(site: World) -> None:
    sources, asker = fetched(
        site, Fake(found(line(**{"<script>": "<img src=x>"})), Outcome(Result.NOTHING)), token="", nonce=""
    )
    choose_everything(site, sources, asker)
    page = send(site, sources, asker, "access")["your-data.html"].decode()
    assert "&lt;img src=x&gt;" in page
    assert "<script>" not in page
    assert '<html lang="en">' in page
    assert "src=" not in page.replace("src=x", "")
    assert "http" not in page


def test_nothing_is_sent_that_was_not_looked_at(site: World) -> None:
    sources, asker = fetched(site, Fake(found(line(), line(name="Second")), Outcome(Result.NOTHING)))
    olle = site.member("Olle")
    n = sources.page(olle, asker.number).sources[0].n
    assert sources.preview(olle, asker.number, "access").refused == "nothing_chosen"
    seen = sources.preview(olle, asker.number, "access").seen
    with pytest.raises(RuleRefused) as refused:
        sources.send(olle, asker.number, "access", TEXT, seen=seen)
    assert refused.value.reason == "nothing_chosen"
    sources.choose(olle, asker.number, n, [0])
    seen = sources.preview(olle, asker.number, "access").seen
    sources.choose_all(olle, asker.number, n)
    with pytest.raises(Conflict):
        sources.send(olle, asker.number, "access", TEXT, seen=seen)
    with pytest.raises(NotThere):
        sources.preview(olle, asker.number, "erasure")
    assert len(site.program.privacy.mailbox.open(asker.secret).entries) == 1


def test_a_short_letter_is_refused_and_leaves_no_file(site: World) -> None:
    sources, asker = fetched(site, Fake(found(line()), Outcome(Result.NOTHING)))
    olle = site.member("Olle")
    choose_everything(site, sources, asker)
    settle(site, asker)
    before = sorted(site.program.store.blobs.ids())
    seen = sources.preview(olle, asker.number, "access").seen
    with pytest.raises(RuleRefused) as refused:
        sources.send(olle, asker.number, "access", "Short.", seen=seen)
    assert refused.value.reason == "reasons"
    assert sorted(site.program.store.blobs.ids()) == before
    assert sources.page(olle, asker.number).sources[0].chosen == 1


def test_an_answer_over_the_limit_is_refused_with_the_choice_kept_and_a_large_one_comes_in_parts(
    site: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [line(text=f"{n}" * 900) for n in range(9)]
    sources, asker = fetched(site, Fake(found(*many), Outcome(Result.NOTHING)))
    olle = site.member("Olle")
    choose_everything(site, sources, asker)
    monkeypatch.setattr(answer_files, "ANSWER_BYTES", 9000)
    with pytest.raises(RuleRefused) as refused:
        send(site, sources, asker, "access")
    assert refused.value.reason == "answer_large"
    assert sources.preview(olle, asker.number, "access").refused == "answer_large"
    assert sources.page(olle, asker.number).sources[0].chosen == 9
    monkeypatch.setattr(answer_files, "ANSWER_BYTES", 90_000)
    monkeypatch.setattr(answer_files, "FILE_BYTES", 5000)
    files = send(site, sources, asker, "access")
    parts = [json.loads(files[f"your-data-{n}.json"]) for n in range(1, len(files) // 3 + 1)]
    assert len(parts) == 4
    assert [one["n"] for part in parts for one in part["records"]] == list(range(1, 10))
    assert all(len(body) <= 5000 for body in files.values())


def test_a_decision_about_portability_is_followed_and_never_carries_what_was_observed(site: World) -> None:
    lines = (line(), line(Provenance.OBSERVED, name="Seen"))
    made = Fake(found(*lines), found(*lines))
    sources, asker = fetched(site, made)
    olle, desk = site.member("Olle"), site.program.privacy.desk
    choose_everything(site, sources, asker)
    # Marketing can stand on two grounds and nobody says on which: it is left out, and the customer line goes
    told = sources.preview(olle, asker.number, "portability")
    assert [one[0] for one in told.lines] == ["customer"]
    why = [one.why["en"] for one in told.left_out or () if one.category == "marketing"]
    assert why[0].startswith("It is not said on which of several grounds")
    reasons = "They said yes to it on our site, and the log of that is here."
    desk.decide(olle, asker.number, Said("portability", "marketing", "yes", "", reasons))
    desk.decide(olle, asker.number, Said("portability", "customer", "no", "GDPR 20(4)", reasons))
    told = sources.preview(olle, asker.number, "portability")
    assert [(one[0], one[2].provenance) for one in told.lines] == [("marketing", "handed_over")]
    left = {(one.category, one.count): one.why["sv"] for one in told.left_out or ()}
    assert left["customer", 2] == "GDPR 20(4)"
