"""Tests that are run once more under other circumstances: the functions of a module, handed to another one."""

import inspect
from collections.abc import Collection, Iterable
from types import FunctionType, ModuleType

import pytest

_OF_THE_FILE = ("evidence.db", "sqlite", "_restore(", "_copy_database(")
"""Words of a test that looks into the file of a SQLite database."""


def shared(modules: Iterable[ModuleType], leave_out: Collection[str], *, full: bool = False) -> dict[str, FunctionType]:
    """The tests of these modules by name, but for those of SQLite's file and those left out by name.

    `full` marks them as long ones, which leaves the functions themselves as they are.

    Raises:
        LookupError: a test that is left out is not there (any more), or two modules have one of the same name.
    """
    found: dict[str, FunctionType] = {}
    left: set[str] = set()
    for module in modules:
        for name, value in vars(module).items():
            if not name.startswith("test_") or getattr(value, "__module__", "") != module.__name__:
                continue
            if name in leave_out:
                left.add(name)
            elif isinstance(value, FunctionType) and not any(w in inspect.getsource(value) for w in _OF_THE_FILE):
                if name in found:
                    raise LookupError(f"{name} is the name of two tests")
                found[name] = _marked(value) if full else value
    if left != set(leave_out):
        raise LookupError(f"no such tests: {sorted(set(leave_out) - left)}")
    return found


def _marked(test: FunctionType) -> FunctionType:
    copy = FunctionType(test.__code__, test.__globals__, test.__name__, test.__defaults__, test.__closure__)
    copy.__dict__.update(test.__dict__)
    copy.__annotations__, copy.__kwdefaults__ = test.__annotations__, test.__kwdefaults__
    copy.__dict__["pytestmark"] = [*getattr(test, "pytestmark", ()), pytest.mark.full.mark]
    return copy
