"""A reporter's or handler's browser, as far as the server can tell: cookies, forms, one kept connection."""

import html
import http.client
import re
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
CASE_KEY = re.compile(r'<output[^>]*id="case-key"[^>]*>\s*([^<]+?)\s*</output>')
PATIENCE = 120
REDIRECTS = (302, 303)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page's forms."""
        return {name: html.unescape(value) for name, value in HIDDEN.findall(self.text)}

    @property
    def case_key(self) -> str | None:
        """The case key that the page shows, or None."""
        found = CASE_KEY.search(self.text)
        return found[1] if found else None


@dataclass
class Browser:
    """One person's browser, pointed at a port of this machine."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._ask("GET", path, None, {})

    def post(self, path: str, fields: dict[str, str], *, multipart: bool = False) -> Answer:
        """Send a form."""
        if not multipart:
            return self._ask(
                "POST",
                path,
                urlencode(fields).encode(),
                {"Content-Type": "application/x-www-form-urlencoded"},
            )
        boundary, body = multipart_body(fields)
        return self._ask("POST", path, body + ending(boundary), {"Content-Type": content_type(boundary)})

    def cookie_header(self) -> dict[str, str]:
        """The Cookie header, if there are cookies."""
        return (
            {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            if self.cookies
            else {}
        )

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        self._connection.request(method, path, body, headers | self.cookie_header())
        response = self._connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


def multipart_body(fields: dict[str, str]) -> tuple[str, bytes]:
    """A boundary, and the fields between it, without the end."""
    boundary = "----browser" + secrets.token_hex(12)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return boundary, "".join(parts).encode()


def ending(boundary: str) -> bytes:
    """What ends a multipart body."""
    return f"--{boundary}--\r\n".encode()


def content_type(boundary: str) -> str:
    """The header that names the boundary."""
    return f"multipart/form-data; boundary={boundary}"


def report(port: int, text: str, *, multipart: bool) -> str | None:
    """A new reporter opens the form and sends it; the case key, or None when it was not taken."""
    browser = Browser(port)
    try:
        form = browser.get("/report").hidden
        fields = {"company": "nordvakt-se", "category": "", "relation": "", "description": text}
        return browser.post("/report", form | fields, multipart=multipart).case_key
    finally:
        browser.close()


def privacy_request(port: int, text: str) -> str | None:
    """Somebody opens the form of a privacy request and sends it; its key, or None when it was not taken."""
    browser = Browser(port)
    try:
        form = browser.get("/privacy/request").hidden
        asked = {"company": "nordvakt-se", "rights": "access", "name": "Eva Lind", "details": text}
        return browser.post("/privacy/request", form | asked).case_key
    finally:
        browser.close()
