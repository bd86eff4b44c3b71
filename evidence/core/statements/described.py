"""The words that stand under the fields of a kind in its source: what schemas publish and templates print.

A field is explained where it is written and nowhere else. The words are read from the source of the class, which ships
with the package, when somebody asks for them.
"""

import ast
import inspect
import textwrap
from collections.abc import Mapping
from functools import cache
from itertools import pairwise

from evidence.core.statements.base import Record


@cache
def described(model: type[Record]) -> Mapping[str, str]:
    """What is said of each field of a record, those of its bases among them; fields without a word are left out."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, Record) and each is not Record:
            found |= _under_fields(each)
    return found


def _under_fields(model: type[Record]) -> dict[str, str]:
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    found = {}
    for field, below in pairwise(body.body if isinstance(body, ast.ClassDef) else ()):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        words = ast.literal_eval(below.value) if isinstance(below, ast.Expr) and _is_text(below.value) else ""
        if words:
            found[field.target.id] = sentence(words)
    return found


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def sentence(words: str) -> str:
    """Words of a docstring as plain text in one line.

    >>> sentence("``part:serial`` each,    in order.")
    'part:serial each, in order.'
    """
    return " ".join(words.replace("`", "").split())
