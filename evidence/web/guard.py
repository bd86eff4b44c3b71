"""What stands before every request of the API: who asks, how often, how much; and what every answer carries.

It is plain ASGI, so that a body is not read before its sender is known. Errors have one form everywhere:
``{"error": {"code": "too-large", "message": "…"}}``. Nothing that a sender wrote comes into the log but the name of the
token and the path that was matched; tokens come in no address and no log.
"""

import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evidence.errors import EvidenceError
from evidence.web.tokens import Token, Tokens

Headers = Sequence[tuple[bytes, bytes]]

_SECURITY: Headers = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
CODES = {
    400: "malformed", 401: "not-authorised", 404: "not-found", 405: "method-not-allowed", 413: "too-large",
    422: "malformed", 429: "too-many", 500: "internal-fault", 503: "unavailable",
}  # fmt: skip
_MINUTE_S = 60
_MOST_CALLERS = 10_000


def error_body(status: int, message: str) -> dict[str, object]:
    """An error as the API tells it."""
    return {"error": {"code": CODES.get(status, "error"), "message": message}}


@dataclass(slots=True)
class Rate:
    """At most `most` calls of one caller in a minute; `clock` counts seconds."""

    most: int
    clock: Callable[[], float]
    _calls: dict[str, deque[float]] = field(default_factory=dict)

    def spent(self, caller: str) -> bool:
        """Whether the caller has none left."""
        calls = self._calls.get(caller)
        if calls is None:
            return False
        while calls and calls[0] <= self.clock() - _MINUTE_S:
            calls.popleft()
        if not calls:
            del self._calls[caller]
        return len(calls) >= self.most

    def count(self, caller: str) -> None:
        """Note a call."""
        if len(self._calls) >= _MOST_CALLERS:  # an attacker with many addresses must not fill the memory
            for known in [name for name in self._calls if not self.spent(name)]:
                self._calls.pop(known, None)
        self._calls.setdefault(caller, deque(maxlen=self.most)).append(self.clock())


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much the API takes: bytes of a body, calls of a token and failed ones of an address, in a minute."""

    body_bytes: int
    calls: int = 240
    failures: int = 20


class Guard:
    """The outermost layer of the API. `now` is the clock of tokens, `seconds` that of rates."""

    def __init__(
        self,
        app: ASGIApp,
        tokens: Tokens,
        bounds: Bounds,
        now: Callable[[], datetime],
        seconds: Callable[[], float],
        log: Callable[[str], None],
        free: frozenset[str],
    ) -> None:
        self._app, self._tokens, self._now, self._log, self._free = app, tokens, now, log, free
        self._bounds, self._calls, self._failures = bounds, Rate(bounds.calls, seconds), Rate(bounds.failures, seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, self._log, scope)
        try:
            refused = self._refused(scope)
            if refused is not None:
                await answer.refuse(*refused)
                return
            await self._app(scope, _Counted(receive, self._bounds.body_bytes, answer), answer)
        except EvidenceError as error:
            self._log(f"a request failed: {error}")
            await answer.refuse(503, "The inbox cannot be used at this moment. Try again later.")
        except Exception as error:  # noqa: BLE001 -- the last line of defence: what went wrong goes to the log alone
            self._log(f"a request failed: internal fault: {type(error).__name__}")
            await answer.refuse(500, "An internal fault; nothing is said to have been left. Try again later.")

    def _refused(self, scope: Scope) -> tuple[int, str, Headers] | None:
        """Why a request goes no further: status, message and headers; None where it does."""
        headers = dict(reversed(scope["headers"]))
        client = (scope.get("client") or ("unknown", 0))[0]
        if scope["path"] not in self._free:
            token = self._token(headers.get(b"authorization", b""))
            if token is None:  # counted only here: behind a proxy, those with a token come from the same address
                if self._failures.spent(client):
                    return 429, "Too many requests without a valid token. Wait a minute.", [(b"retry-after", b"60")]
                self._failures.count(client)
                wanted = "A valid token is wanted, in a header: Authorization: Bearer TOKEN."
                return 401, wanted, [(b"www-authenticate", b'Bearer realm="evidence inbox"')]
            scope.setdefault("state", {})["token"] = token
        caller = scope["state"]["token"].name if scope["path"] not in self._free else client
        if self._calls.spent(caller):
            return 429, f"More than {self._bounds.calls} requests in a minute. Wait.", [(b"retry-after", b"60")]
        self._calls.count(caller)
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self._bounds.body_bytes:
            return 413, self._too_large(), []
        return None

    def _token(self, header: bytes) -> Token | None:
        scheme, _, text = header.decode("latin-1").partition(" ")
        return self._tokens.find(text.strip(), self._now()) if scheme.lower() == "bearer" and text.strip() else None

    def _too_large(self) -> str:
        return f"At most {self._bounds.body_bytes} bytes are taken in one request."


class _Answer:
    """An answer on its way out: given the headers that all have, and logged by its first line."""

    def __init__(self, send: Send, log: Callable[[str], None], scope: Scope) -> None:
        self._send, self._log, self._scope = send, log, scope
        self._started = False
        self.too_large: str | None = None

    async def __call__(self, message: Message) -> None:
        if self.too_large is not None and not self._started:
            await self.refuse(413, self.too_large)
        if self.too_large is not None:
            return
        if message["type"] == "http.response.start":
            self._started = True
            message["headers"] = [*message.get("headers", ()), *_SECURITY]
            token = self._scope.get("state", {}).get("token")
            route = getattr(self._scope.get("route"), "path", "-")
            self._log(f"{token.name if token else '-'} {self._scope['method']} {route} {message['status']}")
        await self._send(message)

    async def refuse(self, status: int, message: str, headers: Headers = ()) -> None:
        """Answer with an error, unless an answer has begun."""
        if self._started:
            return
        self.too_large = None
        body = json.dumps(error_body(status, message)).encode()
        lines = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), *headers]
        await self({"type": "http.response.start", "status": status, "headers": lines})
        await self({"type": "http.response.body", "body": body})
        self.too_large = "" if status == 413 else None


class _Counted:
    """A body as it comes in, cut off where it passes the limit though its length was not declared."""

    def __init__(self, receive: Receive, limit: int, answer: _Answer) -> None:
        self._receive, self._limit, self._answer = receive, limit, answer
        self._read = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > self._limit:
            self._answer.too_large = f"At most {self._limit} bytes are taken in one request."
            raise HTTPException(413)
        return message
