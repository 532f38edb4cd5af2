"""A person's browser as far as a server can tell: cookies, forms of a page, and nothing it was not given."""

import http.client
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from secrets import token_hex
from urllib.parse import urlencode

PATIENCE = 240
URLENCODED = "application/x-www-form-urlencoded"
Pairs = Iterable[tuple[str, str | bytes]]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def words(self) -> str:
        """The page's text without its tags, blanks folded."""
        return " ".join(_Page.of(self.text).words.split())

    @property
    def key(self) -> str | None:
        """The case key that the page shows, or None."""
        return _Page.of(self.text).outputs.get("case-key")

    def fields(self, action: str) -> dict[str, str]:
        """What a browser would send of the form with this action if nothing were typed or chosen."""
        for address, found in _Page.of(self.text).forms:
            if address == action:
                return found
        return {}


def page_of(body: bytes) -> Answer:
    """A page that was got in some other way."""
    return Answer(200, http.client.HTTPMessage(), body)


@dataclass
class Visitor:
    """One browser before one server."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    last: Answer | None = None

    def get(self, path: str, **headers: str) -> Answer:
        """Open a page."""
        return self._ask("GET", path, None, headers)

    def send(self, action: str, fields: Mapping[str, str | bytes] | Pairs = (), **headers: str) -> Answer:
        """Send the form of the last page that has this action, with `fields` over what stands in it."""
        assert self.last is not None
        mine = dict(fields)
        theirs = {name: value for name, value in self.last.fields(action).items() if name not in mine}
        return self.post(action, {**theirs, **mine}, **headers)

    def post(self, path: str, fields: Mapping[str, str | bytes] | Pairs = (), **headers: str) -> Answer:
        """Send fields, whatever the last page was."""
        pairs = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
        return self._ask("POST", path, urlencode(pairs).encode(), {"Content-Type": URLENCODED, **headers})

    def upload(
        self, action: str, fields: Mapping[str, str], files: Iterable[tuple[str, bytes]], **headers: str
    ) -> Answer:
        """Send the form of the last page with files, each by name."""
        assert self.last is not None
        kind, body = multipart({**self.last.fields(action), **fields}, files)
        return self._ask("POST", action, body, {"Content-Type": kind, **headers})

    def raw(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Anything."""
        return self._ask(method, path, body, headers)

    def cookie(self) -> str:
        """The Cookie header's value."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.cookies:
            sent.setdefault("Cookie", self.cookie())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        finally:
            connection.close()
        self._keep_cookies(answer)
        if answer.headers.get_content_type() == "text/html" and answer.body:
            self.last = answer
        return answer

    def _keep_cookies(self, answer: Answer) -> None:
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value


def report(
    visitor: Visitor, description: str = "Three invoices for work nobody has seen.", **fields: str
) -> Answer:
    """A report written and sent at once; the answer is the page with the key."""
    visitor.get("/report")
    return visitor.send("/report", {"company": "nordvakt-se", "description": description, **fields})


def multipart(
    fields: Mapping[str, str], files: Iterable[tuple[str, bytes]], boundary: str = ""
) -> tuple[str, bytes]:
    """Content type and body of a form with files."""
    boundary = boundary or "----form" + token_hex(12)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts += [file_head(boundary, name) + data + b"\r\n" for name, data in files]
    return f"multipart/form-data; boundary={boundary}", b"".join(parts) + f"--{boundary}--\r\n".encode()


def file_head(boundary: str, name: str, kind: str = "application/octet-stream") -> bytes:
    """What stands before a file's bytes; browsers write quotes and line breaks in a name as below."""
    shown = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    return (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{shown}"\r\n'
        f"Content-Type: {kind}\r\n\r\n"
    ).encode()


def head(visitor: Visitor, path: str, kind: str, length: int, *more: str) -> bytes:
    """The head of a POST, for a body that is sent by hand."""
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{visitor.port}",
        f"Cookie: {visitor.cookie()}",
        f"Content-Type: {kind}",
        f"Content-Length: {length}",
        *more,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def read_answer(sock: socket.socket) -> Answer:
    """The answer on a connection whose request was written by hand."""
    response = http.client.HTTPResponse(sock)
    response.begin()
    return Answer(response.status, response.headers, response.read())


class _Page(HTMLParser):
    """Forms with what a browser would send of them, outputs by id, and all text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.outputs: dict[str, str] = {}
        self.words = ""
        self._text: tuple[dict[str, str], str] | None = None
        self._select: str | None = None

    @classmethod
    def of(cls, text: str) -> "_Page":
        page = cls()
        page.feed(text)
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        form = self.forms[-1][1] if self.forms else {}
        if tag == "form":
            self.forms.append((unescape(found.get("action", "")), {}))
        elif tag == "input" and found.get("type") not in {"submit", "file", "button"}:
            is_box = found.get("type") in {"checkbox", "radio"}
            if found.get("name") and (not is_box or "checked" in found):
                form[found["name"]] = found.get("value", "on" if is_box else "")
        elif tag == "select":
            self._select = found.get("name")
            form[found.get("name", "")] = ""
        elif tag == "option" and self._select and "selected" in found:
            form[self._select] = found.get("value", "")
        elif tag == "textarea":
            form[found.get("name", "")] = ""
            self._text = (form, found.get("name", ""))
        elif tag == "output":
            self.outputs[found.get("id", "output")] = ""
            self._text = (self.outputs, found.get("id", "output"))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"textarea", "output"} and self._text is not None:
            into, name = self._text
            into[name] = into[name].removeprefix("\n") if tag == "textarea" else into[name].strip()
            self._text = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        self.words += " " + data
        if self._text is not None:
            into, name = self._text
            into[name] += data
