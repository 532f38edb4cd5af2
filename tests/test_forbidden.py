"""What must not stand in the source at all, and how long a function and a file may grow."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.source import ROOT, Module, imports, module_of, program, suite

LONGEST_FUNCTION = 40  # lines; what grows past that is two things
LONGEST_FILE = 350

IMPORTS = frozenset({"random", "pickle", "marshal", "shelve", "dill"})
NAMES = frozenset(
    {"eval", "exec", "compile", "__import__", "import_module", "Markup", "render_template_string"}
)
CACHES = frozenset({"lru_cache", "cache", "cached_property"})
# Owner and name: the wall clock, asked anywhere but in the clock.
WALL_CLOCK = frozenset(
    {(owner, word) for owner in ("datetime", "date") for word in ("now", "utcnow", "today")}
    | {("time", word) for word in ("time", "time_ns", "localtime", "gmtime", "ctime", "strftime", "asctime")}
)
# The command line speaks to a person; the demo and the entry are part of it.
SPEAKERS = ("whistle.cli", "whistle.__main__")
# Rules are data, alike for everybody: holidays of a year may be remembered. Nothing near a key may be.
REMEMBERERS = ("whistle.rules",)
COMMITTERS = ("whistle.vault.store",)
# `engine.begin()` commits at its end: forbidden where there is a database; migrations are apart.
DATABASE_ROOMS = ("whistle.vault", "whistle.scheduler", "whistle.cli", "whistle.app", "whistle.demo")
BEGINNERS = (*COMMITTERS, "whistle.vault.migrations", "whistle.vault.schema")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")  # the one place where these words may stand
UNSAFE_TEMPLATE = re.compile(
    r"\|\s*safe\b|autoescape\s+false|\bMarkup\b|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", re.IGNORECASE
)
REGISTRY = re.compile(r"(?i)index-url|find-links|trusted-host|https?://")


def within(module: Module, rooms: tuple[str, ...]) -> bool:
    return any(module.name == room or module.name.startswith(f"{room}.") for room in rooms)


def owner_and_name(node: ast.AST) -> tuple[str, str]:
    """The last two words of a dotted name: `datetime.datetime.now` is (datetime, now)."""
    if not isinstance(node, ast.Attribute):
        return "", ""
    owner = node.value
    return (owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")), node.attr


def word_of(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def wrong_names(module: Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module.tree):
        word = word_of(node)
        line = getattr(node, "lineno", 0)
        if word in NAMES and owner_and_name(node) != ("re", "compile"):
            yield line, word
        if word in CACHES and isinstance(node.ctx, ast.Load) and not within(module, REMEMBERERS):  # type: ignore[attr-defined]
            yield line, f"{word}: a cache keeps what should be gone"
        if owner_and_name(node) in WALL_CLOCK and not within(module, ("whistle.clock",)):
            yield line, f"{'.'.join(owner_and_name(node))}: only the clock asks the time"
        if owner_and_name(node) == ("time", "sleep"):
            yield line, "sleep: wait for what happens instead"


def wrong_calls(module: Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node):
            yield node.lineno, "unfinished work"
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id == "print" and not within(module, SPEAKERS):
            yield node.lineno, "print: only the command line speaks"
        if isinstance(node.func, ast.Attribute):
            if node.func.attr == "commit" and not within(module, COMMITTERS):
                yield node.lineno, "commit: only the unit of work commits"
            begins = node.func.attr == "begin" and within(module, DATABASE_ROOMS)
            if begins and not within(module, BEGINNERS):
                yield node.lineno, "begin: it commits at its end, and only the unit of work commits"


def wrong_imports(module: Module) -> Iterator[tuple[int, str]]:
    for line, name in imports(module, frozenset()):
        if name.split(".", 1)[0] in IMPORTS:
            yield line, f"import of {name}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            for alias in node.names:
                if ("time", alias.name) in WALL_CLOCK or alias.name == "sleep":
                    yield node.lineno, f"time.{alias.name}: only the clock asks the time, and nobody sleeps"


def long_functions(module: Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield node.lineno, f"{node.name} has {lines} lines"


def long_file(module: Module) -> Iterator[tuple[int, str]]:
    lines = module.text.count("\n")
    if lines > LONGEST_FILE:
        yield lines, "the file is too long: it is two things"


def unfinished(module: Module) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(module.text.splitlines(), 1):
        if UNFINISHED.search(line) and "UNFINISHED" not in line:
            yield number, "unfinished work"


def sleeps(module: Module) -> Iterator[tuple[int, str]]:
    yield from (found for found in (*wrong_names(module), *wrong_imports(module)) if "sleep" in found[1])


RULES: tuple[Callable[[Module], Iterator[tuple[int, str]]], ...] = (wrong_names, wrong_calls, wrong_imports)
SIZES = (long_functions, long_file, unfinished)


def found(
    modules: list[Module], rules: tuple[Callable[[Module], Iterator[tuple[int, str]]], ...]
) -> list[str]:
    return [
        f"{module.path}:{line}: {what}" for module in modules for rule in rules for line, what in rule(module)
    ]


def test_nothing_forbidden_stands_in_the_program() -> None:
    assert found(program(), RULES) == []


def test_no_test_sleeps() -> None:
    assert found(suite(), (sleeps,)) == []


def test_functions_and_files_stay_short_and_finished() -> None:
    # A migration is a frozen list of statements in one function, as Alembic wants it, read once.
    frozen = ("whistle.vault.migrations.versions",)
    written = [module for module in program() if not within(module, frozen)]
    assert found([*written, *suite(), module_of(ROOT / "run.py")], SIZES) == []


def test_templates_trust_nothing_and_hold_no_script_or_style() -> None:
    unsafe = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted((ROOT / "templates").rglob("*"))
        if path.is_file()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNSAFE_TEMPLATE.search(line)
    ]
    assert unsafe == []


PACKAGE_LINE = re.compile(r"([a-z0-9-]+==[^ ;\\]+)(?: ; [^\\]+)? \\")


def locked(path: Path) -> set[str]:
    """The packages of a lock file with their versions; fails where a line is neither a package nor a hash."""
    packages = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        package = PACKAGE_LINE.fullmatch(line)
        if package:
            packages.add(package[1])
        else:
            assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line), line
    return packages


def test_lock_files_hold_packages_and_hashes_and_the_suite_runs_what_is_served() -> None:
    runtime = locked(ROOT / "requirements.lock")
    assert any(package.startswith("cryptography==") for package in runtime)
    assert runtime <= locked(ROOT / ".ci" / "requirements-test.lock")


@pytest.mark.parametrize("name", ["run.py", "pyproject.toml", ".ci/run", "deploy/Containerfile"])
def test_no_build_file_names_the_address_of_a_registry(name: str) -> None:
    assert REGISTRY.findall((ROOT / name).read_text(encoding="utf-8")) == []


PLANTED = [
    "import random",
    "from pickle import loads",
    "importlib.import_module('os')",
    "eval('1')",
    "builtins.exec('1')",
    "__import__('os')",
    "Markup('<b>')",
    "markupsafe.Markup('<b>')",
    "flask.render_template_string(x)",
    "raise NotImplementedError",
    "@lru_cache\ndef f(): pass",
    "@functools.cache\ndef f(): pass",
    "print('x')",
    "datetime.now(UTC)",
    "datetime.datetime.utcnow()",
    "date.today()",
    "clock = datetime.now",
    "time.time()",
    "from time import time",
    "time.sleep(1)",
    "connection.commit()",
    "with engine.begin() as c: pass",
]


@pytest.mark.parametrize("text", PLANTED)
def test_a_planted_breach_is_found(text: str) -> None:
    module = Module("whistle.vault.cases", is_package=False, path="whistle/vault/cases.py", text=text)
    assert len(found([module], RULES)) == 1


ALLOWED = [
    ("whistle.cli", "print('x')"),
    ("whistle.clock", "datetime.now(UTC)"),
    ("whistle.vault.store", "connection.commit()"),
    ("whistle.rules.dates", "@lru_cache\ndef f(): pass"),
    ("whistle.web.desk", "re.compile('x')\ntime.monotonic()\nclock.now()\nsession.cache = 1"),
    ("whistle.web.desk", "part.begin()\ntry:\n    f()\nexcept NotImplementedError:\n    g()"),
]


@pytest.mark.parametrize(("name", "text"), ALLOWED)
def test_what_has_its_place_is_let_be(name: str, text: str) -> None:
    assert found([Module(name, is_package=False, path=name, text=text)], RULES) == []


def test_what_grows_too_long_is_found() -> None:
    body = "\n".join(["def f():", *["    x = 1"] * LONGEST_FUNCTION])
    assert found([Module("whistle.x", is_package=False, path="x", text=body)], SIZES) == [
        "x:1: f has 41 lines"
    ]
    much = Module("whistle.x", is_package=False, path="x", text="x = 1\n" * (LONGEST_FILE + 1))
    assert found([much], SIZES) == ["x:351: the file is too long: it is two things"]
    begun = Module("whistle.x", is_package=False, path="x", text="x = 1  # " + "TO" + "DO")
    assert len(found([begun], SIZES)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "{{ text|safe }}",
        "{{ text | safe }}",
        "{% autoescape false %}",
        "<script>",
        '<p style="x">',
        '<a onclick="x">',
    ],
)
def test_a_template_that_trusts_is_found(line: str) -> None:
    assert UNSAFE_TEMPLATE.search(line)


@pytest.mark.parametrize(
    "line", ["{{ a_safe }}", '<script src="/static/leave.js" defer></script>', "{{ stylesheet }}"]
)
def test_a_harmless_template_line_is_let_be(line: str) -> None:
    assert not UNSAFE_TEMPLATE.search(line)
