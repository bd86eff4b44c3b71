"""Time stamps as files that OpenSSL verifies alone, with the line that does it.

For each stamp that was had: the whole response as the authority sent it (``.tsr``), the certificates that lead from its
signer towards a root (``.chain.pem``), and what it is over: the checkpoint of its size, byte for byte, or for a renewal
the response that it renews. The root is not among them: whom to trust, a file handed over with the stamp cannot say.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from evidence.errors import LedgerError, ProofError
from evidence.ledger.anchors import Anchored, HolderKind, anchors_in
from evidence.ledger.check_stamps import AUTHORITIES
from evidence.ledger.stamp_trust import Trusted, read_trusted
from evidence.ledger.time_stamps import chain_pem, read

FOLDER = "stamps"
SUMS = "SHA256SUMS"
"""The list of the digests of all files in an export's folder, as coreutils reads it: no signature covers every byte."""


@dataclass(frozen=True, slots=True)
class StampFile:
    """One stamp: the names of its files within the folder, their bytes, and what verifies it."""

    response: str
    chain: str
    data: str
    contents: dict[str, bytes]
    moment: int
    authority: str

    def line(self, root: str = "root.pem") -> str:
        """The command, to be run in the folder; `root` is a file with the authority's root, got from elsewhere.

        Judged at the time that the stamp names, since its certificate will have ended one day.
        """
        return (
            f"openssl ts -verify -data {self.data} -in {self.response} -CAfile {root} -untrusted {self.chain} "
            f"-attime {self.moment}"
        )


def stamp_files(
    connection: Connection, notes: Callable[[int], bytes | None], trust: Path | None = None
) -> Iterator[StampFile]:
    """The files of every stamp that was had, by size; a name never changes, so one that is written is written for good.

    Args:
        connection: the ledger's database.
        notes: gives the checkpoint stored at a size.
        trust: the trust folder, for certificates that an authority leaves out of its answers.

    Raises:
        LedgerError: a row of the queue or a token cannot be read; `evidence ledger check` names it.
    """
    had = {one.id: one for one in anchors_in(connection, HolderKind.TSA) if one.token is not None}
    for one in had.values():
        assert one.token is not None
        stamp = read(one.token)
        base = _base(one)
        earlier = had.get(one.renews or "")
        data, over = (
            (f"{_base(earlier)}.tsr", earlier.token) if earlier else (f"checkpoint.{one.size}", notes(one.size))
        )
        if over is None:
            raise LedgerError(f"What {one.id} stamps is not there. Run `evidence ledger check`.")
        chain = chain_pem(stamp, _trusted(trust, one.name))
        contents = {data: over, f"{base}.tsr": one.token, f"{base}.chain.pem": chain}
        yield StampFile(f"{base}.tsr", f"{base}.chain.pem", data, contents, int(stamp.gen_time.timestamp()), one.name)


def _base(one: Anchored) -> str:
    """``SIZE.AUTHORITY``, for a renewal with the beginning of the digest of what it renews."""
    renewed = one.id.removeprefix(f"{one.kind.value}:{one.size}:{one.name}").strip(":")
    return f"{one.size}.{one.name}" + (f".{renewed}" if renewed else "")


def _trusted(trust: Path | None, name: str) -> Trusted | None:
    place = None if trust is None else trust / AUTHORITIES / f"{name}.pem"
    try:
        return None if place is None or not place.exists() else read_trusted(place.read_bytes())
    except (OSError, ProofError):
        return None  # the chain is then what the authority sent
