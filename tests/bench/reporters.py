"""The figures of the public doors: a report, many at once, and the way back in."""

import secrets
from concurrent.futures import ThreadPoolExecutor

from tests.bench.client import Browser, privacy_request, report
from tests.bench.measure import Figure, in_a
from tests.bench.runs import Bench
from tests.bench.server import Served, serving
from whistle.crypto.codes import CaseKey

REPORT_BOUND, MAILBOX_BOUND = 0.085, 0.05
TEXT = ("Our purchasing manager approved three invoices for work that nobody has seen. " * 52)[:4096]
FORM = "/privacy/request"
REPORTS, AT_ONCE = 48, 8


def measure(bench: Bench) -> list[Figure]:
    """Every figure of the public doors, on one server."""
    with bench.site() as folder, serving(folder) as served:
        return [*_reports(bench, served), _together(served), *_mailbox(bench, served)]


def send(port: int, *, multipart: bool = False) -> str:
    """A report of 4 kB; its case key."""
    key = report(port, TEXT, multipart=multipart)
    if key is None:
        raise RuntimeError("a report was not taken")
    return key


def ask(port: int) -> str:
    """A privacy request of 4 kB; its key."""
    key = privacy_request(port, TEXT)
    if key is None:
        raise RuntimeError("a privacy request was not taken")
    return key


def _reports(bench: Bench, served: Served) -> list[Figure]:
    said = "GET /report and POST /report of a new browser; 4 096 characters, 3 handlers, 1 custodian"
    plain = bench.cpu_runs(served, lambda: send(served.port))
    parts = bench.cpu_runs(served, lambda: send(served.port, multipart=True))
    asked = bench.cpu_runs(served, lambda: ask(served.port))
    return [
        in_a("report, urlencoded", plain, REPORT_BOUND, bench.a_ms, what=said),
        in_a("report, multipart", parts, REPORT_BOUND, bench.a_ms, what=said),
        in_a("privacy request", asked, REPORT_BOUND, bench.a_ms, what=f"the same of {FORM}; 1 officer"),
    ]


def _together(served: Served) -> Figure:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        keys = list(pool.map(lambda _number: report(served.port, TEXT, multipart=True), range(REPORTS)))
    failed = keys.count(None) + len(keys) - len(set(keys))
    return Figure(
        "reports together", "0 fail", failed == 0, {"failed": failed, "reports": REPORTS, "at_once": AT_ONCE}
    )


def _mailbox(bench: Bench, served: Served) -> list[Figure]:
    keys = [send(served.port) for _report in range(bench.sizes.each)]
    turn = iter(keys * (bench.sizes.runs + 2) * 2)

    def enter(key: str, *, follow: bool) -> None:
        browser = Browser(served.port, dict(visitor.cookies))
        answer = browser.post("/mailbox", form | {"case_key": key})
        if follow:
            assert answer.status == 303, answer.status
            assert browser.get("/mailbox/case").status == 200
        browser.close()

    visitor = Browser(served.port)
    form = visitor.get("/mailbox").hidden
    visitor.close()
    right = bench.cpu_runs(served, lambda: enter(next(turn), follow=True))
    wrong = bench.cpu_runs(served, lambda: enter(CaseKey(secrets.token_bytes(15)).text, follow=False))
    typed = bench.cpu_runs(served, lambda: enter(_mistyped(), follow=False))
    again = bench.cpu_runs(served, lambda: enter(next(turn), follow=False))
    return [
        in_a(f"mailbox, {name}", runs, MAILBOX_BOUND, bench.a_ms, what=what)
        for name, runs, what in (
            ("right key", right, "POST /mailbox and the case's page it leads to"),
            ("right key, the door alone", again, "POST /mailbox"),
            ("wrong key", wrong, "POST /mailbox with a key that no case has"),
            ("mistyped key", typed, "POST /mailbox with one symbol wrong in such a key"),
        )
    ]


def _mistyped() -> str:
    text = CaseKey(secrets.token_bytes(15)).text
    return text[:-1] + ("0" if text[-1] != "0" else "1")
