"""What time it is, for those who record: the machine's clock, or a simulated one for demonstration homes.

`recorded_at` is our own claim; what bounds it from outside is a time stamp. A simulated clock is accepted only by homes
made with ``init --demo``, whose every page says SPECIMEN.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from evidence.core.values import moment_from_text, moment_text
from evidence.errors import MalformedValue, SettingsError
from evidence.store.durable import replace

SIMULATED_CLOCK = "clock"
"""The file in a demonstration home that says what time it is there."""


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """The moment, aware and in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SimulatedClock:
    """A clock that stands at the moment written in a file until somebody moves it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """The moment in the file.

        Raises:
            SettingsError: the file is missing or holds no moment.
        """
        try:
            return moment_from_text(self._path.read_text(encoding="ascii").strip())
        except (OSError, UnicodeDecodeError, MalformedValue) as error:
            raise SettingsError(
                f"{self._path}: no simulated time can be read there ({error}). "
                "Write one line such as 2023-05-01T12:00:00.000000Z."
            ) from error

    def set(self, moment: datetime) -> None:
        """Move the clock; the ledger refuses to sign when it is moved back."""
        replace(self._path, f"{moment_text(moment)}\n".encode())


def clock_of(home: Path, *, demo: bool) -> Clock:
    """The clock of a home.

    Raises:
        SettingsError: a home that is not for demonstration holds a simulated clock.
    """
    simulated = home / SIMULATED_CLOCK
    if not simulated.exists():
        return SystemClock()
    if not demo:
        raise SettingsError(
            f"{simulated} is a simulated clock, which only a home made by `evidence init --demo` accepts. Remove it."
        )
    return SimulatedClock(simulated)
