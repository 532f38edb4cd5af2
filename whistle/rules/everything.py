"""Every rules file is read when the program starts, so that a fault in one stops it with one line."""

from whistle.rules.answer_words import load_answer_words
from whistle.rules.categories import load_categories
from whistle.rules.concerned import load_grounds
from whistle.rules.incidents import load_notice
from whistle.rules.letters import load_wording
from whistle.rules.policy import load_versions
from whistle.rules.profiles import load_profiles
from whistle.rules.record import load_record
from whistle.rules.triage import load_lists


def load_all() -> None:
    """Read all of them; SettingsWrong names the file, the entry and what to do."""
    for load in (
        load_profiles, load_categories, load_grounds, load_lists, load_versions, load_wording, load_record,
        load_answer_words, load_notice,
    ):  # fmt: skip
        load()
