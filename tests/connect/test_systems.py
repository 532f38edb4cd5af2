"""The file of connectors is right, or the start stops with one line that names the entry and no secret."""

from pathlib import Path

import pytest

from whistle.connect.systems import load_systems
from whistle.errors import SettingsWrong
from whistle.rules.policy_codes import Basis

COMPANIES = {"nordvakt-se", "nordvakt-no"}
RIGHT = """
[[connector]]
code = "crm"
name = "Customer register"
company = "nordvakt-se"
category = "customer"
url = "https://crm.nordvakt.example:8443/person"
token_file = "/etc/whistle/crm.token"
ca_file = "/etc/whistle/ca.pem"
identifier = "customer_number"
basis = "contract"
connect_seconds = 2
total_seconds = 30
max_mb = 16

[[connector]]
code = "crm"
name = "Kunderegister"
company = "nordvakt-no"
category = "customer"
folder = "/srv/connect/customers"
"""


def load(tmp_path: Path, text: str) -> tuple[object, ...]:
    path = tmp_path / "connectors.toml"
    path.write_text(text)
    return load_systems(path, COMPANIES)


def test_a_file_of_two_connectors(tmp_path: Path) -> None:
    path = tmp_path / "connectors.toml"
    path.write_text(RIGHT)
    one, two = load_systems(path, COMPANIES)
    assert (one.source.kind, one.url, one.folder, one.basis) == (
        "customer_number", "https://crm.nordvakt.example:8443/person", None, Basis.CONTRACT,
    )  # fmt: skip
    assert (one.connect_seconds, one.total_seconds, one.most_bytes) == (2, 30, 16 * 1024 * 1024)
    assert (two.source.kind, two.url, two.folder) == ("email", "", Path("/srv/connect/customers"))
    assert (two.connect_seconds, two.total_seconds, two.most_bytes) == (3, 15, 8 * 1024 * 1024)
    assert load(tmp_path, "") == ()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('folder = "/srv/connect/customers"', "", 'either "folder" or "url"'),
        ('token_file = "/etc', 'folder = "/srv"\ntoken_file = "/etc', 'either "folder" or "url"'),
        ('folder = "/srv', 'token_file = "/t"\nfolder = "/srv', 'go with "url" only'),
        ('folder = "/srv', 'folder = "srv', "whole path"),
        ('token_file = "/', 'token_file = "', "whole path"),
        ('"nordvakt-no"', '"nordvakt-dk"', 'no company "nordvakt-dk"'),
        ('"nordvakt-no"', '"nordvakt-se"', "of this code already"),
        ('category = "customer"', 'category = "whistleblowing"', '"category" is "whistleblowing"'),
        ('category = "customer"', 'category = "secrets"', '"category" is "secrets"'),
        ('code = "crm"', 'code = "C R M"', "small letters"),
        ('"customer_number"', '"Customer number"', "one word"),
        ('basis = "contract"', 'basis = "vital"', '"basis" is one of'),
        ("total_seconds = 30", "total_seconds = 61", "60 at most"),
        ("total_seconds = 30", "total_seconds = 0", "1 or more"),
        ("max_mb = 16", "max_mb = 33", "32 at most"),
        ("https://crm", "http://crm", "only on this machine"),
        ("https://crm", "ftp://crm", "https://HOST"),
        ("https://crm", "https://eva:word@crm", "without a user"),
        ("/person", "/person?email=", "without a user, a query"),
        ("/person", "/person#x", "a query or a fragment"),
        (":8443", ":port", "not an address"),
        ("max_mb = 16", "max_mb = 16\nretries = 3", '"retries" is unknown'),
        ('name = "Kunderegister"', "", '"name" is missing'),
        ("[[connector]]", "[connector", "not readable as TOML"),
        ('folder = "/srv/connect/customers"', 'folder = "/srv"\n[site]', '"site" is unknown'),
    ],
)
def test_what_is_wrong_stops_the_start(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in RIGHT
    with pytest.raises(SettingsWrong) as refused:
        load(tmp_path, RIGHT.replace(old, new))
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "connectors.toml" in str(refused.value)


def test_a_token_that_everybody_can_read_stops_the_start(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("secret-word")
    text = RIGHT.replace("/etc/whistle/crm.token", str(token))
    token.chmod(0o640)
    assert len(load(tmp_path, text)) == 2
    token.chmod(0o644)
    with pytest.raises(SettingsWrong, match="everybody on the machine") as refused:
        load(tmp_path, text)
    assert "secret-word" not in str(refused.value)


def test_a_file_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.toml"):
        with pytest.raises(SettingsWrong, match="WHISTLE_CONNECTORS"):
            load_systems(path, COMPANIES)
