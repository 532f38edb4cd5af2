"""What a case's page is given of who works on it, who must not see it, and whom one could let in."""

from dataclasses import dataclass
from datetime import date

from whistle.vault.facts import Bounded


@dataclass(frozen=True, slots=True)
class CirclePerson:
    """Somebody around a case; a form sends `ref`. `shared`: another company's (2021:890 5:3)."""

    ref: str
    name: str
    function: str
    role: str
    shared: bool = False


@dataclass(frozen=True, slots=True)
class ExcludedView:
    """Somebody who must not see the case; `by` is empty where the reporter chose, else who declared it."""

    name: str
    function: str
    by: str = ""
    reason: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class CircleView:
    """Who works on a case, and what the page offers; without `may_change` it offers nothing.

    `successors`: the names to whom the case goes when the reader of the page leaves it as the last one.
    `last`: the reader is the last one. `new_keys_due`: an identity key of somebody who left was not replaced.
    """

    workers: tuple[CirclePerson, ...] = ()
    lacking: tuple[CirclePerson, ...] = ()
    removable: tuple[CirclePerson, ...] = ()
    liftable: tuple[CirclePerson, ...] = ()
    outside: tuple[CirclePerson, ...] = ()
    excluded: tuple[ExcludedView, ...] = ()
    successors: tuple[str, ...] = ()
    last: bool = False
    may_change: bool = False
    new_keys_due: bool = False


@dataclass(frozen=True, slots=True)
class NewcomerView:
    """A colleague who lacks open cases that one has oneself; a form sends `ref` and `company`."""

    ref: str
    name: str
    company: str
    company_name: str
    cases: Bounded


@dataclass(frozen=True, slots=True)
class GrantedSome:
    """What one step of granting all open cases did, and how many are left."""

    granted: int
    failed: int
    left: Bounded
