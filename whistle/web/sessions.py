"""Cookies hold a token and nothing else; the server keeps nothing for a browser that has only looked."""

from collections.abc import Iterator
from typing import Final

from flask import Flask, Request, Response, g, request
from flask.sessions import SessionInterface, SessionMixin

from whistle.parties.member import Member
from whistle.parties.reporter import ReportForm
from whistle.web.doors import is_before_sign_in, is_case, is_staff
from whistle.web.services import services

# Names that say nothing: a cookie store on a borrowed machine is read by others.
BROWSER: Final = "browser"
CASE: Final = "visit"
STAFF: Final = "staff"
LANGUAGE: Final = "language"
SENT: Final = "sent"
#: Only the host itself, over TLS and for every path, may set a cookie so named (RFC 6265bis 4.1.3.2).
PREFIX: Final = "__Host-"
#: What Flask-WTF looks for in the session.
SECRET: Final = "csrf_token"  # noqa: S105 - the name of a field


def cookie_name(name: str) -> str:
    """The cookie's full name: with the prefix wherever the site is reached over TLS."""
    return (PREFIX if services().settings.cookies_secure else "") + name


def read_cookie(name: str) -> str | None:
    """The token a cookie carries; None when it is missing or has not the form of a token."""
    token = request.cookies.get(cookie_name(name), "")
    return token if services().sessions.looks_like_token(token) else None


def set_cookie(name: str, value: str) -> None:
    """Have this answer set the cookie; it lives until the browser is closed."""
    _changes()[name] = value


def drop_cookie(name: str) -> None:
    """Have this answer take the cookie away."""
    _changes()[name] = None


def browser_token() -> str:
    """The anonymous browser's token, made and handed out when there is none yet."""
    token = g.get("browser_token") or read_cookie(BROWSER)
    if token is None:
        token = services().sessions.new_token()
        set_cookie(BROWSER, token)
    g.browser_token = token
    return token


def note_sent(form: ReportForm, nonce: str) -> None:
    """Let this browser's next form know a report just sent: Back and send again is no second case."""
    kept = services().reporter.remember(form, token=browser_token(), nonce=nonce, minute=_minute())
    set_cookie(SENT, kept)


def sent_before(form: ReportForm) -> str | None:
    """The number of the form by which this browser sent the same report within a quarter of an hour."""
    kept = request.cookies.get(cookie_name(SENT), "")
    if not kept:
        return None
    return services().reporter.recall(form, token=browser_token(), kept=kept, minute=_minute())


def _minute() -> int:
    return int(services().clock.machine().timestamp()) // 60


def enter_case(secret: bytes) -> None:
    """Open a case for this browser under a new token; what stood open before is closed."""
    _end(CASE)
    g.case_token = services().sessions.begin_case(secret)
    set_cookie(CASE, g.case_token)


def open_case() -> bytes | None:
    """The secret of the case this browser has open; None when there is none or its time is over."""
    token = g.get("case_token") or read_cookie(CASE)
    return services().sessions.open_case(token) if token else None


def leave_case() -> None:
    """Close the case for this browser. Cannot fail."""
    _end(CASE)
    drop_cookie(CASE)


def sign_in(member: Member) -> None:
    """Let a member in under a new token, whatever token the browser had before."""
    _end(STAFF)
    g.staff_token = services().sessions.begin_staff(member)
    set_cookie(STAFF, g.staff_token)
    drop_cookie(BROWSER)


def signed_in() -> Member | None:
    """The member who is signed in here; None when nobody is or the time is over."""
    if "member" not in g:
        token = g.get("staff_token") or read_cookie(STAFF)
        g.member = services().sessions.open_staff(token) if token else None
    member: Member | None = g.member
    return member


def sign_out() -> None:
    """Forget the member. Cannot fail."""
    _end(STAFF)
    g.member = None
    drop_cookie(STAFF)


def forget_everything() -> None:
    """Close whatever this browser has open and take every cookie away. Cannot fail."""
    for name in (CASE, STAFF):
        _end(name)
    for name in (BROWSER, CASE, STAFF, LANGUAGE, SENT):
        drop_cookie(name)


def token_that_counts() -> str:
    """The token this door's forms are bound to: the case's, the member's, or the browser's."""
    if g.get("anonymous_form"):
        return browser_token()
    if is_case(request.path) or "case_token" in g:
        token = g.get("case_token") or read_cookie(CASE)
    elif is_staff(request.path) and not is_before_sign_in(request.path):
        token = g.get("staff_token") or read_cookie(STAFF)
    else:
        token = None
    return token or browser_token()


def anonymous_form() -> None:
    """From here on this answer's forms are bound to the browser's token: it shows a form of another door."""
    g.anonymous_form = True
    g.pop(SECRET, None)


class TokenSession(SessionMixin):
    """The session Flask-WTF reads: its one entry is derived from the token when somebody asks for it."""

    def __getitem__(self, key: str) -> str:
        if key != SECRET:
            raise KeyError(key)
        return services().sessions.csrf_secret(token_that_counts())

    def __setitem__(self, key: str, value: object) -> None:
        # Nothing is kept between requests, so nothing may seem to be.
        raise KeyError(key)

    def __delitem__(self, key: str) -> None:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter((SECRET,))

    def __len__(self) -> int:
        return 1


class TokenSessions(SessionInterface):
    """Makes a session for each request and writes the cookies that the request asked for."""

    def open_session(self, app: Flask, request: Request) -> TokenSession:
        """A session without content of its own."""
        del app, request
        return TokenSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write or take away cookies: HttpOnly, SameSite=Strict, every path, until the browser is closed."""
        del app, session
        secure = services().settings.cookies_secure
        for name, value in _changes().items():
            if value is None:
                if cookie_name(name) in request.cookies:
                    response.delete_cookie(cookie_name(name), secure=secure, httponly=True, samesite="Strict")
            else:
                response.set_cookie(cookie_name(name), value, secure=secure, httponly=True, samesite="Strict")


def _changes() -> dict[str, str | None]:
    changes: dict[str, str | None] = g.setdefault("cookie_changes", {})
    return changes


def _end(name: str) -> None:
    token = read_cookie(name)
    if token is not None:
        services().sessions.end(token)
