"""A refused form at a staff door becomes sentences at its fields, and what was typed goes back with them."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from flask import request

from whistle.errors import Conflict, Gone, HoldInForce, RuleRefused, WhistleError
from whistle.parties.reporter import FormRefused, Problem
from whistle.web import staff_words as words
from whistle.web.staff_words import gettext
from whistle.web.trouble import Trouble

#: Nothing that was understood was accepted (RFC 9110 section 15.5.21), and the page comes back full.
UNPROCESSABLE: Final = 422
#: Somebody else was first (RFC 9110 section 15.5.10).
CONFLICT: Final = 409

#: Which field a rule's reason is about; what is not here is about the field the door names.
FIELD_OF_REASON: Final[Mapping[str, str]] = {
    "ground": "ground",
    "citation_empty": "citation",
    "citation_number": "citation",
    "citation_speculation": "citation",
    "review_date": "review_on",
    "review_past": "review_on",
    "review_far": "review_on",
    "numbers_none": "numbers",
    "too_many_holds": "numbers",
    "outcome": "outcome",
    "choice": "outcome",
    "empty": "passphrase",
    "short": "passphrase",
    "weak": "passphrase",
    "long": "passphrase",
    "differs": "passphrase_again",
    "code": "code",
    "no_feedback": "no_feedback_ground",
    "note_kind": "kind",
    "concerned": "concerned",
    "passphrase_now": "passphrase_now",
    "surrogate": "passphrase",
    "passkey_name": "name",
    "recovery_answer": "recovery_answer",
}
#: Reasons that are about the case as it stands and not about anything that was typed.
ABOUT_NO_FIELD: Final = frozenset(
    {
        "state",
        "past_day",
        "blocked",
        "second_person",
        "same_person",
        "shared",
        "not_granted",
        "number",
        "passkey",
        "passkeys_full",
        "yourself",
        "other_companies",
        "list_changed",
        "clock_decision",
        "step",
        "hold_waits",
        "citation_sealed",
    }
)

_NUMBER: Final = re.compile("W([0-9A-HJKMNP-TV-Z]{4})([0-9A-HJKMNP-TV-Z]{4})")
#: Longer than any case number somebody could mean; bounds what is looked at.
_NUMBER_LIMIT: Final = 40


class Typed(dict[str, str]):
    """What was typed, by field; a field that was not sent is empty."""

    def __missing__(self, field: str) -> str:
        return ""


class Refused(WhistleError):
    """A form that comes back: a sentence for each field (for none, under ""), and the answer's status.

    `retry_after` is in seconds, 0 where waiting would not help.
    """

    def __init__(
        self, errors: Mapping[str, str], status: int = UNPROCESSABLE, *, retry_after: int = 0
    ) -> None:
        super().__init__("the form comes back")
        self.errors = dict(errors)
        self.status = status
        self.retry_after = retry_after

    @classmethod
    def of(cls, trouble: Trouble) -> "Refused":
        """Return what the gate found before the door was reached (a token, a text that cannot be kept)."""
        errors = dict(trouble.errors) or {"": trouble.text}
        return cls(errors, trouble.status, retry_after=trouble.retry_after or 0)


def typed_form() -> Typed:
    """Return the text fields of this request, the first of each name."""
    return Typed(request.form.items())


@contextmanager
def refusals(field: str, *others: str, gone: bool = True) -> Iterator[None]:
    """Turn what a party refuses into `Refused`, at `field` unless the refusal names one of `others`.

    `gone=False` leaves an erased case to the door, which may know the day.
    """
    try:
        yield
    except FormRefused as error:
        raise Refused({_at(one.field, field, others): _says(one) for one in error.problems}) from error
    except RuleRefused as error:
        raise Refused({_field_of(error.reason, field, others): words.refusal(error.reason)}) from error
    except HoldInForce as error:
        raise Refused({"": gettext("A hold protects this case, so this cannot be done.")}) from error
    except Gone as error:
        if not gone:
            raise
        raise Refused({"": words.refusal("gone")}) from error
    except Conflict as error:
        said = gettext("Somebody else changed this at the same moment. Read the page again, then send.")
        raise Refused({"": said}, CONFLICT) from error


def _says(problem: Problem) -> str:
    # "Write something" would be the wrong thing to say of a choice.
    is_choice = problem.field in words.REFUSALS and problem.reason in {"missing", "unknown"}
    return words.refusal(problem.field if is_choice else problem.reason)


def _field_of(reason: str, field: str, others: tuple[str, ...]) -> str:
    return "" if reason in ABOUT_NO_FIELD else _at(FIELD_OF_REASON.get(reason, field), field, others)


def _at(named: str, field: str, others: tuple[str, ...]) -> str:
    return named if named in others else field


def case_number(text: str) -> str:
    """A case number in its own form whatever the hyphens, blanks and case it was typed in (FORMAT.md, codes).

    What cannot be a case number is returned trimmed, for the party to find nothing by.
    """
    bare = (
        re.sub(r"[\s-]", "", text[:_NUMBER_LIMIT])
        .upper()
        .replace("O", "0")
        .replace("I", "1")
        .replace("L", "1")
    )
    found = _NUMBER.fullmatch(bare)
    return f"W-{found[1]}-{found[2]}" if found else text[:_NUMBER_LIMIT].strip()
