"""Every parser over its corpus and a few hundred changes of it, the same each time; `tools.fuzz` goes on from there."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.fuzz import CORPUS, corpus
from tools.fuzz_targets import TARGETS

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_answers_whatever_it_is_given(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "tools.fuzz", name, "--plain", "--runs", "300", "--seconds", "50", "--most", "1",
            "--out", str(tmp_path),
        ],
        cwd=REPOSITORY, capture_output=True, text=True, errors="replace", timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_parser_has_a_corpus_and_the_corpus_is_small() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(TARGETS)
    assert all(len(corpus(name)) >= 2 for name in TARGETS)
    assert sum(len(each) for name in TARGETS for each in corpus(name)) < 300_000
