"""An open case stands past its country's longest time only on a ground of the law, looked at again."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from whistle.errors import RuleRefused
from whistle.rules.holds import check_review, checked_citation
from whistle.rules.profiles import OpenGround, load_profiles

#: What may still be done with a case that is blocked: what closing it takes, and nothing else (own choice).
#: 1171/2022 § 29 ends the keeping of the report, not the duty to end the case in order.
WHILE_BLOCKED: Final = frozenset({"close", "concerned"})


@dataclass(frozen=True)
class GroundTerms:
    """A ground that may be recorded; the citation is content, to be sealed, and never printed."""

    ground: str
    citation: str = field(repr=False)
    review_on: date


def grounds_of(country: str) -> tuple[OpenGround, ...]:
    """Return the grounds of a country's law; empty where a case may stand open as long as it takes."""
    return load_profiles().of(country).open_grounds


def check_ground(country: str, ground: str, citation: str, review_on: date | str, today: date) -> GroundTerms:
    """Return the terms of a ground recorded on local day `today`, or refuse them.

    RuleRefused reasons: `no_cap` (the country sets no longest time), `open_ground` (none of the law's), and
    those of `rules.holds.check_hold` for the citation and the review date. A review is at most 12 months
    ahead, as for a hold (own choice; the act itself wants one at least every three years).
    """
    known = grounds_of(country)
    if not known:
        raise RuleRefused("no_cap", "In this country no law sets how long a case may stand open.")
    if ground not in {one.code for one in known}:
        raise RuleRefused("open_ground", "Choose one of the grounds that the law names.")
    return GroundTerms(ground, checked_citation(citation), check_review(review_on, today))
