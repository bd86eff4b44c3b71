"""Tokens: shown once, kept as digests in a file that nobody else reads, good until their day or until revoked."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from evidence.errors import SettingsError, UsageError
from evidence.web.tokens import FILE_NAME, Tokens
from tests.homes import START


def test_a_token_is_found_by_its_text_until_its_last_moment(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    text, other = tokens.add("portal", START, 30, os.urandom), tokens.add("erp", START, 30, os.urandom)
    found = tokens.find(text, START)
    assert found is not None
    assert found.name == "portal"
    assert (tokens.find(other, START) or found).name == "erp"
    assert tokens.find(text, START + timedelta(days=30) - timedelta(seconds=1)) == found
    assert tokens.find(text, START + timedelta(days=30)) is None
    assert [tokens.find(wrong, START) for wrong in ("", text + "x", text[:-1], "portal", found.sha256)] == [None] * 5


def test_the_text_of_a_token_is_kept_nowhere_and_its_file_is_ours_alone(tmp_path: Path) -> None:
    text = Tokens(tmp_path).add("portal", START, 30, os.urandom)
    path = tmp_path / FILE_NAME
    assert path.stat().st_mode & 0o777 == 0o600
    assert text not in path.read_text()
    assert [each["name"] for each in json.loads(path.read_text())] == ["portal"]
    assert sorted(file.name for file in tmp_path.iterdir()) == [FILE_NAME]


def test_a_revoked_token_counts_for_nothing_in_a_process_that_knew_it(tmp_path: Path) -> None:
    serving, ours = Tokens(tmp_path), Tokens(tmp_path)
    text = ours.add("portal", START, 30, os.urandom)
    assert serving.find(text, START) is not None
    ours.revoke("portal")
    assert serving.find(text, START) is None
    assert ours.add("portal", START, 30, os.urandom) != text


def test_names_are_given_once_and_are_names(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    tokens.add("portal", START, 30, os.urandom)
    with pytest.raises(UsageError, match="already"):
        tokens.add("portal", START, 30, os.urandom)
    for name in ("", "two words", "x" * 41, "-x", "a\n"):
        with pytest.raises(UsageError, match="A token's name"):
            tokens.add(name, START, 30, os.urandom)
    with pytest.raises(UsageError, match="no token 'other'"):
        tokens.revoke("other")


def test_a_file_that_others_can_read_or_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    tokens, path = Tokens(tmp_path), tmp_path / FILE_NAME
    text = tokens.add("portal", START, 30, os.urandom)
    path.chmod(0o644)
    with pytest.raises(SettingsError, match="0600"):
        Tokens(tmp_path).find(text, START)
    path.chmod(0o600)
    for content in ("{", "[1]", '[{"name": "x"}]', '[{"name": "x", "sha256": "y", "added_at": "z", "expires_at": ""}]'):
        path.write_text(content)
        with pytest.raises(SettingsError, match="cannot be read"):
            Tokens(tmp_path).all()
