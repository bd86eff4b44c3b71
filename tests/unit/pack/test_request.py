"""A request of customs as a file: what it may hold, what it is refused for, and the packaged form."""

import json
from pathlib import Path

import pytest

from evidence.errors import PackError, UsageError
from evidence.pack.gathered.request import TEMPLATES, TOPICS, read_request, template
from evidence.pack.report.answers_topics import TOPICS as ANSWERED

ROWS = "paragraph,asks,topics\nA,x,price\n"
TABLE = "[[paragraph]]\nparagraph = 'A'\nasks = 'x'\ntopics = ['price']\n"


def written(place: Path, text: str, name: str = "request.toml") -> Path:
    path = place / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_packaged_form_is_a_request_as_it_stands(tmp_path: Path, name: str) -> None:
    request = read_request(written(tmp_path, template(name)))
    assert request.title == "Request for information (CBP Form 28)"
    assert [one.paragraph for one in request.paragraphs] == list("ABCDEFGH")
    asked = {topic for one in request.paragraphs for topic in one.topics}
    blocks = {"relationship", "packing", "commissions", "proceeds", "assists", "royalties", "contract", "components"}
    assert blocks <= asked


def test_every_topic_that_a_paragraph_may_name_is_one_that_records_are_looked_up_for() -> None:
    assert set(TOPICS) == set(ANSWERED)


def test_a_request_in_rows_reads_as_one_in_tables(tmp_path: Path) -> None:
    rows = written(tmp_path, "paragraph,asks,topics\n2(a),The certification,certification;rule\n", "rows.csv")
    tables = written(
        tmp_path,
        '[[paragraph]]\nparagraph = "2(a)"\nasks = "The certification"\ntopics = ["certification", "rule"]\n',
    )
    assert read_request(rows).paragraphs == read_request(tables).paragraphs
    assert read_request(rows).title == "rows"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        pytest.param("r.toml", "", "has no paragraphs", id="empty"),
        pytest.param("r.toml", "title = ", "is no TOML", id="no-toml"),
        pytest.param("r.toml", "[paragraph]\nasks = 'x'\n", "has one [paragraph]", id="one-table"),
        pytest.param("r.toml", "[[paragraph]]\nasks = 'x'\n", "lacks its number or its words", id="no-number"),
        pytest.param(
            "r.toml",
            "[[paragraph]]\nparagraph = 'A'\nasks = 'x'\ntopics = ['secrets']\n",
            "names secrets",
            id="unknown-topic",
        ),
        pytest.param("r.csv", "paragraph,asks,topics\nA,x,\n", "names no topic", id="no-topic"),
        pytest.param(
            "r.csv", f"{ROWS}B,x\u202ey,price\n", "Paragraph 2 of the request r.csv holds the", id="direction"
        ),
        pytest.param("r.csv", f"{ROWS}B\x07,x,price\n", "Paragraph 2 of the request r.csv holds the", id="control"),
        pytest.param("r.toml", f"title = 1\n{TABLE}", "The title of the request r.toml is 1", id="title-a-number"),
        pytest.param("r.toml", f'title = "\\u202ex"\n{TABLE}', "holds the character U+202E", id="title-turned-round"),
        pytest.param("r.toml", f'dated_on = "last week"\n{TABLE}', "is dated_on 'last week'", id="no-day"),
        pytest.param("r.toml", f'dated_on = "2023-02-30"\n{TABLE}', "is dated_on '2023-02-30'", id="no-such-day"),
        pytest.param("r.toml", f"dated_on = 2023-08-01T10:00:00\n{TABLE}", "The dated_on of the", id="a-moment"),
        pytest.param("r.toml", f'subject = "x"\n{TABLE}', "says 'subject' of itself", id="unknown-word"),
        pytest.param("r.csv", 'paragraph,asks,topics\nA,"x\n', "is no CSV", id="no-csv"),
    ],
)
def test_a_request_that_cannot_be_answered_is_refused_and_says_what_was_wanted(
    tmp_path: Path, name: str, text: str, told: str
) -> None:
    with pytest.raises(PackError, match="Wanted") as refused:
        read_request(written(tmp_path, text, name))
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("day", ["2023-08-01", '"2023-08-01"'], ids=["a-day-of-toml", "in-quotation-marks"])
def test_what_a_request_says_of_itself_is_read_with_its_day(tmp_path: Path, day: str) -> None:
    head = f'title = "Letter (SPECIMEN)"\nauthority = "Customs"\nreference = "77"\ndated_on = {day}\n'
    request = read_request(written(tmp_path, head + TABLE))
    found = (request.title, request.authority, request.reference, request.dated_on)
    assert found == ("Letter (SPECIMEN)", "Customs", "77", "2023-08-01")


def test_words_may_run_over_lines_and_hold_letters_of_any_script(tmp_path: Path) -> None:
    asks = "Prix\u00a0: 公司\n\tand more"
    request = read_request(
        written(tmp_path, f"[[paragraph]]\nparagraph = 'A'\ntopics = ['price']\nasks = {json.dumps(asks)}\n")
    )
    assert request.paragraphs[0].asks == asks


def test_a_request_that_is_not_there_or_no_text_or_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="cannot be read"):
        read_request(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(PackError, match="cannot be read"):
        read_request(tmp_path / "bytes.toml")
    with pytest.raises(PackError, match="larger than 1 MiB"):
        read_request(written(tmp_path, "#" * (1 << 20) + "\n"))
    with pytest.raises(UsageError, match="No request is packaged as 'form29'"):
        template("form29")
