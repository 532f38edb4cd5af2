"""What the key of a privacy request may do: read it, prove an address, answer, and add to it."""

import hmac
from datetime import datetime

from sqlalchemy import select, update

from whistle.crypto.header import Compartment
from whistle.errors import RuleRefused
from whistle.rules.request_way import State
from whistle.vault import reading, request_mails, requests
from whistle.vault.facts import COPY, Addition, OpenedCase
from whistle.vault.mailbox import OPEN_TO_REPORTER
from whistle.vault.requests import OpenedRequest
from whistle.vault.requesttables import requests as table
from whistle.vault.store import Store
from whistle.vault.tables import cases


def open_request(store: Store, locator: bytes, now: datetime) -> OpenedRequest:
    """The request this locator leads to, its inventory checked. Raises `NotThere`, `Tampered`."""
    with store.reading() as db:
        case = requests.by_locator(db, locator)
        return requests.opened(db, store, case, OPEN_TO_REPORTER, holder=bytes(case.id), now=now)


def open_copy(store: Store, locator: bytes, now: datetime) -> OpenedCase | None:
    """The copy of a request that went to those who handle reports, for whoever asked; None before it went."""
    with store.reading() as db:
        case = requests.by_locator(db, locator)
        row = requests.checked(db, store.keys, bytes(case.id))
        copy = db.execute(select(cases).where(cases.c.id == row.copy_id, cases.c.kind == COPY)).one_or_none()
        if copy is None:
            return None
        return reading.opened(db, store, copy, (Compartment.CONTENT,), holder=bytes(copy.id), now=now)


def mark_read(store: Store, locator: bytes) -> None:
    """Note that what was written to the person was shown, by officers and by handlers alike."""
    with store.writing() as work:
        case = requests.by_locator(work.db, locator)
        copy = select(table.c.copy_id).where(table.c.case_id == case.id).scalar_subquery()
        place = (cases.c.id == case.id) | (cases.c.id == copy)
        work.db.execute(update(cases).where(place, cases.c.unread > 0).values(unread=0))


def confirm(store: Store, locator: bytes, code: str, now: datetime) -> None:
    """Prove the address by the code that was sent to it. Raises `RuleRefused("code")`; again does nothing."""
    with requests.changing(store, _case_id(store, locator), now) as request:
        if request.now("state") != State.SENT:
            return
        reading.require_standing(request.change.row, request.change.company, now)
        wanted = request_mails.code_of(store.keys, bytes(request.change.row.id), request.now("code_n"))
        if not hmac.compare_digest(wanted.encode(), code.encode("utf-8", "replace")):
            raise RuleRefused("code", "That is not the code.")
        request.set(state=State.CODED, mail=requests.MAILED)
        request.answer_asked()
        request_mails.taken(request.change.db, bytes(request.change.row.id))
        request.change.log("request_address_proved", requests.PERSON)


def send_again(store: Store, locator: bytes, addition: Addition, mail: bytes, now: datetime) -> None:
    """Have a new code sent: the one before counts no more. `addition` holds an address that was corrected."""
    with requests.changing(store, _case_id(store, locator), now) as request:
        if request.now("state") != State.SENT:
            raise RuleRefused("state", "The address has been proved already.")
        request.change.add(addition, writes=OPEN_TO_REPORTER, grants_in=OPEN_TO_REPORTER)
        request.set(code_n=request.now("code_n") + 1, mail=requests.QUEUED)
        request_mails.put(request.change.db, bytes(request.change.row.id), mail)
        request.change.log("request_code_asked", requests.PERSON)


def add(store: Store, locator: bytes, addition: Addition, now: datetime) -> None:
    """Add what the person wrote; whatever they were asked about who they are counts as answered by it.

    Raises `RuleRefused("request_closed")`: after the end a new request is the way.
    """
    with requests.changing(store, _case_id(store, locator), now) as request:
        if request.now("state") == State.CLOSED:
            raise RuleRefused("request_closed", "The request is closed. A new one is the way.")
        request.change.add(addition, writes=OPEN_TO_REPORTER, grants_in=OPEN_TO_REPORTER)
        if request.now("state") != State.SENT:
            request.answer_asked()
        request.tell_officers()
        request.change.log("request_message", requests.PERSON)


def _case_id(store: Store, locator: bytes) -> bytes:
    with store.reading() as db:
        return bytes(requests.by_locator(db, locator).id)
