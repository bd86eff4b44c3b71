"""Time stamps by RFC 3161 (with RFC 5816): what is asked of an authority, and what its answer proves.

The request names the SHA-256 of the stamped bytes, a nonce, and asks for the signer's certificate. The answer is kept
whole and verbatim, since its unsigned parts (the status, the order of certificates) are checked by nothing but a digest
beside it. To be believed, it must be

- granted, and one signature over one TSTInfo, in DER. One laxity: certificates in any order. DER wants a SET sorted,
  OpenSSL's own authority does not sort it, and the set is not signed; it is sorted in a copy before the strict reading;
- about these bytes, with our nonce and, where one was asked for, our policy, by hashes that hold today;
- signed with the certificate that the signer's issuer and serial number name and that the signed attributes pin by
  digest (never one found by its place in the set), whose only extended key usage is time stamping, and critical;
- under a root trusted for this authority, the chain valid at the token's genTime: verified at today's date, every stamp
  would fall with its certificate.

The signature and the chain are OpenSSL's work, by way of rfc3161-client; what that library leaves out is done here.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import algos, cms, core, tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

from evidence.core.identifiers import Random
from evidence.errors import ProofError
from evidence.ledger.stamp_trust import BROKEN, MOST_CERTIFICATES, Trusted

LONGEST_RESPONSE = 128 * 1024  # bytes
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
HASHES = ("sha256", "sha384", "sha512")
_NONCE_BYTES = 8
_LEAST_RSA_BITS = 2048


class _Response(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """TimeStampResp, whose token is there only where it was granted (asn1crypto's own wants one always)."""

    _fields = [("status", tsp.PKIStatusInfo), ("token", cms.ContentInfo, {"optional": True})]  # noqa: RUF012


@dataclass(frozen=True, slots=True)
class Request:
    """A time-stamp query: its DER, and the nonce that the answer must bear."""

    der: bytes
    nonce: int


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """What a granted response says; nothing of it is believed before `verify`.

    `gen_time` is the authority's time, in UTC, right within `accuracy` where it names one. `chain` is DER, the
    signer's certificate first. `ends` is when the first of the certificates in it ends.
    """

    response: bytes
    gen_time: datetime
    accuracy: timedelta | None
    serial: int
    policy: str
    hash_name: str
    imprint: bytes
    nonce: int | None
    signer_digest: str
    chain: tuple[bytes, ...]
    pins: tuple[tuple[str, bytes], ...]

    @property
    def certificate(self) -> x509.Certificate:
        """The signer's."""
        return x509.load_der_x509_certificate(self.chain[0])

    @property
    def ends(self) -> datetime:
        """When the signer's certificate ends: the token is to be renewed before."""
        return self.certificate.not_valid_after_utc

    @property
    def authority(self) -> str:
        """The subject of the signer's certificate."""
        return self.certificate.subject.rfc4514_string()


def request(data: bytes, random: Random, *, policy: str | None = None, hash_name: str = "sha256") -> Request:
    """A query for a stamp over `data`, with a nonce of 64 bits and the wish for the signer's certificate.

    Raises:
        ProofError: a hash that is not one of `HASHES`, or a policy that is no object identifier.
    """
    if hash_name not in HASHES:
        raise ProofError(f"Time stamps are asked for by {', '.join(HASHES)}; found {hash_name!r}.")
    nonce = int.from_bytes(random(_NONCE_BYTES), "big")
    fields: dict[str, Any] = {
        "version": "v1",
        "message_imprint": {
            "hash_algorithm": algos.DigestAlgorithm({"algorithm": hash_name, "parameters": core.Null()}),
            "hashed_message": hashlib.new(hash_name, data).digest(),
        },
        "nonce": nonce,
        "cert_req": True,
    }
    try:
        return Request(tsp.TimeStampReq({**fields, **({"req_policy": policy} if policy else {})}).dump(), nonce)
    except BROKEN as error:
        raise ProofError(f"The policy {policy!r} is no object identifier, such as 1.2.3.4.1.") from error


def read(response: bytes) -> TimeStamp:
    """Read a TimeStampResp, as far as it can be without trusting anybody.

    Raises:
        ProofError: it is too long or malformed, the authority rejected the request (its reason is told), or it is not
            one signature over one TSTInfo.
    """
    if len(response) > LONGEST_RESPONSE:
        raise ProofError(f"A time stamp of {len(response)} bytes; wanted at most {LONGEST_RESPONSE}.")
    try:
        parsed = _Response.load(response, strict=True)
        status = str(parsed["status"]["status"].native)
        if status != "granted":
            raise ProofError(f"The authority did not grant the stamp: {_reason(parsed, status)}.")
        decode_timestamp_response(_sorted_copy(response))
        return _facts(response, parsed["token"]["content"])
    except BROKEN as error:
        why = _one_line(str(error))[:120] or type(error).__name__
        raise ProofError(f"The time stamp cannot be read: {why}.") from error


def verify(
    stamp: TimeStamp, data: bytes, trusted: Trusted, *, policy: str | None = None, nonce: int | None = None
) -> None:
    """Whether a stamp proves that `data` was there at its genTime, as far as the roots given are trusted.

    Raises:
        ProofError: it does not; the message says why.
    """
    require_about(stamp, data)
    if nonce is not None and stamp.nonce != nonce:
        raise ProofError("The time stamp bears another nonce than was sent: it answers another request.")
    if policy is not None and stamp.policy != policy:
        raise ProofError(f"The time stamp is under policy {stamp.policy}; asked for was {policy}.")
    _require_fit(stamp)
    builder = VerifierBuilder(roots=list(trusted.roots), intermediates=list(trusted.between))
    try:
        builder.build().verify(decode_timestamp_response(_sorted_copy(stamp.response)), stamp.imprint)
    except (VerificationError, *BROKEN) as error:
        raise ProofError(
            f"The time stamp does not hold at {stamp.gen_time:%Y-%m-%d %H:%M}Z: {_short(error)}."
        ) from error


def require_about(stamp: TimeStamp, data: bytes) -> None:
    """That a stamp is over these bytes, by a hash that holds.

    Raises:
        ProofError: over others, or by a weak hash.
    """
    if stamp.hash_name not in HASHES or stamp.signer_digest not in HASHES:
        raise ProofError(
            f"The time stamp rests on {stamp.hash_name} and {stamp.signer_digest}; wanted {', '.join(HASHES)}."
        )
    if hashlib.new(stamp.hash_name, data).digest() != stamp.imprint:
        raise ProofError("The time stamp is over other bytes than these.")


def chain_pem(stamp: TimeStamp, trusted: Trusted | None = None) -> bytes:
    """The certificates that lead from the signer towards a root, as PEM: for ``openssl ts -verify -untrusted``."""
    between = () if trusted is None else trusted.between
    ders = dict.fromkeys((*stamp.chain, *(one.public_bytes(Encoding.DER) for one in between)))
    return b"".join(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in ders)


def _facts(response: bytes, signed: Any) -> TimeStamp:
    info = signed["encap_content_info"]["content"].parsed
    if not isinstance(info, tsp.TSTInfo):
        raise ProofError("The token holds something else than a TSTInfo.")
    if len(signed["signer_infos"]) != 1:
        raise ProofError(f"The token has {len(signed['signer_infos'])} signers; RFC 3161 wants one.")
    signer = signed["signer_infos"][0]
    certificates = [choice.chosen.dump() for choice in signed["certificates"]]
    if len(certificates) > MOST_CERTIFICATES:
        raise ProofError(f"The token holds {len(certificates)} certificates; wanted at most {MOST_CERTIFICATES}.")
    by, accuracy = signer["sid"].chosen, info["accuracy"].native
    own = [
        der
        for der, choice in zip(certificates, signed["certificates"], strict=True)
        if signer["sid"].name == "issuer_and_serial_number"
        and choice.chosen.serial_number == by["serial_number"].native
        and choice.chosen.issuer.dump() == by["issuer"].dump()
    ]
    if not own:
        raise ProofError("The certificate of the token's signer is not in it, though it was asked for.")
    for der in certificates:
        x509.load_der_x509_certificate(der)  # unreadable to a strict reader: refused here, and not later
    moment = info["gen_time"].native.astimezone(UTC)
    return TimeStamp(
        response=response,
        gen_time=moment,
        accuracy=None if accuracy is None else _accuracy(accuracy),
        serial=int(info["serial_number"].native),
        policy=str(info["policy"].dotted),
        hash_name=str(info["message_imprint"]["hash_algorithm"]["algorithm"].native),
        imprint=bytes(info["message_imprint"]["hashed_message"].native),
        nonce=info["nonce"].native,
        signer_digest=str(signer["digest_algorithm"]["algorithm"].native),
        chain=(own[0], *(der for der in certificates if der != own[0])),
        pins=_pins(signer),
    )


def _accuracy(said: Any) -> timedelta:
    return timedelta(seconds=said["seconds"] or 0, milliseconds=said["millis"] or 0, microseconds=said["micros"] or 0)


def _pins(signer: Any) -> tuple[tuple[str, bytes], ...]:
    """The digests by which the signed attributes name the signer's certificate (ESSCertID and ESSCertIDv2)."""
    pins = []
    for attribute in signer["signed_attrs"]:
        if attribute["type"].native == "signing_certificate":
            pins.append(("sha1", attribute["values"][0]["certs"][0]["cert_hash"].native))
        elif attribute["type"].native == "signing_certificate_v2":
            first = attribute["values"][0]["certs"][0]
            pins.append((str(first["hash_algorithm"]["algorithm"].native), first["cert_hash"].native))
    if any(name not in ("sha1", *HASHES) for name, _ in pins):
        raise ProofError("The token pins its signer's certificate by a hash that is not known.")
    return tuple(pins)


def _require_fit(stamp: TimeStamp) -> None:
    """What RFC 3161 asks of the signer, and OpenSSL's chain check does not look at.

    Raises:
        ProofError: the certificate is not pinned, or not one for time stamps alone, or its key is short.
    """
    if not stamp.pins or any(hashlib.new(name, stamp.chain[0]).digest() != pin for name, pin in stamp.pins):
        raise ProofError("The token's signed attributes do not name the certificate that it is to be verified with.")
    certificate = stamp.certificate
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, *BROKEN) as error:
        raise ProofError("The signer's certificate is not one for time stamps: no extended key usage.") from error
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise ProofError("The signer's certificate must be for time stamps alone, and say so as critical.")
    try:
        key = certificate.public_key()
    except BROKEN as error:
        raise ProofError("The signer's key cannot be read.") from error
    if isinstance(key, RSAPublicKey) and key.key_size < _LEAST_RSA_BITS:
        raise ProofError(f"The signer's RSA key has {key.key_size} bits; wanted {_LEAST_RSA_BITS} at least.")


def _sorted_copy(response: bytes) -> bytes:
    """The same response with its certificates in the order that DER wants; all else to the byte."""
    parsed = _Response.load(response, strict=True)
    signed = parsed["token"]["content"]
    certificates = signed["certificates"]
    if certificates:
        ordered = sorted(choice.dump() for choice in certificates)
        if ordered == [choice.dump() for choice in certificates]:
            return response
        signed["certificates"] = cms.CertificateSet([cms.CertificateChoices.load(one) for one in ordered])
    made: bytes = parsed.dump()
    return made


def _reason(parsed: Any, status: str) -> str:
    texts, info = parsed["status"]["status_string"].native, parsed["status"]["fail_info"].native
    said = "; ".join(texts or ()) if isinstance(texts, list) else str(texts or "")
    return _one_line(" ".join([status, *sorted(info or ()), said]))[:200]


def _short(error: Exception) -> str:
    """OpenSSL's own reason out of an error that quotes its whole stack: the verify error, or the first reason named."""
    text = _one_line(str(error))
    for before in ('data: "Verify error: ', 'reason: "'):
        if before in text:
            return text.partition(before)[2].partition('"')[0][:160]
    return text[:160].rstrip(".")


def _one_line(text: str) -> str:
    """Text that may quote bytes of the response, so that it drives no terminal."""
    return "".join(mark if mark.isprintable() else "?" for mark in " ".join(text.split()))
