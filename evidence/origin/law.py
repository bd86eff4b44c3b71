"""The law that a home works under: the packaged rule set with what was added, and any rule set once recorded.

What is added is a document of the ledger, named by a `rule-set` statement together with every other file of the law, so
that a determination can be made again under the very law that it applied, whatever the program ships by then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from evidence.core.identifiers import mint
from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.rule_set import RuleFile, RuleSetInUse
from evidence.errors import OriginError, UsageError
from evidence.ledger.found import HomeHandle
from evidence.ledger.submission import DocumentLink
from evidence.register.queries import Known, Register
from evidence.rules import datafiles
from evidence.rules.added import Addition, read_addition
from evidence.rules.ruleset import RuleSet
from evidence.store.documents import DocumentStore
from evidence.store.engine import reading

ADDED = "added"
Listed = tuple[RuleSetInUse, tuple[DocumentLink, ...]]
"""A statement that lists a rule set, with its files."""
_MEDIA_TYPES = {".toml": "application/toml", ".csv": "text/csv"}


@dataclass(frozen=True, slots=True)
class Changed:
    """A change of the law in use: the rule set that it gave, and where it stands in the ledger."""

    law: RuleSet
    seq: int
    addition: Addition


def law_in_use(handle: HomeHandle) -> RuleSet:
    """The rule set to determine under now: what this program ships, with what this home added.

    Raises:
        RuleError: what was added contradicts what the program ships by now.
        DocumentMissing: an addition is not in the store.
    """
    with reading(handle.engine) as connection:
        kept = _added(Register(connection), handle.documents)
    return RuleSet.load().with_added(map(read_addition, kept.values()))


def law_named(handle: HomeHandle, content_hash: str) -> RuleSet | None:
    """The rule set of that name: the one in use, the packaged one, or one that was recorded; None where it is none."""
    for law in (law_in_use(handle), RuleSet.load()):
        if law.content_hash == content_hash:
            return law
    with reading(handle.engine) as connection:
        known = rule_sets(Register(connection))
    found = next((each.value for each in known if each.value.rule_set == content_hash), None)
    if found is None:
        return None
    return RuleSet.of_files({file.name: handle.documents.read(file.document) for file in found.files})


def rule_sets(register: Register) -> list[Known[RuleSetInUse]]:
    """Every rule set that was recorded, in ledger order; the last one is in use."""
    return register.statements(RuleSetInUse)


def add(handle: HomeHandle, data: bytes, *, by: str, reason: str, now: datetime) -> Changed:
    """Record an addition; one of the same name is superseded.

    Raises:
        RuleError: it is no addition, or contradicts the law on file without saying that it replaces it.
        UsageError: these very bytes are in use already.
        SettingsError: the home was opened for reading only.
    """
    addition = read_addition(data)
    with reading(handle.engine) as connection:
        kept = _added(Register(connection), handle.documents)
    if data in kept.values():
        raise UsageError(f"{addition.name} is in use already, byte for byte; nothing was recorded.")
    others = {name: content for name, content in kept.items() if read_addition(content).name != addition.name}
    said = "replaced" if len(others) < len(kept) else "added"
    law, seq = _record(
        handle, {**others, addition.file: data}, f"{said} {addition.name}: {addition.title}", by, reason, now
    )
    return Changed(law, seq, addition)


def withdraw(handle: HomeHandle, name: str, *, by: str, reason: str, now: datetime) -> Changed:
    """Record that an addition is no longer in use.

    Raises:
        OriginError: no addition of that name is in use.
        SettingsError: the home was opened for reading only.
    """
    with reading(handle.engine) as connection:
        kept = _added(Register(connection), handle.documents)
    read = {file: read_addition(content) for file, content in kept.items()}
    gone = next((file for file, addition in read.items() if addition.name == name), None)
    if gone is None:
        names = ", ".join(sorted(addition.name for addition in read.values())) or "nothing"
        raise OriginError(f"No addition {name!r} is in use; added is {names}.")
    left = {file: content for file, content in kept.items() if file != gone}
    law, seq = _record(handle, left, f"withdrew {name}: {read[gone].title}", by, reason, now)
    return Changed(law, seq, read[gone])


def _added(register: Register, documents: DocumentStore) -> dict[str, bytes]:
    """What was added and is in use, by its name in the listing."""
    known = rule_sets(register)
    files = known[-1].value.files if known else ()
    return {file.name: documents.read(file.document) for file in files if PurePosixPath(file.name).parts[0] == ADDED}


def unrecorded(handle: HomeHandle, rule_set: str, program: str, now: datetime) -> list[Listed]:
    """The statement that keeps the rule set of a determination, to be recorded with its first snapshot.

    Nothing where the rule set is on record already, or where it is not the one in use, whose files alone are at hand.
    """
    with reading(handle.engine) as connection:
        register = Register(connection)
        if any(known.value.rule_set == rule_set for known in rule_sets(register)):
            return []
        kept = _added(register, handle.documents)
    if _with(kept).content_hash != rule_set:
        return []
    return [
        _listed(
            handle,
            kept,
            f"first determination under what program version {program} ships"
            + (f", with {len(kept)} addition{'s' * (len(kept) > 1)}" if kept else ""),
            "so that it can be made again under this very text, whatever a later version ships",
            f"program version {program}",
            now,
        )[1]
    ]


def _with(added: Mapping[str, bytes]) -> RuleSet:
    return RuleSet.load().with_added(map(read_addition, added.values()))


def _record(
    handle: HomeHandle, added: Mapping[str, bytes], change: str, by: str, reason: str, now: datetime
) -> tuple[RuleSet, int]:
    law, (statement, links) = _listed(handle, added, change, reason, by, now)
    return law, handle.record(statement, *links).seq


def _listed(
    handle: HomeHandle, added: Mapping[str, bytes], change: str, reason: str, by: str, now: datetime
) -> tuple[RuleSet, Listed]:
    """The packaged law with `added`, and the statement that lists every file of it, kept as documents."""
    law = _with(added)
    packaged = datafiles.texts(datafiles.packaged())
    contents = {**{name: text.encode("utf-8") for name, text in packaged.items()}, **added}
    with reading(handle.engine) as connection:
        known = rule_sets(Register(connection))
    kept = {name: handle.documents.put(content).sha256 for name, content in sorted(contents.items())}
    statement = RuleSetInUse(
        id=mint(RuleSetInUse.prefix, now, handle.random),
        issuer="self",
        evidence_class=EvidenceClass.TESTIMONY,
        supersedes=known[-1].statement_id if known else None,
        supersedes_reason=reason if known else None,
        rule_set=law.content_hash,
        files=tuple(RuleFile(name=name, document=digest) for name, digest in kept.items()),
        change=change,
        reason=reason,
        by=by,
    )
    links = tuple(DocumentLink(digest, name, _MEDIA_TYPES[PurePosixPath(name).suffix]) for name, digest in kept.items())
    return law, (statement, links)
