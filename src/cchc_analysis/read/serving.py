"""The review page served on this machine, so that a draft is put right where it is looked at.

Comes in as a draft; serves one page and three calls on 127.0.0.1, to whoever has the token of this
run. Everything that a person does is saved as it is done (``correcting``); the lock is held for
each save only. Asks nothing of any other machine.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic import ValidationError
from tornado import httpserver, netutil, web

from cchc_analysis.data.reference import Project, Reference, load_reference
from cchc_analysis.errors import CchcError, CommandError, Problem
from cchc_analysis.read.correcting import (
    Change,
    OpenDraft,
    change_draft,
    load_text,
    open_draft,
    restore_draft,
)
from cchc_analysis.read.review import (
    describe_draft,
    describe_words,
    judge_draft,
    render_parts,
    render_served,
)
from cchc_analysis.rules import Identity, load_identities

HOST = "127.0.0.1"
LARGEST_CALL = 2_000_000
"""Bytes of a request; more is nothing that the page sends."""
MOST_UNDONE = 500
"""Steps that can be taken back."""


@dataclass
class Review:
    """One draft under review: where it lies, what was thought of it, and the way back."""

    project: Project
    source_id: str
    text: dict[str, Any]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    undone: list[tuple[str, OpenDraft]] = field(default_factory=list)
    """Per step the name of the state it led to, and the state before it."""

    @cached_property
    def reference(self) -> Reference:
        """The reference tables, as they were when the review began."""
        return load_reference(self.project.reference)

    @cached_property
    def identities(self) -> tuple[Identity, ...]:
        """The rules that are watched while rows change."""
        return tuple(load_identities(self.project.expectations / "identities.json", self.reference))

    def tell(self, draft: OpenDraft) -> dict[str, Any]:
        """The draft as the page shows it."""
        told = describe_draft(draft, self.text, self.reference)
        can_undo = any(name == draft.version for name, _ in self.undone[-1:])
        return {**told, "html": render_parts(told, self.text), "can_undo": can_undo}

    def show(self) -> dict[str, Any]:
        """The draft as it lies there now."""
        return self.tell(open_draft(self.project, self.source_id))

    def change(self, body: bytes) -> dict[str, Any]:
        """Do one step, and keep the way back."""
        change = Change.model_validate_json(body)
        before, after = change_draft(
            self.project, self.source_id, change, self.reference, self.text
        )
        if before != after:
            self.undone = [*self.undone[1 - MOST_UNDONE :], (after.version, before)]
        return self.tell(after)

    def undo(self) -> dict[str, Any]:
        """Take back the last step that was done here."""
        if not self.undone:
            return self.show()
        version, before = self.undone[-1]
        draft = restore_draft(self.project, self.source_id, version, before)
        self.undone.pop()
        return self.tell(draft)

    def judge(self) -> dict[str, Any]:
        """What the rows contradict now."""
        draft = open_draft(self.project, self.source_id)
        return judge_draft(draft, self.reference, self.identities)


def serve_review(
    project: Project,
    source_id: str,
    port: int = 0,
    tell: Callable[[str], None] = print,
    *,
    opens_browser: bool = True,
) -> None:
    """Serve the review of a draft until Ctrl-C.

    Args:
        project: Where the draft lies.
        source_id: The draft.
        port: On which port; any that is free if 0.
        tell: Is given the address, which holds the token, and at last that it ended.
        opens_browser: Whether to open it.

    Raises:
        ReportError: There is no such draft, or its text is gone.
        CommandError: The port is taken.
    """
    open_draft(project, source_id)
    review = Review(project, source_id, load_text(project, source_id))

    async def run() -> None:
        server, address = listen(review, port)
        tell(f"Review {source_id} at {address}\nEvery step is saved. Ctrl-C ends.")
        if opens_browser:
            webbrowser.open(address)
        try:
            await asyncio.Event().wait()
        finally:
            server.stop()

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        tell("Ended; every step is saved.")


def listen(review: Review, port: int = 0) -> tuple[httpserver.HTTPServer, str]:
    """Begin to answer, in a running event loop; the server, and the address with its token."""
    try:
        [socket] = netutil.bind_sockets(port, HOST)
    except (OSError, OverflowError) as error:
        found = str(getattr(error, "strerror", None) or error)
        remedy = "Give another one, or none: then a free one is taken."
        problem = Problem(f"--port {port}", found, "a port of this machine that is free", remedy)
        raise CommandError(problem) from None
    own = f"{HOST}:{socket.getsockname()[1]}"
    routes = [(rf"/{name}", _Call, {"review": review, "own": own}) for name in _CALLS]
    application = web.Application(
        [(r"/", _Page, {"review": review, "own": own}), *routes],
        default_handler_class=_Guarded,
        default_handler_args={"review": review, "own": own},
        log_function=lambda _: None,
    )
    server = httpserver.HTTPServer(application, max_body_size=LARGEST_CALL)
    server.add_socket(socket)
    return server, f"http://{own}/?token={review.token}"


class _Guarded(web.RequestHandler):
    """Answers nobody but the page of this run: by host, by origin, by token."""

    def initialize(self, review: Review, own: str) -> None:
        self.review, self.own = review, own
        self.nonce = secrets.token_urlsafe(16)

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")

    def prepare(self) -> None:
        given = self.request.headers.get("X-Token") or self.get_query_argument("token", "")
        origin = self.request.headers.get("Origin")
        is_ours = origin is None or origin == f"http://{self.own}"
        if self.request.headers.get("Host") != self.own or not is_ours:
            self._refuse("not the address of this review")
        elif not secrets.compare_digest(given.encode(), self.review.token.encode()):
            self._refuse("without the token of this review; open the address that cchc review gave")
        elif type(self) is _Guarded:
            self.set_status(404)
            self.finish({"error": "nothing is here"})

    def _refuse(self, why: str) -> None:
        self.set_status(403)
        self.finish({"error": f"Refused: {why}."})

    def write_error(self, status_code: int, **_: object) -> None:
        self.finish({"error": f"This cannot be answered ({status_code})."})


class _Page(_Guarded):
    """The page itself; its style and its script are in it."""

    def get(self) -> None:
        content = json.dumps(
            {
                "token": self.review.token,
                "words": describe_words(self.review.reference),
                "others": self.review.text["others"],
            },
            ensure_ascii=False,
        ).replace("<", "\\u003c")
        self.set_header(
            "Content-Security-Policy",
            f"default-src 'none'; connect-src 'self'; script-src 'nonce-{self.nonce}'; "
            f"style-src 'nonce-{self.nonce}'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'",
        )
        self.finish(render_served(self.review.source_id, self.nonce, content))


_CALLS: dict[str, Callable[[Review, bytes], dict[str, Any]]] = {
    "state": lambda review, _: review.show(),
    "change": lambda review, body: review.change(body),
    "undo": lambda review, _: review.undo(),
    "judgement": lambda review, _: review.judge(),
}


class _Call(_Guarded):
    """What the page asks for; an answer is JSON, and a refusal a sentence."""

    def post(self) -> None:
        call = _CALLS[self.request.path.removeprefix("/")]
        try:
            self.finish(call(self.review, self.request.body))
        except ValidationError:
            self.set_status(400)
            self.finish({"error": "Refused: not a step that this page can take."})
        except CchcError as error:
            self.set_status(409)
            self.finish({"error": " ".join(map(str, error.problems))})
        except OSError as error:
            self.set_status(409)
            self.finish({"error": f"Not saved: {error.strerror or error}."})
