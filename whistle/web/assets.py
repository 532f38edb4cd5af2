"""A static file's address holds the hash of its content: it can be kept for ever and is never stale."""

import hashlib
from pathlib import Path
from typing import Final

from flask import Flask, Request, current_app

_EXTENSION: Final = "whistle-assets"
#: Enough of the hash that two versions of a file never share it.
_DIGITS: Final = 12


def register(app: Flask) -> None:
    """Read every static file once and give templates `asset(name)`, its address."""
    folder = Path(str(app.static_folder))
    app.extensions[_EXTENSION] = {path.name: _hash(path) for path in folder.iterdir() if path.is_file()}
    app.jinja_env.globals["asset"] = address_of


def address_of(name: str) -> str:
    """The address of a static file; KeyError for a file that is not there."""
    return f"/static/{name}?v={current_app.extensions[_EXTENSION][name]}"


def is_current(request: Request) -> bool:
    """Whether a static file was asked for under the address its content has now."""
    name = request.path.rpartition("/")[2]
    known: dict[str, str] = current_app.extensions[_EXTENSION]
    return name in known and request.args.get("v") == known[name]


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:_DIGITS]
