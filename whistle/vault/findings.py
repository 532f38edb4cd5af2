"""What `check` says: a finding names a fault in one word, and never a word of content."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be: a kind in a word, what it is about, what to do or to know."""

    kind: str
    about: str
    said: str
