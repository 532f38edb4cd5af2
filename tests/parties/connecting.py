"""A company's demo systems: several persons in a database behind HTTP, and in a folder made from a CSV."""

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.connect.serving import system
from tests.parties.asking import Asker, decide, verified
from tests.source import ROOT
from tests.world import SE, World
from whistle.connect.asking import Systems
from whistle.connect.contract import Attached, Line, Outcome, Provenance, Result, Source
from whistle.parties.request_sources import ALL, RequestSources
from whistle.rules.policy_codes import Basis

EXAMPLES = ROOT / "deploy" / "connect"
CRM = Source("crm", "Customer register", SE, "customer", "email")
NEWSLETTER = Source("newsletter", "Newsletter", SE, "marketing", "email")
EMAIL = {"email": "eva.lind@mail.example"}
BOTH = ("access", "portability")
TEXT = "Here is everything that we found about you."
TOKEN = "word-for-the-register"

SCHEMA = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, since TEXT, name TEXT, phone TEXT, address TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, ordered_on TEXT, number TEXT, item TEXT,
                     price REAL);
CREATE TABLE ratings (customer_id INTEGER, made_on TEXT, rating TEXT);
INSERT INTO customers VALUES
  (1, 'Eva.Lind@mail.example', '2021-03-01', 'Eva Lind', '070-1', 'Ekvägen 1'),
  (2, 'eva.lind@mail.example.org', '2022-03-01', 'Eva Lindberg', '070-2', 'Askvägen 2'),
  (3, 'bo.ek@mail.example', '2023-03-01', 'Bo Ek', '070-3', 'Björkvägen 3'),
  (4, '%', '2023-03-01', 'Percy Sign', '070-4', 'Alvägen 4');
INSERT INTO orders VALUES (1, 1, '2024-01-05', 'N-1', '=SUM(A1)', 99.5),
  (2, 3, '2024-01-06', 'N-2', 'Lock', 10), (3, 1, '2024-02-07', 'N-3', 'Siren <b>', -5),
  (4, 2, '2024-02-08', 'N-4', 'Camera', 1);
INSERT INTO ratings VALUES (1, '2024-03-01', 'Pays on time'), (2, '2024-03-01', 'Pays late');
"""
CSV = """email,name,joined,topics
bo.ek@mail.example,Bo Ek,2024-01-01,"offers, news"
EVA.lind@mail.example ,Eva Lind,2024-02-02,"news
and more"
,Nobody,2024-01-01,news
"""
OTHERS = ("Lindberg", "Bo Ek", "070-2", "070-3", "Percy", "Askvägen", "N-2", "N-4", "Pays late", "offers")
"""What is anybody's but Eva's."""


@contextmanager
def register(folder: Path) -> Iterator[str]:
    """The example over SQLite, run as its own program; the address at which it answers."""
    with contextlib.closing(sqlite3.connect(folder / "crm.db")) as db:
        db.executescript(SCHEMA)
    token = folder / "crm.token"
    token.touch(mode=0o600)
    token.write_text(TOKEN)
    command = [sys.executable, EXAMPLES / "sqlite_connector.py", "--database", folder / "crm.db",
               "--category", "customer", "--token-file", token, "--port", "0"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            yield running.stdout.readline().strip()
        finally:
            running.terminate()


def newsletter(folder: Path) -> Path:
    """The example over a CSV, run as its own program; the folder that it made."""
    (folder / "newsletter.csv").write_text(CSV, encoding="utf-8")
    made = folder / "newsletter"
    command = [sys.executable, EXAMPLES / "csv_folder.py", "--csv", folder / "newsletter.csv",
               "--folder", made, "--category", "marketing", "--column", "email", "--date-column", "joined",
               "--provenance", "handed_over", "--basis", "consent"]  # fmt: skip
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == "2 documents\n"
    return made


@contextmanager
def systems(folder: Path) -> Iterator[Systems]:
    """Both, as the file of connectors would name them."""
    with register(folder) as url:
        yield Systems(
            [
                system(url, source=CRM, token_file=folder / "crm.token"),
                system(folder=newsletter(folder), source=NEWSLETTER),
            ]
        )


def hung(world: World, made: object) -> RequestSources:
    """Hang systems on a site, for its pages too."""
    sources = RequestSources(world.program.store, world.clock.now, made)  # type: ignore[arg-type]
    object.__setattr__(world.program.privacy, "sources", sources)
    return sources


class Fake:
    """Systems that answer as a test says."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.asked: list[tuple[str, str]] = []

    def of(self, company: str) -> tuple[Source, ...]:
        return (CRM, NEWSLETTER) if company == SE else ()

    def ask(self, company: str, code: str, value: str) -> Outcome:
        assert company == SE
        self.asked.append((code, value))
        return self.outcomes.pop(0)


def line(provenance: Provenance = Provenance.HANDED_OVER, basis: Basis | None = None, **fields: str) -> Line:
    return Line("customers", None, provenance, basis, tuple((fields or {"name": "Eva Lind"}).items()))


def found(*lines: Line) -> Outcome:
    return Outcome(Result.FOUND, lines)


def fetched(world: World, made: object, **fields: object) -> tuple[RequestSources, Asker]:
    """A request of a known person for whom every system was asked."""
    sources, asker = hung(world, made), verified(world, **{"rights": BOTH, **fields})
    sources.fetch(world.member("Olle"), asker.number, ALL, EMAIL)
    return sources, asker


def choose_everything(world: World, sources: RequestSources, asker: Asker) -> None:
    olle = world.member("Olle")
    for one in sources.page(olle, asker.number).sources:
        if one.n:
            sources.choose_all(olle, asker.number, one.n)


def settle(world: World, asker: Asker) -> None:
    """Decide all of it; of what can be taken elsewhere each line goes by itself, as the rules say."""
    decide(world, asker, left={"portability": "partly"})


def send(world: World, sources: RequestSources, asker: Asker, kind: str) -> dict[str, bytes]:
    """The answer as the person fetches it: its files by name."""
    olle = world.member("Olle")
    settle(world, asker)
    seen = sources.preview(olle, asker.number, kind).seen
    sources.send(olle, asker.number, kind, f"{TEXT} ({kind})", seen=seen)
    mailbox = world.program.privacy.mailbox
    entry = mailbox.open(asker.secret).entries[-1]
    return {one.name: b"".join(mailbox.file(asker.secret, one.id).chunks()) for one in entry.files}


def fetched_at(world: World, number: str) -> str:
    """The place of an answer of one line, for a request that stands already."""
    one = replace(line(), files=(Attached("deed.txt", b"A deed."),))
    sources, olle = hung(world, Fake(found(one), found(line()))), world.member("Olle")
    sources.fetch(olle, number, ALL, EMAIL)
    return str(sources.page(olle, number).sources[0].n)
