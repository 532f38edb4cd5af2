"""Who may import whom. The wall between vault and parties is the design; this file keeps it standing."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.source import Module, imports, program

FLASK = frozenset(
    {"flask", "flask_babel", "flask_wtf", "babel", "jinja2", "markupsafe", "werkzeug", "wtforms"}
)
TABLES = frozenset(
    f"whistle.vault.{name}"
    for name in ("tables", "worktables", "guardtables", "requesttables", "registertables", "database")
)
# What could bring time, files, processes or chance into rooms that are to be told all of them.
IMPURE = frozenset(
    {"os", "time", "pathlib", "io", "shutil", "tempfile", "socket", "subprocess", "threading", "random"}
)


@dataclass(frozen=True)
class Room:
    """What a room may import: names below whistle, packages from outside, and what it must not even so."""

    ours: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    standard: bool = True
    anything: bool = False


def names(*words: str) -> frozenset[str]:
    return frozenset(f"whistle.{word}" for word in words)


ROOMS = {
    "errors": Room(standard=False),
    "clock": Room(),
    "config": Room(ours=names("errors")),
    "crypto": Room(
        ours=names("errors", "crypto"),
        outside=frozenset({"cryptography", "argon2"}),
        never=IMPURE | {"datetime"},
    ),
    "rules": Room(
        ours=names("errors", "rules"),
        outside=frozenset({"dateutil", "holidays"}),
        never=frozenset({"time", "os", "random", "secrets", "socket", "subprocess", "tempfile"}),
    ),
    # Hashing and signing the ledger, the inventory's code, and reading a header: nothing that seals or opens.
    "vault": Room(
        ours=names("errors", "rules", "vault", "crypto.chain", "crypto.inventory", "crypto.header"),
        outside=frozenset({"sqlalchemy", "alembic", "obstore"}),
        never=frozenset({"time", "random"}),
    ),
    # A file and its copy, nothing else: no key, case, clock or path reaches whoever reads a stranger's file.
    "cleaning": Room(
        ours=names("errors", "cleaning"),
        outside=frozenset({"PIL", "pikepdf"}),
        never=frozenset({"time", "random", "socket", "tempfile", "shutil"}),
    ),
    # Asks a company's own systems for one person's data: files and sockets, but no case, key or vault.
    "connect": Room(
        ours=names("errors", "config", "rules", "connect", "crypto.strict"),
        never=frozenset({"os", "random", "subprocess", "tempfile", "shutil", "sqlite3", "urllib.request"}),
    ),
    # Of `connect` only what an answer may say, which is pure: the lines to systems are handed in by app.py.
    "parties": Room(
        ours=names(
            "errors",
            "clock",
            "cleaning",
            "crypto",
            "rules",
            "vault",
            "parties",
            "connect.contract",
            "connect.answers",
        ),
        outside=frozenset({"puremagic", "zxcvbn", "segno", "shamir_mnemonic", "webauthn"}),
        never=TABLES | {"time", "random", "tempfile"},
    ),
    "web": Room(
        ours=names("errors", "parties", "vault", "rules", "config", "clock", "web"),
        outside=FLASK,
        never=TABLES | {"random", "tempfile"},
    ),
    "serve": Room(
        ours=names("errors", "serve"), outside=frozenset({"gunicorn"}), never=frozenset({"random"})
    ),
    # Composes letters and hands them over; knows no case, and nothing that could tell it of one.
    "post": Room(
        ours=names("errors", "config", "post"), never=IMPURE - {"time"} | {"secrets", "sqlite3", "http"}
    ),
    "scheduler": Room(
        ours=names("errors", "clock", "config", "rules", "vault", "post", "scheduler"), never=TABLES
    ),
    # Who runs a pass: it takes the lead and reads the machine's clocks; what a pass does, others say.
    "leader": Room(
        ours=names("errors", "clock", "rules", "vault", "scheduler", "leader"), never=TABLES | {"random"}
    ),
    "cli": Room(anything=True),
    "commands": Room(anything=True),
    "recovery_commands": Room(anything=True),
    "proof_commands": Room(anything=True),
    "backup_commands": Room(anything=True),
    "connect_commands": Room(anything=True),
    "app": Room(anything=True),
    "demo": Room(anything=True),
    "__main__": Room(anything=True),
}
# Nobody reaches up: what joins everything is known to nothing that it joins.
JOINERS = (
    "app",
    "commands",
    "recovery_commands",
    "proof_commands",
    "backup_commands",
    "connect_commands",
    "cli",
    "demo",
    "__main__",
)


def below(name: str, prefixes: frozenset[str]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def room_of(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


def may_import(room: Room, name: str) -> bool:
    if room.anything:
        return True
    if below(name, room.never):
        return False
    if name == "whistle" or name.startswith("whistle."):
        return below(name, room.ours)
    top = name.split(".", 1)[0]
    return top in room.outside or (room.standard and top in sys.stdlib_module_names)


def breaches(modules: list[Module]) -> Iterator[str]:
    """One line for every import that the table above does not allow."""
    known = frozenset(module.name for module in modules)
    for module in modules:
        room = ROOMS.get(room_of(module.name))
        if module.name == "whistle":
            continue
        if room is None:
            yield f"{module.path}: no room of this name; give it a line in the table"
            continue
        for line, name in imports(module, known):
            if not may_import(room, name):
                yield f"{module.path}:{line}: {room_of(module.name)} may not import {name}"


def cycle(modules: list[Module]) -> list[str]:
    """The modules of one circle of imports, or nothing; an import inside a function closes one too."""
    known = frozenset(module.name for module in modules)
    graph = {
        module.name: {name for _line, name in imports(module, known) if name in known and name != module.name}
        for module in modules
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


def made(name: str, text: str, *, is_package: bool = False) -> Module:
    return Module(name, is_package, f"{name.replace('.', '/')}.py", text)


def test_every_import_stays_within_its_room() -> None:
    assert list(breaches(program())) == []


def test_no_imports_go_in_circles() -> None:
    assert cycle(program()) == []


def test_nobody_but_the_joiners_imports_a_joiner() -> None:
    modules = program()
    known = frozenset(module.name for module in modules)
    reaching = [
        f"{module.path}:{line} imports {name}"
        for module in modules
        if room_of(module.name) not in JOINERS
        for line, name in imports(module, known)
        if below(name, names(*JOINERS))
    ]
    assert reaching == []


def test_a_package_file_holds_a_docstring_and_nothing_else() -> None:
    for module in program():
        if module.is_package:
            assert len(module.tree.body) == 1, module.path
            assert ast.get_docstring(module.tree), module.path


def test_every_module_opens_with_a_promise_in_one_sentence() -> None:
    silent = [module.path for module in program() if not ast.get_docstring(module.tree)]
    assert silent == []


WRONG = [
    ("whistle.errors", "import enum"),
    ("whistle.config", "import sqlalchemy"),
    ("whistle.crypto.keys", "import os"),
    ("whistle.crypto.keys", "from os import urandom"),
    ("whistle.crypto.keys", "import datetime"),
    ("whistle.crypto.keys", "from whistle.vault import views"),
    ("whistle.crypto.keys", "from ..rules import dates"),
    ("whistle.rules.dates", "import time"),
    ("whistle.rules.dates", "from whistle.clock import SystemClock"),
    ("whistle.rules.dates", "from whistle import clock"),
    ("whistle.vault.purge", "from whistle.crypto.records import seal"),
    ("whistle.vault.purge", "from whistle.crypto import records"),
    ("whistle.vault.purge", "import whistle.crypto"),
    ("whistle.vault.purge", "from whistle.clock import Clock"),
    ("whistle.vault.purge", "import flask"),
    ("whistle.vault.purge", "def late():\n    from whistle.parties import handler"),
    ("whistle.parties.handler", "from whistle.vault.tables import cases"),
    ("whistle.parties.handler", "from whistle.vault import tables"),
    ("whistle.parties.handler", "from whistle.vault.database import engine"),
    ("whistle.parties.handler", "import sqlalchemy as sa"),
    ("whistle.parties.handler", "from flask import g"),
    ("whistle.web.desk", "from whistle.crypto.records import open_record"),
    ("whistle.web.desk", "import cryptography.hazmat"),
    ("whistle.web.desk", "if TYPE_CHECKING:\n    from whistle.vault import tables"),
    ("whistle.web.desk", "from whistle.app import create_app"),
    ("whistle.serve.lanes", "from whistle.web import desk"),
    ("whistle.scheduler", "from whistle.parties import handler"),
    ("whistle.post.letters", "from whistle.vault import mails"),
    ("whistle.vault.mails", "from whistle.post import line"),
    ("whistle.parties.privacy", "from whistle.connect import line"),
    ("whistle.connect.line", "from whistle.vault import views"),
    ("whistle.connect.line", "from urllib.request import urlopen"),
    ("whistle.helpers", ""),
]
NEIGHBOURS = [
    made("whistle", "", is_package=True),
    *(
        made(f"whistle.{room}", "", is_package=True)
        for room in ("crypto", "vault", "parties", "rules", "web")
    ),
    made("whistle.connect", "", is_package=True),
    made("whistle.connect.line", ""),
    made("whistle.vault.tables", ""),
    made("whistle.crypto.records", ""),
    made("whistle.clock", ""),
]


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_a_wrong_import_is_found(name: str, text: str) -> None:
    found = list(breaches([*NEIGHBOURS, made(name, text)]))
    assert len(found) == 1
    assert name.replace(".", "/") in found[0]


RIGHT = [
    ("whistle.crypto.keys", "import hashlib\nfrom cryptography.hazmat.primitives import hashes"),
    (
        "whistle.vault.purge",
        "from datetime import date\nfrom whistle.crypto.chain import link\nimport sqlalchemy",
    ),
    ("whistle.parties.handler", "from whistle.vault import views\nfrom ..crypto import records"),
    ("whistle.web.desk", "from flask import request\nfrom . import forms"),
    ("whistle.app", "import sqlalchemy, flask\nfrom whistle.vault import tables"),
]


@pytest.mark.parametrize(("name", "text"), RIGHT)
def test_a_right_import_passes(name: str, text: str) -> None:
    assert list(breaches([*NEIGHBOURS, made(name, text)])) == []


def test_a_circle_is_found_also_through_a_function() -> None:
    one = made("whistle.rules.one", "from whistle.rules import two")
    two = made("whistle.rules.two", "def late():\n    import whistle.rules.one")
    assert set(cycle([one, two])) == {"whistle.rules.one", "whistle.rules.two"}
    assert cycle([one, made("whistle.rules.two", "")]) == []
