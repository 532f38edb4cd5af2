"""A line to a mail server: encrypted, with its certificate checked, or none; slow servers are hung up on."""

import contextlib
import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from whistle.config import is_loopback
from whistle.errors import WhistleError

#: One answer of the server may take so long: it waits for nobody but the pass that sends.
ANSWER_SECONDS: Final = 10
#: One pass sends no longer than this; what is left goes with the next. Shorter than the lead of a pass lasts.
PATIENCE_SECONDS: Final = 20
#: From here on an answer says that trying again is of no use (RFC 5321, 4.2.1).
FOR_GOOD: Final = 500
#: Ports for mail that is handed in, with STARTTLS and with TLS from the start (RFC 8314).
PORTS: Final = {"smtp": 587, "smtps": 465}


class NoLine(WhistleError):
    """The server is not there, not to be trusted, or hung up; everything waits."""


class NotTaken(WhistleError):
    """The server is there and did not take this letter; it waits, the others go on."""


class AddressRefused(NotTaken):
    """The server says that no letter will ever reach this address."""


@dataclass(frozen=True)
class Post:
    """A mail server by its URL. `encrypted`: from the start; `must_encrypt`: before anything is said."""

    host: str
    port: int
    sender: str
    encrypted: bool
    must_encrypt: bool
    user: str = ""
    password: str = field(default="", repr=False)
    trusted: ssl.SSLContext | None = field(default=None, repr=False)

    @classmethod
    def at(cls, url: str, sender: str) -> "Post":
        """The server behind `smtp://USER:PASSWORD@HOST:PORT` or `smtps://…`.

        Only on this machine itself mail is handed over without encryption: there nobody listens in between.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        return cls(
            host=host,
            port=parts.port or PORTS[parts.scheme],
            sender=sender,
            encrypted=parts.scheme == "smtps",
            must_encrypt=parts.scheme == "smtp" and not is_loopback(host),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    @contextmanager
    def open(self) -> Iterator["Line"]:
        """A line for one pass. Raises `NoLine`."""
        try:
            server = self._connected()
        except (OSError, smtplib.SMTPException) as error:
            raise NoLine(type(error).__name__) from error
        try:
            yield Line(server, self.sender)
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()

    def _connected(self) -> smtplib.SMTP:
        trusted = self.trusted or ssl.create_default_context()
        # Its own name would tell which machine this is; the sender's domain stands in every letter anyway.
        name = self.sender.rpartition("@")[2]
        server: smtplib.SMTP
        if self.encrypted:
            server = smtplib.SMTP_SSL(self.host, self.port, name, timeout=ANSWER_SECONDS, context=trusted)
        else:
            server = smtplib.SMTP(self.host, self.port, name, timeout=ANSWER_SECONDS)
        try:
            if self.must_encrypt:
                server.starttls(context=trusted)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


@dataclass
class Line:
    """An open line; `send` hands one letter over."""

    server: smtplib.SMTP
    sender: str
    begun: float = field(default_factory=time.monotonic)

    def is_spent(self) -> bool:
        """Whether this pass has sent long enough."""
        return time.monotonic() - self.begun > PATIENCE_SECONDS

    def send(self, address: str, message: bytes) -> None:
        """Return once the server has taken the letter. Raises `NotTaken`, `AddressRefused`, `NoLine`."""
        try:
            self.server.sendmail(self.sender, [address], message)
        except smtplib.SMTPServerDisconnected as error:
            raise NoLine(type(error).__name__) from error
        except smtplib.SMTPRecipientsRefused as error:
            for code, _said in error.recipients.values():
                if code >= FOR_GOOD:
                    raise AddressRefused(str(code)) from error
            raise NotTaken(type(error).__name__) from error
        except (smtplib.SMTPException, ValueError) as error:
            raise NotTaken(type(error).__name__) from error
        except OSError as error:
            raise NoLine(type(error).__name__) from error
