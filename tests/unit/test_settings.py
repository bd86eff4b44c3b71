"""Settings: what a file says, what the environment lays over it, and that writing keeps both old and new."""

from pathlib import Path

import pytest

from evidence.errors import SettingsError
from evidence.intake.limits import Limits as IntakeLimits
from evidence.settings import Limits, Organisation, Settings

OLD = """
origin = "arroyo.evidence.example/1"
person = "key-0123456789abcdef"
demo = false
zone = "America/New_York"

[organisation]
code = "ARROYO"
legal_name = "Arroyo Vehicles, Inc. (specimen)"
country = "US"

[limits]
document_bytes = 1000
archive_ratio = 100
rows = 2000000
pages = 5000
mail_depth = 5
bill_depth = 50
parser_seconds = 60
parser_bytes = 1073741824
"""


def written(home: Path, more: str = "") -> Path:
    home.mkdir()
    (home / "settings.toml").write_text(more + OLD, encoding="utf-8")
    return home


def test_settings_of_an_earlier_version_are_read_and_written_with_what_is_new(tmp_path: Path) -> None:
    home = written(tmp_path / "home")
    settings = Settings.load(home, {})
    assert (settings.limits.document_bytes, settings.limits.columns, settings.clamd) == (1000, 500, None)
    settings.write()
    assert Settings.load(home, {}) == settings


def test_every_limit_of_intake_can_be_set(tmp_path: Path) -> None:
    home = written(tmp_path / "home")
    limits = Settings.load(home, {}).limits.model_copy(update=dict.fromkeys(Limits.model_fields, 7))
    taken = IntakeLimits.of(limits)
    assert [name for name in IntakeLimits.__dataclass_fields__ if getattr(taken, name) != 7] == []
    assert IntakeLimits.of(Limits()) == IntakeLimits()


def test_scanner_trust_list_and_owner_of_work_are_kept(tmp_path: Path) -> None:
    more = 'clamd = "127.0.0.1:3310"\ntrust_list = "authorities.pem"\nwork_owner = "Trade desk (role)"\n'
    home = written(tmp_path / "home", more)
    for _ in range(2):
        settings = Settings.load(home, {})
        assert settings.clamd == "127.0.0.1:3310"
        assert settings.trust_list == home / "authorities.pem"
        assert settings.work_owner == "Trade desk (role)"
        settings.write()
    assert 'trust_list = "authorities.pem"' in (home / "settings.toml").read_text(encoding="utf-8")


def test_the_environment_says_where_the_scanner_listens(tmp_path: Path) -> None:
    home = written(tmp_path / "home", 'clamd = "127.0.0.1:3310"\n')
    assert Settings.load(home, {"EVIDENCE_CLAMD": "/run/clamav/clamd.ctl"}).clamd == "/run/clamav/clamd.ctl"


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost:", ":3310", "host:0", "host:99999", "clamd.ctl", "h:x"])
def test_a_scanner_that_cannot_be_reached_so_is_named(tmp_path: Path, address: str) -> None:
    home = written(tmp_path / "home", f'clamd = "{address}"\n')
    with pytest.raises(SettingsError, match=r"setting 'clamd'.*HOST:PORT"):
        Settings.load(home, {})


def test_an_organisation_is_checked_as_it_is_typed() -> None:
    with pytest.raises(SettingsError, match="country"):
        Organisation.of("ARROYO", "Arroyo Vehicles, Inc. (specimen)", "USA")
