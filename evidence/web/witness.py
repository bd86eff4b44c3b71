"""The door of a witness: C2SP tlog-witness v1.0.0 over HTTP, ``POST <prefix>/add-checkpoint`` and nothing else.

Run by ``evidence witness serve`` for logs that somebody else keeps. There is no token: a checkpoint is judged by the
signature of its log. A body is bounded in size and time before anything in it is read.
"""

import asyncio
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from evidence.errors import DatabaseBusy, EvidenceError, RefusesToSign, StoreError
from evidence.ledger.add_checkpoint import MAX_BODY, PATH
from evidence.ledger.witness import Answer, CosigningWitness

_BODY_S = 10.0  # a request is a few kilobytes
_LATER = Answer(503, b"The witness cannot answer at this moment. Ask again later.\n")
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def witness_app(witness: CosigningWitness, log: Callable[[str], None], stop: Callable[[], None]) -> Starlette:
    """The application.

    Args:
        witness: who answers.
        log: told one line for each request: its status, and why where it is not 200.
        stop: ends the server. Called where the records could not be written or are damaged: after an error of the disk
            nobody knows what is on it, so that a witness must not go on.
    """

    async def add_checkpoint(request: Request) -> Response:
        try:
            body = await asyncio.wait_for(_body(request), _BODY_S)
        except TimeoutError:
            return _response(Answer(408, b"The request did not come to its end.\n"), log)
        except ClientDisconnect:
            return _response(Answer(400, b"The request broke off.\n"), log)
        if body is None:
            return _response(Answer(413, f"At most {MAX_BODY} bytes are taken in one request.\n".encode()), log)
        try:
            answer = await run_in_threadpool(witness.answer, body)
        except (RefusesToSign, DatabaseBusy) as error:
            log(f"a request failed: {error}")
            answer = _LATER
        except StoreError as error:
            log(f"the witness stops: {error}")
            stop()
            answer = _LATER
        except EvidenceError as error:
            log(f"a request failed: {error}")
            answer = _LATER
        return _response(answer, log)

    return Starlette(routes=[Route(PATH, add_checkpoint, methods=["POST"])])


async def _body(request: Request) -> bytes | None:
    """The body, or None where it is too large, whether it says so or not."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MAX_BODY:
        return None
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            return None
    return bytes(body)


def _response(answer: Answer, log: Callable[[str], None]) -> Response:
    log(f"{PATH} {answer.status}" + ("" if answer.status == 200 else f" {answer.body[:300].decode(errors='replace')}"))
    return Response(answer.body, answer.status, {**_HEADERS, "content-type": answer.media_type})
