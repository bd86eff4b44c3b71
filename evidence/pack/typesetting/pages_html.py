"""The environment of the page templates: escaping on, unknown names refused, the language in force, figures as shown.

Characters that no packaged font has would render as empty boxes without a word and break PDF/A, so they are printed as
U+XXXX.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final

import jinja2

from evidence.pack.words import shown
from evidence.pack.words.assets import assets
from evidence.pack.words.glyphs import printable
from evidence.pack.words.language import _, marked, spoken, translations
from evidence.pack.words.recorded import recorded

_WORDS: Final = {
    "met": marked("MET"),
    "not_met": marked("NOT MET"),
    "not_determinable": marked("NOT DETERMINABLE"),
    "blocked": marked("BLOCKED"),
    "warning": marked("WARNING"),
    "not applicable": marked("NOT APPLICABLE"),
}


@cache
def templates() -> jinja2.Environment:
    """The environment; one for all languages."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # The catalogue is asked when a page is made, not when its template is read: one environment speaks all languages.
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: translations(spoken()).gettext(message),
        lambda one, many, count: translations(spoken()).ngettext(one, many, count),
        newstyle=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    figures = (shown.money, shown.figure, shown.number, shown.percent, shown.size)
    named = (*figures, shown.day, shown.moment, shown.moment_w3c)
    environment.filters.update({each.__name__: each for each in named})
    environment.filters["code"] = shown.dotted
    environment.filters["moments"] = _moments
    environment.filters["said"] = recorded
    environment.filters["words"] = _outcome
    return environment


def _outcome(value: str) -> str:
    return _(_WORDS[value]) if value in _WORDS else recorded(value).upper()


def _moments(values: Sequence[datetime]) -> str:
    if len(values) == 1:
        return shown.moment(values[0])
    return _("{first} to {last}", first=values[0], last=values[-1])


def _finalize(value: object) -> object:
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return printable(value)
    return value
