"""A form counts only from our own pages, with the token of the browser it was drawn for."""

from typing import Final
from urllib.parse import urlsplit

from flask import Flask, abort, g, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf, validate_csrf
from wtforms import ValidationError

from whistle.web.services import Services, services
from whistle.web.sessions import SECRET

#: Any token has the right shape; derived from this one, the signing key is the same in every process.
_SIGNING: Final = "A" * 43


def protect(app: Flask, bundle: Services) -> None:
    """Give templates `csrf_token()`, and have foreign origins refused before a form is read."""
    app.config.update(
        SECRET_KEY=bundle.sessions.csrf_secret(_SIGNING),
        # The gate asks by itself, after it has seen to it that a file goes to a sealing sink.
        WTF_CSRF_CHECK_DEFAULT=False,
        # The token decides: with a referrer required, cautious browsers could send nothing at all.
        WTF_CSRF_SSL_STRICT=False,
        # Writing a report takes as long as it takes.
        WTF_CSRF_TIME_LIMIT=None,
    )
    CSRFProtect(app)
    app.jinja_env.globals[SECRET] = _token
    app.before_request(_refuse_foreign_origin)


def _token() -> str:
    """What this answer's forms carry; Flask-WTF keeps it there once it has made it."""
    return g.get(SECRET) or str(generate_csrf())


def _refuse_foreign_origin() -> None:
    if request.method == "POST" and not is_ours(request.headers.get("Origin")):
        abort(400)


def is_ours(origin: str | None) -> bool:
    """Whether an Origin may send us a form: none, `null` (privacy settings send it), or one of our own names.

    The scheme is not compared: behind a proxy that ends TLS the server cannot know it, and the token decides.
    """
    if origin is None or origin == "null":
        return True
    settings = services().settings
    own = {request.host.lower(), *(_host(url) for url in (settings.base_url, settings.onion_url) if url)}
    return _host(origin) in own


def token_is_right() -> bool:
    """Whether the form being answered carries the token of this very browser."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).netloc.lower() or None
    except ValueError:
        return None
