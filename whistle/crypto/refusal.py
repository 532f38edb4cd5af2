"""Makes every failed opening look alike, so that a refusal never tells which check failed."""

from whistle.errors import SealBroken

# One text for every cause: a text per cause would tell somebody who feeds in forged bytes how far they got.
REFUSAL = "this sealed object does not open"


def broken() -> SealBroken:
    """The one refusal of FORMAT.md ("Refusals"); raise it `from None`, so that no cause travels along."""
    return SealBroken(REFUSAL)
