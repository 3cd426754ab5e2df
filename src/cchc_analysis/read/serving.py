"""The review page served on this machine, so that a draft is put right where it is looked at.

Comes in as a draft; serves one page and three calls on 127.0.0.1, to whoever has the token of this
run. Everything that a person does is saved as it is done (``correcting``); the lock is held for
each save only. Asks nothing of any other machine.
"""

from __future__ import annotations

import asyncio
import secrets
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydantic import ValidationError
from tornado import httpserver, netutil, web

from cchc_analysis.data.records import problem
from cchc_analysis.data.reference import Project, load_reference
from cchc_analysis.errors import CchcError, CommandError
from cchc_analysis.read import review
from cchc_analysis.read.correcting import Change, change_draft, load_text
from cchc_analysis.read.transcripts import Draft, open_draft
from cchc_analysis.rules import load_identities

HOST = "127.0.0.1"
LARGEST_CALL = 2_000_000
"""Bytes of a request; more is nothing that the page sends."""
MOST_PORT = 65_535
MOST_UNDONE = 500
"""Steps that can be taken back."""


@dataclass
class Review:
    """One draft under review: where it lies, what was thought of it, and the way back.

    Reference tables and rules stay as they were when the review began.
    """

    project: Project
    source_id: str
    text: dict[str, Any]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    undone: list[tuple[str, Draft]] = field(default_factory=list)
    """Per step the name of the state it led to, and the state before it."""

    def __post_init__(self) -> None:
        self.reference = load_reference(self.project.reference)
        self.terms = review.describe_words(self.reference)
        path = self.project.expectations / "identities.json"
        self.identities = tuple(load_identities(path, self.reference))

    def tell(self, draft: Draft) -> dict[str, Any]:
        """The draft as the page shows it; with its text anew, where it was read anew."""
        if draft.source["sha256"] != self.text["sha256"]:
            self.text = load_text(self.project, self.source_id)
        told = review.describe_draft(draft, self.text)
        lines = review.mark_lines(told["rows"], self.text)
        parts = {
            "rows": review.render_page("rows.html", rows=told["rows"], terms=self.terms),
            "document": review.render_page(
                "document.html", lines=lines, terms=self.terms, served=True
            ),
        }
        can_undo = any(name == draft.version for name, _ in self.undone[-1:])
        doubts = review.doubt_head(draft.source, self.text, self.reference)
        doubt = "; ".join(map(review.tell_reviewer, doubts))
        return {**told, "html": parts, "can_undo": can_undo, "doubt": doubt}

    def show(self, _: bytes = b"") -> dict[str, Any]:
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

    def undo(self, _: bytes) -> dict[str, Any]:
        """Take back the last step that was done here."""
        if not self.undone:
            return self.show()
        version, former = self.undone[-1]
        step = self.project, self.source_id, Change(version=version), self.reference
        change_draft(*step, wanted=former)
        self.undone.pop()
        return self.tell(former)

    def judge(self, _: bytes) -> dict[str, Any]:
        """What the rows contradict now."""
        draft = open_draft(self.project, self.source_id)
        return review.judge_draft(draft, self.reference, self.identities)


def serve_review(
    project: Project, source_id: str, port: int = 0, *, opens_browser: bool = True
) -> None:
    """Serve the review of a draft until Ctrl-C, on any port that is free if it is 0.

    The address, which is printed, holds the token. A ReportError says that there is no such draft,
    or its text is gone; a CommandError that the port is taken.
    """
    tell = partial(print, flush=True)
    open_draft(project, source_id)
    reviewed = Review(project, source_id, load_text(project, source_id))

    async def run() -> None:
        server, address = listen(reviewed, port)
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


def listen(reviewed: Review, port: int = 0) -> tuple[httpserver.HTTPServer, str]:
    """Begin to answer, in a running event loop; the server, and the address with its token."""
    try:
        if not 0 <= port <= MOST_PORT:  # the system would take another one
            raise OverflowError(f"ports are 0 to {MOST_PORT}")
        [socket] = netutil.bind_sockets(port, HOST)
    except (OSError, OverflowError) as error:
        found = str(getattr(error, "strerror", None) or error)
        raise CommandError(problem("no_port", f"--port {port}", found=found)) from None
    own = f"{HOST}:{socket.getsockname()[1]}"
    routes = [(r".*", _Answer, {"reviewed": reviewed, "own": own})]
    application = web.Application(routes, log_function=lambda _: None)
    server = httpserver.HTTPServer(application, max_body_size=LARGEST_CALL)
    server.add_socket(socket)
    return server, f"http://{own}/?token={reviewed.token}"


_CALLS: dict[str, Callable[[Review, bytes], dict[str, Any]]] = {
    "/state": Review.show, "/change": Review.change,
    "/undo": Review.undo, "/judgement": Review.judge,
}  # fmt: skip


class _Answer(web.RequestHandler):
    """Answers nobody but the page of this run: by host, by origin, by token.

    The page is one file with its style and script; what it asks for is answered in JSON, and
    refused in a sentence.
    """

    def initialize(self, reviewed: Review, own: str) -> None:
        self.reviewed, self.own = reviewed, own

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")

    def prepare(self) -> None:
        asked = self.request
        given = asked.headers.get("X-Token") or self.get_query_argument("token", "")
        if asked.headers.get("Host") != self.own or asked.headers.get("Origin") not in (
            None, f"http://{self.own}",
        ):  # fmt: skip
            self._refuse(403, "Refused: not the address of this review.")
        elif not secrets.compare_digest(given.encode(), self.reviewed.token.encode()):
            told = "without the token of this review; open the address that cchc review gave"
            self._refuse(403, f"Refused: {told}.")
        elif asked.path != "/" and asked.path not in _CALLS:
            self._refuse(404, "nothing is here")
        elif asked.method != ("GET" if asked.path == "/" else "POST"):
            raise web.HTTPError(405)

    def _refuse(self, status: int, why: str, told: str = "") -> None:
        """Say no in the words of the reviewer, and in English for who asks by other means."""
        self.set_status(status)
        self.finish({"error": told or review.tell_reviewer(why), "error_en": why})

    def write_error(self, status_code: int, **_: object) -> None:
        self._refuse(status_code, f"This cannot be answered ({status_code}).")

    def get(self) -> None:
        nonce, reviewed = secrets.token_urlsafe(16), self.reviewed
        self.set_header(
            "Content-Security-Policy",
            f"default-src 'none'; connect-src 'self'; script-src 'nonce-{nonce}'; "
            f"style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'",
        )
        others, token = reviewed.text["others"], reviewed.token
        content = {"token": token, "words": reviewed.terms, "others": others}
        shown = {"source": {"source_id": reviewed.source_id}, "nonce": nonce, "content": content}
        self.finish(review.render_page("review.html", served=True, **shown))

    def post(self) -> None:
        try:
            self.finish(_CALLS[self.request.path](self.reviewed, self.request.body))
        except ValidationError:
            self._refuse(400, "Refused: not a step that this page can take.")
        except CchcError as error:
            told = (" ".join(map(tell, error.problems)) for tell in (str, review.tell_problem))
            self._refuse(409, *told)
        except OSError as error:
            self._refuse(409, f"Not saved: {error.strerror or error}.")
