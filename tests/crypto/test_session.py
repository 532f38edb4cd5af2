"""What waits between two requests opens only with the browser's token and the server's run key together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.crypto.refusal import REFUSAL
from whistle.crypto.session import (
    open_session,
    open_small,
    seal_session,
    seal_small,
    session_id,
    window_tag,
)
from whistle.errors import SealBroken

TOKEN = b"t" * 32
RUN_KEY = b"r" * 32
LABEL = b"whistle/v1/test\0"


@given(st.binary(), st.binary(min_size=1, max_size=40))
def test_what_was_sealed_comes_back(plain: bytes, token: bytes) -> None:
    assert open_session(token, RUN_KEY, seal_session(token, RUN_KEY, plain)) == plain
    assert open_small(token, LABEL, seal_small(token, LABEL, plain)) == plain


def test_neither_token_nor_run_key_alone_opens() -> None:
    sealed = seal_session(TOKEN, RUN_KEY, b"seed")
    for token, run_key in [
        (b"u" * 32, RUN_KEY),
        (TOKEN, b"s" * 32),
        (TOKEN, b""),
        (b"", RUN_KEY),
        (TOKEN + RUN_KEY[:1], RUN_KEY[1:]),
        (session_id(TOKEN), RUN_KEY),
    ]:
        with pytest.raises(SealBroken):
            open_session(token, run_key, sealed)


def test_a_run_key_of_another_size_seals_nothing() -> None:
    with pytest.raises(ValueError, match="run key"):
        seal_session(TOKEN, RUN_KEY[1:], b"")


def test_no_byte_of_a_sealed_session_may_change() -> None:
    sealed = seal_session(TOKEN, RUN_KEY, b"seed")
    small = seal_small(TOKEN, LABEL, b"seed")
    for at in range(len(sealed)):
        for opener, whole in (
            (lambda s: open_session(TOKEN, RUN_KEY, s), sealed),
            (lambda s: open_small(TOKEN, LABEL, s), small),
        ):
            for broken in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
                with pytest.raises(SealBroken, match=REFUSAL):
                    opener(broken)


def test_a_small_thing_opens_only_for_its_use() -> None:
    sealed = seal_small(TOKEN, LABEL, b"second factor")
    for secret, label in ((TOKEN, b"whistle/v1/other\0"), (b"u" * 32, LABEL)):
        with pytest.raises(SealBroken):
            open_small(secret, label, sealed)


def test_the_stored_name_of_a_session_is_not_its_token() -> None:
    assert len(session_id(TOKEN)) == 32
    assert session_id(TOKEN) == session_id(TOKEN) != session_id(b"u" * 32)


def test_windows_have_names_only_this_run_can_tell() -> None:
    assert len(window_tag(RUN_KEY, 0)) == 16
    tags = {window_tag(key, window) for key in (RUN_KEY, b"s" * 32) for window in (0, 1, 2**40)}
    assert len(tags) == 6
