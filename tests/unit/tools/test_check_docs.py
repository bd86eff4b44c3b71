"""The check of the documents finds a command that does not exist, and lets pass one that does."""

import pytest

from tools.check_docs import commands, fault, simple_commands

DOCUMENT = """
Text.

```console
$ evidence --version
evidence 0.1.0
$ cd somewhere && \\
    ls -l
```

```sh
# set up
make demo
```

```text
not a command
```
"""


def test_commands_are_told_from_what_they_print() -> None:
    assert list(commands(DOCUMENT)) == [(5, "evidence --version"), (7, "cd somewhere &&     ls -l"), (13, "make demo")]


def test_a_line_of_shell_falls_into_its_commands() -> None:
    line = "EVIDENCE_HOME=demo/home evidence --json status > out.json | jq . && make demo"
    assert list(simple_commands(line)) == [["evidence", "--json", "status"], ["jq", "."], ["make", "demo"]]


@pytest.mark.parametrize(
    "line",
    [
        "evidence --help",
        "evidence --home DIR --help",
        "evidence database check --home demo/home",
        "python cli.py --version",
        "python -m evidence --version",
        ".venv/bin/evidence --version",
        "make test JOBS=1",
        "bash verify.sh",
    ],
)
def test_a_command_that_exists_passes(line: str) -> None:
    assert fault(line.split()) is None


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param("evidence frobnicate", "evidence has no command frobnicate", id="command"),
        pytest.param("evidence database check --colour", "evidence database check has no option --colour", id="option"),
        pytest.param(
            "evidence database check now", "evidence database check has 1 arguments, wanted 0 to 0", id="argument"
        ),
        pytest.param("evidence database", "evidence database wants a command after it", id="group"),
        pytest.param("make dinner", "the Makefile has no target dinner", id="target"),
        pytest.param("frobnicate", "frobnicate is no tool that tools/check_docs.py knows", id="tool"),
    ],
)
def test_a_command_that_does_not_exist_is_named(line: str, found: str) -> None:
    assert fault(line.split()) == found
