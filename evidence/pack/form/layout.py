"""The names of files in a pack and the lists that cover them; builder and checker share these and nothing else.

Every file but the signatures' own stands in `SHA256SUMS`; the list of digests is signed (`SHA256SUMS.p7s`), and the
ASiC manifest lists the same files once more for signature validators. `SIGNATURES.sha256` holds the digests of what no
other list covers: a bit in the unsigned part of a CMS file is accepted by OpenSSL, and found here.
"""

import base64
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final
from xml.sax.saxutils import quoteattr

MANIFEST_FORMAT: Final = "urn:evidence:pack-manifest:2"
DISCLOSURES_FORMAT: Final = "urn:evidence:pack-disclosures:2"
FORMATS: Final = (MANIFEST_FORMAT, DISCLOSURES_FORMAT)
EARLIER_FORMATS: Final = ("urn:evidence:pack-manifest:1", "urn:evidence:pack-disclosures:1")
"""Of packs of one edition, whose manifest lists what later ones commit to."""
REPORT_FORMAT: Final = "urn:evidence:pack-report:1"
FACTS_FORMAT: Final = "urn:evidence:pack-facts:1"

AUTHORITY: Final = "authority"
"""The edition that opens everything but what is secret."""

MANIFEST: Final = "manifest.json"
DISCLOSURES: Final = "disclosures.json"
CHECKPOINT: Final = "ledger/checkpoint"
POLICY: Final = "ledger/policy"
CERTIFICATE: Final = "certificates/organisation.pem"
CHAIN: Final = "certificates/chain.pem"
"""What leads to the root. Nobody trusts it for standing here; a fingerprint from elsewhere picks it out."""
README: Final = "README-VERIFY.txt"
VERIFY: Final = "verify.sh"
VERIFY_PAGE: Final = "verify.html"
VERIFIERS: Final = (README, VERIFY_PAGE, VERIFY)

SUMS: Final = "SHA256SUMS"
SUMS_SIGNATURE: Final = "SHA256SUMS.p7s"
SUMS_STAMP: Final = "SHA256SUMS.tst"
CHECKPOINT_STAMP: Final = "ledger/checkpoint.tst"
"""Made together with `SUMS_STAMP`, and signed for: whoever takes that one away is found by this one."""
STAMP: Final = ".tst"
"""A time stamp (RFC 3161): the whole response of the authority, over the file beside it without this ending."""
ASIC_MANIFEST: Final = "META-INF/ASiCManifest001.xml"
ASIC_SIGNATURE: Final = "META-INF/signature001.p7s"
SIGNATURES: Final = "SIGNATURES.sha256"

SIGNED_APART: Final = (ASIC_MANIFEST, ASIC_SIGNATURE, SUMS, SUMS_SIGNATURE)
"""What `SIGNATURES.sha256` covers, in its order; in a pack that is stamped, `SUMS_STAMP` comes after it."""


_REPORT: Final = re.compile(r"report-[a-z]{2}\.pdf")


def report_path(language: str) -> str:
    """``report-en.pdf``: the report in one language."""
    return f"report-{language}.pdf"


def report_data_path(language: str) -> str:
    """``report-en.json``: what that report prints, as data."""
    return f"report-{language}.json"


def report_languages(names: Iterable[str]) -> list[str]:
    """The languages of the reports among some files, in order."""
    return sorted(name[len("report-") : -len(".pdf")] for name in names if _REPORT.fullmatch(name))


def entry_path(index: int, suffix: str) -> str:
    """``entries/12.leaf``; suffixes are leaf, dsse and tlog-proof."""
    return f"entries/{index}.{suffix}"


def worksheet_path(place: int) -> str:
    """``worksheets/worksheet-1.json``: a worksheet as recorded, by its place in the pack."""
    return f"worksheets/worksheet-{place}.json"


def average_path(place: int) -> str:
    """``worksheets/average-1.json``: an average as recorded, by its place in the pack."""
    return f"worksheets/average-{place}.json"


def signed_apart(names: Collection[str]) -> tuple[str, ...]:
    """What `SIGNATURES.sha256` covers in a pack of these files."""
    return (*SIGNED_APART, SUMS_STAMP) if SUMS_STAMP in names or CHECKPOINT_STAMP in names else SIGNED_APART


def summed(names: Iterable[str]) -> list[str]:
    """The files that `SHA256SUMS` lists, in its order."""
    return sorted(name for name in names if name not in (*SIGNED_APART, SUMS_STAMP, SIGNATURES))


def in_asic(names: Iterable[str]) -> list[str]:
    """The files that the ASiC manifest lists: all but the container's own (EN 319 162-1)."""
    return [name for name in summed(names) if name != "mimetype"]


def sums_text(digests: Iterable[tuple[str, str]]) -> bytes:
    """Lines as ``sha256sum`` writes and reads them: digest, two spaces, name."""
    return "".join(f"{digest}  {name}\n" for name, digest in digests).encode("ascii")


def asic_manifest(digests: Mapping[str, str]) -> bytes:
    """The ASiC manifest that `META-INF/signature001.p7s` signs (EN 319 162-1, annex A.4), digests in base64."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" '
        'xmlns:ds="http://www.w3.org/2000/09/xmldsig#">',
        f'<asic:SigReference URI={quoteattr(ASIC_SIGNATURE)} MimeType="application/pkcs7-signature"/>',
    ]
    for name, hexadecimal in digests.items():
        value = base64.b64encode(bytes.fromhex(hexadecimal)).decode("ascii")
        lines.append(
            f"<asic:DataObjectReference URI={quoteattr(name)}>"
            '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
            f"<ds:DigestValue>{value}</ds:DigestValue></asic:DataObjectReference>"
        )
    lines.append("</asic:ASiCManifest>\n")
    return "\n".join(lines).encode("utf-8")
