"""What each command does: parse nothing, call the vault or the parties, write the answer."""

import argparse
import contextlib
import dataclasses
import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from whistle import app
from whistle.config import Settings
from whistle.errors import GuardRefused, SettingsWrong
from whistle.rules import calendar
from whistle.rules.companies import load_site
from whistle.scheduler import GUARDED
from whistle.vault import check as vault_check
from whistle.vault import clockguard, duties, people, purge, schema, sites
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import open_engine

if TYPE_CHECKING:
    from whistle.serve.answer import WSGIApp

TICK_SECONDS = 30
"""How often a serving process looks what is due; a leader that died is replaced within a minute."""


@dataclass(frozen=True)
class Call:
    """A command as it was called."""

    options: argparse.Namespace
    settings: Settings
    out: TextIO

    def say(self, line: str) -> None:
        """Write one line of the answer."""
        self.out.write(line + "\n")
        self.out.flush()

    def say_json(self, value: object) -> None:
        """Write one line of JSON."""
        self.say(json.dumps(value, ensure_ascii=False, default=str))


def demo(call: Call) -> int:
    """A rehearsal site: made once, printed every time, served unless told not to."""
    from whistle.demo import site as rehearsal  # noqa: PLC0415 (only here)

    settings = call.settings
    if rehearsal.exists(settings):
        card = rehearsal.load_card(settings)
    else:
        quiet = call.options.json
        card = rehearsal.make(settings, say=(lambda _line: None) if quiet else call.say)
    url = settings.base_url
    if call.options.json:
        call.say_json({"url": url, "people": card.people, "cases": card.cases, "requests": card.requests})
    else:
        _print_card(call, url, card)
    if call.options.no_serve:
        return 0
    return _serve(call, "127.0.0.1", call.options.port, "all", scheduler=True, workers=1)


def _print_card(call: Call, url: str, card: Any) -> None:
    call.say("\nA rehearsal site, with invented people and cases.\n")
    call.say(f"  Reporters  {url}/\n  Mailbox    {url}/mailbox\n  Staff      {url}/staff/sign-in\n")
    call.say("Sign-ins: name, roles, companies, passphrase, secret of the one-time code")
    for person in card.people:
        where = ", ".join(person["companies"])
        call.say(f"  {person['name']:<18} {', '.join(person['roles']):<16} {where}")
        call.say(f"  {'':<18} {person['passphrase']}   {person['totp_secret']}")
    call.say("\nCases: number, company, state, case key")
    for case in card.cases:
        call.say(f"  {case['number']}  {case['company']:<12} {case['state']:<13} {case['case_key']}")
    call.say("\nPrivacy requests: number, company, state, key")
    for one in card.requests:
        call.say(f"  {one['number']}  {one['company']:<12} {one['state']:<13} {one['case_key']}")
    call.say("")


def init(call: Call) -> int:
    """A new site; prints the first administrator's activation link."""
    settings, options = call.settings, call.options
    wanted = load_site(_read(options.site), options.site.name)
    if not options.rehearsal:
        settings.refuse_rehearsal_settings()
    app.make_folders(settings)
    if not (settings.keys / "sign.key").exists():
        ServerKeys.create(settings.keys)
    schema.upgrade(open_engine(settings.database_url))
    store = app.open_store(settings)
    clock = app.clock_of(settings)
    sites.found(store, wanted, clock.now(), rehearsal=options.rehearsal)
    clockguard.start(store, app.reading(clock))
    roles = [("administrator", company.code) for company in wanted.companies]
    token = people.invite(
        store, options.administrator, options.email, "", roles, clock.now(), clock.machine(), actor="init"
    )
    call.say("The site is made. First administrator, within 72 hours, once:")
    call.say(f"{settings.base_url}/staff/activate/{token}")
    return 0


def apply(call: Call) -> int:
    """Companies and the site's name as the site file says."""
    program = app.open_program(call.settings)
    sharing = sites.sharing(program.store)
    wanted = load_site(_read(call.options.site), call.options.site.name, sharing)
    if call.options.dry_run:
        said = sites.differences(program.store, wanted, program.clock.now())
    else:
        said = sites.apply(program.store, wanted, program.clock.now())
    for sentence in said:
        call.say(sentence)
    return 0


def person(call: Call) -> int:
    """Invite, list or retire people."""
    options = call.options
    program = app.open_program(call.settings)
    if options.what == "list":
        for one in people.everybody(program.store, program.clock.now()):
            held = ", ".join(
                f"{d.role}@{d.company_code}{'' if d.confirmed else ' (waits)'}" for d in one.designations
            )
            call.say(f"{one.name}\t{one.state}\t{held}")
        return 0
    if not options.name:
        raise SettingsWrong("name the person")
    if options.what == "retire":
        people.retire(program.store, options.name, program.clock.now(), actor="command line")
        return 0
    if not (options.role and options.company and options.email):
        raise SettingsWrong("person add needs --email, --role and --company")
    roles = [(role, company) for role in options.role for company in options.company]
    token = people.invite(
        program.store, options.name, options.email, options.function or options.name, roles,
        program.clock.now(), program.clock.machine(), actor="command line",
    )  # fmt: skip
    call.say(f"{call.settings.base_url}/staff/activate/{token}")
    call.say("The key counts only after colleagues confirmed its fingerprint (Account, then Keys).")
    return 0


def serve(call: Call) -> int:
    """Serve the site until told to stop."""
    options = call.options
    scheduler, workers = options.scheduler, options.workers
    return _serve(call, options.host, options.port, options.doors, scheduler=scheduler, workers=workers)


def _serve(call: Call, host: str, port: int, doors: str, *, scheduler: bool | None, workers: int) -> int:
    from whistle.serve.server import serve as run_server  # noqa: PLC0415 (commands need no server)

    program = app.open_program(call.settings)
    app.recover(program.store)
    ticks = program.store.embedded if scheduler is None else scheduler
    program.store.engine.dispose()  # no connection lives through the fork of the workers
    quiet = getattr(call.options, "json", False)

    def load_app() -> "WSGIApp":
        threading.Thread(target=calendar.load_holidays, name="holidays", daemon=True).start()
        return app.make_app(program, doors)

    run_server(
        load_app,
        host=host,
        port=port,
        workers=workers,
        on_ready=lambda url: None if quiet else call.say(f"Serving on {url}"),
        background=(lambda stop: _tick_until(stop, program)) if ticks else None,
    )
    return 0


def _tick_until(stop: threading.Event, program: app.Program) -> None:
    while not stop.wait(TICK_SECONDS):
        # One failed pass must not end the others; `check` shows what is overdue and what waits.
        with contextlib.suppress(Exception):
            for _event in program.leader.run():
                pass


def tick(call: Call) -> int:
    """One pass; one JSON line an event. What a guard holds back ends it with exit code 3."""
    program = app.open_program(call.settings)
    if call.options.now is not None and not program.site.rehearsal:
        raise SettingsWrong("--now is for a rehearsal site only")
    app.recover(program.store)
    held: dict[str, int] = {}
    for event in program.leader.run(call.options.now):
        call.say_json(event)
        if event["event"] == "blocked" and event["why"] in GUARDED:
            held[event["why"]] = held.get(event["why"], 0) + 1
    if held:
        said = "; ".join(f"{count} cases wait at {GUARDED[why]}" for why, count in held.items())
        raise GuardRefused(f"{said}: one of legal and an administrator confirm the list, or say why not")
    return 0


def due(call: Call) -> int:
    """What falls due."""
    program = app.open_program(call.settings)
    for line in duties.falling_due(program.store, program.clock.now(), call.options.within):
        if call.options.json:
            call.say_json(dataclasses.asdict(line))
        else:
            late = "  late" if line.overdue else ""
            what = f"{line.due_on}  {line.kind:<16} {line.case}  {line.company}"
            call.say(f"{what}  last legal day {line.last_legal_day}{late}")
    return 0


def holds(call: Call) -> int:
    """Holds in force."""
    program = app.open_program(call.settings)
    for line in duties.holds_standing(program.store):
        if call.options.json:
            call.say_json(dataclasses.asdict(line))
        else:
            days = f"placed {line.placed_on}  review {line.review_on}"
            call.say(f"{line.case}  {line.ground:<20} {days}  {line.id}")
    return 0


def check(call: Call) -> int:
    """Everything looked at again."""
    program = app.open_program(call.settings)
    found = vault_check.run(program.store, program.clock.now())
    for finding in found:
        if call.options.json:
            call.say_json(dataclasses.asdict(finding))
        else:
            call.say(f"{finding.kind}: {finding.about}: {finding.said}")
    return 1 if found else 0


def certificate(call: Call) -> int:
    """A certificate as a JSON document."""
    store = app.open_program(call.settings).store
    call.say(json.dumps(purge.certificate(store, call.options.case), indent=1))
    return 0


def db(call: Call) -> int:
    """Migrate, or compare the schema with the tables."""
    app.make_folders(call.settings)
    engine = open_engine(call.settings.database_url)
    if call.options.what == "upgrade":
        schema.upgrade(engine)
        return 0
    found = schema.differences(engine)
    for difference in found:
        call.say(difference)
    return 1 if found else 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SettingsWrong(f"{path} cannot be read") from None
