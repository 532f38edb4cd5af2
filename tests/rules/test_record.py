"""The facts for the record of processing are whole and sourced, and every rules file is read at the start."""

from pathlib import Path

import pytest

from whistle import app
from whistle.config import Settings
from whistle.errors import SettingsWrong
from whistle.rules import record
from whistle.rules.everything import load_all
from whistle.rules.record import load_record, parse_record
from whistle.rules.tables import packaged_text

TEXT = packaged_text(record.FILE)


def test_the_record_names_processors_measures_and_risks_with_their_sources() -> None:
    found = load_record()
    assert [one.code for one in found.processors] == ["hosting", "storage", "mail"]
    assert {one.code for one in found.measures} >= {"sealed", "two_people", "wall"}
    assert {"description", "necessity"} < {one.code for one in found.assessment}
    assert all(one.cited.source for one in (*found.processors, *found.measures, *found.assessment))
    assert "46" in found.transfer.sv


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[transfer]\n", "[extra]\n[transfer]\n", '"extra" is unknown'),
        ("[transfer]\n", "[transfer]\nextra = 1\n", '"extra" is unknown'),
        ('code = "storage"', 'code = "hosting"', "stands in it once"),
        ("[[measure]]", "[[means]]", "stands in it once"),
        ('code = "mail"\n', 'code = "mail"\nfax = "none"\n', '"fax" is unknown'),
        ('said = "Lagring', 'sagt = "Lagring', '"said"'),
    ],
)
def test_a_fault_in_the_record_stops_the_load(old: str, new: str, says: str) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new) if old == "[[measure]]" else TEXT.replace(old, new, 1)
    with pytest.raises(SettingsWrong) as wrong:
        parse_record(text)
    assert says in str(wrong.value)
    assert str(wrong.value).startswith("record.toml")


def test_a_faulty_rules_file_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    load_all()
    settings = Settings.read({}, tmp_path, checkout=None)
    monkeypatch.setattr(record, "packaged_text", lambda _name: TEXT.replace("[transfer]", "[transfers]"))
    load_record.cache_clear()
    try:
        with pytest.raises(SettingsWrong, match=r'record\.toml: "transfer" is missing'):
            app.open_program(settings)
    finally:
        load_record.cache_clear()
