"""A refused form about a privacy request comes back with a sentence at its field."""

from collections.abc import Iterator
from contextlib import contextmanager

from whistle.errors import Conflict, HoldInForce, RuleRefused
from whistle.parties.reporter import FormRefused
from whistle.parties.request_finding import Undecided
from whistle.web import fact_words, privacy_words
from whistle.web import staff_words as words
from whistle.web.staff_forms import CONFLICT, Refused
from whistle.web.staff_words import gettext

FIELD_OF = {
    "letter_fee": "fee",
    "review_date": "review_on",
    "review_past": "review_on",
    "review_far": "review_on",
    "task_outcome": "outcome",
    "marketing_stops": "verdict",
    "name_the_use": "verdict",
    "handlers_answer": "category",
}
"""Which field a reason is about; what is not here is about the field the door names."""

ABOUT_NO_FIELD = frozenset(
    {"identity_state", "request_closed", "unanswered", "tasks_open", "restricted", "past_day"}
)


@contextmanager
def request_refusals(field: str, *others: str) -> Iterator[None]:
    """Turn what a party refuses into `Refused`, at `field` unless the refusal names one of `others`."""
    try:
        yield
    except FormRefused as error:
        said = {one.field: says(one.field, one.reason) for one in error.problems}
        raise Refused({(name if name in others else field): text for name, text in said.items()}) from error
    except Undecided as left:
        raise Refused({field: fact_words.undecided(left.places)}) from left
    except RuleRefused as error:
        named = FIELD_OF.get(error.reason, field)
        at = "" if error.reason in ABOUT_NO_FIELD else (named if named in others else field)
        raise Refused({at: says("", error.reason)}) from error
    except HoldInForce as error:
        raise Refused({"": gettext("A hold protects this request, so this cannot be done.")}) from error
    except Conflict as error:
        said_now = gettext("Somebody else changed this at the same moment. Read the page again, then send.")
        raise Refused({"": said_now}, CONFLICT) from error


def says(field: str, reason: str) -> str:
    """The sentence for a reason; a choice that is missing or unknown has its field's own."""
    if reason in {"missing", "unknown"} and field in privacy_words.REFUSALS:
        return str(privacy_words.REFUSALS[field])
    known = privacy_words.REFUSALS.get(reason)
    return words.refusal(reason) if known is None else str(known)
