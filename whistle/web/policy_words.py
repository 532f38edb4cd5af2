"""The policy's entries as sentences in the reader's language; every number in them is the rules' own."""

from collections.abc import Iterable

from whistle.rules.policy_codes import ERASURE_GROUNDS, RESTRICTION_GROUNDS, TABLE, Right
from whistle.rules.policy_words import Kept, Kind, Policy, Worded
from whistle.web import choices
from whistle.web.languages import day, label
from whistle.web.words import gettext as _
from whistle.web.words import ngettext

#: From so many months on people count in years.
_YEARS_FROM = 36
_YEAR = 12
#: Correcting and completing are one column: no category has them apart.
COLUMNS = tuple(right for right in TABLE if right is not Right.COMPLETION)


def period(policy: Policy, kept: Kept) -> str:
    """How long, from when, and in which countries where not in all."""
    said = _(
        "%(length)s, counted from %(start)s.",
        length=length(kept.months),
        start=label(policy.starts[kept.start]),
    )
    if not kept.countries:
        return said
    return f"{', '.join(choices.country_name(country) for country in kept.countries)}: {said}"


def length(months: int) -> str:
    """So many months, as years where they are whole and many."""
    if months >= _YEARS_FROM and months % _YEAR == 0:
        return ngettext("%(num)d year", "%(num)d years", months // _YEAR)
    return ngettext("%(num)d month", "%(num)d months", months)


def kept_lines(policy: Policy, kind: Kind) -> list[str]:
    """How long data of a category is kept: its periods, what holds instead or beside, what lengthens it."""
    lines = [period(policy, kept) for kept in kind.periods]
    if kind.kept is not None:
        lines.append(label(kind.kept))
    if kind.exceptions:
        laws = _(" or ").join(label(policy.exceptions[law]) for law in kind.exceptions)
        lines.append(_("Longer where %(laws)s.", laws=laws))
    return lines


def bases(policy: Policy, kind: Kind) -> str:
    """On what ground a category is handled."""
    return _listed(label(policy.bases[basis]) for basis in kind.bases) or _("No ground is given.")


def recipients(policy: Policy, kind: Kind) -> str:
    """To whom a category may go."""
    return _listed(label(policy.recipients[recipient]) for recipient in kind.recipients)


def _listed(words: Iterable[str]) -> str:
    """Words as one line: the first as it stands, the others small, but for those of capitals such as IT."""
    first, *others = [*words, ""]
    small = [one if one[1:2].isupper() else one[:1].lower() + one[1:] for one in others if one]
    return "; ".join([first, *small])


def cells(policy: Policy, kind: Kind) -> list[tuple[str, str]]:
    """A category's row of the table of rights: the head of the column, and what stands under it."""
    return [(head(policy, right), label(policy.conditions[kind.verdicts[right]])) for right in COLUMNS]


def head(policy: Policy, right: Right) -> str:
    """The law's word for a right, as the head of a column."""
    return label(policy.rights[right].word)


def grounds(policy: Policy) -> tuple[list[Worded], list[Worded]]:
    """The grounds for erasure and those for restriction, in the policy's order."""
    return [policy.reasons[why] for why in ERASURE_GROUNDS], [
        policy.reasons[why] for why in RESTRICTION_GROUNDS
    ]


def announcement(policy: Policy) -> str:
    """What a version that is not in force yet says of itself."""
    text = "" if policy.announces is None else label(policy.announces)
    return _("From %(day)s this changes: %(what)s", day=day(policy.effective_from, "plain"), what=text)
