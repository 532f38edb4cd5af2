import re
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.config import SETTINGS, Settings
from whistle.errors import SettingsWrong

ONION = "http://" + "a2" * 28 + ".onion"
MARKER = "hunter2marker"


def read(data: Path | None = None, checkout: Path | None = Path("/opt/site"), **environ: str) -> Settings:
    return Settings.read(environ, data, checkout=checkout)


def refusal(**environ: str) -> str:
    with pytest.raises(SettingsWrong) as refused:
        read(**environ)
    return str(refused.value)


def test_with_nothing_set_a_checkout_has_its_own_folders() -> None:
    settings = read()
    assert settings.data == Path("/opt/site/instance")
    assert settings.keys == Path("/opt/site/keys")
    assert settings.database_url == "sqlite:////opt/site/instance/whistle.db"
    assert settings.blobs == "/opt/site/instance/blobs"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.max_upload_bytes == 512 * 1024 * 1024
    assert settings.leave_url == "https://www.yr.no/"
    assert settings.clock_guard is None
    assert settings.smtp_url is settings.mail_from is settings.onion_url is settings.rehearsal_now is None


def test_another_data_folder_never_shares_the_keys_of_the_checkout() -> None:
    assert read(Path("/srv/other")).keys == Path("/srv/other/keys")
    assert read(WHISTLE_DATA="/srv/other").keys == Path("/srv/other/keys")
    assert read(Path("/srv/other"), WHISTLE_KEYS="/srv/k").keys == Path("/srv/k")


def test_the_command_line_goes_before_the_environment() -> None:
    assert read(Path("/srv/a"), WHISTLE_DATA="/srv/b").data == Path("/srv/a")


def test_relative_folders_become_absolute() -> None:
    settings = read(Path("some"), WHISTLE_BLOBS="where")
    assert settings.data == Path.cwd() / "some"
    assert settings.blobs == str(Path.cwd() / "where")


def test_settings_are_frozen() -> None:
    with pytest.raises(AttributeError):
        read().base_url = "https://other.example"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("base", "secure"),
    [
        ("http://127.0.0.1:8000", False),
        ("http://localhost", False),
        ("http://[::1]:8000", False),
        ("https://localhost", True),
        ("https://report.example", True),
        (ONION, True),
    ],
)
def test_cookies_are_secure_except_over_http_on_loopback(base: str, secure: bool) -> None:  # noqa: FBT001
    assert read(WHISTLE_BASE_URL=base).cookies_secure is secure


def test_trusted_hosts_are_the_addresses_the_named_ones_and_loopback() -> None:
    settings = read(
        WHISTLE_BASE_URL="https://Report.Example:8443/",
        WHISTLE_ONION_URL=ONION,
        WHISTLE_TRUSTED_HOSTS="Tips.example, xn--rapport-9xa.example",
    )
    own = ("report.example", ONION.removeprefix("http://"), "tips.example", "xn--rapport-9xa.example")
    assert settings.trusted_hosts == (*own, "127.0.0.1", "localhost", "[::1]")
    assert settings.base_url == "https://report.example:8443"


WRONG = [
    ("WHISTLE_DATABASE", "mysql://x/y"),
    ("WHISTLE_DATABASE", "sqlite://"),
    ("WHISTLE_DATABASE", "sqlite:///:memory:"),
    ("WHISTLE_DATABASE", f"postgresql://u:{MARKER}@h/n"),
    ("WHISTLE_DATABASE", f"postgresql+psycopg://u:{MARKER}@h"),
    ("WHISTLE_BLOBS", "https://x/y"),
    ("WHISTLE_BLOBS", "s3://B"),
    ("WHISTLE_BASE_URL", "http://report.example"),
    ("WHISTLE_BASE_URL", "https://report.example/path"),
    ("WHISTLE_BASE_URL", f"https://u:{MARKER}@report.example"),
    ("WHISTLE_BASE_URL", "https://report.example:99999"),
    ("WHISTLE_BASE_URL", "https://report.example:0"),
    ("WHISTLE_BASE_URL", "https://[::1"),
    ("WHISTLE_BASE_URL", "https://report.example\nX: y"),
    ("WHISTLE_BASE_URL", "report.example"),
    ("WHISTLE_BASE_URL", "https://rapport\u00e9.example"),
    ("WHISTLE_ONION_URL", "http://short.onion"),
    ("WHISTLE_ONION_URL", "https://report.example"),
    ("WHISTLE_TRUSTED_HOSTS", "https://report.example"),
    ("WHISTLE_TRUSTED_HOSTS", "*"),
    ("WHISTLE_TRUSTED_HOSTS", "report.example:443"),
    ("WHISTLE_SMTP_URL", f"http://u:{MARKER}@mail.example"),
    ("WHISTLE_SMTP_URL", f"smtp://u:{MARKER}@"),
    ("WHISTLE_SMTP_URL", f"smtp://u:{MARKER}@mail.example:no"),
    ("WHISTLE_MAIL_FROM", "a@b, c@d"),
    ("WHISTLE_MAIL_FROM", "a@b\nBcc: c@d"),
    ("WHISTLE_MAIL_FROM", "nobody"),
    ("WHISTLE_MAIL_HOURS", "8"),
    ("WHISTLE_MAIL_HOURS", "24:00"),
    ("WHISTLE_MAIL_HOURS", "08:00,"),
    ("WHISTLE_MAIL_ONLY_NEWS", "on"),
    ("WHISTLE_MAX_UPLOAD_MB", "0"),
    ("WHISTLE_MAX_UPLOAD_MB", "-1"),
    ("WHISTLE_MAX_UPLOAD_MB", "1.5"),
    ("WHISTLE_MAX_UPLOAD_MB", "\u0662"),
    ("WHISTLE_MAX_UPLOAD_MB", "536870912"),
    ("WHISTLE_LEAVE_URL", "http://www.yr.no/"),
    ("WHISTLE_LEAVE_URL", "javascript:alert(1)"),
    ("WHISTLE_LEAVE_URL", "https://x.example/ y"),
    ("WHISTLE_CLOCK_GUARD", "yes"),
    ("WHISTLE_REHEARSAL_NOW", "tomorrow"),
    ("WHISTLE_REHEARSAL_NOW", "0001-01-01T00:00:00+23:00"),
    ("WHISTLE_KEYS", " /srv/keys"),
]


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_a_wrong_value_stops_the_start_with_one_line_that_names_the_variable(name: str, text: str) -> None:
    said = refusal(**{name: text})
    assert said.startswith(f"{name}: ")
    assert "\n" not in said
    assert MARKER not in said


RIGHT = [
    ("WHISTLE_DATABASE", "postgresql+psycopg://u:p@db.example:5432/whistle"),
    ("WHISTLE_DATABASE", "postgresql+psycopg:///whistle?host=/run/postgresql"),
    ("WHISTLE_BLOBS", "s3://bucket-name/some/prefix"),
    ("WHISTLE_MAX_UPLOAD_MB", "2048"),
    ("WHISTLE_LEAVE_URL", "https://www.smhi.se/vader?plats=1"),
    ("WHISTLE_MAIL_FROM", "no-reply@report.example"),
    ("WHISTLE_MAIL_HOURS", "07:30,16:00"),
    ("WHISTLE_MAIL_ONLY_NEWS", "yes"),
]


@pytest.mark.parametrize(("name", "text"), RIGHT)
def test_a_right_value_is_taken(name: str, text: str) -> None:
    assert read(**{name: text}) != read()


def test_an_unknown_variable_stops_the_start_and_the_suites_own_do_not() -> None:
    assert refusal(WHISTLE_DATABSE="x").startswith("WHISTLE_DATABSE: ")
    assert refusal(WHISTLE_DATA_FILE="x").startswith("WHISTLE_DATA_FILE: ")
    assert read(WHISTLE_TEST_PG="x", PATH="/bin") == read()


def test_an_empty_variable_counts_as_not_set() -> None:
    assert read(WHISTLE_BASE_URL="", WHISTLE_UNKNOWN="") == read()


def test_secrets_can_come_from_files_and_are_not_printed(tmp_path: Path) -> None:
    database, mail = tmp_path / "database", tmp_path / "mail"
    database.write_text(f"postgresql+psycopg://u:{MARKER}@h/n\n")
    mail.write_text(f"smtps://u:{MARKER}@mail.example:465\r\n")
    settings = read(
        WHISTLE_DATABASE_FILE=str(database), WHISTLE_SMTP_URL_FILE=str(mail), WHISTLE_MAIL_FROM="a@b.example"
    )
    assert settings.database_url.endswith(f"{MARKER}@h/n")
    assert settings.smtp_url == f"smtps://u:{MARKER}@mail.example:465"
    assert MARKER not in repr(settings)


def test_every_secret_has_a_file_form_and_nothing_else_has(tmp_path: Path) -> None:
    for setting in SETTINGS:
        said = refusal(**{f"{setting.name}_FILE": str(tmp_path / "missing")})
        assert ("cannot be read" in said) is setting.secret
        assert str(tmp_path) not in said


def test_a_secret_in_two_places_stops_the_start(tmp_path: Path) -> None:
    said = refusal(WHISTLE_DATABASE="sqlite:////x", WHISTLE_DATABASE_FILE=str(tmp_path / "f"))
    assert "not both" in said


def test_a_wrong_secret_in_a_file_is_not_repeated(tmp_path: Path) -> None:
    file = tmp_path / "database"
    file.write_text(f"mysql://u:{MARKER}@h/n")
    said = refusal(WHISTLE_DATABASE_FILE=str(file))
    assert said.startswith("WHISTLE_DATABASE: ")
    assert MARKER not in said


def test_hours_of_mail_stand_in_their_order_each_once() -> None:
    assert read().mail_hours == (time(8),)
    assert read(WHISTLE_MAIL_HOURS="16:30, 07:00,16:30").mail_hours == (time(7), time(16, 30))
    assert not read().mail_only_news
    assert read(WHISTLE_MAIL_ONLY_NEWS="yes").mail_only_news


def test_a_mail_server_needs_a_sender() -> None:
    assert refusal(WHISTLE_SMTP_URL="smtp://mail.example").startswith("WHISTLE_MAIL_FROM: ")


def test_a_rehearsed_time_without_an_offset_is_utc() -> None:
    assert read(WHISTLE_REHEARSAL_NOW="2026-05-21").rehearsal_now == datetime(2026, 5, 21, tzinfo=UTC)
    offset = read(WHISTLE_REHEARSAL_NOW="2026-05-21T09:00:00+02:00").rehearsal_now
    assert offset == datetime(2026, 5, 21, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "text"), [("WHISTLE_CLOCK_GUARD", "off"), ("WHISTLE_REHEARSAL_NOW", "2026-05-21")]
)
def test_rehearsal_settings_stop_a_site_that_is_no_rehearsal(name: str, text: str) -> None:
    with pytest.raises(SettingsWrong, match=name):
        read(**{name: text}).refuse_rehearsal_settings()


def test_a_site_without_rehearsal_settings_may_start() -> None:
    assert read().rehearsal_only == ()
    read().refuse_rehearsal_settings()


@given(name=st.sampled_from([setting.name for setting in SETTINGS]), text=st.text(min_size=1, max_size=60))
def test_any_text_at_all_is_taken_or_refused_in_one_line(name: str, text: str) -> None:
    said = ""
    try:
        read(**{name: text})
    except SettingsWrong as refused:
        said = str(refused)
    assert said == "" or re.fullmatch(r"WHISTLE_[A-Z_]+: [^\n]+", said)
