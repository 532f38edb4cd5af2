"""Sessions in a dictionary: a token opens what was begun under it, and nothing else."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any


def raw(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=")


@dataclass
class FakeSessions:
    """Rows in a dictionary; `expire()` is fifteen minutes without a click."""

    rows: dict[str, Any] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)

    def new_token(self) -> str:
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()

    def looks_like_token(self, text: str) -> bool:
        return len(text) == 43 and all(
            letter.isascii() and (letter.isalnum() or letter in "-_") for letter in text
        )

    def csrf_secret(self, token: str) -> str:
        return hashlib.sha256(b"csrf" + raw(token)).hexdigest()

    def seal_text(self, token: str, text: str) -> str:
        sealed = secrets.token_urlsafe(16)
        self.texts[token, sealed] = text
        return sealed

    def open_text(self, token: str, sealed: str) -> str | None:
        return self.texts.get((token, sealed))

    def begin_case(self, secret: bytes) -> str:
        return self._begin(secret)

    def open_case(self, token: str) -> bytes | None:
        found = self.rows.get(token)
        return found if isinstance(found, bytes) else None

    def begin_staff(self, member: Any) -> str:
        return self._begin(member)

    def open_staff(self, token: str) -> Any:
        found = self.rows.get(token)
        return None if isinstance(found, bytes) else found

    def end(self, token: str) -> None:
        self.rows.pop(token, None)

    def expire(self) -> None:
        self.rows.clear()

    def _begin(self, content: Any) -> str:
        token = self.new_token()
        self.rows[token] = content
        return token
