"""The API of the inbox: leave a file, ask what became of it. It holds no key and imports nothing that could.

Run by ``evidence inbox api`` as a process of its own, behind a web server that speaks TLS where it is reached from
elsewhere. A token sees what was left with it, and nothing of what else is on record.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, File, Form, Path, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from evidence import __version__
from evidence.core.disclosure import Tier
from evidence.core.identifiers import Random
from evidence.errors import LimitExceeded, UsageError
from evidence.intake.templates import DOCUMENT, templates
from evidence.intake.told_outside import told_outside
from evidence.ledger.inbox import Arrival, Inbox, Item, Told
from evidence.web.guard import Bounds, Guard, error_body
from evidence.web.tokens import Tokens

OPENAPI = "/openapi.json"
SenderTier = Literal["restricted", "secret", "secret+personal"]  # that all may see it is for those inside to say
_KIND = "The template that its tables have, or 'document'; the answer to a wrong one lists them."
_AROUND_A_FILE = 64 * 1024  # what a multipart body has besides the file
_BEARER = HTTPBearer(auto_error=False, description="A token of `evidence inbox token add`.")


class Receipt(BaseModel):
    """What was left, and what has become of it."""

    receipt: str
    name: str
    channel: str
    sha256: str
    size: int
    submitted_at: str
    state: str
    """waiting, recorded, held back"""
    reason: list[str]
    """A line for each thing that keeps it from being recorded."""
    notes: list[str]
    """A line for each thing worth knowing of it that does not."""
    entries: str | None
    """Where it is on record: #12, #12 to #15; of the same bytes left by somebody else it is not told."""


class Failure(BaseModel):
    """What went wrong: a code for programs and a line for people."""

    code: str
    message: str


class Failed(BaseModel):
    """The one form of every error."""

    error: Failure


def inbox_app(
    inbox: Inbox,
    tokens: Tokens,
    document_bytes: int,
    now: Callable[[], datetime],
    random: Random,
    log: Callable[[str], None],
    bounds: Bounds | None = None,
    seconds: Callable[[], float] = time.monotonic,
) -> FastAPI:
    """The application.

    Args:
        inbox: where files are left.
        tokens: who may leave them.
        document_bytes: the largest file taken.
        now: the clock that receipts and tokens go by.
        random: mints receipts.
        log: told one line for each request: token, method, route, status.
        bounds: how much and how often; from `document_bytes` where not given.
        seconds: the clock that rates go by.
    """
    app = FastAPI(
        title="Evidence inbox",
        version=__version__,
        description="Leave a file and get its receipt; ask what became of it. Nothing else can be read here.",
        docs_url=None,  # its page would be fetched from elsewhere
        redoc_url=None,
        openapi_url=OPENAPI,
        responses={status: {"model": Failed} for status in (401, 404, 413, 422, 429, 503)},
    )
    app.add_middleware(
        Guard,
        tokens=tokens,
        bounds=bounds or Bounds(document_bytes + _AROUND_A_FILE),
        now=now,
        seconds=seconds,
        log=log,
        free=frozenset({OPENAPI}),
    )
    app.add_exception_handler(HTTPException, _failed)
    app.add_exception_handler(RequestValidationError, _malformed)
    door = _Door(inbox, document_bytes, now, random, log)
    described = Depends(_BEARER)  # for /openapi.json alone: the guard has looked at the token by then
    app.post("/inbox", status_code=201, dependencies=[described], summary="Leave a file")(door.leave)
    app.get("/inbox/{receipt}", dependencies=[described], summary="Ask what became of it")(door.ask)
    return app


@dataclass(frozen=True, slots=True)
class _Door:
    """What the two requests do."""

    inbox: Inbox
    document_bytes: int
    now: Callable[[], datetime]
    random: Random
    log: Callable[[str], None]

    def leave(
        self,
        request: Request,
        file: Annotated[UploadFile, File(description="The file, as it is.")],
        channel: Annotated[str, Form(description="How it came to you.", min_length=1, max_length=64)] = "api",
        kind: Annotated[str | None, Form(description=_KIND)] = None,
        received_on: Annotated[date | None, Form(description="The day it is said to have come.")] = None,
        received_basis: Annotated[str | None, Form(description="Why that day is believed.", max_length=500)] = None,
        tier: Annotated[SenderTier | None, Form(description="Who may see it.")] = None,
    ) -> Receipt:
        """When the receipt comes back the file is safe on disk; somebody with a key records it later."""
        if (received_on is None) != (received_basis is None):
            raise HTTPException(422, "received_on and received_basis go together: a day, and why it is believed.")
        if received_on is not None and received_on > self.now().date():
            raise HTTPException(422, f"received_on {received_on} is still to come.")
        if kind is not None and kind not in _kinds():
            raise HTTPException(422, f"kind is the name of a template, or '{DOCUMENT}': {', '.join(_kinds())}.")
        token = request.state.token.name
        try:
            told = Told(kind, received_on, received_basis, Tier(tier) if tier is not None else None)
            arrival = Arrival(file.filename or "", channel, told, left_by=token)
            item = self.inbox.submit(file.file, arrival, self.now(), self.random)
        except LimitExceeded as error:
            raise HTTPException(413, f"At most {self.document_bytes} bytes are taken of one file.") from error
        except UsageError as error:
            raise HTTPException(422, str(error)) from error
        self.log(f"{token} left {item.id}, {item.size} bytes")
        return self._shown(item)

    def ask(self, request: Request, receipt: Annotated[str, Path(max_length=64)]) -> Receipt:
        """Only what was left with the same token; of another's it is not even told that it is there."""
        try:
            item = self.inbox.item(receipt)
        except UsageError as error:
            raise HTTPException(404, "No such receipt.") from error
        if item.left_by != request.state.token.name:
            raise HTTPException(404, "No such receipt.")
        return self._shown(item)

    def _shown(self, item: Item) -> Receipt:
        return Receipt.model_validate(told_outside(item, self.inbox))


def _kinds() -> tuple[str, ...]:
    return DOCUMENT, *templates()


def _failed(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse(error_body(error.status_code, error.detail), error.status_code, error.headers)


def _malformed(_request: Request, error: Exception) -> JSONResponse:
    """What is wrong with a request, without what was found there: an error must not hand anything back."""
    assert isinstance(error, RequestValidationError)
    lines = [f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()]
    return JSONResponse(error_body(422, "; ".join(lines)[:1000]), 422)
