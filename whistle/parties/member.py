"""A member of staff who is signed in: known by name, holding their keys for one request."""

from dataclasses import dataclass, field

from whistle.crypto.keys import KeyPair
from whistle.errors import StepUpNeeded


@dataclass(frozen=True, slots=True)
class Member:
    """Who is signed in: `roles` are the (role, company code) that count; `pair` stays in the parties.

    `fresh`: they showed their second factor within the last minutes.
    """

    person_id: bytes
    name: str
    roles: tuple[tuple[str, str], ...]
    pair: KeyPair = field(repr=False)
    fresh: bool = False

    def has(self, role: str) -> bool:
        """Whether the role is held in any company."""
        return any(held == role for held, _company in self.roles)

    def companies(self, role: str) -> tuple[str, ...]:
        """The codes of the companies in which the role is held."""
        return tuple(company for held, company in self.roles if held == role)


def require_fresh(member: Member) -> None:
    """Stop what nobody should do at a screen left open. Raises `StepUpNeeded` unless `member.fresh`."""
    if not member.fresh:
        raise StepUpNeeded("show the second factor again")
