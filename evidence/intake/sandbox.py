"""What the process that reads a file from outside is denied, in layers: each holds alone, where the system has it.

Before a parser sees its first byte it gives up, in this order: privileges that a program could gain (no_new_privs);
the network, by a network namespace of its own that holds nothing; files other than its libraries for reading and one
folder for writing (Landlock, Linux 5.13); the system calls that make sockets, programs and processes (seccomp, on
x86-64); and at last, in the interpreter itself, the same once more by an audit hook (PEP 578), which ends the process.
A layer that a system lacks is left out: docs/operations.md says what holds where. The limits on time, memory and file
size are set before, by `worker`.
"""

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

DENIED = 77
"""The exit status of a process that tried what it may not do."""

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # one number on every architecture
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_RIGHTS_OF_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights on files each version of Landlock knows (linux/landlock.h)."""

_SYSTEM = (
    "/usr", "/lib", "/lib64", "/nix/store", "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/dev/urandom",
    "/proc/self", "/sys/devices/system/cpu",
)  # fmt: skip
_PACKAGE = Path(__file__).resolve().parent.parent

_X86_64 = 0xC000003E
_NEVER = {
    41: "socket", 53: "socketpair", 101: "ptrace", 165: "mount", 272: "unshare", 308: "setns", 310: "process_vm_readv",
    311: "process_vm_writev", 321: "bpf", 323: "userfaultfd", 425: "io_uring_setup", 438: "pidfd_getfd",
}  # fmt: skip
_NO_PROGRAMS = {57: "fork", 58: "vfork", 59: "execve", 322: "execveat"}
_CLONE, _CLONE3, _CLONE_THREAD = 56, 435, 0x00010000


def confine(readable: Sequence[Path], writable: Path | None, *, programs: bool) -> list[str]:
    """Confine this process, for good and with all that it starts; the names of the layers that hold.

    Args:
        readable: files that may be read beside the libraries.
        writable: the one folder that may be written in; None: nothing may.
        programs: whether it may start programs, which are confined as it is.
    """
    sys.dont_write_bytecode = True
    c_library = ctypes.CDLL(None, use_errno=True)
    held = []
    if c_library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        held.append("no new privileges")
    if c_library.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
        held.append("no network")
    if _landlock(c_library, readable, writable, programs):
        held.append("landlock")
    if _seccomp(c_library, programs):
        held.append("seccomp")
    sys.addaudithook(_hook(writable, programs))
    return [*held, "audit hook"]


def _landlock(c_library: ctypes.CDLL, readable: Sequence[Path], writable: Path | None, programs: bool) -> bool:
    """Files, by the kernel: libraries may be read, one folder written, nothing else opened."""
    version = c_library.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    rights = (1 << _RIGHTS_OF_ABI.get(version, 16)) - 1
    network = 3 if version >= 4 else 0  # to bind and to connect
    scoped = 3 if version >= 6 else 0  # abstract sockets, and signals to others
    attributes = struct.pack("=QQQ", rights, network, scoped)[: 8 + 8 * (version >= 4) + 8 * (version >= 6)]
    ruleset = c_library.syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        return False
    read = _READ_FILE | _READ_DIR | (_EXECUTE if programs else 0)
    sites = (Path(path) for path in sys.path if path.endswith(("site-packages", "dist-packages")))
    libraries = (*map(Path, _SYSTEM), Path(sys.prefix), Path(sys.base_prefix), *sites, _PACKAGE, *readable)
    allowed: dict[Path, int] = dict.fromkeys(libraries, read)
    allowed[Path("/dev/null")] = _READ_FILE | _WRITE_FILE
    if writable is not None:
        allowed[writable] = rights & ~_EXECUTE
    for path, granted in allowed.items():
        _allow(c_library, ruleset, path, granted & rights)
    held: int = c_library.syscall(_LANDLOCK_RESTRICT, ruleset, 0)
    os.close(ruleset)
    return held == 0


def _allow(c_library: ctypes.CDLL, ruleset: int, path: Path, granted: int) -> None:
    try:
        at = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no right
    if not path.is_dir():
        granted &= _EXECUTE | _WRITE_FILE | _READ_FILE
    beneath = struct.pack("=Qi", granted, at)
    c_library.syscall(_LANDLOCK_ADD, ruleset, 1, beneath, 0)
    os.close(at)


def _seccomp(c_library: ctypes.CDLL, programs: bool) -> bool:
    """System calls, by the kernel: a classic BPF program that answers EPERM to those denied."""
    if platform.machine() != "x86_64" or sys.maxsize < 2**32:
        return False
    load, equal, at_least, all_bits, done = 0x20, 0x15, 0x35, 0x45, 0x06
    refuse, absent, allow = 0x00050000 | 1, 0x00050000 | 38, 0x7FFF0000
    denied = _NEVER if programs else _NEVER | _NO_PROGRAMS
    # each test of a number is followed by its own answer, so that no jump is longer than one
    code = [(load, 0, 0, 4), (equal, 1, 0, _X86_64), (done, 0, 0, refuse)]
    code += [(load, 0, 0, 0), (at_least, 0, 1, 0x40000000), (done, 0, 0, refuse)]
    for number in denied:
        code += [(equal, 0, 1, number), (done, 0, 0, refuse)]
    if not programs:
        code += [(equal, 0, 1, _CLONE3), (done, 0, 0, absent)]  # its flags lie in memory; clone is used instead
        code += [(equal, 0, 3, _CLONE), (load, 0, 0, 16), (all_bits, 1, 0, _CLONE_THREAD), (done, 0, 0, refuse)]
    code += [(done, 0, 0, allow)]
    packed = b"".join(struct.pack("=HBBI", *step) for step in code)
    kept = ctypes.create_string_buffer(packed, len(packed))
    program = struct.pack("@HP", len(code), ctypes.addressof(kept))
    return bool(c_library.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0) == 0)


_NETWORK = ("socket.", "urllib.", "http.", "smtplib.", "ftplib.", "imaplib.", "poplib.", "telnetlib.", "nntplib.")
_PROGRAMS = ("subprocess.", "os.exec", "os.posix_spawn", "os.fork", "os.spawn", "os.system", "os.kill", "pty.")
_ALWAYS = ("ctypes.dlopen", "webbrowser.", "sys.settrace", "sys.remote_exec", "syslog.")
_CHANGES = (
    "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.chown", "os.truncate",
    "os.utime", "os.setxattr", "os.removexattr", "os.mknod",
)  # fmt: skip
_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _hook(writable: Path | None, programs: bool) -> Callable[[str, tuple[Any, ...]], None]:
    denied = _NETWORK + _ALWAYS + (() if programs else _PROGRAMS)
    folder = None if writable is None else os.path.realpath(writable)

    def elsewhere(path: object) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False  # a number: what is open already
        real = os.path.realpath(os.fsdecode(path))
        return real != os.devnull and (folder is None or os.path.commonpath((folder, real)) != folder)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            wrong = bool(flags & _TO_WRITE) and elsewhere(path)
        elif event.startswith(_CHANGES):
            wrong = any(elsewhere(each) for each in arguments if not isinstance(each, str) or os.path.isabs(each))
        else:
            wrong = event.startswith(denied)
        if wrong:
            os._exit(DENIED)

    return watch
