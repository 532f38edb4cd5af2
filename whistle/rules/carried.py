"""Of one person's lines, which can be taken elsewhere, and for every category that is left out, why (S40)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from whistle.rules.policy_codes import Basis, Category, Right
from whistle.rules.policy_words import Policy
from whistle.rules.rights import Verdict, decide, portable
from whistle.rules.verdicts import Answer, Facts


@dataclass(frozen=True)
class Held:
    """A line as far as it matters here; `basis` is None where the system that holds it does not say."""

    category: Category
    basis: Basis | None
    handed_over: bool


def verdict_on(line: Held, country: str, policy: Policy) -> Verdict:
    """Return the verdict on portability of one line; only YES carries it."""
    return decide(line.category, Right.PORTABILITY, country, _facts([line]), policy)


def left_out(lines: Iterable[Held], country: str, policy: Policy) -> tuple[Verdict, ...]:
    """Return the verdict of every category of the policy of which no line is carried, in its order."""
    found: dict[Category, list[Held]] = defaultdict(list)
    carried: set[Category] = set()
    for line in lines:
        found[line.category].append(line)
        if verdict_on(line, country, policy).answer is Answer.YES:
            carried.add(line.category)
    facts = {category: _facts(held) for category, held in found.items() if category not in carried}
    _held, left = portable(facts, country, policy)
    return tuple(one for one in left if one.category not in carried)


def _facts(lines: Sequence[Held]) -> Facts:
    bases = frozenset(line.basis for line in lines if line.basis is not None)
    return Facts(bases=bases, handed_over=any(line.handed_over for line in lines))
