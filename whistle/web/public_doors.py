"""Every door that somebody without an account may knock at."""

from typing import Final

from whistle.web import (
    home,
    mailbox,
    mailbox_consents,
    mailbox_minutes,
    privacy_request,
    proof,
    report,
    request_page,
)

BLUEPRINTS: Final = tuple(
    room.blueprint
    for room in (
        home,
        report,
        mailbox,
        mailbox_minutes,
        mailbox_consents,
        proof,
        privacy_request,
        request_page,
    )
)
