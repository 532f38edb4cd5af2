"""Compiles every page in every language beforehand: `python -m whistle.web.compile`, beside `compileall`."""

import sys
from types import SimpleNamespace
from typing import Any

from flask import Flask, g

from whistle.web.factory import make_web
from whistle.web.languages import LANGUAGES

_KEY = b"no cookie is ever signed with it"


def compile_all(app: Flask) -> None:
    """Compile what is not compiled yet."""
    for language in LANGUAGES:
        with app.test_request_context():
            g.language = language
            for name in app.jinja_env.list_templates():
                app.jinja_env.get_template(name)


def for_nobody() -> Flask:
    """An application that serves nobody: templates need its filters, and no site."""
    bundle: Any = SimpleNamespace(sessions=SimpleNamespace(csrf_secret=lambda _label: _KEY))
    return make_web(bundle, doors="all")


def main() -> None:
    """Compile for the program that lies here."""
    sys.dont_write_bytecode = False  # to write is what this is called for
    compile_all(for_nobody())


if __name__ == "__main__":
    main()
