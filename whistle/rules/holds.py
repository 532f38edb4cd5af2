"""A hold has one of three grounds, a citation somebody can look up, and a review day within a year."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from whistle.errors import RuleRefused
from whistle.rules.calendar import add_months, local_day
from whistle.rules.retention import HoldFacts, RetentionFacts
from whistle.rules.text import clean_text

#: A review is at most a year ahead, so that no hold is forgotten (policy of the channel).
REVIEW_MONTHS: Final = 12
#: Releasing this near the due day, or past it, is as good as purging: it takes two people.
SECOND_PERSON_DAYS: Final = 30
#: On more cases at once a hold takes two people; the cases are held while the second is asked.
MANY_CASES: Final = 20
#: More at once are not looked through by anybody, and one transaction must not keep the others waiting.
MOST_CASES: Final = 500
#: A citation is a reference, not an essay; the limit keeps its check cheap.
CITATION_LIMIT: Final = 2_000

_DAY_FORM: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# "May" between figures is a month.
_MAY: Final = (
    r"might|(?<!\d )may(?! \d)|could|maybe|perhaps|possibl[ey]|potential|likely"
    r"|threat\w*|risk\w*|fear\w*|in case|afraid"
    r"|kan|kanske|kunde|eventuell\w*|möjlig\w*|risk\w*|befara\w*|hot\w*|ifall"
    r"|kanskje|mulig\w*|måske|muligvis|ehkä|mahdolli\w*"
)
_DISPUTE: Final = (
    r"sue|sued|suing|lawsuits?|litigat\w*|legal action|legal proceedings|court case|claims?"
    r"|stäm(?:d|da|as|ma|mer|ning)?|tvist(?:en|er)?|rättegång(?:en|ar)?|(?:rätts)?process(?:en|er)?|talan"
    r"|saksøk\w*|rettssak\w*|søksmål\w*|sagsøg\w*|retssag\w*|oikeudenkäyn\w*|haaste\w*|riita\w*"
)
# At most four words between doubt and dispute: near enough to belong together, and a bound on the search.
_BETWEEN: Final = r"(?:\W{1,5}\w{1,40}){0,4}?\W{1,5}"
_SPECULATION: Final = re.compile(rf"\b(?:{_MAY})\b{_BETWEEN}(?:{_DISPUTE})\b", re.IGNORECASE)


class Ground(StrEnum):
    """The three grounds of policy S26; there is no fourth."""

    OTHER_LEGISLATION = "other_legislation"
    COURT_RULING = "court_ruling"
    AUTHORITY_DECISION = "authority_decision"


@dataclass(frozen=True)
class HoldTerms:
    """A hold that may be placed; the citation is content to be sealed and stays out of any printed form."""

    ground: Ground
    citation: str = field(repr=False)
    review_on: date


def check_hold(ground: str, citation: str, review_on: date | str, today: date) -> HoldTerms:
    """Return the terms of a hold placed on local day `today`, or refuse them.

    RuleRefused reasons: `ground`, `citation_empty`, `citation_speculation` ("we might be sued"),
    `citation_number` (nothing in it can be looked up), `review_date` (no date), `review_past` (not after
    today), `review_far` (more than 12 months ahead), and those of clean_text.
    """
    if ground not in set(Ground):
        raise RuleRefused(
            "ground", "A hold has one of three grounds: another law, a court ruling, a decision."
        )
    return HoldTerms(Ground(ground), checked_citation(citation), check_review(review_on, today))


def checked_citation(citation: str) -> str:
    """Return a citation that somebody can look up, or refuse it with the reasons of `check_hold`."""
    text = clean_text(citation, CITATION_LIMIT).strip()
    if not text:
        raise RuleRefused(
            "citation_empty", "Cite the act and section, the case, or the authority's reference."
        )
    if _SPECULATION.search(text):
        raise RuleRefused("citation_speculation", '"We might be sued" is not a ground.')
    if not any(character.isdecimal() for character in text):
        raise RuleRefused("citation_number", "The citation has no number that somebody could look up.")
    return text


def check_review(review_on: date | str, today: date) -> date:
    """Return the next review day of what is placed, or stands after a review, on local day `today`.

    RuleRefused: `review_date`, `review_past`, `review_far`, as `check_hold` says.
    """
    day = _as_day(review_on)
    if day <= today:
        raise RuleRefused("review_past", "The review must be after today.")
    if day > add_months(today, REVIEW_MONTHS):
        raise RuleRefused("review_far", f"The review must be within {REVIEW_MONTHS} months.")
    return day


def _as_day(value: date | str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and _DAY_FORM.fullmatch(value.strip()):
            return date.fromisoformat(value.strip())
    except ValueError as error:
        raise RuleRefused("review_date", "The review date is not in the calendar.") from error
    raise RuleRefused("review_date", "Write the review date as 2026-01-31.")


def placing_needs_second(cases: int) -> bool:
    """Say whether a second person must confirm a hold placed on so many cases at once."""
    return cases > MANY_CASES


def release_needs_second(hold: HoldFacts, facts: RetentionFacts, now: datetime) -> bool:
    """Say whether a second person must confirm the release.

    Yes when the case is past its due day or due within 30 days, and for a hold younger than 24 hours: only
    days are stored, so one placed today or yesterday counts as younger.
    """
    today = local_day(now, facts.zone)
    if hold.placed_on >= today - timedelta(days=1):
        return True
    return facts.purge_due_on is not None and today >= facts.purge_due_on - timedelta(days=SECOND_PERSON_DAYS)


def review_alarm(review_on: date, today: date) -> bool:
    """Say whether the review day of a standing hold has passed; the alarm rings every day from then on."""
    return today > review_on
