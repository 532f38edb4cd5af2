"""What the staff doors say for states, duties, grounds, roles, refusals and the ledger, each in one table."""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString

from whistle.web import (
    account_words,
    circle_words,
    clock_words,
    custody_words,
    duty_words,
    handover_words,
    held_words,
    legal_words,
    people_words,
    redaction_words,
    work_words,
)
from whistle.web import words as _words
from whistle.web.words import lazy_gettext as _l

#: The same words as everywhere, under the name by which the staff's doors know them.
gettext = _words.gettext
ngettext = _words.ngettext

Words = Mapping[str, LazyString]

#: A week is the longest stretch that days alone still say well, a quarter the longest that weeks do.
DAYS_UNTIL_WEEKS: Final = 14
DAYS_UNTIL_MONTHS: Final = 90
DAYS_A_WEEK: Final = 7
DAYS_A_MONTH: Final = 30
#: Under this many days a duty is "soon" (the list's own group has the same bound).
SOON_DAYS: Final = 7

STATES: Final[Words] = {
    "received": _l("Received"),
    "acknowledged": _l("Acknowledged"),
    "in_progress": _l("In progress"),
    "closed": _l("Closed"),
}

#: What the list's filter offers: the two that are asked for most, then everything, then the four states.
STATE_FILTERS: Final[Words] = {
    "open": _l("Open"),
    "closed": _l("Closed"),
    "all": _l("All"),
    "received": _l("Received"),
    "acknowledged": _l("Acknowledged"),
    "in_progress": _l("In progress"),
}

#: The duty as a line of the list.
DUTIES: Final[Words] = {
    "acknowledgement": _l("Confirm receipt"),
    "feedback": _l("Give feedback"),
    "persons_concerned": _l("Decide about the persons concerned"),
    "meeting": _l("Offer a meeting"),
    "review": _l("Look at the case again"),
    "review_hold": _l("Review the hold"),
    "purge": _l("Erased by itself"),
    **duty_words.DUTIES,
}

#: The same duty as a sentence on the case's own page.
DUTY_SENTENCES: Final[Words] = {
    "acknowledgement": _l("Confirm to the reporter that the report has been received."),
    "feedback": _l("Give feedback to the reporter."),
    "persons_concerned": _l("Decide whether the persons concerned are told."),
    "meeting": _l("Offer the reporter a meeting."),
    "review": _l("Nobody has worked on this case for a long time. Look at it again."),
    "review_hold": _l("Legal reviews the hold on this case."),
    "purge": _l("The case is erased by itself."),
    **duty_words.DUTY_SENTENCES,
}

#: What the button in the duty box says; a duty without a word here is nobody's to do on this page.
DUTY_BUTTONS: Final[Words] = {
    "acknowledgement": _l("Write the confirmation"),
    "feedback": _l("Write feedback"),
    "meeting": _l("Write to the reporter"),
    "review": _l("Write to the reporter"),
    **duty_words.DUTY_BUTTONS,
}

#: The three grounds of a hold, and nothing else (policy S26).
GROUNDS: Final[Words] = {
    "other_legislation": _l("Another law"),
    "court_ruling": _l("A court ruling"),
    "authority_decision": _l("An authority's decision"),
}

#: What has to be cited for each ground, so that somebody else can look it up.
GROUND_HINTS: Final[Words] = {
    "other_legislation": _l("Cite the act and the section."),
    "court_ruling": _l("Cite the court and the case number."),
    "authority_decision": _l("Cite the authority and its reference."),
}

ROLES: Final[Words] = {
    "handler": _l("Handler"),
    "custodian": _l("Custodian"),
    "legal": _l("Legal"),
    "privacy_officer": _l("Privacy officer"),
    "administrator": _l("Administrator"),
    "auditor": _l("Auditor"),
    **people_words.ROLES,
}

PERSON_STATES: Final[Words] = {
    "invited": _l("Invited"),
    "active": _l("Active"),
    "retired": _l("Retired"),
}

#: A sentence for every reason with which a text or a choice in a form is refused.
FORM_PROBLEMS: Final[Words] = {
    "missing": _l("Write something here first."),
    "too_long": _l("This is too long. The longest text is 100 000 characters."),
    "nul": _l("There is a character here that cannot be kept. Write the text again without it."),
    "control": _l("There is a character here that cannot be kept. Write the text again without it."),
    "surrogate": _l("There is a character here that cannot be kept. Write the text again without it."),
    "unknown": _l("Choose one of the answers that are offered."),
    "closed": _l("The case is closed, so nothing more can be written in it."),
    "choice": _l("Choose one of the answers that are offered."),
}

#: A sentence for every rule that forbids what was asked (`RuleRefused.reason`).
REFUSALS: Final[Words] = {
    # the handler's case
    "state": _l(
        "The case is no longer in a state where this can be done. Read it again and look at what comes next."
    ),
    "feedback_empty": _l("Say what was done and why. A case cannot be closed without feedback."),
    "outcome": _l("Choose what came of the case."),
    "shared": _l(
        "You may read this case and look into it. Writing to the reporter and closing are "
        "for the company's own people."
    ),
    "reason_empty": _l("Write the reason."),
    "past_day": _l("The day on which this case is erased has come. Nothing more can be done in it."),
    "second_person": _l("Another handler has to confirm this. Ask for it first."),
    "same_person": _l("Somebody else has to confirm this. The person who asked cannot also confirm."),
    "not_granted": _l("You have no part in the notes of this case."),
    "number": _l("Somebody else wrote at the same moment. Send it again."),
    # holds
    "ground": _l(
        '"We might be sued" is not a ground. The policy knows three: another law, a court ruling, '
        "an authority's decision."
    ),
    "citation_empty": _l(
        "Cite what the hold stands on: act and section, court and case number, or authority and reference."
    ),
    "citation_number": _l("A citation has a number in it: a section, a case number or a reference. Add it."),
    "citation_speculation": _l(
        '"We might be sued" is not a ground. The policy knows three: another law, '
        "a court ruling, an authority's decision."
    ),
    "review_date": _l("Write the review date as year, month and day."),
    "review_past": _l("The review date has to be after today."),
    "review_far": _l("The review date can be at most twelve months ahead."),
    "gone": _l("The case has already been erased, so a hold cannot be placed."),
    # the account
    "empty": _l("Choose a passphrase."),
    "differs": _l("The two passphrases are not the same. Type both again."),
    "short": _l("The passphrase is too short. Use at least four words."),
    "long": _l("The passphrase is too long. Use at most 256 characters."),
    "weak": _l("The passphrase is too easy to guess. Use four or five words that do not belong together."),
    "code": _l("The code did not match. Wait for the next one and type that."),
    "recovery_code": _l("The code does not match. Compare it with what you wrote down or printed."),
    "passphrase_now": _l("That is not your passphrase."),
    "passkey_name": _l("Give the passkey a name, such as the device it is on."),
    "passkey": _l("The passkey could not be added. Try again."),
    "other_companies": _l(
        "This person works for companies that you do not administer. Ask an administrator there."
    ),
    "passkeys_full": _l("You have ten passkeys. Remove one first."),
    "recovery_answer": _l(
        "That is not the answer to the challenge that waits. Compare it, or make a new challenge."
    ),
    "fingerprint": _l(
        "That is not the fingerprint of this key. Ask your colleague to read it aloud again. If it still "
        "does not match, stop and tell an administrator."
    ),
    **people_words.REFUSALS,
    **redaction_words.REFUSALS,
    **work_words.REFUSALS,
    **circle_words.REFUSALS,
    **custody_words.SENTENCES,
    **handover_words.REFUSALS,
    **held_words.REFUSALS,
    **clock_words.REFUSALS,
    **legal_words.REFUSALS,
    "quarter": _l("Choose a quarter of the list."),
    "not_all_cases": _l(
        "You do not read all cases of this quarter. A colleague who does can publish its figures."
    ),
    "quarter_open": _l("The quarter is not over yet. Its figures can be published after its last day."),
    "too_many_cases": _l("There are too many cases to be counted at once."),
}

#: What the page says after something was done; an unknown word says nothing.
DONE: Final[Words] = {
    "acknowledged": _l("Sent. The reporter can now see that the report was received."),
    "message": _l("Sent. The reporter sees it when they come back with their key."),
    "feedback": _l("Sent as feedback. The reporter sees it when they come back with their key."),
    "note": _l("The note is added. The reporter does not see it."),
    "closed": _l("The case is closed. The day on which it is erased stands under Dates."),
    "reopen": _l("Done. The state of the case stands beside its number."),
    "reopened": _l("The case is open again."),
    "hold": _l("The hold is in force. The case is not erased while it stands."),
    "released": _l("The hold is released."),
    "asked": _l("Your colleagues in legal can now confirm the release. The hold stands until then."),
    "key": _l("The key counts now."),
    "one_more": _l("Your confirmation is noted. The key counts when one more person has confirmed it."),
    "ready": _l("Your account is ready. Sign in."),
    "out": _l("You are signed out."),
    **account_words.DONE,
    **people_words.DONE,
    **redaction_words.DONE,
    **work_words.DONE,
    **circle_words.DONE,
    **custody_words.CASE_DONE,
    **held_words.DONE,
    **clock_words.DONE,
    **legal_words.DONE,
}

#: The ledger's actions as sentences; what nobody on the staff did has no actor in it.
LEDGER_ACTIONS: Final[Words] = {
    "received": _l("A report was received"),
    "acknowledged": _l("%(actor)s confirmed that the report was received"),
    "message_sent": _l("%(actor)s wrote to the reporter"),
    "message_received": _l("The reporter wrote"),
    "feedback_given": _l("%(actor)s gave feedback to the reporter"),
    "note_added": _l("%(actor)s added a note"),
    "closed": _l("%(actor)s closed the case"),
    "reopen_asked": _l("%(actor)s asked to reopen the case"),
    "reopened": _l("%(actor)s reopened the case"),
    "opened": _l("%(actor)s opened the case for the first time"),
    "opened_file": _l("%(actor)s downloaded a file"),
    "hold_placed": _l("%(actor)s placed a hold"),
    "release_asked": _l("%(actor)s asked to release a hold"),
    "hold_released": _l("%(actor)s released a hold"),
    "purged": _l("The case was erased"),
    "person_invited": _l("%(actor)s invited a person"),
    "person_activated": _l("%(actor)s activated an account"),
    "key_confirmed": _l("%(actor)s confirmed a key"),
    "person_retired": _l("%(actor)s retired a person"),
    "grants_withdrawn": _l("The keys of people who left were taken away"),
    "company_added": _l("%(actor)s added a company"),
    "company_changed": _l("%(actor)s changed a company"),
    "signed_in": _l("%(actor)s signed in"),
    "passphrase_renewed": _l("%(actor)s chose a new passphrase"),
    "recovery_code_renewed": _l("%(actor)s printed a new recovery code"),
    "second_factor_renewed": _l("%(actor)s added a new second factor"),
    "passkey_added": _l("%(actor)s added a passkey"),
    "passkey_removed": _l("%(actor)s removed a passkey"),
    "person_invited_again": _l("%(actor)s ended a person's key and sent a new activation link"),
    "recovery_proved": _l("%(actor)s showed that the recovery key's shares open it"),
    "granted_by_recovery": _l("The recovery key gave a handler the case's keys again"),
    "identity_given": _l("The reporter said who they are"),
    "key_kept": _l("The reporter came back with the key"),
    **people_words.LEDGER_ACTIONS,
    **redaction_words.LEDGER_ACTIONS,
    **work_words.LEDGER_ACTIONS,
    **legal_words.LEDGER_ACTIONS,
    **held_words.LEDGER_ACTIONS,
}

#: The names of the facts that stand beside a ledger line.
YES: Final = _l("yes")

LEDGER_FACTS: Final[Words] = {
    "company": _l("Company"),
    "ground": _l("Ground"),
    "outcome": _l("Outcome"),
    "review_on": _l("Review date"),
    "due_on": _l("Due"),
    "records": _l("Records"),
    "files": _l("Files"),
    "person": _l("Person"),
    "role": _l("Role"),
    "roles": _l("Roles"),
    "late": _l("Late"),
    **people_words.LEDGER_FACTS,
    **work_words.LEDGER_FACTS,
    **custody_words.LEDGER_FACTS,
    **legal_words.LEDGER_FACTS,
}


def word(table: Words, key: str) -> str:
    """Return the word for `key` in the reader's language; an unknown key is shown as it is."""
    known = table.get(key)
    return key if known is None else str(known)


def options(table: Words) -> list[tuple[str, str]]:
    """Return a table as (value, label) pairs, in the table's own order, for a choice in a form."""
    return [(value, str(label)) for value, label in table.items()]


def done(key: str) -> str:
    """Return what the page says after something was done; empty for a word that is not one of ours."""
    return str(DONE[key]) if key in DONE else ""


def refusal(reason: str) -> str:
    """Return the sentence for a refused form or rule; a reason without one of its own gets the plain one."""
    known = REFUSALS.get(reason) or FORM_PROBLEMS.get(reason)
    if known is None:
        return gettext("This cannot be done as things stand. Read the page again.")
    return str(known)


def ledger_sentence(action: str, actor: str) -> str:
    """Return what happened as one sentence; an action without words is shown as it is, after who did it."""
    who = actor or gettext("Somebody")
    if action not in LEDGER_ACTIONS:
        return f"{who}: {action}"
    return str(LEDGER_ACTIONS[action]).replace("%(actor)s", who)


def days_away(days: int) -> str:
    """Say how far a day is from today: negative is late, 0 today; weeks and months are rounded down."""
    if days < 0:
        return ngettext("%(num)d day late", "%(num)d days late", -days)
    if days == 0:
        return gettext("Today")
    if days == 1:
        return gettext("Tomorrow")
    if days < DAYS_UNTIL_WEEKS:
        return ngettext("In %(num)d day", "In %(num)d days", days)
    if days < DAYS_UNTIL_MONTHS:
        return ngettext("In %(num)d week", "In %(num)d weeks", days // DAYS_A_WEEK)
    return ngettext("In %(num)d month", "In %(num)d months", days // DAYS_A_MONTH)


def urgency(days: int | None) -> str:
    """Return the kind of tag for a day so far away: `late`, `soon`, or empty for plain text."""
    if days is None:
        return ""
    if days < 0:
        return "late"
    # From the third day on the words alone are calm enough; today and tomorrow stand out.
    return "soon" if days <= 1 else ""
