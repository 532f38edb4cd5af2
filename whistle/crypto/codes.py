"""Reads and shows the codes that people keep: forgiving about how they are typed, strict in what they are."""

import hashlib
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Self

from whistle.crypto.keys import KEY_BYTES, Random, hkdf
from whistle.crypto.refusal import broken

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32: no I, L, O, U
SECRET_BYTES = 15  # 120 bits: beyond guessing without a slow hash, and exactly 24 symbols
SECRET_SYMBOLS = 24
CODE_SYMBOLS = 25
GROUP_SYMBOLS = 5
SYMBOL_BITS = 5
LONGEST_TYPED = 1000  # characters; nobody types more, and normalising costs time by length
_CASE_KEY = b"whistle/v1/case-key\0"
_RECOVERY_CODE = b"whistle/v1/recovery-code\0"
_REPORTER_SEED = b"whistle/v1/reporter-seed\0"
_LOCATOR = b"whistle/v1/locator\0"
_FORM_CASE_KEY = b"whistle/v1/form-case-key\0"
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
_VALUES |= {symbol.lower(): value for symbol, value in _VALUES.items()}
_VALUES |= {look_alike: value for value, group in ((0, "oO"), (1, "iIlL")) for look_alike in group}
_FORGIVEN = frozenset(("Pd", "Cc", "Cf"))  # every dash, control and zero-width character
# NFKC would make an s of these (U+017F, U+FB05): old print, never the key on a keyboard.
_LONG_S = frozenset("\u017f\ufb05")


def derive(token: bytes, label: bytes) -> bytes:
    """32 bytes from a browser's token for the one use that the label names (HKDF-SHA256)."""
    return hkdf(token, label)


def symbols_of(text: str) -> str | None:
    """The 25 symbols a person meant (FORMAT.md, "Reading a code"), or None if there are not 25 legal ones."""
    if len(text) > LONGEST_TYPED or not _LONG_S.isdisjoint(text):
        return None
    symbols = []
    for character in unicodedata.normalize("NFKC", text):
        if character in _VALUES:
            symbols.append(ALPHABET[_VALUES[character]])
        elif not character.isspace() and unicodedata.category(character) not in _FORGIVEN:
            return None
    return "".join(symbols) if len(symbols) == CODE_SYMBOLS else None


def _values_of(text: str) -> tuple[int, int] | None:
    """The 120-bit number and the check value that a typed text says, or None."""
    symbols = symbols_of(text)
    if symbols is None:
        return None
    number = 0
    for symbol in symbols[:SECRET_SYMBOLS]:
        number = number << SYMBOL_BITS | _VALUES[symbol]
    return number, _VALUES[symbols[SECRET_SYMBOLS]]


def _check_value(label: bytes, secret: bytes) -> int:
    return hashlib.sha256(label + secret).digest()[0] >> 3


@dataclass(frozen=True, slots=True)
class _Code:
    """Fifteen secret bytes that a person writes down as 25 symbols; ValueError if they are not fifteen."""

    secret: bytes = field(repr=False)
    label: ClassVar[bytes]

    def __post_init__(self) -> None:
        """Refuse any other length: the symbols would not show it."""
        if len(self.secret) != SECRET_BYTES:
            raise ValueError("a code holds 15 bytes")

    @classmethod
    def new(cls, random: Random = secrets.token_bytes) -> Self:
        """A fresh code."""
        return cls(random(SECRET_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The code a person typed; SealBroken if it is no code or its check symbol does not hold."""
        values = _values_of(text)
        if values is not None:
            code = cls(values[0].to_bytes(SECRET_BYTES, "big"))
            if _check_value(cls.label, code.secret) == values[1]:
                return code
        raise broken()

    @property
    def text(self) -> str:
        """Five groups of five symbols, the last one the check symbol: `7KQ4M-…`."""
        number = int.from_bytes(self.secret, "big") << SYMBOL_BITS | _check_value(self.label, self.secret)
        shifts = range(SYMBOL_BITS * SECRET_SYMBOLS, -1, -SYMBOL_BITS)
        symbols = "".join(ALPHABET[number >> shift & 31] for shift in shifts)
        return "-".join(
            symbols[start : start + GROUP_SYMBOLS] for start in range(0, CODE_SYMBOLS, GROUP_SYMBOLS)
        )


@dataclass(frozen=True, slots=True, repr=False)
class CaseKey(_Code):
    """What a reporter keeps: the only way back to the case, known to nobody else."""

    label = _CASE_KEY

    @property
    def reporter_seed(self) -> bytes:
        """The 32-byte seed of the reporter's keys."""
        return hkdf(self.secret, _REPORTER_SEED)

    @property
    def locator(self) -> bytes:
        """32 bytes by which the case is found; they lead neither to the seed nor back to the key."""
        return hkdf(self.secret, _LOCATOR)

    @property
    def locator_hash(self) -> bytes:
        """SHA-256 of the locator: all that the server stores, so a stolen table is no list of locators."""
        return hashlib.sha256(self.locator).digest()


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryCode(_Code):
    """What a staff member prints: it opens the lock of purpose 2. Its check differs, so it is no case key."""

    label = _RECOVERY_CODE


def case_key_from_form(token: bytes, nonce: bytes) -> CaseKey:
    """The case key of one form in one browser: the same form sent twice makes the same key.

    Takes the cookie's token and the form's nonce, 32 bytes each (else ValueError). Neither is stored and both
    are needed: who plants a form does not know the cookie, who plants a cookie does not know the form.
    """
    if len(token) != KEY_BYTES or len(nonce) != KEY_BYTES:
        raise ValueError("token and nonce are 32 bytes each")
    return CaseKey(hkdf(token + nonce, _FORM_CASE_KEY, SECRET_BYTES))


def candidates(text: str) -> tuple[CaseKey, ...]:
    """Every case key the person may have meant, at most one slip away, each once, the one typed first.

    A slip is one wrong symbol or two that changed places, the check symbol included: of about 1040 such keys
    one in 32 satisfies the check. Empty if the text does not hold 25 legal symbols.
    """
    values = _values_of(text)
    if values is None:
        return ()
    fitting = []
    for number, check in _within_one_slip(*values):
        secret = number.to_bytes(SECRET_BYTES, "big")
        if _check_value(_CASE_KEY, secret) == check:
            fitting.append(CaseKey(secret))
    return tuple(fitting)


def _within_one_slip(number: int, check: int) -> Iterator[tuple[int, int]]:
    """All (number, check value) pairs at most one wrong symbol or one swap away; the given pair first."""
    yield number, check
    right_check = _check_value(_CASE_KEY, number.to_bytes(SECRET_BYTES, "big"))
    if right_check != check:
        yield number, right_check
    shifts = range(0, SYMBOL_BITS * SECRET_SYMBOLS, SYMBOL_BITS)
    for shift in shifts:
        for change in range(1, len(ALPHABET)):
            yield number ^ change << shift, check
    for shift in shifts:
        here = number >> shift & 31
        if here != check:
            yield number ^ (here ^ check) << shift, here
        for other in range(shift + SYMBOL_BITS, shifts.stop, SYMBOL_BITS):
            change = here ^ number >> other & 31
            if change:
                yield number ^ (change << shift | change << other), check
