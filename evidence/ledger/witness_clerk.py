"""Asks the witnesses of the home's policy beside a process that records (see `evidence.ledger.clerk`)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from evidence.errors import EvidenceError
from evidence.ledger.asking import Transport
from evidence.ledger.clerk import Clerk
from evidence.ledger.found import TRUST, HomeHandle
from evidence.ledger.policy import read_policy
from evidence.ledger.read import Ledger
from evidence.ledger.witnessing import Standing, Told, ask_all, last_standing, record_quorum

THREAD: Final = "witnesses"
EVERY_S: Final = 600.0
"""How long between two rounds: where entries come all the time, each round brings a quorum, which is an entry more."""


def witness_clerk(
    handle: HomeHandle,
    post: Transport,
    tell: Callable[[str], None],
    now: Callable[[], datetime],
    every_s: float = EVERY_S,
) -> Clerk:
    """One that asks whom `trust/policy` names, which is read anew each time, and records each quorum.

    What the policy or the queue has wrong is told of, and holds up no recording.

    Args:
        handle: the home, open to sign.
        post: the call over the network.
        tell: given a line for what came of it, from either thread.
        now: for the queue.
        every_s: how long between two rounds.
    """
    reader = replace(handle, ledger=Ledger(handle.engine, handle.documents), recorder=None)  # of the clerk's thread
    met: list[Standing] = []
    recorded: list[Standing] = []
    said: set[str] = set()

    def ask() -> bool:
        try:
            policy = read_policy(handle.settings.home / TRUST)
            if policy is None or not policy.witnesses:
                return False
            told = ask_all(reader, policy, post, now(), only_due=True)[1]
            standing = last_standing(reader, policy)
        except EvidenceError as error:
            line = f"No witnesses were asked: {error}"
            if line not in said:  # a policy that cannot be read is as wrong ten minutes later
                said.add(line)
                tell(line)
            return False
        said.clear()
        for one in told:
            tell(_line(one))
        if standing.quorum_met and standing not in recorded:
            met[:] = [standing]
        return bool(met)

    def record() -> None:
        if met:
            recorded[:] = [met.pop()]
            entry = record_quorum(handle, recorded[0])
            if entry is not None:
                tell(f"#{entry.seq}: a quorum of witnesses is on record")

    return Clerk(THREAD, ask, record, every_s)


def _line(one: Told) -> str:
    if one.contradicts:
        return f"CONTRADICTED: {one.why}"
    return f"{one.name}: " + (f"cosigned {one.size} entries" if one.cosigned else f"no cosignature: {one.why}")
