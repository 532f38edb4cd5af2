"""Asks a passkey and takes its answer, at whichever of the site's own addresses the page was opened."""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from flask import request

from whistle.parties.member import Member
from whistle.parties.passkeys import Answer, Question, Relying
from whistle.web.hosts import host_name
from whistle.web.services import services

#: Fields of the forms that take an answer: what the script writes, and the question that was asked.
FIELD: Final = "passkey"
ASKED: Final = "challenge"


def relying() -> Relying | None:
    """The site as a passkey knows it; None under a bare address, which no passkey is made for."""
    settings = services().settings
    on_onion = host_name(request.environ.get("HTTP_HOST", "")).endswith(".onion")
    parts = urlsplit(settings.onion_url if on_onion and settings.onion_url else settings.base_url)
    host = parts.hostname or ""
    return None if _is_address(host) else Relying(host, f"{parts.scheme}://{parts.netloc}")


def question(token: str, purpose: str, member: Member | None = None) -> Question | None:
    """What a page asks a passkey; None where passkeys cannot be used."""
    here = relying()
    return None if here is None else services().staff.passkeys.ask(token, here, purpose, member)


def answer(token: str) -> Answer | None:
    """The answer that came with this form; None when the code was typed instead."""
    here, came = relying(), request.form.get(FIELD, "")
    return Answer(came, request.form.get(ASKED, ""), token, here) if came and here else None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return not host
    return True
