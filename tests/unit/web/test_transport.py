"""One POST over real sockets: what comes back whole is given, and every way of not answering is one error."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evidence.errors import NoAnswer
from evidence.web.transport import post, transport
from tests.timestamps import desk, new_office

Talk = Callable[[socket.socket, threading.Event], None]


@contextmanager
def server(talk: Talk) -> Iterator[str]:
    """A server on the loopback that reads a request and then does what it is told, until the end."""
    over, heard = threading.Event(), threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        try:
            line, _ = listener.accept()
        except OSError:
            return
        with line:
            line.recv(65536)
            heard.set()
            try:
                talk(line, over)
            except OSError:
                return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        over.set()
        listener.close()
        thread.join(10)


def says(answer: bytes) -> Talk:
    return lambda line, _: line.sendall(answer)


def drips(line: socket.socket, over: threading.Event) -> None:
    """A byte now and then, for as long as anybody listens."""
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not over.wait(0.02):
        line.sendall(b"x")


def hangs(_: socket.socket, over: threading.Event) -> None:
    over.wait(60)


def test_an_answer_is_given_whatever_its_status_with_its_media_type_in_small_letters() -> None:
    answer = b"HTTP/1.1 409 Conflict\r\nContent-Type: Text/X.tlog.size; charset=utf-8\r\nContent-Length: 2\r\n\r\n7\n"
    with server(says(answer)) as url:
        got = post(url, b"body", {"Content-Type": "text/plain"})
    assert (got.status, got.body, got.media_type) == (409, b"7\n", "text/x.tlog.size")


def test_body_and_headers_arrive_as_they_were_given() -> None:
    heard: list[bytes] = []

    def listen(line: socket.socket, _: threading.Event) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        line, _ = listener.accept()
        with line:
            said = b""
            while not said.endswith(b"\x00\xffend"):
                said += line.recv(65536)
            heard.append(said)
            listen(line, threading.Event())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    post(f"http://127.0.0.1:{listener.getsockname()[1]}/a/b?c=d", b"\x00\xffend", {"Content-Type": "x/y"})
    thread.join(10)
    listener.close()
    head, _, body = heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /a/b?c=d HTTP/1.1\r\n")
    assert b"Content-Type: x/y" in head
    assert body == b"\x00\xffend"


@pytest.mark.parametrize(
    ("talk", "why"),
    [
        pytest.param(says(b""), "no answer", id="hangs-up"),
        pytest.param(says(b"SSH-2.0-OpenSSH\r\n"), "no answer", id="another-protocol"),
        pytest.param(
            says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123"), "broke off|IncompleteRead|reset", id="cut"
        ),
        pytest.param(says(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(2000)), "more than 1000 bytes", id="oversized"),
        pytest.param(
            says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "no answer", id="chunks-cut"
        ),
        pytest.param(says(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200), "no answer", id="headers-without-end"),
        pytest.param(drips, "no answer|broke off", id="a-byte-at-a-time"),
        pytest.param(hangs, "no answer", id="hangs"),
    ],
)
def test_whatever_is_no_whole_answer_is_one_error(talk: Talk, why: str) -> None:
    with server(talk) as url, pytest.raises(NoAnswer, match=why):
        post(url, b"body", {}, timeout_s=0.3, longest=1000)


def test_a_redirection_is_an_answer_and_is_not_followed(tmp_path: Path) -> None:
    with desk(new_office(tmp_path, between=False)) as elsewhere:
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {elsewhere.url}\r\nContent-Length: 0\r\n\r\n".encode()
        with server(says(moved)) as url:
            assert post(url, b"body", {}).status == 307
        assert elsewhere.asked == []


@pytest.mark.parametrize("url", ["ftp://a/", "file:///etc/passwd", "http://", "http://a:b@c/", "http://a:99999/", "x"])
def test_an_address_of_another_kind_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(NoAnswer, match="no address"):
        post(url, b"", {})


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(NoAnswer) as told:
        post("https://someone:secret@a.example/x", b"", {})
    assert "secret" not in str(told.value)


def test_nobody_listening_is_no_answer_and_a_proxy_of_the_environment_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with desk(new_office(tmp_path, between=False)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        with pytest.raises(NoAnswer, match="refused"):
            post(f"http://127.0.0.1:{port}/", b"", {})
        assert proxy.asked == []
        asked = transport(proxy.url.removesuffix("/stamp"))("http://tsa.example/", b"body", {"Content-Type": "x/y"})
        assert (asked.status, proxy.asked) == (415, [b"body"])


def test_a_server_that_speaks_no_tls_is_no_answer_to_https() -> None:
    with server(says(b"HTTP/1.1 200 OK\r\n\r\n")) as url, pytest.raises(NoAnswer):
        post(url.replace("http://", "https://"), b"", {}, timeout_s=1)
