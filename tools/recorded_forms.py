"""The forms of the sentences that the engine records, read from its source.

Every text with words in `evidence/rules` and `evidence/origin` is a form: a plain text, or an f-string whose places are
numbered, ``{1} of {2}``. Docstrings, refusals (``raise``) and citations of texts of law are none: the first two are not
recorded, and a citation is the same in every language.
"""

import ast
import csv
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent.parent
_SOURCES: Final = (HERE / "evidence" / "rules", HERE / "evidence" / "origin")
_NOT_RECORDED: Final = frozenset(
    {
        *(
            "alterations",
            "altered",
            "altered_supply",
            "codes",
            "comparison",
            "datafiles",
            "differences",
            "duty",
            "exact",
        ),
        *("needs", "payroll", "snapshot", "what_if"),
    }
)
"""Modules whose words go to a terminal alone: what-ifs, comparisons of editions, checks of a payroll."""
_ALSO: Final = (
    *(f"{{1}} {verb} {{2}}" for verb in ("is not less than", "is less than", "is not more than", "is more than")),
    *(f"alternative {{1}} {outcome}: {{2}}" for outcome in ("met", "not met", "not determinable")),
    "{1}: not met, {2}",
    "{1}: met, {2}",
    "Declaration {1} covers {2} to {3} from {4}: {5}",
    "Declaration {1} covers {2} to {3}, and {4} is outside it: {5}",
    "Declaration {1} covers {2} to {3} from {4}",
    "Declaration {1} was received on {2} and is not yet reviewed: {3}",
    "Declaration {1} was {2} with effect from {3} ({4}): {5}",
    "any other heading",
    "any other subheading",
    "any other chapter",
    "{1} and regional value content",
    "undetermined origin: what is booked and on no bill counts as non-originating",
    "{1}, leaving out battery cells of {2}",
    "originates",
    "does not originate",
    "alternative {1}",
    "1 {1}",
    "{1} reminders",
    "net cost method",
    "transaction value method",
    "and",
    "units",
    "listed",
    "known, not re-read",
    "complete",
    "shifts",
    "election",
)
"""Forms that the engine makes of places alone, and words that it records by themselves."""
_KINDS: Final = HERE / "evidence" / "core"
_CHOICES: Final = HERE / "evidence" / "rules" / "data" / "usmca" / "choices.toml"
_TABLES: Final = HERE / "evidence" / "rules" / "data" / "usmca" / "tables.csv"
_CITATION: Final = re.compile(
    r"(?:\d+ (?:CFR|USC)|SOR/|UR s\.|HTSUS|USMCA|Panel USA|CBP ruling|Sched |s\.\d|Appendix [A-Z]$)"
)
_WORD: Final = re.compile(r"(?<![\w.-])[A-Za-z][a-z'-]+(?![\w.])")
_NOT_WORDS: Final = re.compile(r"[\w.-]*[_/\\=#][\w.-]*|[A-Z]{2,}[A-Z0-9-]*|[a-z]+\.[a-z.]+")
"""Names of fields, files and kinds."""
_PATTERN: Final = re.compile(r"\\|\(\?|\[[\^A-Z]|\n| = |^utf-8|^json$|^[a-z]+(?:-[a-z0-9]+)+$|^[a-z]+:\{1\}|^vnm")
"""Regular expressions, types, text of files, references, and options, which have names of their own."""
_INNER: Final = (ast.FormattedValue,)


def forms() -> Iterator[tuple[str, str]]:
    """Each form, with the file that records it."""
    for form in _ALSO:
        yield form, "tools/recorded_forms.py"
    yield from _kinds()
    yield from _data()
    for folder in _SOURCES:
        for path in sorted(folder.glob("*.py")):
            if path.stem in _NOT_RECORDED:
                continue
            for form in _of(ast.parse(path.read_text(encoding="utf-8"))):
                yield form, path.relative_to(HERE).as_posix()


def _kinds() -> Iterator[tuple[str, str]]:
    """The values of the enumerations that are recorded, and what is said of a declaration's cover."""
    for path in sorted([*_KINDS.rglob("*.py"), *(path for folder in _SOURCES for path in folder.glob("*.py"))]):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "StrEnum" for base in node.bases):
                for value in (each.value for each in node.body if isinstance(each, ast.Assign)):
                    text = _text(value)
                    if text and re.search("[a-z]{3}", text) and not re.search(r"[_A-Z]{3}|^[a-z]+_[a-z]+$", text):
                        yield text, path.relative_to(HERE).as_posix()
        if path.stem == "declared":
            yield from ((form, path.relative_to(HERE).as_posix()) for form in _of(tree))


def _data() -> Iterator[tuple[str, str]]:
    """Names in the data of the law: of choices, and of the groups of core parts."""
    for choice in tomllib.loads(_CHOICES.read_text(encoding="utf-8"))["choice"]:
        yield choice["title"], _CHOICES.relative_to(HERE).as_posix()
    with _TABLES.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            group = next(iter(row.values()))
            if group == "A.2":
                yield (
                    list(row.values())[1].partition(" |")[0].strip().replace("_", " "),
                    _TABLES.relative_to(HERE).as_posix(),
                )


def _of(tree: ast.Module) -> Iterator[str]:
    _add_up(tree)
    left = set(_left_out(tree))
    for node in ast.walk(tree):  # outer ones first, so that a sum of texts is met before its parts
        if id(node) in left:
            continue
        alone = False
        if isinstance(node, ast.BinOp | ast.JoinedStr) and (pieces := list(_pieces(node))):
            if isinstance(node, ast.BinOp):
                left.update(id(inner) for inner in _sum(node) if isinstance(inner, ast.BinOp | ast.JoinedStr))
                left.update(id(inner) for inner in _sum(node) if isinstance(inner, ast.Constant))
            form = _numbered(pieces)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            form, alone = node.value, not _inside(tree, node)
        else:
            continue
        if _says(form, alone):
            yield form


def _add_up(tree: ast.Module) -> None:
    """Makes one sum of a text that is begun in one statement and gone on with in the next (``reason += ...``)."""
    for node in ast.walk(tree):
        for body in (getattr(node, "body", None), getattr(node, "orelse", None)):
            if not isinstance(body, list):
                continue
            for at in range(len(body) - 1, 0, -1):
                first, after = body[at - 1], body[at]
                if not isinstance(after, ast.AugAssign) or not isinstance(after.op, ast.Add):
                    continue
                if isinstance(first, ast.Assign) and ast.dump(first.targets[0]) == ast.dump(after.target):
                    first.value = ast.BinOp(first.value, ast.Add(), after.value)
                    del body[at]


def _sum(node: ast.AST) -> Iterator[ast.AST]:
    """The terms of a sum and the sums within it."""
    yield node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _sum(node.left)
        yield from _sum(node.right)


def _pieces(node: ast.AST) -> Iterator[str | None]:
    """The settled pieces of a text, None for a place; nothing where the node makes no text."""
    terms = [term for term in _sum(node) if not (isinstance(term, ast.BinOp) and isinstance(term.op, ast.Add))]
    if not any(isinstance(term, ast.JoinedStr) or _text(term) is not None for term in terms):
        return
    for term in terms:
        if isinstance(term, ast.JoinedStr):
            yield from (_text(value) for value in term.values)
        else:
            yield _text(term)


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


_PARENTS: dict[int, frozenset[int]] = {}


def _inside(tree: ast.Module, node: ast.AST) -> bool:
    """Whether a text stands in a place of an f-string, where one word is a part of a sentence."""
    if id(tree) not in _PARENTS:
        _PARENTS.clear()
        _PARENTS[id(tree)] = frozenset(
            id(inner)
            for outer in ast.walk(tree)
            if isinstance(outer, _INNER)
            for inner in ast.walk(outer)
            if isinstance(inner, ast.Constant)
        )
    return id(node) in _PARENTS[id(tree)]


def _left_out(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise):
            yield from (id(inner) for inner in ast.walk(node))
        elif isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            for statement in node.body:
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    yield id(statement.value)
        elif isinstance(node, ast.JoinedStr):
            yield from (id(value) for value in node.values if isinstance(value, ast.Constant))
        elif isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            yield from (id(inner) for inner in ast.walk(node.format_spec))
        elif isinstance(node, ast.AnnAssign):
            yield from (id(inner) for inner in ast.walk(node.annotation))
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            yield id(node.slice)


def _numbered(pieces: list[str | None]) -> str:
    form, place = "", 0
    for piece in pieces:
        place += piece is None
        form += f"{{{place}}}" if piece is None else piece
    return form


def _says(form: str, alone: bool) -> bool:
    """Whether a form has words to translate; one word that stands alone is a name, not a sentence."""
    if _CITATION.match(form.strip()) or _PATTERN.search(form):
        return False
    words = _WORD.findall(_NOT_WORDS.sub(" ", re.sub(r"\{\d+\}(?=[\w.])|[\w.]*\{\d+\}\.", "_", form)))
    if not words:
        return False
    return len(words) > 1 or not alone or ("{" in form and " " in form.strip())
