"""Privacy requests of the rehearsal: invented people, and one request in every state there is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from whistle.demo.events import Cast
from whistle.parties.report_form import UNSURE
from whistle.parties.request_codes import opened_letter
from whistle.parties.request_decisions import Said
from whistle.parties.request_form import RequestForm
from whistle.parties.request_views import RequestReceipt
from whistle.vault import request_mails, request_pass

OFFICER: Final = "Sofia Nyberg"
HANDLER: Final = "Anna Lind"

Step = tuple[int, Callable[["Played"], None]]


@dataclass(frozen=True)
class DemoRequest:
    """A request: how many days ago it came, its form, and what happened after how many days."""

    key: str
    days_ago: int
    form: RequestForm
    steps: tuple[Step, ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()


@dataclass
class Played:
    """A request that was sent, in the hands of whoever does the next step."""

    cast: Cast
    receipt: RequestReceipt
    secret: bytes
    code: str
    name: str

    @property
    def number(self) -> str:
        """Its number."""
        return self.receipt.number


def _prove(it: Played) -> None:
    it.cast.program.privacy.mailbox.confirm(it.secret, it.code)


def _verify(how: str) -> Callable[[Played], None]:
    return lambda it: it.cast.program.privacy.desk.verify(
        replace(it.cast.members[OFFICER], fresh=True), it.number, how
    )


def _ask(what: str, why: str) -> Callable[[Played], None]:
    return lambda it: it.cast.program.privacy.desk.ask(it.cast.members[OFFICER], it.number, what, why)


def _decide(*fields: str) -> Callable[[Played], None]:
    return lambda it: it.cast.program.privacy.desk.decide(it.cast.members[OFFICER], it.number, Said(*fields))


def _found(part: str, **said: str) -> Callable[[Played], None]:
    """What the officer found out about a part of the request."""
    typed = {name: [value] for name, value in said.items()}
    return lambda it: it.cast.program.privacy.desk.keep_facts(
        it.cast.members[OFFICER], it.number, part, typed
    )


def _as_the_rules(it: Played) -> None:
    it.cast.program.privacy.desk.decide_as_the_rules(it.cast.members[OFFICER], it.number)


def _recipient(name: str, what: str) -> Callable[[Played], None]:
    return lambda it: it.cast.program.privacy.desk.open_task(it.cast.members[OFFICER], it.number, name, what)


def _told(it: Played) -> None:
    desk, officer = it.cast.program.privacy.desk, it.cast.members[OFFICER]
    for one in desk.open(officer, it.number).tasks:
        if one.outcome is None:
            desk.end_task(officer, it.number, one.id, "informed", "")


def _answer(text: str, *files: tuple[str, bytes]) -> Callable[[Played], None]:
    def step(it: Played) -> None:
        desk, officer = it.cast.program.privacy.desk, it.cast.members[OFFICER]
        sending = desk.writing(officer, it.number)
        for name, data in files:
            sink = sending.open_file(name, "")
            sink.write(data)
            sink.finish()
        desk.answer(officer, it.number, sending, text)

    return step


def _extend(reasons: str) -> Callable[[Played], None]:
    return lambda it: it.cast.program.privacy.desk.extend(it.cast.members[OFFICER], it.number, reasons)


def _close(it: Played) -> None:
    it.cast.program.privacy.desk.close(it.cast.members[OFFICER], it.number)


def _handlers(text: str) -> Callable[[Played], None]:
    """Those who handle reports answer the copy of this request."""

    def step(it: Played) -> None:
        copies, handler = it.cast.program.privacy.copies, it.cast.members[HANDLER]
        numbers = [one.number for one in copies.copies(handler)]
        number = next(one for one in numbers if copies.open(handler, one).name == it.name)
        copies.answer(handler, number, copies.writing(handler, number), text)

    return step


def _pass(it: Played) -> None:
    store, now = it.cast.program.store, it.cast.program.clock.now()
    request_pass.send_neutral(store, now)


_CALLED: Final = "Called back on the number in the customer register, and asked for the year of the contract."

REQUESTS: Final = (
    DemoRequest(
        "customer-access", 62,
        RequestForm(
            "nordvakt-se", ("access", "portability"), "Eva Lindgren", "eva.lindgren@post.example",
            ("customer", "service_history"),
            "Ni installerade larmet hos oss på Björkvägen 2019. Jag vill "
            "se vad ni har sparat om mig och vilka som "
            "har fått det.",
        ),
        (
            (1, _prove), (3, _verify(_CALLED)), (20, _pass),
            (24, _found("customer", handed_over="yes")),
            (24, _found("service_history", bases="contract", handed_over="yes")),
            (24, _as_the_rules),
            (25, _answer(
                "Vi har hittat ditt avtal, sex fakturor och fyra "
                "servicebesök. De ligger i filerna. Uppgifterna har "
                "lämnats till Larmteknik i Väst AB, som gjorde servicen.",
                ("avtal-och-service.csv", ""
                "datum;besök\n2019-05-14;installation\n2023-10-02;service\n".encode()),
            )),
            (40, _close),
        ),
    ),
    DemoRequest(
        "erasure-refused-in-part", 41,
        RequestForm(
            "nordvakt-se", ("erasure",), "Mats Åberg", "mats.aberg@post.example", ("customer", "bookkeeping"),
            "Jag har sagt upp avtalet och vill att ni raderar allt om mig, även fakturorna.",
        ),
        (
            (0, _prove), (2, _verify(_CALLED)), (20, _pass),
            (20, _found("person", relation="ended", relation_ended_on="2021-06-30")),
            (21, _decide("erasure", "customer", "yes", "", "Avtalet är avslutat sedan mer än 24 månader.")),
            (21, _decide("erasure", "bookkeeping", "no", "Bokföringslagen (1999:1078) 7 kap. 2 §")),
            (22, _recipient("Fakturaservice i Borås AB", "erasure")),
            (24, _answer(
                "Dina kunduppgifter är raderade. Fakturorna måste vi spara "
                "till och med det sjunde året efter det "
                "år då räkenskapsåret avslutades.",
            )),
        ),
    ),
    DemoRequest(
        "objection-marketing", 18,
        RequestForm(
            "nordvakt-no", ("objection",), "Kari Holt", "kari.holt@post.example", ("marketing",),
            "I get letters about new alarms every month. I do not want any more of them.",
        ),
        ((0, _prove), (1, _verify("The customer number and the street fit each other in the register."))),
    ),
    DemoRequest(
        "employee-access", 26,
        RequestForm(
            "nordvakt-se", ("access", "restriction"), "Daniel Persson", "daniel.persson@post.example", (),
            "Jag slutade som tekniker i våras och vill veta allt ni har "
            "om mig, också det som kan ha rapporterats.",
        ),
        (
            (1, _prove), (2, _verify("Anställningsnumret och sista lönebeskedets månad "
            "stämde.")), (20, _pass),
            (22, _handlers("Det finns ingenting i våra ärenden som vi kan lämna ut till dig.")),
            (24, _extend(
                "Uppgifterna ligger i fyra system, varav ett hos en "
                "leverantör som svarar först i nästa månad."
            )),
        ),
    ),
    DemoRequest(
        "child", 4,
        RequestForm(
            "nordvakt-se", ("child", "erasure"), "Amina Yusuf", "amina.yusuf@post.example", ("video",),
            "Min son är 12 år. Han syns i en film från kameran vid "
            "entrén på Storgatan som lades upp på er sida.",
        ),
        ((0, _prove),),
    ),
    DemoRequest(
        "identity-asked", 6,
        RequestForm(
            "nordvakt-fi", ("access",), "Mikko Virtanen", "mikko.virtanen@post.example", ("customer",),
            "What do you keep about me? I had an alarm in the flat on Mannerheimintie.",
        ),
        (
            (1, _prove),
            (2, _ask(
                "The number of the flat and the year in which the alarm was taken down.",
                "Eleven customers have this name, three of them on the same street.",
            )),
        ),
    ),
    DemoRequest(
        "unsure", 2,
        RequestForm(
            UNSURE, ("rectification",), "Sven Öhman", "sven.ohman@post.example", (),
            "Mitt namn är felstavat i brevet: Öman ska vara Öhman. "
            "Brevet kom från Nordvakt, jag vet inte vilket bolag.",
        ),
        ((0, _prove),),
    ),
    DemoRequest(
        "code-awaited", 1,
        RequestForm(
            "nordvakt-se", ("access",), "Lina Berg", "lina.berg@post.example", (), "Vad har ni om mig?",
        ),
    ),
)  # fmt: skip


def send(cast: Cast, request: DemoRequest) -> Played:
    """Send a request as its form does; its letter is read here, as the person reads theirs."""
    program = cast.program
    requests = program.privacy.requests
    requests.sends_mail = True  # in the rehearsal letters are read and go nowhere
    sending = requests.start()
    receipt = requests.submit(
        sending,
        request.form,
        token=program.sessions.new_token(),
        nonce=requests.new_nonce(),
        language="en" if request.form.company in ("nordvakt-no", "nordvakt-fi") else "sv",
    )
    assert receipt.case_key is not None  # noqa: S101 (a request that is new shows its key)
    letter = request_mails.claim(program.store, program.clock.now())
    assert letter is not None  # noqa: S101 (it was just put there)
    code = opened_letter(program.store.keys, letter.case_id, letter.sealed).code
    request_pass.code_sent(program.store, letter, program.clock.now())
    return Played(cast, receipt, program.reporter.enter(receipt.case_key).secret, code, request.form.name)


def day_of(request: DemoRequest, after: int, today: date) -> date:
    """The day of a step."""
    return today - timedelta(days=request.days_ago - after)


def on_card(played: Played) -> dict[str, Any]:
    """What `demo` prints of a request."""
    facts = played.cast.program.privacy.mailbox.open(played.secret).facts
    return {
        "number": played.number,
        "company": facts.company_code,
        "state": facts.state,
        "case_key": played.receipt.case_key,
    }
