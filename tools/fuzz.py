"""Fuzzes one parser: ``python -m tools.fuzz PARSER --seconds N``.

Starts from ``tests/corpus/PARSER`` and changes what lies there. Where the package `atheris` can be imported it chooses
by the code that an input reaches; otherwise, or with ``--plain``, an input is kept for further change where the parser
answers it in a way not seen before. A finding is an exception that is not the product's own, an answer that is none, a
crash, more memory than the limit, or an input that takes longer than ``--slow`` seconds. Findings are written to
``--out``; the status is 1 where there is one.
"""

import argparse
import hashlib
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from tools.fuzz_mutate import LONGEST, mutated

CORPUS = Path(__file__).resolve().parent.parent / "tests" / "corpus"
_MEMORY = 3 * 1024**3
_MOST_KEPT = 2000
_MOST_RESTARTS = 5
_ABORTED = (-signal.SIGABRT, 77)
"""How a process ends that its library aborts: by the signal, or as atheris has it."""
MAY_ABORT = frozenset({"xlsx"})
"""Parsers whose library ends its process where memory is refused: that is why they have one of their own."""


class Slow(BaseException):
    """An input takes too long; no parser may catch this."""


def corpus(name: str) -> list[bytes]:
    """The inputs that a parser's fuzzing starts from."""
    return [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]


def main() -> int:
    arguments = _arguments()
    out = Path(arguments.out or tempfile.mkdtemp(prefix=f"fuzz-{arguments.parser}-"))
    out.mkdir(parents=True, exist_ok=True)
    if arguments.input:
        _target(arguments.parser)(Path(arguments.input).read_bytes())
        return 0
    fuzz = _plain if arguments.plain or not _has_atheris() else _guided
    until, seed, findings, aborted = time.monotonic() + arguments.seconds, arguments.seed, 0, 0
    while (left := until - time.monotonic()) > 0:
        child = os.fork()
        if child == 0:
            _inner(fuzz, arguments, out, seed, left)
        _, ended = os.waitpid(child, 0)
        if ended == 0:
            break
        if arguments.parser in MAY_ABORT and os.waitstatus_to_exitcode(ended) in _ABORTED:
            seed, aborted = seed + 1, aborted + 1
            if arguments.runs is not None and aborted >= _MOST_RESTARTS:
                break
            continue
        findings += 1
        name = f"finding-{seed}"
        if (out / "current").exists():
            (out / "current").replace(out / name)
        print(f"{arguments.parser}: a finding (status {ended}), written to {out / name}", flush=True)
        seed += 1
        if findings >= arguments.most:
            break
    print(f"{arguments.parser}: {findings} findings in {arguments.seconds} s", flush=True)
    return 1 if findings else 0


def _inner(fuzz: Callable[..., None], arguments: argparse.Namespace, out: Path, seed: int, left: float) -> None:
    """One process of fuzzing: it ends with its first finding, by whichever way."""
    status = 1
    try:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGALRM, _too_slow)
        fuzz(arguments, out, seed, left)
        status = 0
    except BaseException:  # noqa: BLE001 -- whatever it is, it is the finding
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise Slow


def _watched(target: Callable[[bytes], str], out: Path, slow: int) -> Callable[[bytes], str]:
    """The target, with its input written down first and an alarm set."""

    def run(data: bytes) -> str:
        (out / "current").write_bytes(data)
        signal.alarm(slow)
        try:
            return target(data)
        finally:
            signal.alarm(0)

    return run


def _plain(arguments: argparse.Namespace, out: Path, seed: int, left: float) -> None:
    run = _watched(_target(arguments.parser), out, arguments.slow)
    pool = corpus(arguments.parser)
    chance = random.Random(seed)
    seen = {run(each) for each in pool}
    count, until = 0, time.monotonic() + left
    while time.monotonic() < until and (arguments.runs is None or count < arguments.runs):
        data = mutated(chance.choice(pool), pool, chance)
        told = run(data)
        count += 1
        if told not in seen and len(pool) < _MOST_KEPT:
            seen.add(told)
            pool.append(data)
            (out / f"kept-{hashlib.sha256(data).hexdigest()[:16]}").write_bytes(data)
    print(f"{arguments.parser}: {count} inputs, {len(seen)} answers", flush=True)


def _guided(arguments: argparse.Namespace, out: Path, seed: int, left: float) -> None:
    atheris = import_module("atheris")  # no dependency: whoever has it has it
    guided = ["evidence.intake", "evidence.core", "evidence.ledger", "email", "zipfile"]
    with atheris.instrument_imports(include=guided):
        target = _target(arguments.parser)
    run = _watched(target, out, arguments.slow)
    pool = corpus(arguments.parser)

    def change(data: bytes, most: int, number: int) -> bytes:
        chance = random.Random(number)
        if data.startswith(b"PK\x03\x04") or chance.random() < 0.3:
            return mutated(data, pool, chance)[:most]
        return bytes(atheris.Mutate(data, most))

    def one(data: bytes) -> None:
        run(data)

    kept = out / "kept"
    kept.mkdir(exist_ok=True)
    for each in pool:
        (kept / hashlib.sha256(each).hexdigest()[:16]).write_bytes(each)
    flags = [f"-max_total_time={max(1, int(left))}", f"-max_len={LONGEST}", f"-seed={seed}", "-timeout=600"]
    flags += ["-rss_limit_mb=0", f"-artifact_prefix={out}/", "-verbosity=0", "-print_final_stats=1", str(kept)]
    atheris.Setup(["fuzz", *flags], one, custom_mutator=change)
    atheris.Fuzz()


def _target(name: str) -> Callable[[bytes], str]:
    from tools.fuzz_targets import TARGETS

    TARGETS[name](b"")  # whatever it imports is imported now
    return TARGETS[name]


def _has_atheris() -> bool:
    return find_spec("atheris") is not None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("parser", choices=sorted(path.name for path in CORPUS.iterdir() if path.is_dir()))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, help="inputs after which to end, with --plain: the same each time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slow", type=int, default=20, help="seconds that one input may take")
    parser.add_argument("--most", type=int, default=20, help="findings after which to end")
    parser.add_argument("--out", help="a folder for findings; a new one in the system's folder otherwise")
    parser.add_argument("--input", help="run one file through the parser, such as a finding")
    parser.add_argument("--plain", action="store_true", help="without atheris, even where it is there")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
