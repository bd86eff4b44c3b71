"""Signatures in a PDF, checked inside the bounded process (`worker`): PAdES (EN 319 142-1) and adbe.pkcs7.detached.

For each signature field apart: whether what it covers is unaltered, whether its certificate leads to the trust list
handed in, how much of the file it covers, and what was added to the file since. Nothing is fetched: neither the
system's certificates nor any revocation list counts. A signature that cannot be read is a finding like any other.
"""

import asyncio
import io
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from asn1crypto import pem, x509
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.policy_decl import AcceptAllAlgorithms

for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).addHandler(logging.NullHandler())  # what they find is said in findings

Say = Callable[[Any], None]
Fault = Callable[..., None]

MOST_SIGNATURES = 100
_WEAK_DIGESTS = frozenset({"md2", "md5", "sha1"})
_SMALLEST_RSA = 2048
_LONGEST = 300
_CLOCKS_DIFFER = timedelta(days=1)
_CHECKED = frozenset({"/adbe.pkcs7.detached", "/ETSI.CAdES.detached", "/ETSI.RFC3161"})
_COVERAGE = {
    SignatureCoverageLevel.ENTIRE_FILE: "whole file",
    SignatureCoverageLevel.ENTIRE_REVISION: "whole revision",
    SignatureCoverageLevel.CONTIGUOUS_BLOCK_FROM_START: "partial",
    SignatureCoverageLevel.UNCLEAR: "unclear",
}
_LEVEL = {
    ModificationLevel.NONE: "none",
    ModificationLevel.LTA_UPDATES: "validation data",
    ModificationLevel.FORM_FILLING: "form filling",
    ModificationLevel.ANNOTATIONS: "annotations",
    ModificationLevel.OTHER: "other",
}
# a certificate for signing documents bears one or the other, or says nothing (RFC 5280, 4.2.1.3)
_USAGE = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"})
_ANY_USAGE = KeyUsageConstraints(key_usage=set())
# weak algorithms are told of by `_weak`; refused by the library, nothing else would be known of the signature
_ANY_ALGORITHM = CMSAlgorithmUsagePolicy.lift_policy(AcceptAllAlgorithms())
_LOOP = asyncio.new_event_loop()
"""Made before the process is confined: a loop makes a pair of sockets for itself, which is denied afterwards."""


def parse(stream: BinaryIO, limits: dict[str, Any], say: Say, fault: Fault) -> None:  # noqa: ARG001 -- one signature
    """Answer with what was found of each field that is signed.

    The request names in `trust` the file of a PEM bundle (None: no trust list is given, so that nobody is trusted or
    distrusted), and in `moment` when it is asked.
    """
    started = time.monotonic()
    roots = None if limits["trust"] is None else _certificates(Path(limits["trust"]).read_bytes())
    moment = datetime.fromisoformat(limits["moment"])
    content = io.BytesIO(stream.read())
    try:
        reader = _reader(content, say)
        fields = [] if reader is None else list(_signed_fields(reader))
    except RecursionError:
        say({"notice": "a PDF nested deeper than any real one: its signatures were not checked"})
        return
    except Exception as error:  # noqa: BLE001 -- a damaged PDF fails in as many ways as there are bytes in it
        say({"notice": f"a PDF whose signatures cannot be read ({type(error).__name__}): none was checked"})
        return
    if reader is None:
        return
    if not fields and b"/ByteRange" in content.getbuffer().tobytes():
        say({"notice": "signature data that no field of the form holds: not checked, and no viewer would show it"})
    for number, (name, field) in enumerate(fields):
        late = time.monotonic() - started > limits["parser_seconds"] // 2
        if number == MOST_SIGNATURES or late:
            why = "more than a document bears" if not late else "no time was left for the others"
            say({"notice": f"{len(fields)} signatures, of which {number} were checked: {why}"})
            break
        say({"found": {"field": _plain(name), **_checked(reader, name, field, roots, moment)}})


def _certificates(bundle: bytes) -> list[x509.Certificate]:
    return [x509.Certificate.load(der) for _, _, der in pem.unarmor(bundle, multiple=True)]


def _reader(content: io.BytesIO, say: Say) -> PdfFileReader | None:
    """The PDF, read strictly where that works; None where it is encrypted under a password that we do not have."""
    try:
        reader = PdfFileReader(content)
        _ = reader.root
    except Exception:  # noqa: BLE001 -- whatever a strict reading minds, a lenient one may still tell of
        reader = PdfFileReader(content, strict=False)
        _ = reader.root
        say({"notice": "a PDF that departs from the standard: its signatures were checked in a lenient reading"})
    if reader.encrypted:
        try:
            opened = reader.decrypt(b"").status.value > 0
        except Exception:  # noqa: BLE001 -- encrypted for a certificate, or by a method that is unknown here
            opened = False
        if not opened:
            say({"notice": "encrypted: kept as a document, its signatures not checked"})
            return None
    return reader


def _signed_fields(reader: PdfFileReader) -> list[tuple[str, DictionaryObject]]:
    found = []
    for name, _, field in enumerate_sig_fields(reader, filled_status=True):
        found.append((str(name), field.get_object()))
        if len(found) > 10 * MOST_SIGNATURES:
            break
    return found


def _checked(
    reader: PdfFileReader, name: str, field: DictionaryObject, roots: list[x509.Certificate] | None, moment: datetime
) -> dict[str, Any]:
    """What there is to say of one signature; one that cannot be checked is not intact, and says why."""
    found: dict[str, Any] = {
        "intact": False,
        "trusted": None if roots is None else False,
        "coverage": "undetermined",
        "modification_level": "undetermined",
        "notes": [],
    }
    try:
        subfilter = str(field["/V"].get("/SubFilter"))
        if subfilter not in _CHECKED:
            found["notes"] = [f"a signature of the sort {_plain(subfilter)}, which is not checked here"]
            return found
        signature = EmbeddedPdfSignature(reader, field, name)
        _identity(signature, moment, found)
        _verified(signature, roots, moment, found)
    except RecursionError:
        found["notes"].append("could not be checked: nested deeper than any real file")
    except Exception as error:  # noqa: BLE001 -- forged signatures fail in as many ways as there are bytes in them
        found["intact"] = False
        found["notes"].append(f"could not be checked ({type(error).__name__})")
    return found


def _identity(signature: EmbeddedPdfSignature, moment: datetime, found: dict[str, Any]) -> None:
    """What the signature says of itself; of all this only the certificate's digest cannot be made up."""
    found["digest_algorithm"] = _plain(signature.md_algorithm)
    certificate = signature.signer_cert
    found["signer"] = _plain(certificate.subject.human_friendly)
    found["signer_certificate"] = certificate.sha256.hex()
    found["issuer"] = _plain(certificate.issuer.human_friendly)
    found["certificate_from"] = certificate.not_valid_before.date().isoformat()
    found["certificate_to"] = certificate.not_valid_after.date().isoformat()
    try:
        claimed = signature.self_reported_timestamp
    except Exception:  # noqa: BLE001 -- a date in no form that is known is no date
        claimed = None
    if claimed is not None:
        aware = (claimed if claimed.tzinfo is not None else claimed.replace(tzinfo=UTC)).astimezone(UTC)
        found["claimed_signing_time"] = aware.isoformat()
        if aware > moment + _CLOCKS_DIFFER:
            found["notes"].append("the time that it claims had not come when it was checked")
    found["weak"] = _weak(signature)


def _weak(signature: EmbeddedPdfSignature) -> list[str]:
    weak = [f"digest {signature.md_algorithm}"] if signature.md_algorithm in _WEAK_DIGESTS else []
    key = signature.signer_cert.public_key
    if key.algorithm == "rsa" and key.bit_size < _SMALLEST_RSA:
        weak.append(f"RSA key of {key.bit_size} bits")
    return weak


def _verified(
    signature: EmbeddedPdfSignature, roots: list[x509.Certificate] | None, moment: datetime, found: dict[str, Any]
) -> None:
    is_stamp = signature.sig_object_type == "/DocTimeStamp"
    found["is_time_stamp"] = is_stamp
    status = _status(signature, roots, moment)
    stamp = status if is_stamp else status.timestamp_validity
    if stamp is not None:
        found["time_stamp"] = stamp.timestamp.astimezone(UTC).isoformat()
        proven = bool(stamp.valid and stamp.intact and stamp.trusted)
        found["time_stamp_trusted"] = None if roots is None else proven
        if proven and not is_stamp and not status.trusted:
            # proven to have been there at that time: a certificate that ran out since was in force (EN 319 102-1, 5.5)
            status = _status(signature, roots, stamp.timestamp)
    contiguous = _fills_its_gap(signature)
    coverage = signature.evaluate_signature_coverage() if contiguous else SignatureCoverageLevel.UNCLEAR
    found["intact"] = bool(status.intact and status.valid)
    found["coverage"] = _COVERAGE[coverage]
    found["modification_level"] = _LEVEL[status.modification_level] if contiguous else "other"
    if roots is not None:
        found["trusted"] = bool(status.trusted and not found["weak"])
    if not contiguous:
        found["notes"].append("what is left out of the signed bytes is not the signature alone")
    if not is_stamp and status.docmdp_ok is False:
        found["notes"].append("what was added is more than the signature itself allows")


def _status(signature: EmbeddedPdfSignature, roots: list[x509.Certificate] | None, moment: datetime) -> Any:
    """The library's verdict; its types are its own, hence `Any`."""

    def context() -> ValidationContext:
        return ValidationContext(trust_roots=roots or [], allow_fetching=False, moment=moment)

    if signature.sig_object_type == "/DocTimeStamp":
        return _LOOP.run_until_complete(async_validate_pdf_timestamp(signature, context()))
    usage = _USAGE if signature.signer_cert.key_usage_value is not None else _ANY_USAGE
    return _LOOP.run_until_complete(
        async_validate_pdf_signature(
            signature, context(), context(), key_usage_settings=usage, algorithm_policy=_ANY_ALGORITHM
        )
    )


def _fills_its_gap(signature: EmbeddedPdfSignature) -> bool:
    """Whether the bytes left out of the signature hold it and nothing else, in hexadecimal (ISO 32000-2, 12.8.1).

    The library measures their length only: a signature in a shorter notation would leave room for content of one's own.
    """
    ranges = [int(number) for number in signature.byte_range]
    if len(ranges) != 4 or ranges[0] != 0 or any(number < 0 for number in ranges):
        return False
    _, first, second, _ = ranges
    stream = signature.reader.stream
    stream.seek(first)
    gap = stream.read(max(0, second - first))
    if gap[:1] != b"<" or gap[-1:] != b">":
        return False
    try:
        return bytes.fromhex(gap[1:-1].decode("ascii")) == signature.pkcs7_content
    except ValueError:
        return False


def _plain(text: str) -> str:
    """Text from outside in one short line without control characters."""
    joined = " ".join(str(text).split())
    return "".join(c if c.isprintable() else "?" for c in joined)[:_LONGEST]
