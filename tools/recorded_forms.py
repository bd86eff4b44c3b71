"""The forms of the sentences that the engine records, read from its source.

Every text with words in `evidence/rules` and `evidence/origin` is a form: a plain text, or an f-string whose places are
numbered, ``{1} of {2}``. Docstrings, refusals (``raise``) and citations of texts of law are none: the first two are not
recorded, and a citation is the same in every language.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent.parent
_SOURCES: Final = (HERE / "evidence" / "rules", HERE / "evidence" / "origin")
_NOT_RECORDED: Final = frozenset(
    "alterations altered altered_supply codes comparison datafiles differences duty exact needs payroll snapshot what_if"
    .split()
)
"""Modules whose words go to a terminal alone: what-ifs, comparisons of editions, checks of a payroll."""
_CITATION: Final = re.compile(r"(?:\d+ (?:CFR|USC)|SOR/|UR s\.|HTSUS|USMCA|Panel USA|CBP ruling|Sched |s\.\d|Appendix [A-Z]$)")
_WORD: Final = re.compile(r"(?<![\w.-])[A-Za-z][a-z'-]+(?![\w.])")
_NOT_WORDS: Final = re.compile(r"[\w.-]*[_/\\=#][\w.-]*|[A-Z]{2,}[A-Z0-9-]*|[a-z]+\.[a-z.]+")
"""Names of fields, files and kinds."""
_PATTERN: Final = re.compile(r"\\|\(\?|\[\^|\n| = |^utf-8|^[a-z]+(?:-[a-z0-9]+)+$")
"""Regular expressions, text of files, and options, which have names of their own."""
_INNER: Final = (ast.FormattedValue,)


def forms() -> Iterator[tuple[str, str]]:
    """Each form, with the file that records it."""
    for folder in _SOURCES:
        for path in sorted(folder.glob("*.py")):
            if path.stem in _NOT_RECORDED:
                continue
            for form in _of(ast.parse(path.read_text(encoding="utf-8"))):
                yield form, path.relative_to(HERE).as_posix()


def _of(tree: ast.Module) -> Iterator[str]:
    left = set(_left_out(tree))
    for node in ast.walk(tree):
        if id(node) in left:
            continue
        if isinstance(node, ast.JoinedStr):
            form, alone = _numbered(node), False
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            form, alone = node.value, not _inside(tree, node)
        else:
            continue
        if _says(form, alone):
            yield form


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
        elif isinstance(node, ast.Subscript | ast.AnnAssign):
            kept = node.slice if isinstance(node, ast.Subscript) else node.annotation
            yield from (id(inner) for inner in ast.walk(kept))


def _numbered(node: ast.JoinedStr) -> str:
    pieces, place = [], 0
    for value in node.values:
        if isinstance(value, ast.Constant):
            pieces.append(str(value.value))
        else:
            place += 1
            pieces.append(f"{{{place}}}")
    return "".join(pieces)


def _says(form: str, alone: bool) -> bool:
    """Whether a form has words to translate; one word that stands alone is a name, not a sentence."""
    if _CITATION.match(form.strip()) or _PATTERN.search(form):
        return False
    words = _WORD.findall(_NOT_WORDS.sub(" ", re.sub(r"\{\d+\}(?=[\w.])|[\w.]*\{\d+\}\.", "_", form)))
    if not words:
        return False
    return len(words) > 1 or not alone or "{" in form and " " in form.strip()
