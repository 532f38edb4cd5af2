"""What stands on the policy is read one way: words in each language, a source, its sentence."""

from whistle.rules.policy_words import Cited, Worded
from whistle.rules.tables import Table


def cited(table: Table) -> Cited:
    """Read what an entry stands on; SettingsWrong without the policy's sentence or why it has none."""
    source, day = table.text("source"), table.day("effective_from")
    said, unsaid = table.text("said", ""), table.text("unsaid", "")
    if bool(said) == bool(unsaid):
        raise table.wrong('give the policy\'s sentence in "said", or in "unsaid" why it has none.')
    return Cited(source, said, unsaid, day)


def worded(table: Table, code: str) -> Worded:
    """Read an entry that tells more than its label; where the law has no word of its own the label is it."""
    label = table.label("label")
    word = table.label("word") if table.has("word") else label
    return Worded(code, label, cited(table), table.label("tells"), word)


def labelled(table: Table, code: str) -> Worded:
    """Read an entry whose label says all, or all but what `tells` says to the person themselves."""
    label = table.label("label")
    tells = table.label("tells") if table.has("tells") else label
    return Worded(code, label, cited(table), tells, label)
