"""A case key leads back also when one symbol is wrong or two changed places; anything else is refused."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from tests.world import World
from whistle.crypto.codes import ALPHABET, CaseKey
from whistle.errors import NotThere, SealBroken
from whistle.parties import locksmith

SYMBOLS = 25
shared = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def key(sqlite_world: World) -> str:
    """The 25 symbols of a case that was just sent, among two others."""
    sqlite_world.send()
    receipt = sqlite_world.send()
    sqlite_world.send()
    assert receipt.case_key is not None
    return receipt.case_key.replace("-", "")


def test_every_wrong_symbol_at_every_place_is_forgiven(sqlite_world: World, key: str) -> None:
    secret = CaseKey.parse(key).secret
    for place in range(SYMBOLS):
        for step in (1, 7, 31):
            wrong = ALPHABET[(ALPHABET.index(key[place]) + step) % 32]
            entered = sqlite_world.program.reporter.enter(key[:place] + wrong + key[place + 1 :])
            assert entered.secret == secret
            assert entered.repaired


def test_any_two_symbols_that_changed_places_are_forgiven(sqlite_world: World, key: str) -> None:
    secret = CaseKey.parse(key).secret
    for first in range(SYMBOLS):
        for second in range(first + 1, SYMBOLS, 3):
            swapped = list(key)
            swapped[first], swapped[second] = key[second], key[first]
            entered = sqlite_world.program.reporter.enter("".join(swapped))
            assert entered.secret == secret
            assert entered.repaired == (key[first] != key[second])


@shared
@given(
    slips=st.lists(st.tuples(st.integers(0, SYMBOLS - 1), st.sampled_from(ALPHABET)), max_size=3),
    between=st.sampled_from(["", "-", " ", "\u2013", "\u200b", "\r\n", "\t"]),
    lower=st.booleans(),
)
def test_a_key_typed_in_any_manner_opens_its_own_case_or_none(
    sqlite_world: World, key: str, slips: list[tuple[int, str]], between: str, *, lower: bool
) -> None:
    typed = list(key)
    for place, symbol in slips:
        typed[place] = symbol
    wrong = sum(a != b for a, b in zip(typed, key, strict=True))
    text = between.join(typed).lower() if lower else between.join(typed)
    try:
        entered = sqlite_world.program.reporter.enter(text)
    except (NotThere, SealBroken):
        assert wrong > 1
    else:
        assert entered.secret == CaseKey.parse(key).secret
        assert entered.repaired == (wrong > 0)


def test_the_letters_that_look_like_digits_are_read_as_digits(sqlite_world: World, key: str) -> None:
    looks = key.replace("0", "o").replace("1", "l")
    assert sqlite_world.program.reporter.enter(looks).repaired is False


@shared
@given(
    text=st.one_of(
        st.text(), st.text(alphabet=ALPHABET, min_size=24, max_size=26), st.text(alphabet="\ud800\0\u200b-0")
    )
)
def test_garbage_is_refused_and_is_never_another_error(sqlite_world: World, text: str) -> None:
    with pytest.raises((NotThere, SealBroken)):
        sqlite_world.program.reporter.enter(text)


def test_a_key_that_was_never_given_out_is_well_formed_and_not_there(sqlite_world: World, key: str) -> None:
    with pytest.raises(NotThere):
        sqlite_world.program.reporter.enter(CaseKey.new().text)
    stranger = CaseKey(bytes(15)).text
    broken = stranger[:-1] + ALPHABET[(ALPHABET.index(stranger[-1]) + 1) % 32]
    with pytest.raises(SealBroken):
        sqlite_world.program.reporter.enter(broken)


def test_a_wrong_key_costs_no_more_than_a_right_one_and_no_slow_hash(
    sqlite_world: World, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter = sqlite_world.program.reporter
    reporter.enter(key)
    asked: list[str] = []
    event.listen(
        sqlite_world.program.store.engine, "before_cursor_execute", lambda *said: asked.append(said[2])
    )
    monkeypatch.setattr(locksmith, "argon2_root", lambda *_: pytest.fail("a slow hash for a case key"))

    reporter.enter(key)
    right, asked[:] = len(asked), []
    with pytest.raises(NotThere):
        reporter.enter(CaseKey.new().text)
    assert len(asked) <= right <= 3
    assert not any(word in said.lower() for said in asked for word in ("insert", "update", "delete"))


def test_a_key_opens_no_other_case_and_a_purged_one_opens_nothing(sqlite_world: World, key: str) -> None:
    other = CaseKey.new().secret
    reporter = sqlite_world.program.reporter
    for act in (
        lambda: reporter.open(other),
        lambda: reporter.writing(other),
        lambda: reporter.identify(other, "Eva", ""),
        lambda: reporter.file(other, "00" * 16),
        lambda: reporter.everything(other),
    ):
        with pytest.raises(NotThere):
            act()
    with pytest.raises(NotThere):
        reporter.file(CaseKey.parse(key).secret, "00" * 16)
