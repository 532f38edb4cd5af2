"""Codes that people keep: read forgivingly, refused when they cannot be right, found again after one slip."""

import itertools
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from whistle.crypto.codes import (
    ALPHABET,
    CaseKey,
    RecoveryCode,
    candidates,
    case_key_from_form,
    derive,
    symbols_of,
)
from whistle.crypto.keys import hkdf
from whistle.crypto.refusal import REFUSAL
from whistle.errors import SealBroken

SECRETS = st.binary(min_size=15, max_size=15)
DASHES = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) == "Pd"]
HIDDEN = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\x00", "\x1f", "\x85"]
SPACES = [" ", "\t", "\r", "\n", "\u00a0", "\u2003", "\u3000", "\u2028"]
LOOK_ALIKES = {"0": "0oO", "1": "1iIlL"}


def full_width(symbol: str) -> str:
    return chr(ord(symbol) + 0xFEE0)


@st.composite
def typings(draw: st.DrawFn) -> tuple[CaseKey, str]:
    """A case key and one of the many ways to type it."""
    key = CaseKey(draw(SECRETS))
    between = st.text(st.sampled_from(DASHES + HIDDEN + SPACES), max_size=2)
    typed = []
    for symbol in key.text.replace("-", ""):
        ways = LOOK_ALIKES.get(symbol, symbol + symbol.lower()) + full_width(symbol)
        typed.append(draw(between) + draw(st.sampled_from(ways)))
    return key, "".join(typed) + draw(between)


@given(SECRETS)
def test_what_is_shown_is_read_again(secret: bytes) -> None:
    for kind in (CaseKey, RecoveryCode):
        code = kind(secret)
        assert kind.parse(code.text) == code
        assert [len(group) for group in code.text.split("-")] == [5] * 5
        assert set(code.text) <= set(ALPHABET) | {"-"}


@given(typings())
def test_however_a_key_is_typed_it_is_the_same_key(typing: tuple[CaseKey, str]) -> None:
    key, typed = typing
    assert CaseKey.parse(typed) == key
    assert candidates(typed)[0] == key


@given(st.text())
@example("")
@example("\ud800" * 25)
@example("0" * 24)
@example("0" * 26)
@example("U" * 25)
@example("é" * 25)
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    symbols = symbols_of(text)
    if symbols is not None and symbols in {key.text.replace("-", "") for key in candidates(text)}:
        assert CaseKey.parse(text).text.replace("-", "") == symbols
    else:
        assert symbols is not None or candidates(text) == ()
        with pytest.raises(SealBroken, match=REFUSAL):
            CaseKey.parse(text)


def test_a_long_s_is_no_s_in_any_form() -> None:
    key = next(
        key for n in range(1000) if "SS" in (key := CaseKey(hkdf(bytes([n % 256, n >> 8]), b"", 15))).text
    )
    for old, new in (("S", "\u017f"), ("SS", "S\u017f")):
        assert symbols_of(key.text.replace(old, new, 1)) is None
    assert symbols_of("\ufb05" + "0" * 23) is None
    assert symbols_of(key.text.replace("S", "s")) == key.text.replace("-", "")


@pytest.mark.parametrize("stranger", ["\u0131", "\u0130", "\u041a", "\u039f", "_", "\u2212", "*", "ß", "é"])
def test_a_letter_that_only_looks_alike_is_refused(stranger: str) -> None:
    assert symbols_of("0" * 24 + stranger) is None
    assert symbols_of("0" * 25 + stranger) is None


def test_a_text_without_end_is_not_even_read() -> None:
    text = CaseKey(bytes(15)).text
    assert symbols_of(text + " " * (1000 - len(text))) is not None
    assert symbols_of(text + " " * (1001 - len(text))) is None
    assert candidates(" " * 1_000_000) == ()


def test_each_kind_of_code_is_refused_as_the_other() -> None:
    codes = [CaseKey(hkdf(bytes([n]), b"", 15)) for n in range(64)]
    mistaken = [code for code in codes if symbols_of(code.text) == symbols_of(RecoveryCode(code.secret).text)]
    assert len(mistaken) < 10  # one in 32 by chance: the check is one symbol
    strict = next(code for code in codes if code not in mistaken)
    with pytest.raises(SealBroken):
        RecoveryCode.parse(strict.text)


def _is_a_slip(typed: str, other: str) -> bool:
    wrong = [at for at in range(25) if typed[at] != other[at]]
    swapped = len(wrong) == 2 and all(typed[a] == other[b] for a, b in itertools.permutations(wrong))
    return len(wrong) <= 1 or swapped


@given(st.text(ALPHABET, min_size=25, max_size=25))
def test_every_candidate_satisfies_the_check_is_one_slip_away_and_comes_once(typed: str) -> None:
    found = candidates(typed)
    for key in found:
        assert CaseKey.parse(key.text) == key
        assert _is_a_slip(typed, key.text.replace("-", ""))
    assert len(set(found)) == len(found)
    assert len(found) <= 100


@given(SECRETS, st.integers(0, 24), st.sampled_from(ALPHABET))
def test_any_one_wrong_symbol_is_found(secret: bytes, at: int, symbol: str) -> None:
    key = CaseKey(secret)
    right = key.text.replace("-", "")
    assert key in candidates(right[:at] + symbol + right[at + 1 :])


@given(SECRETS, st.tuples(st.integers(0, 24), st.integers(0, 24)))
@example(bytes(range(15)), (3, 24))
def test_any_two_swapped_symbols_are_found(secret: bytes, places: tuple[int, int]) -> None:
    key = CaseKey(secret)
    typed = list(key.text.replace("-", ""))
    first, second = places
    typed[first], typed[second] = typed[second], typed[first]
    assert key in candidates("".join(typed))


def test_one_slip_of_every_kind_is_found_for_one_key() -> None:
    key = CaseKey(hkdf(b"every slip", b"", 15))
    right = key.text.replace("-", "")
    typed = [right[:at] + symbol + right[at + 1 :] for at in range(25) for symbol in ALPHABET]
    for a, b in itertools.combinations(range(25), 2):
        typed.append(right[:a] + right[b] + right[a + 1 : b] + right[a] + right[b + 1 :])
    assert all(key in candidates(text) for text in typed)


def test_the_key_as_typed_comes_before_all_others() -> None:
    key = CaseKey(hkdf(b"first", b"", 15))
    assert candidates(key.text)[0] == key
    assert len(candidates(key.text)) > 1


def test_a_form_and_a_browser_make_one_key_and_each_other_pair_another() -> None:
    tokens = [bytes([n]) * 32 for n in range(4)]
    keys = {case_key_from_form(token, nonce).secret for token in tokens for nonce in tokens}
    assert len(keys) == 16
    assert case_key_from_form(tokens[0], tokens[1]) == case_key_from_form(tokens[0], tokens[1])
    expected = hkdf(tokens[0] + tokens[1], b"whistle/v1/form-case-key\0", 15)
    assert case_key_from_form(tokens[0], tokens[1]).secret == expected


@pytest.mark.parametrize(("token", "nonce"), [(31, 33), (33, 31), (0, 32), (32, 0)])
def test_token_and_nonce_cannot_be_cut_apart_elsewhere(token: int, nonce: int) -> None:
    with pytest.raises(ValueError, match="32 bytes each"):
        case_key_from_form(bytes(token), bytes(nonce))


def test_a_code_holds_fifteen_bytes_and_hides_them() -> None:
    for kind in (CaseKey, RecoveryCode):
        with pytest.raises(ValueError, match="15 bytes"):
            kind(bytes(14))
        code = kind(b"secretsecretsec")
        assert "secret" not in repr(code)
        assert code.text not in repr(code)


def test_fresh_codes_take_their_bytes_from_the_given_source() -> None:
    assert CaseKey.new(lambda n: b"r" * n).secret == b"r" * 15
    assert RecoveryCode.new().secret != RecoveryCode.new().secret


def test_what_is_derived_from_a_key_tells_nothing_of_the_rest() -> None:
    key = CaseKey(bytes(15))
    assert len({key.reporter_seed, key.locator, key.locator_hash, derive(key.secret, b"other\0")}) == 4
    assert {len(key.reporter_seed), len(key.locator), len(key.locator_hash)} == {32}
