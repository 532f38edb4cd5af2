"""Every door that somebody without an account may knock at."""

from typing import Final

from whistle.web import home, mailbox, mailbox_consents, mailbox_minutes, proof, report

BLUEPRINTS: Final = tuple(
    room.blueprint for room in (home, report, mailbox, mailbox_minutes, mailbox_consents, proof)
)
