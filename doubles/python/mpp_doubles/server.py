"""The adaptor as an HTTP server (openapi/mpp-adaptor.yaml)."""

import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket

from .adaptor import Adaptor, NotCarriedOutError, TestBuild

_MAX_BODY = 1_048_576
_MAX_READ = 16 * _MAX_BODY
_MAX_CONNECTIONS = 32
_Request = socket | tuple[bytes, socket]
_OPERATIONS = {"/scan": "scan", "/decode": "decode"}


class Listening:
    """A test build that can be called at ``url``."""

    def __init__(self, server: "_Server") -> None:
        self._server = server
        self.url = f"http://127.0.0.1:{server.server_address[1]}"

    def close(self) -> None:
        """Take no call any more. What is still reported goes to the suite all the same."""
        self._server.shutdown()
        self._server.server_close()


def start_adaptor(port: int, build: TestBuild) -> Listening:
    """Listen on this machine alone, for the calls of the suite; port 0 takes any that is free."""
    server = _Server(port, Adaptor(build))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return Listening(server)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, adaptor: Adaptor) -> None:
        self.adaptor = adaptor
        self._connections = threading.BoundedSemaphore(_MAX_CONNECTIONS)
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: _Request, client_address: object) -> None:
        self._connections.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: _Request, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connections.release()

    def handle_error(self, request: _Request, client_address: object) -> None:
        """Whoever called has gone, is told nothing, and calls again."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10

    def do_GET(self) -> None:
        build = self.server.adaptor.build
        if self.path == "/health":
            self._send(HTTPStatus.OK, {"wallet": build.wallet, "version": build.version})
        else:
            self._send_nothing_here()

    def do_POST(self) -> None:
        operation = _OPERATIONS.get(self.path)
        if operation is None:
            self._send_nothing_here()
            return
        try:
            self.server.adaptor.call(operation, json.loads(self._body().decode("utf-8"), parse_constant=_refuse))
        except NotCarriedOutError as problem:
            self._send(HTTPStatus.BAD_REQUEST, {"problem": str(problem)})
        except (ValueError, RecursionError) as problem:
            self._send(HTTPStatus.BAD_REQUEST, {"problem": f"no JSON: {problem}"[:4096]})
        else:
            self._send(HTTPStatus.ACCEPTED, None)

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal() or int(length) > _MAX_READ:
            raise NotCarriedOutError(f"a body has a Content-Length, and at most {_MAX_BODY} bytes")
        # Read to its end all the same: its sender is to hear why it is refused.
        body = self.rfile.read(int(length))
        if len(body) > _MAX_BODY:
            raise NotCarriedOutError(f"a body has at most {_MAX_BODY} bytes")
        return body

    def _send_nothing_here(self) -> None:
        self._send(HTTPStatus.NOT_FOUND, {"problem": "there are GET /health, POST /scan and POST /decode"})

    def _send(self, status: HTTPStatus, body: dict[str, str] | None) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Write no line for each request."""


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no value")
