from dataclasses import asdict

from evidence.intake.limits import Limits
from evidence.settings import Limits as Settings


def test_limits_are_those_of_the_settings_where_the_settings_have_them() -> None:
    asked = Settings(archive_ratio=7, rows=11, parser_seconds=3)
    found = Limits.of(asked)
    assert (found.archive_ratio, found.rows, found.parser_seconds) == (7, 11, 3)
    assert found.archive_members == Limits().archive_members


def test_the_settings_own_defaults_are_the_same() -> None:
    assert asdict(Limits.of(Settings())) == asdict(Limits())
