"""RFC 3161 requests and responses, against OpenSSL's own authority: what is taken, what is refused and why."""

import datetime as dt
import hashlib
import os
import random
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import EvidenceError, ProofError
from evidence.ledger.stamp_trust import read_trusted
from evidence.ledger.time_stamps import LONGEST_RESPONSE, chain_pem, read, request, verify
from tests.timestamps import (
    OTHER_POLICY,
    STAMPS_ONLY,
    Office,
    Signer,
    certify,
    changed_query,
    new_key,
    new_office,
    new_signer,
    openssl,
    with_certificates,
    with_token,
)

DATA = b"specimen checkpoint\n"


@pytest.fixture(scope="module", params=["ec", "rsa"])
def any_office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return new_office(tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return new_office(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def reply(office: Office) -> bytes:
    return office.reply(request(DATA, os.urandom).der)


def trusted_all(office: Office) -> bytes:
    return office.root.pem + b"".join(one.pem for one in office.chain)


def test_a_request_is_what_openssl_reads_in_it(tmp_path: Path) -> None:
    made = request(DATA, lambda count: bytes(range(1, count + 1)), policy="1.2.3.4.1")
    (tmp_path / "query").write_bytes(made.der)
    said = openssl(tmp_path, "ts", "-query", "-in", "query", "-text").stdout.decode()
    assert "Hash Algorithm: sha256" in said
    assert "Certificate required: yes" in said
    assert "Policy OID: tsa_policy1" in said or "Policy OID: 1.2.3.4.1" in said
    assert "Nonce: 0x0102030405060708" in said
    dump = "".join(line.partition(" - ")[2][:48] for line in said.splitlines() if " - " in line)
    assert hashlib.sha256(DATA).hexdigest() == "".join(dump.replace("-", " ").split())


def test_a_stamp_of_either_kind_of_key_is_read_and_holds(any_office: Office) -> None:
    query = request(DATA, os.urandom)
    stamp = read(any_office.reply(query.der))
    verify(stamp, DATA, read_trusted(any_office.root.pem), nonce=query.nonce, policy="1.2.3.4.1")
    assert abs(stamp.gen_time - dt.datetime.now(dt.UTC)) < dt.timedelta(hours=1)
    assert stamp.accuracy == dt.timedelta(seconds=1, milliseconds=500)
    assert stamp.nonce == query.nonce
    assert stamp.authority == "CN=SPECIMEN time stamps"
    assert stamp.ends == any_office.signer.certificate.not_valid_after_utc
    assert stamp.imprint == hashlib.sha256(DATA).digest()


@pytest.mark.parametrize("hash_name", ["sha384", "sha512"])
def test_a_stamp_by_a_longer_hash_holds(office: Office, hash_name: str) -> None:
    query = request(DATA, os.urandom, hash_name=hash_name)
    stamp = read(office.reply(query.der))
    verify(stamp, DATA, read_trusted(office.root.pem), nonce=query.nonce)
    assert stamp.hash_name == hash_name


def test_a_hash_or_a_policy_that_none_can_ask_for_is_refused() -> None:
    with pytest.raises(ProofError, match="sha256"):
        request(DATA, os.urandom, hash_name="sha1")
    with pytest.raises(ProofError, match="object identifier"):
        request(DATA, os.urandom, policy="1.2.x")


def test_certificates_stand_in_any_order_and_the_signature_holds_for_each(office: Office, reply: bytes) -> None:
    """OpenSSL does not sort the set, DER wants it sorted, and nobody signs it."""
    signer, middle, root = (
        one.certificate.public_bytes(Encoding.DER) for one in (office.signer, office.chain[0], office.root)
    )
    for order in ([signer, middle, root], [root, middle, signer], sorted([signer, middle, root])):
        stamp = read(with_certificates(reply, order))
        verify(stamp, DATA, read_trusted(office.root.pem))
        assert stamp.chain[0] == signer


def test_an_authority_that_sends_its_own_certificate_only_needs_those_between_beside_the_root(office: Office) -> None:
    alone = Office(office.folder / "alone", office.root, office.signer)
    stamp = read(alone.reply(request(DATA, os.urandom).der))
    verify(stamp, DATA, read_trusted(trusted_all(office)))
    with pytest.raises(ProofError, match="issuer certificate"):
        verify(stamp, DATA, read_trusted(office.root.pem))
    assert chain_pem(stamp, read_trusted(trusted_all(office))).count(b"BEGIN CERTIFICATE") == 2


def test_a_signer_pinned_by_the_older_attribute_is_taken(office: Office) -> None:
    """RFC 3161's own ESSCertID is by SHA-1; RFC 5816 has the newer one. The certificate is named by its issuer too."""
    older = Office(office.folder / "older", office.root, office.signer, office.chain, ess="sha1")
    stamp = read(older.reply(request(DATA, os.urandom).der))
    assert [name for name, _ in stamp.pins] == ["sha1"]
    verify(stamp, DATA, read_trusted(office.root.pem))


def test_a_certificate_that_ends_after_the_stamp_does_not_take_the_stamp_with_it(tmp_path: Path) -> None:
    """At its genTime it holds for good; OpenSSL at a later day refuses, and at that moment agrees."""
    short = new_office(tmp_path, days=1.5)  # made a day ago
    stamp = read(short.reply(request(DATA, os.urandom).der))
    verify(stamp, DATA, read_trusted(short.root.pem))
    for name, content in (("data", DATA), ("x.tsr", stamp.response), ("chain.pem", chain_pem(stamp))):
        (tmp_path / name).write_bytes(content)
    said = []
    for moment in (stamp.gen_time, stamp.gen_time + dt.timedelta(days=2)):
        at = str(int(moment.timestamp()))
        files = ("-data", "data", "-in", "x.tsr", "-CAfile", "root.pem", "-untrusted", "chain.pem", "-attime", at)
        said.append(openssl(tmp_path, "ts", "-verify", *files, check=False).returncode)
    assert said == [0, 1]


def _refusals(office: Office, folder: Path) -> dict[str, tuple[bytes, str]]:
    """Responses that do not hold, each with words of the reason."""
    query, middle = request(DATA, os.urandom).der, office.chain[0]
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=30)

    def by(signer: Signer, *chain: Signer) -> bytes:
        made = Office(folder / os.urandom(4).hex(), office.root, signer, chain or office.chain)
        return made.reply(query)

    stranger = new_office(folder / "stranger")
    twin = Signer(
        key := new_key(),
        certify("time stamps", key, middle, serial=office.signer.certificate.serial_number),
    )
    good = office.reply(query)
    swapped = [twin.certificate.public_bytes(Encoding.DER), middle.certificate.public_bytes(Encoding.DER)]
    no_authority = new_signer("no authority", office.root)
    return {
        "over-other-bytes": (office.reply(changed_query(query, imprint=bytes(32))), "other bytes"),
        "another-nonce": (office.reply(changed_query(query, nonce=7)), "nonce"),
        "another-policy": (good, "policy"),
        "unknown-root": (stranger.reply(query), "certificate signature failure"),
        "ended-before": (by(new_signer("ended", middle, starts=long_ago, days=10)), "expired"),
        "not-begun": (by(new_signer("young", middle, starts=long_ago + dt.timedelta(days=60))), "not yet valid"),
        "between-is-no-authority": (by(new_signer("under", no_authority), no_authority), "CA certificate|not hold"),
        "certificate-swapped-for-a-namesake": (with_certificates(good, swapped), "do not name"),
        "for-code": (office.signed_by(new_signer("code", middle, usage=(_OID_CODE,)), query), "for time stamps alone"),
        "for-stamps-and-code": (
            office.signed_by(new_signer("both", middle, usage=(*STAMPS_ONLY, _OID_CODE)), query),
            "for time stamps alone",
        ),
        "not-critical": (office.signed_by(new_signer("lax", middle, critical=False), query), "for time stamps alone"),
        "for-nothing-named": (office.signed_by(new_signer("none", middle, usage=()), query), "no extended key usage"),
    }


_OID_CODE = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.3")


def test_each_response_that_does_not_hold_is_refused_for_its_own_reason(office: Office, tmp_path: Path) -> None:
    trusted = read_trusted(trusted_all(office))
    nonce = read(office.reply(request(DATA, lambda count: bytes(count - 1) + b"\x09").der)).nonce
    assert nonce == 9
    for name, (response, says) in _refusals(office, tmp_path).items():
        stamp = read(response)
        asked = {"another-nonce": {"nonce": 9}, "another-policy": {"policy": OTHER_POLICY}}.get(name, {})
        with pytest.raises(ProofError, match=says):
            verify(stamp, DATA, trusted, **asked)  # type: ignore[arg-type]


def test_a_short_rsa_key_is_refused(office: Office, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 1024)
    weak = Office(tmp_path, office.root, Signer(key, certify("weak", key, office.chain[0])), office.chain)
    with pytest.raises(ProofError, match="1024 bits"):
        verify(read(weak.reply(request(DATA, os.urandom).der)), DATA, read_trusted(office.root.pem))


def test_a_rejection_is_told_in_the_words_of_the_authority(office: Office, tmp_path: Path) -> None:
    strict = Office(tmp_path, office.root, office.signer, digests="sha512")
    with pytest.raises(ProofError, match=r"rejection bad_alg.*not supported"):
        read(strict.reply(request(DATA, os.urandom).der))


def test_a_token_without_its_signers_certificate_is_refused(office: Office, reply: bytes) -> None:
    middle = office.chain[0].certificate.public_bytes(Encoding.DER)
    with pytest.raises(ProofError, match="not in it"):
        read(with_certificates(reply, [middle]))


def test_what_is_no_response_is_refused_in_our_own_words(reply: bytes) -> None:
    for broken in (b"", b"\x30", b"<html></html>", reply[:-1], reply + b"\x00", with_token(reply, b"\x30\x00")):
        with pytest.raises(ProofError, match="cannot be read"):
            read(broken)
    with pytest.raises(ProofError, match="at most"):
        read(bytes(LONGEST_RESPONSE + 1))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(ProofError):
        read(data)


@pytest.mark.parametrize("seed", range(4))
def test_a_response_with_altered_bytes_raises_nothing_but_our_errors(office: Office, reply: bytes, seed: int) -> None:
    """And where it still verifies, what was altered is not signed, and what it says is what it said."""
    trusted, chance = read_trusted(trusted_all(office)), random.Random(seed)
    before = read(reply)
    for _ in range(150):
        altered = bytearray(reply)
        for _ in range(chance.choice((1, 1, 1, 3))):
            altered[chance.randrange(len(altered))] ^= 1 << chance.randrange(8)
        try:
            stamp = read(bytes(altered))
            verify(stamp, DATA, trusted)
        except EvidenceError:
            continue
        assert (stamp.gen_time, stamp.serial, stamp.imprint) == (before.gen_time, before.serial, before.imprint)


def test_a_file_of_certificates_needs_a_root_and_a_bound(office: Office) -> None:
    assert len(read_trusted(trusted_all(office)).between) == 1
    for pem, says in (
        (b"", "wanted PEM"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "wanted PEM"),
        (office.chain[0].pem, "No root"),
        (office.root.pem * 21, "at most 20"),
        (office.root.pem * 1000, "at most"),
    ):
        with pytest.raises(ProofError, match=says):
            read_trusted(pem)
