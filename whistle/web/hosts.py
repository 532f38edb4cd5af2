"""A request for a name that is not ours is refused, and the name is never repeated."""

from flask import Flask, abort, request

from whistle.web.services import services


def protect(app: Flask) -> None:
    """Have every request's Host checked before anything else reads it."""
    app.before_request(_refuse_strangers)


def _refuse_strangers() -> None:
    if host_name(request.environ.get("HTTP_HOST", "")) not in services().settings.trusted_hosts:
        abort(400)


def host_name(host: str) -> str:
    """The name in a Host header without its port, in lower case; an address in brackets keeps them."""
    name, colon, port = host.rpartition(":")
    without_port = name if colon and (port.isdigit() or not port) else host
    return without_port.lower().removesuffix(".")
