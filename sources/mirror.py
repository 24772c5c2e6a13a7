"""A mirror on this machine: serves the pages of archives as their sites would, with robots.txt, ETags and 304.

For trying a live refresh without the web: `python -m sources.mirror DIR PORT` serves every archive under DIR (a folder with
`manifest.jsonl`, at any depth), the page of `https://host/a?b` at `http://127.0.0.1:PORT/host/a?b`; point
`CLUSTER_INVENTORY_BASE_<SOURCE>` at `http://127.0.0.1:PORT/{host}`. Only loopback is listened on. No part of a build.

To try what a broken registry does, `--shell HOST` serves the pages of a host as one that moved its tables into a script.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from sources.archive import MANIFEST, Archive, Page, newest

ROBOTS = b"User-agent: *\nDisallow: /admin/\n"
SHELL = b'<div id="app"></div><script src="/static/app.js"></script>'

_TABLES = re.compile(rb"<table\b.*</table\s*>", re.DOTALL | re.IGNORECASE)

log = logging.getLogger("sources.mirror")


def served_pages(folder: Path) -> dict[str, Page]:
    """Returns the latest good page of every address in the archives under a folder, by its path on the mirror.

    Args:
        folder: Folder that holds archives at any depth.

    Raises:
        ValueError: There is no archive.
    """
    archives = [Archive(manifest.parent) for manifest in sorted(folder.rglob(MANIFEST))]
    if not archives:
        raise ValueError(f"{folder}: no {MANIFEST} below it. Name a folder of archives, such as `sources`.")
    pages = newest(page for archive in archives for page in archive.pages())
    return {place_of(url): page for url, page in pages.items()}


def place_of(url: str) -> str:
    """Returns where the mirror keeps a public address.

    Example:
        >>> place_of("https://registry.example/lista?strona=2")
        '/registry.example/lista?strona=2'
    """
    parts = urlsplit(url)
    return f"/{parts.hostname}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")


def as_shell(page: Page) -> Page:
    """Returns a page whose tables a script would draw: what stood from the first to the last is an empty element.

    A page without a table stays as it is.
    """
    body = _TABLES.sub(lambda _: SHELL, page.body)
    return replace(page, body=body, sha256=hashlib.sha256(body).hexdigest())


@dataclass(slots=True)
class Served:
    """What a mirror serves, and what it was asked for.

    Attributes:
        pages: Path on the mirror to page; may be changed while it runs.
        answers: Number of answers by status, robots.txt left out.
    """

    pages: Mapping[str, Page]
    answers: Counter[int] = field(default_factory=Counter)

    def answer(self, place: str, known: str | None) -> tuple[int, Mapping[str, str], bytes]:
        """Returns status, headers and body of the answer to a request.

        Args:
            place: Path and query as asked.
            known: The If-None-Match of the request, or None.
        """
        parts = urlsplit(place).path.split("/")
        if parts[2:] == ["robots.txt"]:
            return 200, {"Content-Type": "text/plain"}, ROBOTS
        page = self.pages.get(place)
        status = 404 if page is None else 304 if known == _etag(page) else 200
        self.answers[status] += 1
        if page is None:
            return status, {"Content-Type": "text/plain"}, b"no such page"
        media = page.headers.get("content-type") or "application/octet-stream"
        return status, {"ETag": _etag(page), "Content-Type": media}, page.body if status == 200 else b""


def _etag(page: Page) -> str:
    return f'"{page.sha256}"'  # the mirror's own: a first visit fetches, a second one asks


def server(served: Served, port: int = 0) -> ThreadingHTTPServer:
    """Returns a server on loopback that is bound but not yet running; port 0 takes a free one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, headers, body = served.answer(self.path, self.headers.get("If-None-Match"))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the library's
            log.info(format, *args)

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main() -> None:
    """Serves until interrupted, a line per request."""
    parser = argparse.ArgumentParser(prog="python -m sources.mirror", description="Serve stored pages on loopback.")
    parser.add_argument("folder", type=Path, help="folder of archives: `sources`, or `<home>/archive`")
    parser.add_argument("port", type=int)
    parser.add_argument(
        "--shell", metavar="HOST", action="append", default=[], help="serve this host's pages without their tables"
    )
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    hosts = {f"/{host}/" for host in asked.shell}
    pages = {
        place: as_shell(page) if any(map(place.startswith, hosts)) else page
        for place, page in served_pages(asked.folder).items()
    }
    log.info("%d pages on http://127.0.0.1:%d/{host}", len(pages), asked.port)
    with server(Served(pages), asked.port) as running:
        running.serve_forever()


if __name__ == "__main__":
    main()
