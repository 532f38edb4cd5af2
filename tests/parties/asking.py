"""Somebody who asks for their data, and the letter with the code that reaches them."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from tests.vault.tampering import case_of
from tests.world import SE, World
from whistle.errors import RuleRefused
from whistle.parties.request_decisions import Said
from whistle.parties.request_form import RequestForm
from whistle.parties.request_views import RequestReceipt
from whistle.vault import request_mails

WORDS = "I was a customer in 2024. What do you have about me, and who got it?"
EMAIL = "eva.lind@mail.example"
REASONS = "The relation has not ended, so the data is needed until it has."


@dataclass
class Asker:
    """A request that was sent, its key, and its number."""

    receipt: RequestReceipt
    secret: bytes

    @property
    def number(self) -> str:
        return self.receipt.number


def sent(world: World, *, mailed: bool = True, **fields: object) -> Asker:
    """A request that was just sent; `files` are (name, bytes)."""
    requests = world.program.privacy.requests
    requests.sends_mail = mailed
    files = fields.pop("files", ())
    token = str(fields.pop("token", "") or world.program.sessions.new_token())
    nonce = str(fields.pop("nonce", "") or requests.new_nonce())
    sending = requests.start()
    for name, data in files:  # type: ignore[attr-defined]
        sink = sending.open_file(name, "")
        sink.write(data)
        sink.finish()
    known = {"company": SE, "rights": ("access",), "name": "Eva Lind", "email": EMAIL, "details": WORDS}
    form = RequestForm(**(known | fields))  # type: ignore[arg-type]
    receipt = requests.submit(sending, form, token=token, nonce=nonce, language="en")
    assert receipt.case_key is not None
    return Asker(receipt, world.program.reporter.enter(receipt.case_key).secret)


def code_of(world: World, asker: Asker, n: int = 1) -> str:
    """The code in the n-th letter."""
    return request_mails.code_of(world.program.store.keys, case_of(world, asker.number)["id"], n)


def proved(world: World, **fields: object) -> Asker:
    """A request whose address was proved."""
    asker = sent(world, **fields)
    world.program.privacy.mailbox.confirm(asker.secret, code_of(world, asker))
    return asker


def verified(world: World, *, by: str = "Olle", **fields: object) -> Asker:
    """A request of somebody who is known."""
    asker = proved(world, **fields)
    world.program.privacy.desk.verify(world.member(by), asker.number, "Called back on a known number.")
    return asker


def answered(
    world: World, *, by: str = "Olle", text: str = "Here is everything that we found.", **fields: object
) -> Asker:
    """A request that was answered."""
    asker = verified(world, by=by, **fields)
    answer(world, asker, text, by=by)
    return asker


def decide(
    world: World, asker: Asker, *, by: str = "Olle", left: Mapping[str, str] = MappingProxyType({})
) -> None:
    """All that is not decided yet: as the rules say; where they leave it to the officer as `left` says."""
    desk, member = world.program.privacy.desk, world.member(by)
    with suppress(RuleRefused):
        desk.decide_as_the_rules(member, asker.number)
    review = (world.clock.now() + timedelta(days=90)).date().isoformat()
    for one in desk.open(member, asker.number).verdicts:
        if one.decided is None and one.category not in ("", "whistleblowing"):
            day = review if one.right == "restriction" else ""
            said = left.get(one.right, "yes")
            ground = "" if said == "yes" else "GDPR 20"
            desk.decide(member, asker.number, Said(one.right, one.category, said, ground, REASONS, day))


def answer(
    world: World, asker: Asker, text: str, *, by: str = "Olle", files: tuple[tuple[str, bytes], ...] = ()
) -> None:
    """An officer's answer, with files, once all is decided."""
    desk, member = world.program.privacy.desk, world.member(by)
    decide(world, asker, by=by)
    sending = desk.writing(member, asker.number)
    for name, data in files:
        sink = sending.open_file(name, "")
        sink.write(data)
        sink.finish()
    desk.answer(member, asker.number, sending, text)


def later(world: World, days: int) -> None:
    """Days pass."""
    world.clock.advance(timedelta(days=days))
