"""The family of refusals: every error the program raises on purpose is one of these."""


class WhistleError(Exception):
    """The root of all refusals; its text is one clear line that says what to do."""


class SealBroken(WhistleError):
    """A sealed object did not open: one opaque error, whatever step failed (FORMAT.md, "Objects")."""


class SettingsWrong(WhistleError):
    """A setting, site file or rules file holds something the program will not start with."""


class RuleRefused(WhistleError):
    """A rule of law or policy forbids what was asked; `reason` names the rule in one word."""

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(message or reason)
        self.reason = reason


class NotThere(WhistleError):
    """Not there, or not yours: the two are one answer, so that nobody learns which cases exist."""


class NotAllowed(WhistleError):
    """The actor is known but holds no role that may do this."""


class StepUpNeeded(NotAllowed):
    """The actor may do this, but shows the second factor again first."""


class Conflict(WhistleError):
    """Somebody else changed the same thing first; nothing was done."""


class HoldInForce(WhistleError):
    """A hold protects the case; it is not purged and not changed."""


class Gone(WhistleError):
    """The case was purged; what remains is its certificate."""


class TooLarge(WhistleError):
    """A file or a form is over its limit; `limit` is in bytes, `name` is what the sender called it."""

    def __init__(self, name: str, limit: int) -> None:
        super().__init__("over the limit")
        self.name = name
        self.limit = limit


class TooMany(WhistleError):
    """A lane or a throttle is full; `seconds` says when to come back."""

    def __init__(self, seconds: int) -> None:
        super().__init__("too many at once")
        self.seconds = seconds


class Tampered(WhistleError):
    """What is stored is not what was stored: the inventory or the ledger does not agree."""


class GuardRefused(WhistleError):
    """A guard stopped a command (exit code 3): the clock, a restore, a confirmation that is missing."""
