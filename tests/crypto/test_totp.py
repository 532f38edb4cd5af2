"""The second factor against its RFC, and against codes that come late, early or twice."""

import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.crypto.totp import base32, code_at, matching_step, new_secret, provisioning_uri, step_at

SECRET = b"12345678901234567890"
# RFC 6238, appendix B, SHA-1: the time and the last six of its eight digits.
RFC = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


@pytest.mark.parametrize(("seconds", "code"), RFC)
def test_codes_agree_with_the_rfc(seconds: int, code: str) -> None:
    assert code_at(SECRET, step_at(seconds)) == code
    assert matching_step(SECRET, code, step_at(seconds), -1) == step_at(seconds)


def test_a_step_lasts_half_a_minute() -> None:
    assert [step_at(seconds) for seconds in (0, 29, 30, 59, 60)] == [0, 0, 1, 1, 2]


@given(st.integers(1, 2**40), st.integers(-3, 3))
def test_a_code_counts_one_step_early_or_late_and_no_further(now: int, off: int) -> None:
    code = code_at(SECRET, max(0, now + off))
    near = {code_at(SECRET, step) for step in range(now - 1, now + 2)}
    assert (matching_step(SECRET, code, now, -1) is not None) == (code in near)


def test_a_code_counts_once_and_no_earlier_one_after_it() -> None:
    now = step_at(RFC[1][0])
    used = matching_step(SECRET, code_at(SECRET, now), now, now - 5)
    assert used == now
    assert matching_step(SECRET, code_at(SECRET, now), now, used) is None
    assert matching_step(SECRET, code_at(SECRET, now - 1), now, used) is None
    assert matching_step(SECRET, code_at(SECRET, now + 1), now, used) == now + 1


@given(st.text())
def test_any_text_is_a_code_or_none(code: str) -> None:
    assert matching_step(SECRET, code, 5, -1) in {None, 4, 5, 6}


@pytest.mark.parametrize("code", ["", "0", "28708", "2870821", "٢٨٧٠٨٢", "287082\ud800", "-87082"])
def test_what_is_not_the_six_digits_is_refused(code: str) -> None:
    assert matching_step(SECRET, code, step_at(59), -1) is None


def test_white_space_in_a_code_is_forgiven() -> None:
    assert matching_step(SECRET, " 287 082\n", step_at(59), -1) == 1


def test_the_first_step_of_all_has_none_before_it() -> None:
    assert matching_step(SECRET, code_at(SECRET, 0), 0, -1) == 0


def test_a_fresh_secret_is_twenty_bytes_and_typed_as_thirty_two_letters() -> None:
    assert new_secret(lambda n: SECRET[:n]) == SECRET
    assert base32(SECRET) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert new_secret() != new_secret()


def test_the_address_for_an_app_says_all_it_needs() -> None:
    uri = urllib.parse.urlsplit(provisioning_uri(SECRET, "åsa@example.org", "Whistle & Co"))
    said = dict(urllib.parse.parse_qsl(uri.query))
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert urllib.parse.unquote(uri.path) == "/Whistle & Co:åsa@example.org"
    assert said["secret"] == base32(SECRET)
    assert said["issuer"] == "Whistle & Co"
    assert (said["digits"], said["period"], said["algorithm"]) == ("6", "30", "SHA1")
