"""Sealed exhibits in a pack: CMS envelopes that only their recipient opens, the bytes that the issuer put there.

Whoever forwards them proves that they are unchanged and to whom they are sealed; whoever opens one finds beside the
document what leads from it to the root of the ledger (``--beside``).
"""

from collections.abc import Mapping
from typing import Any, Final

from asn1crypto import cms

from evidence.pack.checking.verdict import PackReport
from evidence.pack.form.container import Files, read

ENVELOPED: Final = "1.2.840.113549.1.7.3"
MAX_SEALED: Final = 512 * 1024 * 1024


def check_sealed(report: PackReport, files: Files, opening: Mapping[str, Any], digests: Mapping[str, str]) -> None:
    """Every envelope that the edition lists."""
    for listed in opening.get("sealed", ()):
        path = str(listed["path"])
        name = f"sealed {path}"
        if digests.get(path) != listed["sha256"]:
            report.failed(name, "Missing, or not the envelope that was sealed.")
            continue
        with report.judging(name):
            if files.size(path) > MAX_SEALED or not is_envelope(read(files, path)):
                report.failed(name, "No CMS EnvelopedData: nobody can open it.")
            else:
                report.passed(
                    name, f"unchanged since it was sealed to the certificate of SHA-256 {listed['recipient']}"
                )


def is_envelope(content: bytes) -> bool:
    """Whether bytes are CMS EnvelopedData (RFC 5652, section 6) and nothing after it."""
    try:
        info = cms.ContentInfo.load(content, strict=True)
        return bool(info["content_type"].dotted == ENVELOPED and len(info["content"]["recipient_infos"]) > 0)
    except (ValueError, TypeError, KeyError):
        return False
