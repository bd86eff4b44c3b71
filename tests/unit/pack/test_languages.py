"""Reports in French and Spanish: catalogues that are whole, figures as a language writes them, nothing left in English.

What a record says in English and no catalogue has is printed as it was recorded, and marked so.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from evidence.core.statements.claim import Claim, ClaimAction
from evidence.core.statements.schema import kinds
from evidence.errors import PackError
from evidence.ledger.found import HomeHandle
from evidence.pack.contents.contents import to_json
from evidence.pack.handover.difference import difference
from evidence.pack.handover.difference_files import difference_page
from evidence.pack.productions.build import build
from evidence.pack.productions.making import Wanted
from evidence.pack.typesetting.render import render_html
from evidence.pack.words import shown
from evidence.pack.words.kinds import kind, sentences
from evidence.pack.words.language import Told, _, _n, joined, quoted, speaking
from evidence.pack.words.recorded import recorded
from evidence.pack.words.wording import CERTIFYING, official, wording
from tests.unit.pack.issued import Issued
from tests.unit.pack.productions import S01, Produced
from tests.unit.pack.test_letters import say
from tests.unit.pack.test_parts import contents_of
from tools import write_catalogues

_PLACES = re.compile(r"\{\w+\}|%\(\w+\)s|<[^>]+>")
_ENGLISH = re.compile(r"\b(?:the|of|and|is|are|was|were|with|which|from|not|that|been|has|have|its|this|each|whose)\b")
CATALOGUES = [pytest.param(s, g, id=f"{s}{g}") for s in write_catalogues.SORTS for g in ("fr", "es")]


def messages(sort: str, language: str) -> Iterator[Message]:
    with open(write_catalogues.LOCALE / f"{sort}{language}.po", "rb") as text:
        yield from (message for message in read_po(text, locale=language, abort_invalid=True) if message.id)


@pytest.mark.parametrize(("sort", "language"), CATALOGUES)
def test_a_catalogue_has_every_sentence_of_the_source_and_no_other(sort: str, language: str) -> None:
    wanted = {message.id for message in write_catalogues.template(sort) if message.id}
    found = {message.id for message in messages(sort, language)}
    assert wanted - found == set(), "run python -m tools.write_catalogues, and translate what is new"
    assert found - wanted == set(), "run python -m tools.write_catalogues: these are said no longer"


@pytest.mark.parametrize(("sort", "language"), CATALOGUES)
def test_every_sentence_is_translated_and_none_by_guess(sort: str, language: str) -> None:
    lacking = [message.id for message in messages(sort, language) if not all(write_catalogues.strings(message))]
    assert lacking == []
    assert [message.id for message in messages(sort, language) if message.fuzzy] == []


def _ids(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, list | tuple) else (str(message.id),)


def _places(text: str) -> set[str]:
    return set(_PLACES.findall(text))


@pytest.mark.parametrize(("sort", "language"), CATALOGUES)
def test_a_translation_has_the_places_of_its_sentence(sort: str, language: str) -> None:
    differing = [
        (message.id, said)
        for message in messages(sort, language)
        for said in write_catalogues.strings(message)
        if _places(said) not in [_places(one) for one in _ids(message)]
    ]
    assert differing == []


@pytest.mark.parametrize(
    ("language", "money", "share", "day", "moment"),
    [
        pytest.param("en", "−1,234,567.80", "74.99 percent", "2026-03-31", "2026-03-31 14:05 UTC", id="en"),
        pytest.param("fr", "−1 234 567,80", "74,99 %", "2026-03-31", "2026-03-31 14:05 UTC", id="fr"),
        pytest.param("es", "−1,234,567.80", "74.99%", "31 mar 2026", "31 mar 2026, 14:05 UTC", id="es"),
    ],
)
def test_figures_and_days_are_written_as_the_language_writes_them(
    language: str, money: str, share: str, day: str, moment: str
) -> None:
    with speaking(language):
        assert shown.money(Decimal("-1234567.8")).replace("\N{NO-BREAK SPACE}", " ") == money
        assert shown.percent(Decimal("74.999")).replace("\N{NO-BREAK SPACE}", " ") == share
        assert shown.day(date(2026, 3, 31)) == day
        assert shown.moment(datetime(2026, 3, 31, 14, 5, tzinfo=UTC)) == moment


@pytest.mark.parametrize("language", ["en", "fr", "es"])
@pytest.mark.parametrize("value", ["59.9999", "74.995", "60", "-0.001"])
def test_a_share_is_cut_and_never_rounded_up_in_any_language(language: str, value: str) -> None:
    with speaking(language):
        digits = re.sub(r"[^\d.,−-]", "", shown.percent(Decimal(value))).replace(",", ".").replace("−", "-")
        assert Decimal(digits) <= Decimal(value)


@pytest.mark.parametrize(
    ("text", "french", "spanish"),
    [
        pytest.param("every part is met", "chaque élément est satisfait", "cada parte se cumple", id="plain"),
        pytest.param("73.40 % (at least 72 %)", "73,40 % (au moins 72 %)", "73.40 % (al menos 72 %)", id="places"),
        pytest.param("Every part is met", "Chaque élément est satisfait", "Cada parte se cumple", id="capital"),
        pytest.param("received 2023-04-11", "reçu le 2023-04-11", "recibido el 11 abr 2023", id="day"),
        pytest.param(
            "Regional value content 73.40 % (at least 72 %). Met on computation: tariff change, core parts.",
            "Teneur en valeur régionale : 73,40 % (au moins 72 %). Satisfait par calcul : changement de classement "
            "tarifaire, pièces essentielles.",
            "Valor de contenido regional: 73.40 % (al menos 72 %). Se cumple por cálculo: cambio de clasificación "
            "arancelaria, partes esenciales.",
            id="strung-together",
        ),
        pytest.param("8703.80", "8703.80", "8703.80", id="a-code-is-no-amount"),
        pytest.param("Muster Works GmbH (DE)", "Muster Works GmbH (DE)", "Muster Works GmbH (DE)", id="a-name"),
    ],
)
def test_a_recorded_sentence_is_said_by_its_form(text: str, french: str, spanish: str) -> None:
    for language, said in (("en", text), ("fr", french), ("es", spanish)):
        with speaking(language):
            assert str(recorded(text)).replace("\N{NO-BREAK SPACE}", " ") == said
            assert type(recorded(text)) is str, "nothing of it is quoted"


def test_what_no_form_fits_is_printed_as_recorded_and_marked_as_english() -> None:
    said = "we called them twice and they never rang back"
    with speaking("en"):
        assert type(recorded(said)) is str
    with speaking("fr"):
        told = recorded(said)
        assert (str(told), told.__html__()) == (said, f'<span lang="en">{said}</span>')  # type: ignore[attr-defined]


def test_a_quotation_stays_marked_inside_a_sentence_and_beside_others() -> None:
    with speaking("es"):
        told = joined("; ", (_("Checklist"), _("{part}, {description}", part="<X>", description=quoted("bolt & nut"))))
    assert isinstance(told, Told)
    assert told.html == 'Lista de verificación; &lt;X&gt;, <span lang="en">bolt &amp; nut</span>'
    assert to_json(told) == "Lista de verificación; <X>, bolt & nut"
    assert type(to_json(told)) is str


def test_a_number_chooses_the_form_of_its_sentence_by_the_rule_of_the_language() -> None:
    with speaking("fr"):
        assert [_n("{count} line", "{count} lines", count) for count in (0, 1, 2)] == ["0 ligne", "1 ligne", "2 lignes"]
    with speaking("es"):
        assert [_n("{count} line", "{count} lines", count) for count in (0, 1)] == ["0 líneas", "1 línea"]


def test_a_language_without_catalogue_is_refused() -> None:
    with pytest.raises(PackError, match="Name one of en, fr, es"), speaking("de"):
        pass


class _Words(HTMLParser):
    """The text that stands outside what is marked as of another language, and outside what is no prose."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self._open: list[tuple[str, bool]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("meta", "link", "img", "br", "col", "wbr", "rect", "path"):
            return
        given = dict(attrs)
        foreign = given.get("lang") not in (None, self._language)
        literal = tag in ("pre", "style", "a") or "hash" in (given.get("class") or "")
        self._open.append((tag, foreign or literal))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(left_out for _tag, left_out in self._open) and data.strip():
            self.text.append(data.strip())


@pytest.mark.parametrize("language", ["fr", "es"])
def test_a_report_holds_no_english_outside_what_it_quotes(issued: Issued, language: str) -> None:
    with speaking(language):
        page = render_html(contents_of(issued.handle, issued.size))
    words = _Words(language)
    words.feed(page)
    assert len(words.text) > 500
    assert [text for text in words.text if _ENGLISH.search(text)] == []


CHECK = "certification held before the claim"
"""What the sample's gate calls its check: no name of ours, so that the reports quote it."""


@pytest.fixture(scope="module")
def corrected(produced: Produced, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HomeHandle]:
    """A home with two packs in French and Spanish, the later one of a claim withdrawn since."""
    place = tmp_path_factory.mktemp("corrected")
    with produced.copy(place) as handle:
        wanted = Wanted(languages=("fr", "es"))
        build(handle, S01, place / "packs", wanted, at=produced.first.as_of)
        say(
            handle, Claim, customs_entry="SPC-1", line=1, action=ClaimAction.WITHDRAWN, decided_on=date(2023, 6, 1),
            reason="Withdrawn after the supplier's notice.", by="Origin desk (role)",
        )  # fmt: skip
        build(handle, S01, place / "packs", wanted)
        yield handle


@pytest.mark.parametrize("language", ["fr", "es"])
@pytest.mark.parametrize(
    ("earlier", "later"),
    [pytest.param("EP-S01-3", "EP-S01-4", id="both-in-it"), pytest.param("EP-S01-1", "EP-S01-2", id="both-in-english")],
)
def test_a_difference_report_holds_no_english_outside_what_it_quotes(
    corrected: HomeHandle, earlier: str, later: str, language: str
) -> None:
    with speaking(language):
        found = difference(corrected, later, earlier, language=language)
        page = difference_page(found, language)
    assert found.recorded_language == ""
    assert found.reasons
    words = _Words(language)
    words.feed(page)
    assert len(words.text) > 30
    assert [text for text in words.text if _ENGLISH.search(text.replace(CHECK, ""))] == []
    assert "WITHDRAWN" not in words.text


def test_packs_without_a_report_in_the_same_language_are_not_compared(corrected: HomeHandle) -> None:
    with pytest.raises(PackError, match="EP-S01-2 and EP-S01-4 have no report in the same language"):
        difference(corrected, "EP-S01-4", "EP-S01-2", language="fr")


def test_the_certifying_statement_is_official_text_and_refused_where_none_is_on_file() -> None:
    for language in ("en", "es"):
        official_text = wording(CERTIFYING, language)
        assert official(CERTIFYING, language, official_text.text) is True
        assert official(CERTIFYING, language, official_text.text.replace("documentos", "papeles") + " Also.") is False
    assert official(CERTIFYING, "fr", "Je certifie") is None
    with pytest.raises(PackError, match="none is made up"):
        wording(CERTIFYING, "fr")


def test_every_kind_of_ledger_entry_has_a_name_in_each_language() -> None:
    assert sorted(sentences()) == sorted(name.replace("-", " ") for name in kinds())
    for language in ("fr", "es"):
        with speaking(language):
            assert [name for name in kinds() if isinstance(kind(name), Told)] == []


def test_a_recorded_text_that_a_catalogue_has_whole_is_never_taken_apart() -> None:
    with speaking("fr"):
        assert recorded("Uses of goods") == "Usages des produits"
        assert recorded("every non-originating material shifts: a change to 8703.90 from any other heading").endswith(
            "un changement à 8703.90 de toute autre position"
        )
