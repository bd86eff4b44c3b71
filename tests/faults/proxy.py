"""A way to the database server that can be cut: passes on what a client and the server say, until a chosen request.

What comes from the client in one piece is a request, and what the server says until it waits for the client again is
the answer.
"""

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

_ONCE = 1 << 16
_QUERY, _SYNC = b"Q", b"S\x00\x00\x00\x04"  # after these the server answers
COMMIT = b"COMMIT\x00"


class Moment(StrEnum):
    """When, about a request: before the server has any of it, and so on to when the client has the whole answer."""

    BEFORE = "before the request"
    HALF_ASKED = "half the request"
    ASKED = "the request, and no answer"
    HALF_ANSWERED = "half the answer"
    ANSWERED = "the whole answer"


@dataclass
class Trap:
    """What is to happen: at the `number`-th request that holds `text`, at a moment of it, `act`, and then a cut.

    Without `cut` the talk goes on, as far as there is still somebody to talk to.
    """

    moment: Moment
    number: int = 1
    text: bytes = b""
    act: Callable[[], None] = lambda: None
    cut: bool = True


class Cut(Exception):
    """The connection is to be cut here."""


class Proxy:
    """Listens on a port of its own and passes on to that of the server."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._trap: Trap | None = None
        self._seen = 0
        self.sprung = False
        self._talks: list[threading.Thread] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def arm(self, trap: Trap | None) -> None:
        """Count requests from now on, and spring this trap."""
        self._trap, self._seen, self.sprung = trap, 0, False

    def rest(self) -> None:
        """Until what was to happen has happened, and every talk is at its end. Call it when the client is gone."""
        while self._talks:
            self._talks.pop().join()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._listener.join()
        self.rest()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                talk = threading.Thread(target=self._pass_on, args=(client,), daemon=True)
                talk.start()
                self._talks.append(talk)

    def _pass_on(self, client: socket.socket) -> None:
        to = ("127.0.0.1", self._server_port)
        with client, contextlib.suppress(OSError, Cut), socket.create_connection(to) as server:
            for end in (client, server):  # closed, an end is reset, as by a cable that is pulled
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                readable, _, _ = select.select((client, server), (), ())
                if server in readable:
                    client.sendall(_received(server))
                elif self._due(request := _received(client)):
                    self._spring(client, server, request)
                else:
                    server.sendall(request)

    def _spring(self, client: socket.socket, server: socket.socket, request: bytes) -> None:
        """Go through the moments of this request, and have happen what is to happen at one of them."""
        self._reach(Moment.BEFORE)
        server.sendall(request[: len(request) // 2])
        self._reach(Moment.HALF_ASKED)
        server.sendall(request[len(request) // 2 :])
        answer = _answer(server) if request[:1] == _QUERY or request.endswith(_SYNC) else b""
        self._reach(Moment.ASKED)
        client.sendall(answer[: len(answer) // 2])
        self._reach(Moment.HALF_ANSWERED)
        client.sendall(answer[len(answer) // 2 :])
        self._reach(Moment.ANSWERED)

    def _due(self, request: bytes) -> bool:
        if self._trap is None or self.sprung or self._trap.text not in request:
            return False
        self._seen += 1
        self.sprung = self._seen == self._trap.number
        return self.sprung

    def _reach(self, moment: Moment) -> None:
        if self._trap is None or self._trap.moment is not moment:
            return
        self._trap.act()
        if self._trap.cut:
            raise Cut


def _received(end: socket.socket) -> bytes:
    piece = end.recv(_ONCE)
    if not piece:
        raise Cut
    return piece


def _answer(server: socket.socket) -> bytes:
    """All that the server says until it waits for the client again; what it had said when it went, where it goes."""
    answer = b""
    while not _complete(answer):
        try:
            answer += _received(server)
        except (OSError, Cut):
            return answer
    return answer


def _complete(answer: bytes) -> bool:
    """Whether the last message is whole, and one after which the server waits: ready, or ready to be copied to."""
    at, last = 0, b""
    while at + 5 <= len(answer):
        last = answer[at : at + 1]
        at += 1 + int.from_bytes(answer[at + 1 : at + 5], "big")
    return at == len(answer) and last in (b"Z", b"G")
