"""A disclosure stands on consent, or on a law that somebody can look up."""

import pytest

from whistle.errors import RuleRefused
from whistle.rules.disclosure import PROVISION_LIMIT, Basis, check_basis, check_provision


def reason(text: str) -> str:
    with pytest.raises(RuleRefused) as refused:
        check_provision(text)
    return refused.value.reason


def test_a_provision_is_cited_so_that_somebody_can_look_it_up() -> None:
    assert check_provision("  27 kap. 1 § RB ") == "27 kap. 1 § RB"
    assert reason(" ") == "provision_empty"
    assert reason("the code of procedure") == "provision_number"
    assert reason("1" * (PROVISION_LIMIT + 1)) == "too_long"
    assert reason("1\0") == "nul"


@pytest.mark.parametrize("basis", ["", "necessity", "Consent"])
def test_there_is_no_third_basis(basis: str) -> None:
    assert (check_basis("consent"), check_basis("law")) == (Basis.CONSENT, Basis.LAW)
    with pytest.raises(RuleRefused) as refused:
        check_basis(basis)
    assert refused.value.reason == "basis"
