"""What an administrator sees of the connectors: which there are, and whether each answers as it should."""

import sys
from collections.abc import Iterator
from pathlib import Path

from whistle import app
from whistle.commands import Call
from whistle.connect.asking import Systems
from whistle.connect.contract import ANSWERS, NAME_TEXT, Line, Outcome
from whistle.connect.systems import System
from whistle.errors import SettingsWrong
from whistle.rules.text import clean_text

FINDINGS = 1


def connect(call: Call) -> int:
    """List the connectors, or ask each for one person; 1 when one did not answer rightly."""
    return {"list": _list, "check": _check}[call.options.what](call)


def _list(call: Call) -> int:
    found = 0
    for system in _chosen(call):
        source = system.source
        where = system.url or str(system.folder)
        call.say(f"{source.company}  {source.code:<16} {source.category:<16} by {source.kind}  {where}")
        for problem in _problems(system):
            found = FINDINGS
            call.say(f"  {problem}")
    return found


def _problems(system: System) -> Iterator[str]:
    """What is wrong with it on this machine, told without asking it anything."""
    if system.folder is not None and not system.folder.is_dir():
        yield "the folder is not there, or may not be read"
    for name, path in (("token_file", system.token_file), ("ca_file", system.ca_file)):
        if path is not None and not _is_readable(path):
            yield f"{name} cannot be read"


def _is_readable(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return bool(file.read(1))
    except OSError:
        return False


def _check(call: Call) -> int:
    chosen = _chosen(call)
    systems, value = Systems(chosen), _identifier()
    found = 0
    for one in chosen:
        source = one.source
        outcome = systems.ask(source.company, source.code, value)
        call.say(f"{source.company}  {source.code}: {_said(outcome)}")
        if outcome.result not in ANSWERS:
            found = FINDINGS
        if call.options.show:
            for line in outcome.lines:
                call.say_json(_shown(line))
    return found


def _said(outcome: Outcome) -> str:
    place = f" ({outcome.place})" if outcome.place else ""
    files = sum(len(line.files) for line in outcome.lines)
    count = f", {len(outcome.lines)} lines, {files} files" if outcome.lines else ""
    return f"{outcome.result}{place}{count}"


def _shown(line: Line) -> dict[str, object]:
    return {
        "source": line.source, "date": line.day, "provenance": line.provenance, "basis": line.basis,
        "fields": dict(line.fields), "files": [file.name for file in line.files],
    }  # fmt: skip


def _identifier() -> str:
    """Whom to ask for: from standard input, so that it stands in no list of processes and no history."""
    if sys.stdin.isatty():
        sys.stderr.write("Identifier, such as an e-mail address: ")
        sys.stderr.flush()
    value = clean_text(sys.stdin.readline(NAME_TEXT + 2).strip(), NAME_TEXT, single_line=True)
    if not value:
        raise SettingsWrong("write an identifier on standard input")
    return value


def _chosen(call: Call) -> tuple[System, ...]:
    if call.settings.connectors is None:
        raise SettingsWrong("WHISTLE_CONNECTORS names no file, so no system is asked")
    options = call.options
    found = tuple(
        one for one in app.systems_of(call.settings, app.open_store(call.settings)).all()
        if options.company in ("", one.source.company) and options.code in ("", one.source.code)
    )  # fmt: skip
    if not found:
        raise SettingsWrong("no such connector")
    return found
