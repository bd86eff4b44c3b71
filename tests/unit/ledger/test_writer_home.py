"""Founding a home and opening it: what lies where, who may read it, and what is refused."""

import json
import os
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from evidence.core.encoding import from_base64
from evidence.core.statements.own import Key, KeyPurpose, KeyState
from evidence.errors import LedgerError, SettingsError
from evidence.ledger.clock import SimulatedClock, SystemClock
from evidence.ledger.found import found, open_home
from evidence.ledger.keys import KeyFolder, key_id, new_ed25519, read_passphrase, spki
from evidence.settings import Organisation, Settings
from tests.homes import COMPANY, FIRST_ENTRIES, ORIGIN, START, a_hold, new_home, signing


def test_the_first_entries_are_the_keys_and_the_first_is_signed_by_the_key_that_it_states(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    with open_home(home, {}) as handle:
        entries = list(handle.ledger.entries())
        assert [entry.kind for entry in entries] == ["key", "key", "key", "document-received", "document-received"]
        keys = [entry.statement for entry in entries[:3]]
        assert all(isinstance(key, Key) and key.state is KeyState.CREATED for key in keys)
        assert [key.purpose for key in keys if isinstance(key, Key)] == [
            KeyPurpose.PERSON,
            KeyPurpose.LEDGER,
            KeyPurpose.ORGANISATION,
        ]
        assert isinstance(keys[0], Key)
        assert {entry.leaf.actor for entry in entries} == {keys[0].key} == {handle.settings.person}
        assert b"Records desk" not in b"".join(entry.leaf_bytes for entry in entries)


def test_private_keys_are_encrypted_and_nobody_else_can_read_them(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    assert stat.S_IMODE((home / "keys").stat().st_mode) == 0o700
    files = sorted((home / "keys").iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    for path in files:
        if path.suffix == ".pem":
            assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
            with pytest.raises((TypeError, ValueError)):
                load_pem_private_key(path.read_bytes(), None)


def test_trust_says_all_that_a_checker_needs_and_openssl_accepts_the_certificate(tmp_path: Path) -> None:
    trust = new_home(tmp_path) / "trust"
    keys = json.loads((trust / "keys.json").read_text(encoding="utf-8"))["keys"]
    assert {key["purpose"] for key in keys} == {"person", "ledger", "organisation"}
    assert all(key_id(from_base64(key["public_key"])) == key["key"] for key in keys)
    assert (trust / "policy").read_text(encoding="utf-8") == (
        f"log {(trust / 'log.vkey').read_text(encoding='utf-8')}quorum none\n"
    )
    certificate = x509.load_pem_x509_certificate((trust / "organisation.pem").read_bytes())
    with pytest.raises(x509.ExtensionNotFound):
        certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    fingerprint = subprocess.run(
        ["openssl", "x509", "-in", trust / "root.pem", "-noout", "-fingerprint", "-sha256"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("=")[1]
    assert fingerprint.strip().replace(":", "").lower() in (trust / "FINGERPRINTS.txt").read_text(encoding="utf-8")
    verified = subprocess.run(
        ["openssl", "verify", "-attime", "1700000000", "-CAfile", trust / "root.pem", trust / "organisation.pem"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert verified.returncode == 0, verified.stderr


def test_a_signature_of_the_organisation_is_accepted_by_openssl_cms(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import pkcs7

    home = new_home(tmp_path)
    with signing(home) as handle:
        organisation = handle.organisation()
        assert handle.keys is not None
        key = handle.keys.organisation(key_id(handle.keys.rsa(home / "keys" / "organisation.pem")))
        assert key is not None
    signed = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(b"sums\n")
        .add_signer(organisation.certificate, key, hashes.SHA256())
        .sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])
    )
    (tmp_path / "sums").write_bytes(b"sums\n")
    (tmp_path / "sums.p7s").write_bytes(signed)
    command: list[str | Path] = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", tmp_path / "sums.p7s"]
    command += ["-content", tmp_path / "sums", "-CAfile", home / "trust" / "root.pem", "-attime", "1700000000"]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_an_existing_folder_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "mine").write_text("mine", encoding="ascii")
    with pytest.raises(SettingsError, match="not empty"):
        found(
            tmp_path / "home",
            organisation=COMPANY,
            person="Records desk (role)",
            passphrase=b"p",
            now=START,
            random=os.urandom,
        )
    assert [path.name for path in tmp_path.rglob("*")] == ["home", "mine"]


def test_founding_writes_the_anchor_and_refuses_one_that_is_taken(tmp_path: Path) -> None:
    environ = {"EVIDENCE_ANCHOR": str(tmp_path / "elsewhere" / "anchor")}

    def make(name: str) -> Settings:
        return found(
            tmp_path / name,
            organisation=COMPANY,
            person="Records desk (role)",
            passphrase=b"p",
            now=START,
            random=os.urandom,
            environ=environ,
        )

    with pytest.raises(SettingsError, match="not there or not writable"):
        make("one")  # a folder made in the place of a disk that is not mounted would be no anchor
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "elsewhere").mkdir()
    settings = make("one")
    assert settings.anchor == tmp_path / "elsewhere" / "anchor"
    assert settings.anchor.read_bytes() == (tmp_path / "one" / "checkpoint").read_bytes()
    assert Settings.load(tmp_path / "one", {}) == settings
    with pytest.raises(SettingsError, match="checkpoint of a ledger already"):
        make("two")
    assert not (tmp_path / "two").exists()


def test_a_home_may_be_moved_as_a_folder(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    home.rename(tmp_path / "moved")
    with signing(tmp_path / "moved") as handle:
        assert handle.ledger.size() == FIRST_ENTRIES
        assert handle.settings.origin == ORIGIN


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda home: (home / "settings.toml").unlink(), "not an evidence home"),
        (lambda home: (home / "settings.toml").write_text("= 3", encoding="ascii"), "cannot be read"),
        (lambda home: (home / "settings.toml").write_text("origin = 'a'\nnew = 1", encoding="ascii"), "setting"),
        (lambda home: (home / "evidence.db").unlink(), "no evidence.db"),
        (lambda home: (home / "keys" / "ledger.pem").unlink(), "ledger.pem cannot be read"),
        (lambda home: (home / "keys" / "passphrase").write_text("wrong\n", encoding="ascii"), "does not open with"),
        (lambda home: (home / "keys" / "passphrase").write_text("\n", encoding="ascii"), "is empty"),
        (lambda home: (home / "keys" / "passphrase").chmod(0o644), "others can read it"),
        (lambda home: (home / "clock").write_text("noon", encoding="ascii"), "no simulated time"),
    ],
    ids=["no-settings", "no-toml", "bad-setting", "no-database", "no-key", "wrong", "empty", "open-mode", "clock"],
)
def test_what_is_wrong_with_a_home_is_one_named_error(tmp_path: Path, spoil: object, says: str) -> None:
    home = new_home(tmp_path)
    assert callable(spoil)
    spoil(home)
    with pytest.raises(SettingsError, match=says):
        signing(home).record(a_hold())


def test_a_simulated_clock_is_refused_by_a_home_that_is_not_for_demonstration(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    settings = (home / "settings.toml").read_text(encoding="utf-8")
    (home / "settings.toml").write_text(settings.replace("demo = true", "demo = false"), encoding="utf-8")
    with pytest.raises(SettingsError, match="simulated clock"):
        open_home(home, {})
    (home / "clock").unlink()
    with open_home(home, {}) as handle:
        assert isinstance(handle.clock, SystemClock)
        assert abs(handle.clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_simulated_clock_stands_where_it_was_set(tmp_path: Path) -> None:
    clock = SimulatedClock(tmp_path / "clock")
    clock.set(START)
    assert clock.now() == clock.now() == START


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    other = tmp_path / "passphrase"
    other.write_text("not the one\n", encoding="ascii")
    other.chmod(0o600)
    with pytest.raises(SettingsError, match="does not open with"):
        signing(home, {"EVIDENCE_PASSPHRASE_FILE": str(other)})
    assert Settings.load(home, {"EVIDENCE_DATABASE": "sqlite:////x.db"}).database_url == "sqlite:////x.db"
    assert Settings.load(home, {}).database_url == f"sqlite:///{home / 'evidence.db'}"


def test_without_a_file_or_a_terminal_the_passphrase_is_asked_for_in_vain() -> None:
    with pytest.raises(SettingsError, match="EVIDENCE_PASSPHRASE_FILE"):
        read_passphrase(None, None)
    assert read_passphrase(None, lambda: "typed") == b"typed"
    with pytest.raises(SettingsError, match="empty"):
        read_passphrase(None, lambda: "")


def test_a_key_is_never_overwritten_and_opens_with_its_passphrase_only(tmp_path: Path) -> None:
    keys, key = KeyFolder(tmp_path / "keys", b"one"), new_ed25519(os.urandom)
    keys.write(key_id(key), key)
    assert spki(keys.person(key_id(key))) == spki(key)
    assert keys.people() == (key_id(key),)
    with pytest.raises(LedgerError, match="never overwritten"):
        keys.write(key_id(key), key)
    with pytest.raises(SettingsError, match="passphrase"):
        KeyFolder(tmp_path / "keys", b"two").person(key_id(key))


def test_the_vault_of_a_home_seals_and_opens(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    with signing(home) as handle:
        stored = handle.vault().put(b"wages")
        assert handle.vault().read(stored.sha256) == b"wages"


@pytest.mark.parametrize(
    ("code", "name", "country"), [("", "A", "US"), ("A B", "A", "US"), ("A", "", "US"), ("A", "A", "usa")]
)
def test_an_organisation_that_cannot_be_is_refused_by_name(code: str, name: str, country: str) -> None:
    with pytest.raises(SettingsError, match="organisation's"):
        Organisation.of(code, name, country)
