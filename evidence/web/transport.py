"""One POST to somebody else's server: a time-stamping authority, a witness.

Bounded in every direction: the answer's size, the time of each step, and the time of the whole, so that a server that
sends a byte a minute holds nobody. Redirections are not followed: an authority that moves is entered anew by a person.
No proxy of the environment is used; one that is set is. What comes back is bytes, and nothing of it is believed.
"""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

from evidence.errors import NoAnswer
from evidence.ledger.asking import Response, Transport

TIMEOUT_S = 20.0
LONGEST_ANSWER = 256 * 1024  # bytes; a time stamp with its chain has about ten thousand
_AGENT = "evidence"


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout_s: float = TIMEOUT_S,
    longest: int = LONGEST_ANSWER,
    proxy: str | None = None,
) -> Response:
    """POST `body` to `url` and read the answer whole, whatever its status.

    Args:
        url: http or https.
        body: what is sent.
        headers: besides those that HTTP needs.
        timeout_s: for the whole exchange.
        longest: bytes; a longer answer is none.
        proxy: ``http://HOST:PORT`` to go through, or None.

    Raises:
        NoAnswer: nothing whole came back, or the address is none.
    """
    connection, path = _connection(url, timeout_s, proxy)
    try:
        connection.connect()
        watchdog = threading.Timer(timeout_s, _cut, (connection.sock,))
        watchdog.daemon = True
        watchdog.start()
        try:
            connection.request(
                "POST", path, body=body, headers={"User-Agent": _AGENT, "Connection": "close", **headers}
            )
            answer = connection.getresponse()
            data = answer.read(longest + 1)
        finally:
            watchdog.cancel()
        if len(data) > longest:
            raise NoAnswer(f"{_shown(url)} answered with more than {longest} bytes. Check the address.")
        if answer.length:  # bytes that were announced and did not come
            raise NoAnswer(f"{_shown(url)} broke off its answer after {len(data)} bytes.")
        media_type = (answer.getheader("Content-Type") or "").partition(";")[0].strip().lower()
        return Response(answer.status, data, media_type)
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = str(error) or type(error).__name__
        raise NoAnswer(f"{_shown(url)} gave no answer ({why[:200]}).") from error
    finally:
        connection.close()


def transport(proxy: str | None = None, timeout_s: float = TIMEOUT_S) -> Transport:
    """`post` with what the settings say, as the ledger is handed it."""
    return lambda url, body, headers: post(url, body, headers, timeout_s=timeout_s, proxy=proxy)


def _connection(url: str, timeout_s: float, proxy: str | None) -> tuple[http.client.HTTPConnection, str]:
    """A connection that is not yet made, and the target to name in it."""
    host, port, secure, path = _parts(url)
    at_host, at_port = (host, port) if proxy is None else _parts(proxy)[:2]
    if secure:
        made: http.client.HTTPConnection = http.client.HTTPSConnection(
            at_host, at_port, timeout=timeout_s, context=ssl.create_default_context()
        )
        if proxy is not None:
            made.set_tunnel(host, port)
        return made, path
    made = http.client.HTTPConnection(at_host, at_port, timeout=timeout_s)
    return made, path if proxy is None else url.partition("#")[0]


def _parts(url: str) -> tuple[str, int, bool, str]:
    """Host, port, whether by TLS, and the path with its query."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise NoAnswer(f"{_shown(url)} is no address: {error}.") from error
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise NoAnswer(
            f"{_shown(url)} is no address to ask: wanted http:// or https:// and a host, without a password."
        )
    secure = parts.scheme == "https"
    return (
        host,
        port or (443 if secure else 80),
        secure,
        (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )


def _cut(line: socket.socket) -> None:
    """End an exchange from another thread; the one that waits then gets an error."""
    with contextlib.suppress(OSError):  # it may just have ended by itself
        line.shutdown(socket.SHUT_RDWR)


def _shown(url: str) -> str:
    """An address for a message: short, and without a password somebody put in it."""
    parts = url.partition("://")
    rest = parts[2].rpartition("@")[2] if "@" in parts[2].partition("/")[0] else parts[2]
    return (parts[0] + parts[1] + rest if parts[1] else url)[:120]
