"""Joins frame and doors into one application; with public doors only, no staff door is even imported."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Flask, request

from whistle.web import assets, errors, forms, headers, hosts, languages, logs, origin, redaction_words
from whistle.web.doors import is_staff
from whistle.web.request import WhistleRequest
from whistle.web.services import EXTENSION, Services, services
from whistle.web.sessions import TokenSessions
from whistle.web.templates import SpokenEnvironment

TEMPLATES: Final = Path(__file__).parents[2] / "templates"
PUBLIC: Final = frozenset({"public", "all"})
STAFF: Final = frozenset({"staff", "all"})


class Whistle(Flask):
    """Flask with a request that seals what it reads and cookies that hold tokens only."""

    request_class = WhistleRequest
    session_interface = TokenSessions()
    jinja_environment = SpokenEnvironment


def make_web(bundle: Services, *, doors: str) -> Flask:
    """The application with the doors of `public`, `staff` or `all`; ValueError for any other word."""
    if doors not in PUBLIC | STAFF:
        raise ValueError("doors must be public, staff or all")
    app = Whistle("whistle.web", template_folder=str(TEMPLATES), static_folder="static")
    app.extensions[EXTENSION] = bundle
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    _add_frame(app, bundle)
    _add_doors(app, doors)
    return app


def _add_frame(app: Flask, bundle: Services) -> None:
    # In this order: time is taken first, then name and origin are checked, and only then is a body read.
    logs.watch(app)
    hosts.protect(app)
    origin.protect(app, bundle)
    languages.speak(app)
    redaction_words.speak(app)
    forms.guard(app)
    headers.protect(app)
    assets.register(app)
    errors.explain(app)
    app.context_processor(_frame)


def _add_doors(app: Flask, doors: str) -> None:
    from whistle.web import home  # noqa: PLC0415 - beside the others, which are chosen

    app.register_blueprint(home.always)
    if doors in PUBLIC:
        from whistle.web import public_doors  # noqa: PLC0415

        _register(app, public_doors.BLUEPRINTS)
    if doors in STAFF:
        from whistle.web import record_words, staff_doors  # noqa: PLC0415

        record_words.speak(app)
        staff_doors.protect(app)
        _register(app, staff_doors.BLUEPRINTS)


def _register(app: Flask, blueprints: Iterable[Blueprint]) -> None:
    for blueprint in blueprints:
        app.register_blueprint(blueprint)


def _frame() -> dict[str, Any]:
    """What every page's frame shows."""
    return {
        "site": services().site,
        "language_code": languages.language(),
        "other_languages": languages.others(),
        "staff_door": is_staff(request.path),
    }
