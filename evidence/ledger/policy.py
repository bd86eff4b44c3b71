"""The policy file: which logs and witnesses are known, and how many witnesses a checkpoint needs (C2SP tlog-policy).

::

    log ledger.example/sample+1a2b3c4d+AQ...
    witness auditor auditor.example/w1+5e6f7081+BA... https://witness.auditor.example/
    witness customer customer.example/w+92a3b4c5+BA...
    group both all auditor customer
    quorum both

One definition a line, its items parted by spaces and tabs; a line that starts with ``#`` is a comment, a ``#`` further
on is not. A group takes ``all``, ``any`` or a number of the names before it, each of which is in one group at most; the
quorum is one name or ``none``. Names are opaque bytes and carried as such (undecodable ones as lone surrogates).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evidence.core.encoding import from_decimal
from evidence.errors import MalformedValue, ProofError
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.cosignature import Cosignature, Witness, cosignatures
from evidence.ledger.note import NoteKey, Verifier, parse_note

MAX_BYTES: Final = 256 * 1024
MAX_DEFINITIONS: Final = 256
"""Of logs, of witnesses and of groups each; the standard asks for at least 32."""
NONE: Final = "none"
FILE_NAME: Final = "policy"

_FORBIDDEN: Final = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_SPACE: Final = re.compile("[ \t]+")


@dataclass(frozen=True, slots=True)
class PolicyLog:
    """A log whose checkpoints are accepted, by its key; its name is the origin."""

    key: Verifier
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A witness, under the name that it has in this file, with the address to submit checkpoints to."""

    name: str
    key: Witness
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Met where at least `wanted` of its members are: witnesses that cosigned, groups that are met."""

    name: str
    wanted: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a policy says of a checkpoint: who cosigned it, by their names in the policy, and whether that is enough."""

    checkpoint: Checkpoint
    cosigned: tuple[tuple[str, Cosignature], ...]
    quorum_met: bool


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as parsed; groups stand after what they name, so that they can be judged in order."""

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[PolicyWitness, ...]
    groups: tuple[Group, ...]
    quorum: str

    @classmethod
    def parse(cls, data: bytes) -> "Policy":
        """The policy in the bytes of a file. A last line without newline is read like the others.

        Raises:
            ProofError: not a policy; says which line is wrong, and what is wanted there.
        """
        return cls(*_Reader().read(data))

    def met_by(self, cosigned: Iterable[str]) -> bool:
        """Whether these witnesses, by their names in the policy, are a quorum."""
        if self.quorum == NONE:
            return True
        known = {witness.name for witness in self.witnesses}
        met = known.intersection(cosigned)
        for group in self.groups:
            if sum(member in met for member in group.members) >= group.wanted:
                met.add(group.name)
        return self.quorum in met

    def cosigners(self, data: bytes) -> tuple[tuple[str, Cosignature], ...]:
        """The policy's witnesses that have cosigned a note, by name; the log's own signature is not looked at.

        Raises:
            ProofError: not a note, or a cosignature of a witness of the policy does not verify.
        """
        names = {witness.key: witness.name for witness in self.witnesses}
        return tuple((names[each.witness], each) for each in cosignatures(parse_note(data), names))

    def verify(self, data: bytes, logs: Iterable[Verifier] = (), *, origin: str | None = None) -> Verdict:
        """What the policy says of a signed checkpoint.

        Args:
            data: the note.
            logs: keys of logs that are known from elsewhere, beside those of the policy.
            origin: the log that is asked about; any, if not given.

        Raises:
            ProofError: no known log has signed it, a line of a known log or witness does not verify, or it is
                malformed. Too few witnesses are no error: the verdict says so.
        """
        known = [*(log.key for log in self.logs), *logs]
        if not known:
            raise ProofError("The policy lists no log, and none is given; add a line: log <verifier key>.")
        keys: list[NoteKey] = [*known, *(witness.key for witness in self.witnesses)]
        checkpoint = open_checkpoint(data, keys, origin=origin)
        cosigned = self.cosigners(data)
        return Verdict(checkpoint, cosigned, self.met_by(name for name, _ in cosigned))


class _Reader:
    """Reads line by line what `Policy` holds."""

    def __init__(self) -> None:
        self.logs: list[PolicyLog] = []
        self.witnesses: list[PolicyWitness] = []
        self.groups: list[Group] = []
        self.quorum: str | None = None
        self.names: set[str] = set()
        self.grouped: set[str] = set()

    def read(self, data: bytes) -> tuple[tuple[PolicyLog, ...], tuple[PolicyWitness, ...], tuple[Group, ...], str]:
        if len(data) > MAX_BYTES:
            raise ProofError(f"The policy has {len(data)} bytes, wanted at most {MAX_BYTES}.")
        bad = _FORBIDDEN.search(data)
        if bad is not None:
            at = data.count(b"\n", 0, bad.start()) + 1
            raise ProofError(f"Line {at} of the policy has the control character 0x{bad[0].hex()}; remove it.")
        for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
            items = _SPACE.split(line.strip(" \t"))
            if items == [""] or items[0].startswith("#"):
                continue
            try:
                self._define(items[0], items[1:])
            except (ProofError, MalformedValue) as error:
                raise ProofError(f"Line {number} of the policy: {error}") from error
        if self.quorum is None:
            raise ProofError("The policy has no quorum; end it with a line: quorum <name>, or: quorum none.")
        return tuple(self.logs), tuple(self.witnesses), tuple(self.groups), self.quorum

    def _define(self, word: str, items: list[str]) -> None:
        readers: dict[str, tuple[int, int, str, Callable[[list[str]], None]]] = {
            "log": (1, 2, "log <verifier key> [<url>]", self._log),
            "witness": (2, 3, "witness <name> <verifier key> [<url>]", self._witness),
            "group": (3, MAX_DEFINITIONS, "group <name> <number, all or any> <name>...", self._group),
            "quorum": (1, 1, "quorum <name>, or quorum none", self._quorum),
        }
        if word not in readers:
            raise ProofError(f"found {word[:40]!r}, wanted log, witness, group or quorum.")
        least, most, form, read = readers[word]
        if not least <= len(items) <= most:
            raise ProofError(f"found {len(items)} items after {word}, wanted: {form}.")
        read(items)

    def _log(self, items: list[str]) -> None:
        key = Verifier.parse(items[0])
        if any(log.key.public_key == key.public_key for log in self.logs):
            raise ProofError(f"the key of the log {key.name!r} is there already; wanted each key once.")
        self._room(self.logs)
        self.logs.append(PolicyLog(key, *items[1:]))

    def _witness(self, items: list[str]) -> None:
        key = Witness.parse(items[1])
        if any(witness.key.public_key == key.public_key for witness in self.witnesses):
            raise ProofError(f"the key of the witness {items[0][:80]!r} is there already; wanted each key once.")
        self._room(self.witnesses)
        self._name(items[0])
        self.witnesses.append(PolicyWitness(items[0], key, *items[2:]))

    def _group(self, items: list[str]) -> None:
        name, many, *members = items
        wanted = {"any": 1, "all": len(members)}.get(many) or from_decimal(many)
        if not 1 <= wanted <= len(members):
            raise ProofError(f"found {wanted} of {len(members)} members, wanted at least one and at most all.")
        for member in members:
            if member not in self.names:
                raise ProofError(f"found the member {member[:80]!r}, wanted a witness or group of a line before.")
            if member in self.grouped:
                raise ProofError(f"{member[:80]!r} is a member twice; wanted once, so that nobody counts twice.")
            self.grouped.add(member)
        self._room(self.groups)
        self._name(name)
        self.groups.append(Group(name, wanted, tuple(members)))

    def _quorum(self, items: list[str]) -> None:
        if self.quorum is not None:
            raise ProofError("found a second quorum, wanted one.")
        if items[0] != NONE and items[0] not in self.names:
            raise ProofError(f"found the quorum {items[0][:80]!r}, wanted none, or a name of a line before.")
        self.quorum = items[0]

    def _name(self, name: str) -> None:
        if name == NONE or name in self.names:
            raise ProofError(f"found the name {name[:80]!r}, wanted one that is not taken, and not none.")
        self.names.add(name)

    def _room(self, defined: list[PolicyLog] | list[PolicyWitness] | list[Group]) -> None:
        if len(defined) == MAX_DEFINITIONS:
            raise ProofError(f"more than {MAX_DEFINITIONS} logs, witnesses or groups are not taken.")


def read_policy(trust: Path) -> Policy | None:
    """The policy of a trust folder; None where it has none.

    Raises:
        ProofError: it cannot be read or understood.
    """
    try:
        return Policy.parse((trust / FILE_NAME).read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ProofError(f"The policy {trust / FILE_NAME} cannot be read ({error.strerror}).") from error


def for_logs(logs: Iterable[Verifier], data: bytes = b"quorum none\n") -> bytes:
    """A policy that knows these logs, and of another one the witnesses, groups and quorum without its comments."""
    kept = [line for line in data.split(b"\n") if re.match(rb"[ \t]*(witness|group|quorum)[ \t]", line) is not None]
    return b"".join([*(f"log {log.vkey}\n".encode() for log in logs), *(line + b"\n" for line in kept)])


def with_logs(data: bytes, logs: Iterable[Verifier]) -> bytes:
    """A policy with these logs in place of its own, its comments, witnesses, groups and quorum kept as they stand.

    For the policy of a home's trust folder: who witnesses is for people to say, the ledger's keys follow from it. What
    is no policy is not judged here.
    """
    kept = [line for line in data.split(b"\n") if re.match(rb"[ \t]*log[ \t]", line) is None]
    return "".join(f"log {log.vkey}\n" for log in logs).encode() + b"\n".join(kept)
