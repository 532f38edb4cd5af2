"""Reads the project's own source as trees, for the tests that hold its rules."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "whistle"


class Module(NamedTuple):
    name: str  # whistle.vault.ledger; a package goes by its folder's name
    is_package: bool
    path: str  # relative to the checkout
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)


def module_of(path: Path, root: Path = ROOT) -> Module:
    relative = path.relative_to(root)
    parts = relative.with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    return Module(name, is_package, str(relative), path.read_text(encoding="utf-8"))


def program() -> list[Module]:
    """Every module under whistle/."""
    return [module_of(path) for path in sorted(PACKAGE.rglob("*.py"))]


def suite() -> list[Module]:
    """Every module under tests/."""
    return [module_of(path) for path in sorted((ROOT / "tests").rglob("*.py"))]


def imports(module: Module, known: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Line and full name of all that a module imports, inside functions and behind TYPE_CHECKING too.

    `from package import name` imports package.name where that is a module (in `known`), else package.
    """
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield node.lineno, full if full in known else base


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    up = node.level - 1 if module.is_package else node.level
    here = parts[: len(parts) - up]
    return ".".join([*here, node.module] if node.module else here)
