"""Puts the page that checks a pack together: templates/verify/verify.html out of the readable parts beside it.

    python -m tools.write_verify_page

The parts are modules of JavaScript, a style and a frame; the page is one file that loads nothing. Its security policy
allows this one script and this one style, by their digests, and no connection at all, so that a reader can see that
nothing leaves the computer. A test compares the file with what this program writes.
"""

import base64
import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

VERIFY = Path(__file__).resolve().parent.parent / "templates" / "verify"
PARTS, PAGE = VERIFY / "page", VERIFY / "verify.html"
START = "page.js"

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([a-z0-9]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?function|class|const)", re.MULTILINE)
_TOP_LEVEL = re.compile(r"^(?:export )?(?:async )?(?:function|class|const|let) ([A-Za-z0-9_]+)", re.MULTILINE)
_SENTENCES = re.compile(r'^  "?([a-z0-9-]+)"?: \[(.*?)\],$', re.MULTILINE | re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


class PageError(Exception):
    """The parts do not fit together."""


def ordered(start: str = START) -> list[str]:
    """The modules, each after those that it imports from.

    Raises:
        PageError: they import one another in a circle, or one imports a name that the other does not export.
    """
    done: list[str] = []

    def visit(name: str, on_the_way: tuple[str, ...]) -> None:
        if name in on_the_way:
            raise PageError(f"{' -> '.join((*on_the_way, name))} go in a circle.")
        for wanted, other in imports(name):
            visit(other, (*on_the_way, name))
            exported = set(re.findall(r"^export (?:async )?(?:function|class|const) (\w+)", _text(other), re.MULTILINE))
            if wanted not in exported:
                raise PageError(f"{name} imports {wanted} from {other}, which does not export it.")
        if name not in done:
            done.append(name)

    visit(start, ())
    return done


def imports(name: str) -> Iterator[tuple[str, str]]:
    """Names that a module imports, and from which other."""
    for names, other in _IMPORT.findall(_text(name)):
        for each in filter(None, (one.strip() for one in names.split(","))):
            yield each, other


def sentences() -> dict[str, list[str]]:
    """The sentences of the page by their code, as words.js has them."""
    return {code: _STRING.findall(words) for code, words in _SENTENCES.findall(_text("words.js"))}


def script() -> str:
    """The modules as one script: without imports and exports, every name at the top of it once.

    Raises:
        PageError: two modules use one name at their top, or a module is not reached from the page.
    """
    modules = ordered()
    if unused := {part.name for part in PARTS.glob("*.js")} - set(modules):
        raise PageError(f"{', '.join(sorted(unused))}: not imported by anything.")
    owner: dict[str, str] = {}
    for module in modules:
        for name in _TOP_LEVEL.findall(_text(module)):
            if owner.setdefault(name, module) != module:
                raise PageError(f"{name} stands at the top of {owner[name]} and of {module}.")
    parts = [f"// ---- {module}\n\n{_EXPORT.sub('', _IMPORT.sub('', _text(module))).strip()}\n" for module in modules]
    joined = "\n".join(parts)
    if "</script" in joined.lower() or re.search(r"^(import|export)\b", joined, re.MULTILINE):
        raise PageError("The script holds what cannot stand in a page.")
    return f'\n"use strict";\n(() => {{\n{joined}}})();\n'


def page() -> str:
    """The page.

    Raises:
        PageError: the parts do not fit together, or a sentence is not there in all languages.
    """
    for code, words in sentences().items():
        if len(words) != 3:
            raise PageError(f"The sentence {code!r} is there in {len(words)} languages, wanted three.")
    parts = {"script": script(), "style": f"\n{_text('page.css')}"}
    hashed = {name: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for name, text in parts.items()}
    parts["policy"] = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; connect-src 'none'; "
        f"script-src 'sha256-{hashed['script']}'; style-src 'sha256-{hashed['style']}'"
    )
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _text("page.html"))


def _text(name: str) -> str:
    return (PARTS / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    content = page().encode()
    PAGE.write_bytes(content)
    print(f"{PAGE.name}: {len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}", file=sys.stderr)
