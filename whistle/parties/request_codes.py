"""A code goes to the address that was typed: the letter waits sealed, and says nothing but the code."""

import json
from dataclasses import dataclass, field

from whistle.crypto.chain import keyed_hash
from whistle.crypto.session import open_small, seal_small
from whistle.vault import request_mails, throttle
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.store import Store

MAIL_LABEL = b"whistle/v1/request-letter\0"
ADDRESS_LABEL = b"whistle/v1/request-address\0"
TAG_LABEL = b"whistle/v1/request-tag\0"

LETTERS_FREE = 3
LETTERS_PAUSE = 4 * 3600
"""An address gets three letters, then one every four hours: nobody fills a stranger's mailbox from here."""

AN_HOUR = 3600
"""Letters are counted by the hour: which second somebody asked in is nowhere kept."""

TRIES_FREE = 5
TRIES_PAUSE = 20
"""As at the sign-in: after five tries one every 20 seconds, for this one request alone."""


@dataclass(frozen=True, slots=True)
class CodeMail:
    """A letter opened to be sent."""

    address: str = field(repr=False)
    code: str = field(repr=False)
    language: str


def sealed_letter(keys: ServerKeys, case_id: bytes, n: int, address: str, language: str) -> bytes:
    """A letter with the n-th code of a request, for the queue: only this server opens it."""
    said = {"address": address, "code": request_mails.code_of(keys, case_id, n), "language": language}
    return seal_small(keys.lock, MAIL_LABEL + case_id, json.dumps(said).encode())


def opened_letter(keys: ServerKeys, case_id: bytes, sealed: bytes) -> CodeMail:
    """A letter out of the queue. Raises `SealBroken`."""
    said = json.loads(open_small(keys.lock, MAIL_LABEL + case_id, sealed))
    return CodeMail(said["address"], said["code"], said["language"])


def may_send(store: Store, address: str, second: int) -> bool:
    """Whether this address gets a letter now; counted under a keyed name of it. `second` is Unix time."""
    name = keyed_hash(store.keys.lock, ADDRESS_LABEL, address.casefold().encode()).hex()
    scope = f"privacy-letter {name}"
    hour = second - second % AN_HOUR
    return not throttle.attempt(store, scope, free=LETTERS_FREE, pause=LETTERS_PAUSE, second=hour)


def wait_for_try(store: Store, case_id: bytes, second: int) -> int:
    """Count a try of a request's code; 0, or the seconds to wait."""
    scope = f"privacy-code {case_id.hex()}"
    return throttle.attempt(store, scope, free=TRIES_FREE, pause=TRIES_PAUSE, second=second)


def forget_tries(store: Store, case_id: bytes) -> None:
    """The address is proved: nothing is left of when its code was tried."""
    throttle.forget(store, f"privacy-code {case_id.hex()}")


def access_tag(keys: ServerKeys, company_code: str, address: str) -> bytes:
    """What two requests for access of one person to one company have in common, and nobody else can make."""
    said = f"{company_code}\0{address.strip().casefold()}"
    return keyed_hash(keys.lock, TAG_LABEL, said.encode())
