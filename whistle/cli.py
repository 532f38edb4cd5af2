"""The command line: each command says in one line what went wrong, its exit code which kind that was."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy.exc import DBAPIError

from whistle import backup_commands, commands, connect_commands, proof_commands, recovery_commands
from whistle.app import CHECKOUT
from whistle.config import Settings
from whistle.errors import GuardRefused, Tampered, WhistleError

DONE, FINDINGS, WRONG_USE, REFUSED = 0, 1, 2, 3
"""Exit codes (README, "Commands")."""

DATABASE_ADVICE = "see that WHISTLE_DATABASE leads to a running one, and run `whistle db upgrade`"
"""Its own words are not shown: they hold what was asked of it, and sometimes a password."""

ROLES = ("handler", "deputy", "custodian", "legal", "privacy_officer", "administrator", "auditor")


def main(arguments: Sequence[str], environ: dict[str, str] | None = None) -> int:
    """Run one command; returns its exit code."""
    options = build_parser().parse_args(arguments)
    command: Callable[[commands.Call], int] = options.run
    try:
        settings = Settings.read(_environ(options, environ), options.data, checkout=CHECKOUT)
        return command(commands.Call(options, settings, sys.stdout))
    except GuardRefused as refused:
        return _refuse(refused, REFUSED)
    except Tampered as broken:
        return _refuse(broken, FINDINGS)
    except WhistleError as error:
        return _refuse(error, WRONG_USE)
    except DBAPIError as error:
        return _refuse(f"the database refused ({type(error).__name__}); {DATABASE_ADVICE}", WRONG_USE)
    except OSError as error:
        return _refuse(f"{error.filename or 'a file'}: {error.strerror}", WRONG_USE)


def build_parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    parser = _Parser(prog="whistle", description="A secure, anonymous whistleblowing system.")
    sub = parser.add_subparsers(metavar="COMMAND", required=True)
    _site_commands(sub)
    _work_commands(sub)
    return parser


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as every command does."""

    def error(self, message: str) -> NoReturn:
        """Stop with one line; `--help` shows the rest."""
        self.exit(WRONG_USE, f"whistle: {message}; see {self.prog} --help\n")


def _site_commands(sub: Any) -> None:
    demo = _command(sub, "demo", commands.demo, "make a rehearsal site and serve it")
    demo.add_argument("--port", type=int, default=8000)
    demo.add_argument("--no-serve", action="store_true", help="make it only")
    demo.add_argument(
        "--json", action="store_true", help="print addresses, sign-ins and keys as one JSON object"
    )
    init = _command(sub, "init", commands.init, "make a site: database, server keys, companies")
    init.add_argument("--site", type=Path, required=True, metavar="site.toml")
    init.add_argument("--rehearsal", action="store_true", help="a site on which time may be set")
    init.add_argument("--administrator", default="Administrator", metavar="NAME")
    init.add_argument("--email", default="", metavar="E")
    apply = _command(
        sub, "apply", commands.apply, "bring companies in line with the site file; deletes nothing"
    )
    apply.add_argument("site", type=Path, metavar="site.toml")
    apply.add_argument("--dry-run", action="store_true", help="say what would change")
    serve = _command(sub, "serve", commands.serve, "serve the site")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--doors", choices=("public", "staff", "all"), default="all")
    serve.add_argument(
        "--scheduler", action=argparse.BooleanOptionalAction, default=None, help="tick while serving"
    )
    serve.add_argument("--workers", type=int, default=1)
    _person_commands(sub)
    db = _command(sub, "db", commands.db, "the database's schema")
    db.add_argument("what", choices=("upgrade", "check"))


def _person_commands(sub: Any) -> None:
    person = _command(sub, "person", commands.person, "people: add, list, retire")
    person.add_argument("what", choices=("add", "list", "retire"))
    person.add_argument("name", nargs="?", default="", metavar="NAME")
    person.add_argument("--email", default="", metavar="E")
    person.add_argument("--function", default="", help='what a reporter is shown, such as "Head of audit"')
    person.add_argument("--role", nargs="+", action="extend", default=[], choices=ROLES, metavar="R")
    person.add_argument("--company", nargs="+", action="extend", default=[], metavar="C")


def _work_commands(sub: Any) -> None:
    tick = _command(sub, "tick", commands.tick, "one pass of the scheduler")
    tick.add_argument(
        "--now", type=_instant, default=None, metavar="ISO", help="on a rehearsal site: the time it is"
    )
    due = _command(sub, "due", commands.due, "what falls due")
    due.add_argument("--within", type=int, default=30, metavar="DAYS")
    due.add_argument("--json", action="store_true")
    holds = _command(sub, "holds", commands.holds, "holds in force")
    holds.add_argument("--json", action="store_true")
    check = _command(sub, "check", commands.check, "look at everything again; exit code 1 on any finding")
    check.add_argument("--json", action="store_true")
    certificate = _command(
        sub, "certificate", commands.certificate, "the signed certificate of a purged case"
    )
    certificate.add_argument("case", metavar="CASE")
    verify = _command(
        sub,
        "verify-certificate",
        proof_commands.verify_certificate,
        "check a certificate with the public key",
    )
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument(
        "--key", type=Path, default=None, help="sign.pub of the site (default: the one in keys)"
    )
    verify.add_argument("--case", default="", metavar="CASE", help="refuse the certificate of any other case")
    _proof_commands(sub)
    _recovery_commands(sub)
    _backup_commands(sub)
    _connect_commands(sub)


def _backup_commands(sub: Any) -> None:
    backup = _command(
        sub, "backup", backup_commands.backup, "one file with everything sealed; never the keys"
    )
    backup.add_argument("file", type=Path, metavar="FILE")
    restore = _command(
        sub, "restore", backup_commands.restore, "bring a backup into an empty place and replay the journal"
    )
    restore.add_argument("file", type=Path, metavar="FILE")
    about = "the journal: copy it off the machine, or verify one"
    journal = _command(sub, "journal", backup_commands.journal, about)
    journal.add_argument("what", choices=("copy", "verify"))
    journal.add_argument("path", type=Path, metavar="PATH")
    journal.add_argument("--key", type=Path, default=None, help="sign.pub of the site, with verify")


def _proof_commands(sub: Any) -> None:
    copy = _command(sub, "ledger", proof_commands.copy_ledger, "copy the ledger out, to verify it elsewhere")
    copy.add_argument("file", type=Path, metavar="FILE")
    for name, run, about in (
        ("verify-proof", proof_commands.verify_proof, "check a reporter's proof with the public key"),
        ("verify-ledger", proof_commands.verify_ledger, "check a copy of the ledger with the public key"),
    ):
        verify = _command(sub, name, run, about)
        verify.add_argument("file", type=Path, metavar="FILE")
        verify.add_argument("--key", type=Path, default=None, help="sign.pub of the site")


def _recovery_commands(sub: Any) -> None:
    about = "the recovery key on paper: new, challenge, prove, proved, open"
    recovery = _command(sub, "recovery", recovery_commands.recovery, about)
    recovery.add_argument("what", choices=tuple(recovery_commands.COMMANDS))
    recovery.add_argument("given", nargs="?", default="", metavar="FILE, ANSWER or CASE")
    recovery.add_argument("--for", dest="person", default="", metavar="NAME", help="the handler, with open")


def _connect_commands(sub: Any) -> None:
    about = "a company's systems: list them, or check that each answers for one person"
    connect = _command(sub, "connect", connect_commands.connect, about)
    connect.add_argument("what", choices=("list", "check"))
    connect.add_argument("--company", default="", metavar="C", help="those of this company only")
    connect.add_argument("--code", default="", metavar="CODE", help="this one only")
    connect.add_argument("--show", action="store_true", help="with check: the lines too, personal data")


def _command(sub: Any, name: str, run: Callable[[commands.Call], int], said: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = sub.add_parser(name, help=said, description=said)
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="the site's folder")
    parser.set_defaults(run=run)
    return parser


def _environ(options: argparse.Namespace, environ: dict[str, str] | None) -> dict[str, str]:
    """The environment; a port given to a command that serves on loopback is where people reach it."""
    found = dict(os.environ if environ is None else environ)
    if getattr(options, "port", None) and "WHISTLE_BASE_URL" not in found:
        found["WHISTLE_BASE_URL"] = f"http://127.0.0.1:{options.port}"
    return found


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write a time such as 2026-05-21T09:00:00+02:00") from None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant


def _refuse(error: Exception | str, code: int) -> int:
    sys.stderr.write(f"whistle: {error}\n")
    return code
