"""Which kind of door an address belongs to: what decides the cookie that counts and what may be logged."""

from typing import Final

#: The first word of every address behind which staff work (the list of doors in the README).
STAFF_WORDS: Final = frozenset(
    {"staff", "desk", "legal", "admin", "ledger", "custody", "privacy-desk", "account", "statistics"}
)
#: Here nobody has signed in yet, so the anonymous cookie counts although staff stand before the door.
BEFORE_SIGN_IN: Final = ("/staff/sign-in", "/staff/activate/", "/staff/recover")
CASE_DOOR: Final = "/mailbox/case"


def is_staff(path: str) -> bool:
    """Whether the address is one of staff's."""
    return path.lstrip("/").partition("/")[0] in STAFF_WORDS


def is_before_sign_in(path: str) -> bool:
    """Whether the address is where staff sign in or activate an account."""
    return path.startswith(BEFORE_SIGN_IN)


def is_case(path: str) -> bool:
    """Whether the address shows or changes an opened case to its reporter."""
    return path == CASE_DOOR or path.startswith(CASE_DOOR + "/")
