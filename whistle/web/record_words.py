"""What pages call the entries of a case and the fields in them: on the desk, and in what leaves the house."""

from typing import Final

from flask import Flask

from whistle.web import staff_words as words
from whistle.web.words import lazy_gettext as _l

#: The kinds of records.
RECORDS: Final[words.Words] = {
    "report": _l("Report"),
    "message": _l("Message"),
    "acknowledgement": _l("Confirmation of receipt"),
    "feedback": _l("Feedback"),
    "closing": _l("Closing, with feedback"),
    "no_feedback": _l("Why there is no feedback"),
    "identity_given": _l("The reporter left a name"),
    "identity_withdrawn": _l("The reporter took the name back"),
    "identity_request": _l("Who the reporter is was asked for"),
    "identity_reading": _l("Who the reporter is was read"),
    "identity": _l("Who the reporter is"),
    "originals": _l("Files as they came"),
    "note": _l("Note"),
    "note_mark": _l("What a note is"),
    "reopening": _l("Reason for reopening"),
    "export": _l("Export"),
    "minutes": _l("Minutes"),
    "minutes_reply": _l("The reporter's word on the minutes"),
    "minutes_locked": _l("Minutes locked"),
    "triage": _l("Sorting"),
    "measure": _l("Measure"),
    "protection": _l("Risk and protection"),
    "concerned": _l("Person concerned"),
    "consent_request": _l("Question whether something may be handed over"),
    "consent_answer": _l("The reporter's answer"),
    "disclosure": _l("The reporter was told what is handed over"),
    "disclosure_plan": _l("Disclosure the reporter is not told of yet"),
    "exclusion": _l("Conflict of interest"),
    "exclusion_lifted": _l("Conflict of interest lifted"),
    "investigator": _l("Outside investigator"),
    "erased": _l("Erased, and lost in a restore"),
}

#: Fields of records that a reader of an archive is shown beside the text.
FIELDS: Final[words.Words] = {
    "answer": _l("Answer"),
    "by_on": _l("By when"),
    "category": _l("Mostly about"),
    "contact": _l("How to reach them"),
    "decision": _l("Decision"),
    "done_on": _l("Done on"),
    "entered_by": _l("Entered by"),
    "ground": _l("Ground"),
    "held_on": _l("On which day"),
    "how": _l("How they were told"),
    "informed_on": _l("Told on"),
    "kind": _l("Kind"),
    "name": _l("Name"),
    "recording_agreed": _l("They agreed that the recording is kept"),
    "note_kind": _l("Kind of note"),
    "outcome": _l("What came of it"),
    "person": _l("Person concerned"),
    "priority": _l("Priority"),
    "provision": _l("Provision or decision"),
    "purpose": _l("Why"),
    "recipient": _l("To whom"),
    "relation": _l("Connection to the company"),
    "remark": _l("Remark"),
    "review_on": _l("Looked at again by"),
    "risk": _l("Risk of reprisals"),
    "safeguard": _l("What protects the data there"),
    "severity": _l("Severity"),
    "steps": _l("What protects against it"),
    "what": _l("What"),
    "who": _l("Who answers for it"),
    "why": _l("Why"),
}


def speak(app: Flask) -> None:
    """Give pages the filters that name an entry's kind, and a field of one."""
    app.jinja_env.filters.update(record_kind=kind, record_field=field)


def kind(code: str) -> str:
    """What a record is; a code that is unknown stays."""
    return words.word(RECORDS, code)


def field(code: str) -> str:
    """What a field says; a code that is unknown stays."""
    return words.word(FIELDS, code)
