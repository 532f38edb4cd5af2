"""Who may do what beside a case: custodians, legal, administrators, auditors, and everybody's own account."""

import dataclasses
from datetime import timedelta
from typing import Any

from tests.vault.cast import AUTH, KINDS
from tests.vault.stage import Stage
from tests.vault.who_may import INSIDE, Command
from tests.vault.who_may_lists import DEPUTIES, HANDLING
from whistle.vault import (
    accounts,
    book,
    confirmations,
    custody,
    custody_desk,
    designating,
    guards,
    hold_citing,
    hold_list,
    holds,
    passkeys,
    people,
    purge,
    recovery_proof,
    registry,
    rehearsals,
    roster,
    sites,
    statistics,
)
from whistle.vault.designating import Wanted
from whistle.vault.guards import Given

SE = "nordvakt-se"
CUSTODIANS = frozenset({"custodian", "custodian without the case"})
LEGAL = frozenset({"legal"})
ADMINISTRATORS = frozenset({"administrator"})
EVERYWHERE = frozenset({"administrator", "administrator elsewhere"})
AUDITORS = frozenset({"auditor", "auditor elsewhere"})


def _stored_hold(found: Any, at: Stage) -> bool:
    return any(one.status.number == at.m.held for one in found)


def _decide(at: Stage, who: bytes) -> None:
    custody.decide(at.store, who, at.m.request_id, at.m.answer, at.now)


CUSTODY: tuple[Command, ...] = (
    Command("custody.decide", frozenset({"custodian"}), _decide, {"custodian without the case": "no_key"}),
    Command(
        "custody_desk.waiting",
        CUSTODIANS,
        lambda at, who: custody_desk.waiting(at.store, who, at.now),
        shows=bool,
    ),
    Command(
        "custody_desk.keys_for",
        CUSTODIANS,
        lambda at, who: custody_desk.keys_for(at.store, who, at.m.request_id, at.now),
    ),
    Command(
        "custody_desk.lacking",
        INSIDE | {"custodian"},
        lambda at, who: custody_desk.lacking(at.store, who, at.now, at.m.asked),
        shows=bool,
    ),
    Command(
        "custody_desk.give",
        INSIDE | CUSTODIANS,
        lambda at, who: custody_desk.give(at.store, who, at.m.asked_id, at.m.for_custodian, at.now),
    ),
    Command(
        "custody_desk.holds_key",
        INSIDE | {"custodian"},
        lambda at, who: custody_desk.holds_key(at.store, who, at.m.asked_id, at.now),
        shows=bool,
    ),
)

HOLDS: tuple[Command, ...] = (
    Command("holds.place", LEGAL, lambda at, who: holds.place(at.store, who, at.m.held, at.m.hold, at.now)),
    Command(
        "holds.place where legal is excluded",
        LEGAL,
        lambda at, who: holds.place(at.store, who, at.m.open, at.m.hold, at.now),
    ),
    Command(
        "holds.release", LEGAL, lambda at, who: holds.release(at.store, who, at.m.hold_id, b"sealed", at.now)
    ),
    Command(
        "holds.confirm_release",
        LEGAL,
        lambda at, who: holds.confirm_release(at.store, who, at.m.asked_hold_id, at.now),
    ),
    Command(
        "hold_list.of_companies",
        LEGAL,
        lambda at, who: _stored_hold(hold_list.of_companies(at.store, who, [at.m.company], at.now), at),
        shows=bool,
    ),
    Command(
        "hold_citing.uncited", LEGAL, lambda at, who: hold_citing.uncited(at.store, who, at.now), shows=bool
    ),
    Command(
        "hold_citing.require_uncited",
        LEGAL,
        lambda at, who: hold_citing.require_uncited(at.store, who, at.m.lost_hold_id, at.now),
    ),
    Command(
        "hold_citing.cite",
        LEGAL,
        lambda at, who: hold_citing.cite(at.store, who, at.m.lost_hold_id, at.m.citation, at.m.cited, at.now),
    ),
    Command("holds.legal_case", LEGAL, lambda at, who: holds.legal_case(at.store, who, at.m.held, at.now)),
    Command(
        "holds.upcoming",
        LEGAL,
        lambda at, who: holds.upcoming(
            at.store, who, [at.m.company], at.today + timedelta(days=5000), at.now
        ),
        shows=bool,
    ),
    Command(
        "guards.shown",
        LEGAL | {"excluded legal"},
        lambda at, who: guards.shown(at.store, who, "clock", "legal", at.now),
        shows=bool,
    ),
    Command(
        "guards.shown as administrator",
        ADMINISTRATORS,
        lambda at, who: guards.shown(at.store, who, "clock", "administrator", at.now),
        shows=bool,
    ),
    Command(
        "guards.answer",
        LEGAL | {"excluded legal"},
        lambda at, who: guards.answer(
            at.store, who, Given("clock", "legal", SE, "", confirmed=False), at.now
        ),
    ),
    Command(
        "guards.answer as administrator",
        ADMINISTRATORS,
        lambda at, who: guards.answer(
            at.store, who, Given("clock", "administrator", SE, "", confirmed=False), at.now
        ),
    ),
    Command("rehearsals.require", EVERYWHERE, lambda at, who: rehearsals.require(at.store, who, at.now)),
    Command(
        "purge.certificates_of",
        LEGAL | {"excluded legal"},  # nobody was excluded from the purged case
        lambda at, who: purge.certificates_of(at.store, who, [at.m.company], at.now),
        shows=bool,
    ),
)


def _designate(at: Stage, who: bytes) -> None:
    designating.designate(at.store, who, at.m.dag, Wanted("auditor", SE), at.now)


def _invite(at: Stage, who: bytes) -> str:
    invited = people.Invited("Ines", "ines@nordvakt.example", "Lawyer")
    return designating.invite(at.store, who, invited, Wanted("auditor", SE), at.now, at.now)


def _change_company(at: Stage, who: bytes) -> list[str]:
    company = next(one for one in sites.stored(at.store).companies if one.code == SE)
    return sites.change_company(at.store, who, dataclasses.replace(company, contact="Somebody else"), at.now)


ADMINISTRATION: tuple[Command, ...] = (
    Command("designating.designate", ADMINISTRATORS, _designate),
    Command("designating.invite", ADMINISTRATORS, _invite),
    Command(
        "designating.end", ADMINISTRATORS,
        lambda at, who: designating.end(at.store, who, at.m.disas_role_id, at.today, at.now),
    ),
    Command(
        "designating.retire", ADMINISTRATORS,
        lambda at, who: designating.retire(at.store, who, at.m.disa, at.now),
    ),
    Command(
        "designating.change_function", ADMINISTRATORS,
        lambda at, who: designating.change_function(at.store, who, at.m.disa, "Lawyer", at.now),
    ),
    Command(
        "accounts.may_invite_again", ADMINISTRATORS,
        lambda at, who: accounts.may_invite_again(at.store, who, at.m.disa, at.now),
        {"administrator elsewhere": "other_companies"},
    ),
    Command(
        "accounts.invite_again", ADMINISTRATORS,
        lambda at, who: accounts.invite_again(at.store, who, at.m.disa, at.now, at.now),
        {"administrator elsewhere": "other_companies"},
    ),
    Command("sites.change_company", ADMINISTRATORS, _change_company),
    Command(
        "recovery_proof.prove", EVERYWHERE,
        lambda at, who: recovery_proof.prove(at.store, who, at.m.recovery_answer, at.now),
    ),
    Command("roster.administered", EVERYWHERE, lambda at, who: roster.administered(at.store, who, at.now)),
    Command(
        "roster.designated", EVERYWHERE | AUDITORS, lambda at, who: roster.designated(at.store, who, at.now)
    ),
    Command("book.page", AUDITORS, lambda at, who: book.page(at.store, who, book.Asked(), None, at.now)),
    Command("statistics.totals", AUDITORS, lambda at, who: statistics.totals(at.store, who, at.now)),
    Command(
        "confirmations.waiting", HANDLING,
        lambda at, who: at.m.designation_id
        in [one.id for one in confirmations.waiting(at.store, who, at.now)],
        shows=bool,
    ),
    Command(
        "confirmations.confirm", HANDLING,
        lambda at, who: confirmations.confirm(at.store, who, at.m.designation_id, at.m.key_id, at.now),
    ),
    *(
        Command(
            f"registry.served {role}", frozenset(kinds),
            lambda at, who, role=role: [
                one for one in registry.served(at.store, who, role, at.now) if one.code == SE
            ],
            shows=bool,
        )
        for role, kinds in (
            ("handler", HANDLING), ("deputy", DEPUTIES), ("legal", {"legal", "excluded legal"}),
            ("custodian", CUSTODIANS | {"excluded custodian"}), ("administrator", ADMINISTRATORS),
            ("auditor", {"auditor"}), ("privacy_officer", {"privacy officer"}),
        )
    ),
)  # fmt: skip


def _renew(at: Stage, who: bytes) -> None:
    new = accounts.Renewal(passphrase=accounts.NewLock(b"new", b"new"))
    accounts.renew(at.store, who, accounts.Proof(accounts.PASSPHRASE, AUTH), new, at.now)


def _passkey(who: bytes) -> passkeys.NewPasskey:
    return passkeys.NewPasskey(b"another" + who, b"cose", 1, "their key")


def _use(at: Stage, who: bytes) -> None:
    mine = passkeys.StoredPasskey(at.m.passkeys[who], b"", b"", 1, "", at.today)
    passkeys.used(at.store, who, mine, 2, at.now)


ALL = frozenset(KINDS)
ACCOUNT: tuple[Command, ...] = tuple(
    dataclasses.replace(command, account=True)
    for command in (
        Command("accounts.own_locks", ALL, lambda at, who: accounts.own_locks(at.store, who)),
        Command(
            "accounts.unlock", ALL,
            lambda at, who: accounts.unlock(at.store, who, accounts.Proof(accounts.RECOVERY, AUTH)),
        ),
        Command("accounts.factor_of", ALL, lambda at, who: accounts.factor_of(at.store, who)),
        Command("accounts.spend_step", ALL, lambda at, who: accounts.spend_step(at.store, who, 7)),
        Command("accounts.stamp", ALL, lambda at, who: accounts.stamp(at.store, who), shows=bool),
        Command("accounts.stamped", ALL, lambda at, who: accounts.stamped(at.store, who, at.now)),
        Command("accounts.renew", ALL, _renew),
        Command("accounts.language_of", ALL, lambda at, who: accounts.language_of(at.store, who)),
        Command(
            "accounts.choose_language", ALL, lambda at, who: accounts.choose_language(at.store, who, "sv")
        ),
        Command("people.unlock", ALL, lambda at, who: people.unlock(at.store, who, AUTH, at.now)),
        Command("people.use_code", ALL, lambda at, who: people.use_code(at.store, who, 7, "", at.now)),
        Command("people.standing", ALL, lambda at, who: people.standing(at.store, who, at.now)),
        Command(
            "passkeys.of_person", ALL, lambda at, who: passkeys.of_person(at.store, who), shows=bool
        ),
        Command("passkeys.add", ALL, lambda at, who: passkeys.add(at.store, who, _passkey(who), at.now)),
        Command(
            "passkeys.remove", ALL,
            lambda at, who: passkeys.remove(at.store, who, at.m.passkeys[who], at.now),
        ),
        Command("passkeys.used", ALL, _use),
    )
)  # fmt: skip
"""What is everybody's own, whatever they are designated for, until they retire."""
