"""What every answer says to the browser stands in one table: the rule, and the few routes that differ."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import Flask, Response, request

from whistle.web.assets import is_current
from whistle.web.doors import is_staff
from whistle.web.hosts import host_name
from whistle.web.services import services

_CONTENT: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: A file from a stranger is never shown: even a browser that ignored "attachment" could run nothing in it.
_NOTHING: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
_FEATURES: Final = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "bluetooth",
        "browsing-topics",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "hid",
        "idle-detection",
        "local-fonts",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "publickey-credentials-get",
        "screen-wake-lock",
        "serial",
        "usb",
        "web-share",
        "xr-spatial-tracking",
    )
)
#: Staff may show a passkey; a page that anybody may read asks no device for anything.
STAFF_FEATURES: Final = _FEATURES.replace("publickey-credentials-get=()", "publickey-credentials-get=(self)")
NO_STORE: Final = "no-store"
#: A year, the longest that is understood everywhere (RFC 9111 5.2.2.1); the address holds the hash.
FOREVER: Final = "public, max-age=31536000, immutable"
#: Two years, as hstspreload.org asks for at least one; subdomains are not ours to promise for.
HSTS: Final = "max-age=63072000"

RULE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": _CONTENT,
        # Not no-referrer: with it browsers send "Origin: null", and the origin could not be compared.
        "Referrer-Policy": "same-origin",
        "Cache-Control": NO_STORE,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": _FEATURES,
    }
)
_DOWNLOAD: Final = {"Content-Security-Policy": _NOTHING}
#: Route to what it says instead of, or beside, the rule.
ROUTES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "home.leave": {
            "Referrer-Policy": "no-referrer",
            "Clear-Site-Data": '"cache", "cookies", "storage"',
        },
        "always.healthz": {"Content-Security-Policy": _NOTHING},
        "mailbox.file": _DOWNLOAD,
        "mailbox.everything": _DOWNLOAD,
        "desk.file": _DOWNLOAD,
    }
)


def protect(app: Flask) -> None:
    """Have every answer carry the table's headers, errors and unknown addresses included."""
    app.after_request(_add)


def for_route(endpoint: str | None) -> dict[str, str]:
    """The headers of one route, before those that depend on the settings."""
    return {**RULE, **ROUTES.get(endpoint or "", {})}


def _add(response: Response) -> Response:
    for name, value in for_route(request.endpoint).items():
        response.headers[name] = value
    if request.endpoint and is_staff(request.path):
        response.headers["Permissions-Policy"] = STAFF_FEATURES
    settings = services().settings
    if settings.base_url.startswith("https:") and not _on_onion():
        response.headers["Strict-Transport-Security"] = HSTS
    if request.endpoint == "static" and response.status_code == 200:  # noqa: PLR2004 - an HTTP status
        response.headers["Cache-Control"] = FOREVER if is_current(request) else "no-cache"
    if settings.onion_url and not _on_onion() and not is_staff(request.path) and _is_page(response):
        response.headers["Onion-Location"] = settings.onion_url.rstrip("/") + request.path
    return response


def _on_onion() -> bool:
    return host_name(request.environ.get("HTTP_HOST", "")).endswith(".onion")


def _is_page(response: Response) -> bool:
    return request.method == "GET" and response.status_code == 200 and response.mimetype == "text/html"  # noqa: PLR2004
