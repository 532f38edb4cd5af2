"""A passphrase is taken when it resists somebody who has stolen the database and the keys for a while."""

SHORTEST = 12
"""Letters of a passphrase at least; strength is measured besides."""

LONGEST = 256
"""Letters at most: a bound on what one form may cost."""

STRONG = 3
"""zxcvbn's score that resists somebody who has stolen the database and the keys for a while."""

ZXCVBN_LETTERS = 72
"""zxcvbn takes no more; what comes after only makes a passphrase stronger."""

OWN_WORD = 3
"""Shorter parts of a name stand inside other words too often to be taken out."""


def strength(passphrase: str, name: str, site_name: str) -> int:
    """zxcvbn's score, 0 to 4; one's own name is no passphrase."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 (its word lists are slow to load)

    known = [name, site_name, *name.split(), *site_name.split()]
    tried = (passphrase[:ZXCVBN_LETTERS], _without(passphrase, known)[:ZXCVBN_LETTERS])
    # Of nothing zxcvbn can say nothing.
    return min(int(zxcvbn(one, user_inputs=known)["score"]) if one else 0 for one in tried)


def problem(passphrase: str, again: str, name: str, site_name: str) -> str | None:
    """What is wrong with a new passphrase: `empty`, `differs`, `short`, `long`, `weak`, or nothing."""
    if not passphrase:
        return "empty"
    if passphrase != again:
        return "differs"
    if len(passphrase) < SHORTEST:
        return "short"
    if len(passphrase) > LONGEST:
        return "long"
    return "weak" if strength(passphrase, name, site_name) < STRONG else None


def _without(passphrase: str, known: list[str]) -> str:
    """What is left without one's own name and the site's: zxcvbn finds several easy words in a row strong."""
    rest = passphrase.casefold()
    for word in sorted((word.casefold() for word in known if len(word) >= OWN_WORD), key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest
