"""The API of the inbox as its callers meet it: a real server on the loopback interface, a real client."""

import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2
import pytest

from evidence.cli import main
from evidence.intake.told_outside import ASK
from evidence.ledger.inbox import Inbox, State
from evidence.web.tokens import Tokens
from tests.functional.conftest import ROOT, environment
from tests.homes import START, new_home
from tests.test_layers import closure
from tests.unit.intake import making

LIMIT = 20_000
SECURITY = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}


@dataclass(frozen=True)
class Server:
    """A running API: its home, its address, a token, and what it has said so far."""

    home: Path
    address: str
    token: str
    log: Path
    name: str = "portal"

    def client(self, token: str | None = None) -> httpx2.Client:
        said = {"Authorization": f"Bearer {self.token if token is None else token}"}
        return httpx2.Client(base_url=self.address, headers=said, trust_env=False, timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(home: Path, log: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "evidence", "inbox", "api", "--home", str(home), "--listen", f"127.0.0.1:{port}"]
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(), stderr=said, stdin=subprocess.DEVNULL)
    try:
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        assert process.wait(20) == 0


def limited_home(folder: Path) -> Path:
    home = new_home(folder)
    settings = (home / "settings.toml").read_text(encoding="utf-8")
    settings = re.sub("document_bytes = [0-9]+", f"document_bytes = {LIMIT}", settings)
    (home / "settings.toml").write_text(settings, encoding="utf-8")
    return home


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A server whose home lies without its keys: the API runs where none are."""
    home = limited_home(folder)
    (home / "keys").rename(folder / "keys")
    token = Tokens(home).add("portal", START, 30, os.urandom)
    with running(home, folder / "log") as address:
        yield Server(home, address, token, folder / "log")


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as server:
        yield server


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("api")) as server:
        yield server


@pytest.fixture
def server(shared: Server, request: pytest.FixtureRequest) -> Server:
    """The shared server, with a token that nobody has used yet."""
    name = f"test-{hashlib.sha256(request.node.name.encode()).hexdigest()[:8]}"
    return replace(shared, name=name, token=Tokens(shared.home).add(name, START, 30, os.urandom))


def error_of(answer: httpx2.Response) -> str:
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message"}
    assert body["error"]["message"]
    return str(body["error"]["code"])


def test_a_file_is_left_with_what_is_said_of_it_and_its_receipt_tells_what_became_of_it(
    alone: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"channel": "purchasing", "kind": "item", "received_on": "2023-03-30", "received_basis": "gate log"}
    content = making.csv_text(making.ITEM).encode()
    with alone.client() as client:
        answer = client.post("/inbox", files={"file": ("items.csv", content, "text/csv")}, data=said)
        assert answer.status_code == 201
        receipt = answer.json()
        assert (receipt["state"], receipt["name"], receipt["channel"]) == ("waiting", "items.csv", "purchasing")
        assert receipt["size"] == len(content)
        inbox = Inbox(alone.home)
        (item,) = inbox.items(State.WAITING)
        inbox.close()
        assert (item.id, item.left_by, item.told.kind) == (receipt["receipt"], "portal", "item")
        (tmp_path / "keys").rename(alone.home / "keys")  # by now somebody with the keys looks in
        assert main(["inbox", "take", "--home", str(alone.home)]) == 0
        told = client.get(f"/inbox/{item.id}").json()
        assert (told["state"], told["reason"], told["entries"]) == ("recorded", [], "#5 to #6")
        bad = making.csv_text({**making.ITEM, "part": "FRM-9", "unit": ""}).encode()
        receipt = client.post("/inbox", files={"file": ("bad.csv", bad)}).json()
        assert main(["inbox", "take", "--home", str(alone.home)]) == 1
        told = client.get(f"/inbox/{receipt['receipt']}").json()
        assert (told["state"], told["entries"]) == ("held back", None)
        assert told["reason"][0].startswith("bad.csv, row 2, column unit: found nothing")


def test_without_a_valid_token_nothing_is_said_and_nothing_is_read(alone: Server) -> None:
    for token in ('""', "wrong", alone.token[:-1], alone.token + "="):
        with alone.client(token) as client:
            for answer in (client.post("/inbox", files={"file": b"x"}), client.get("/inbox/rcpt-1"), client.get("/x")):
                assert (answer.status_code, error_of(answer)) == (401, "not-authorised")
                assert answer.headers["www-authenticate"].startswith("Bearer")
    for said in ("", "Basic eDp5", alone.token, f"Token {alone.token}"):
        answer = httpx2.get(f"{alone.address}/inbox/rcpt-1", headers={"Authorization": said}, trust_env=False)
        assert answer.status_code == 401
    assert not (alone.home / "inbox").exists()


def test_guessing_tokens_is_bounded_and_does_not_shut_out_those_who_have_one(alone: Server) -> None:
    with alone.client("guessed") as client:
        answers = [client.get("/inbox/rcpt-1").status_code for _ in range(25)]
        assert answers == [401] * 20 + [429] * 5
        answer = client.get("/inbox/rcpt-1")
        assert (error_of(answer), answer.headers["retry-after"]) == ("too-many", "60")
    with alone.client() as client:
        assert client.get("/inbox/rcpt-1").status_code == 404


def test_a_token_is_bounded_in_a_minute(server: Server) -> None:
    with server.client() as client:
        answers = [client.get("/inbox/rcpt-1").status_code for _ in range(245)]
    assert answers == [404] * 240 + [429] * 5


def test_what_another_left_is_not_there(server: Server) -> None:
    other = Tokens(server.home).add("erp", START, 30, os.urandom)
    with server.client() as client:
        receipt = client.post("/inbox", files={"file": ("one.txt", b"one")}).json()["receipt"]
        assert client.get(f"/inbox/{receipt}").status_code == 200
    with server.client(other) as client:
        theirs, nobodys = client.get(f"/inbox/{receipt}"), client.get("/inbox/rcpt-0")
        assert (theirs.status_code, theirs.json()) == (nobodys.status_code, nobodys.json())
        assert error_of(theirs) == "not-found"
        Tokens(server.home).revoke("erp")
        assert client.get("/inbox/rcpt-0").status_code == 401


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "chunked"])
def test_what_is_too_large_is_refused_whether_it_says_so_or_not(server: Server, declared: bool) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n'
    body = head + bytes(LIMIT + 70_000) + b"\r\n--b--\r\n"
    pieces = body if declared else (body[at : at + 10_000] for at in range(0, len(body), 10_000))
    with server.client() as client:
        kind = {"Content-Type": "multipart/form-data; boundary=b"}
        answer = client.post("/inbox", content=pieces, headers=kind)
        assert (answer.status_code, error_of(answer)) == (413, "too-large")
        assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY
        over = client.post("/inbox", files={"file": ("over.bin", bytes(LIMIT + 1))})
        assert (over.status_code, error_of(over)) == (413, "too-large")
        assert client.post("/inbox", files={"file": ("just.bin", bytes(LIMIT))}).status_code == 201
    inbox = Inbox(server.home)
    assert [item.name for item in inbox.items() if item.left_by == server.name] == ["just.bin"]
    inbox.close()


@pytest.mark.parametrize(
    ("said", "named"),
    [
        pytest.param({"received_on": "2023-03-30"}, "received_basis", id="a-day-without-its-basis"),
        pytest.param({"received_on": "2024-01-01", "received_basis": "x"}, "still to come", id="a-day-to-come"),
        pytest.param({"received_on": "30.3.2023", "received_basis": "x"}, "received_on", id="no-day"),
        pytest.param({"tier": "topmost"}, "tier", id="no-tier"),
        pytest.param({"tier": "open"}, "tier", id="open-to-all"),
        pytest.param({"kind": "no-such-kind"}, "document, document-index, party", id="no-template"),
        pytest.param({"kind": "item\n"}, "kind", id="a-template-of-two-lines"),
        pytest.param(
            {"received_on": "2023-03-30", "received_basis": "a\nb"}, "received_basis", id="a-basis-of-two-lines"
        ),
        pytest.param({"received_on": "2023-03-30", "received_basis": "x" * 501}, "received_basis", id="a-long-basis"),
        pytest.param({"channel": "x" * 65}, "channel", id="a-long-channel"),
        pytest.param({"channel": "two\nlines"}, "channel", id="a-channel-of-two-lines"),
    ],
)
def test_a_claim_that_cannot_be_one_is_refused_by_name(server: Server, said: dict[str, str], named: str) -> None:
    with server.client() as client:
        answer = client.post("/inbox", files={"file": ("one.txt", b"one")}, data=said)
        assert (answer.status_code, error_of(answer)) == (422, "malformed")
        assert named in answer.json()["error"]["message"]


def test_every_error_has_one_form_and_every_answer_the_headers(server: Server) -> None:
    with server.client() as client:
        answers = [
            client.post("/inbox", data={"channel": "x"}),
            client.post("/inbox", content=b"not multipart", headers={"Content-Type": "multipart/form-data"}),
            client.post("/inbox", json={"file": "x"}),
            client.put("/inbox"),
            client.get("/elsewhere"),
            client.get("/inbox/rcpt-1/../../etc/passwd"),
            client.get(f"/inbox/{'x' * 100}"),
            client.post("/inbox", files={"file": ("", b"one")}),
        ]
        assert [answer.status_code for answer in answers] == [422, 400, 422, 405, 404, 404, 422, 422]
        for answer in answers:
            error_of(answer)
            assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY
            assert "server" not in answer.headers
        asked = client.options("/inbox", headers={"Origin": "https://elsewhere.example"})
        assert "access-control-allow-origin" not in asked.headers


def test_an_inbox_that_cannot_be_written_is_said_to_be_away_and_nothing_more(alone: Server) -> None:
    (alone.home / "inbox").write_text("a file where the folder should be")
    with alone.client() as client:
        answer = client.post("/inbox", files={"file": ("one.txt", b"one")})
        assert (answer.status_code, error_of(answer)) == (503, "unavailable")
        assert str(alone.home) not in answer.text
        (alone.home / "inbox").unlink()
        assert client.post("/inbox", files={"file": ("one.txt", b"one")}).status_code == 201


def test_names_from_outside_are_kept_as_names_of_files(server: Server) -> None:
    with server.client() as client:
        sent = client.post("/inbox", files={"file": ("../../a\u202eb.txt", b"one")})
        assert sent.json()["name"] == "a%u202eb.txt"
        empty = client.post("/inbox", files={"file": ("empty.txt", b"")})
        assert empty.status_code == 201  # kept as it came; the intake says that it is empty


def test_the_log_names_token_and_route_and_no_secret(server: Server) -> None:
    with server.client() as client:
        client.post("/inbox", files={"file": ("one.txt", b"one")})
        client.get("/inbox/rcpt-7?token=leaked")
        client.get("/inbox/rcpt-7", headers={"Authorization": "Bearer leaked"})
    log = server.log.read_text()
    assert f"{server.name} POST /inbox 201" in log
    assert f"{server.name} GET /inbox/{{receipt}} 404" in log
    assert "- GET - 401" in log
    assert server.token not in log
    assert "leaked" not in log


def test_the_api_describes_itself_without_a_token(server: Server) -> None:
    answer = httpx2.get(f"{server.address}/openapi.json", trust_env=False)
    described = answer.json()
    assert set(described["paths"]) == {"/inbox", "/inbox/{receipt}"}
    assert described["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY


def test_a_token_learns_of_what_was_left_with_it_and_of_nothing_else_on_record(alone: Server, tmp_path: Path) -> None:
    other = Tokens(alone.home).add("erp", START, 30, os.urandom)

    def left(token: str, content: bytes, name: str) -> str:
        with alone.client(token) as client:
            return str(client.post("/inbox", files={"file": (name, content)}).json()["receipt"])

    def told(token: str, receipt: str) -> tuple[str, str | None, list[str]]:
        with alone.client(token) as client:
            answer = client.get(f"/inbox/{receipt}").json()
        return answer["state"], answer["entries"], answer["reason"]

    items = making.csv_text(making.ITEM)
    first, again, theirs = (left(token, items.encode(), "a.csv") for token in (alone.token, alone.token, other))
    shipment = making.csv_text(making.SHIPMENT).encode()
    clash = [left(token, content, "b.csv") for token, content in ((alone.token, shipment), (other, shipment + b"\n"))][
        1
    ]
    (tmp_path / "keys").rename(alone.home / "keys")
    assert main(["inbox", "take", "--home", str(alone.home)]) == 1
    assert told(alone.token, first) == ("recorded", "#5 to #6", [])
    assert told(alone.token, again) == ("recorded", "#5", [])
    assert told(other, theirs) == ("recorded", None, [])
    assert told(other, clash) == ("held back", None, [ASK])
    inbox = Inbox(alone.home)
    assert inbox.item(theirs).entries == "#5"
    assert re.search("already in #[0-9]", inbox.item(clash).reason[0])  # inside it is told in full
    inbox.close()


def test_a_token_is_made_listed_and_revoked_by_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(new_home(tmp_path))
    assert main(["inbox", "token", "add", "portal", "--days", "10", "--home", home]) == 0
    text = capsys.readouterr().out.strip()
    assert Tokens(Path(home)).find(text, START) is not None
    assert main(["inbox", "token", "list", "--home", home, "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(each["name"], each["expires_at"][:10]) for each in listed] == [("portal", "2023-04-11")]
    assert main(["inbox", "token", "revoke", "portal", "--home", home]) == 0
    assert main(["inbox", "token", "revoke", "portal", "--home", home]) == 2


def test_nothing_that_the_api_imports_can_reach_a_key() -> None:
    reached = closure("evidence.web.inbox_api")
    holders = {"found", "keys", "recorder", "writer", "actors", "envelope"}
    assert {name for name in reached if name.startswith("evidence.ledger.") and name.split(".")[2] in holders} == set()
    assert "evidence.store.vault" not in reached
