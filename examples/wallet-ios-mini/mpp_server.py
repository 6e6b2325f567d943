"""The MPP server of the miniature, for its app: that of examples/wallet-python-mini, behind three calls over HTTP.

python mpp_server.py CONFIG
"""

import json
import sys
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1] / "wallet-python-mini"))

from server import MppServer, Step

Fields = dict[str, str | None]


class AppServer(ThreadingHTTPServer):
    """Serves the app alone, on this machine."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.payments = MppServer(config)
        self.orders: dict[str, dict[str, Any]] = {}
        super().__init__(("127.0.0.1", urlsplit(config["server"]).port), Handler)

    def answer(self, path: str, asked: dict[str, str]) -> Fields:
        """What a call comes to; LookupError where there is none such."""
        if path == "/identify":
            return {"kind": self.payments.identify(asked["codeValue"])}
        if path == "/decode":
            return self.told(self.payments.decode(asked["codeValue"], asked["customerId"]))
        return self.told(self.payments.pay(self.orders[asked["order"]], asked["customerId"]))

    def told(self, step: Step) -> Fields:
        """Where a payment stands, for the app: it sees no more of an order than its id."""
        order = step.order["paymentRequestId"] if step.order else None
        if order:
            self.orders[order] = step.order
        units = b64encode((step.payload or "").encode("utf-16-le", "surrogatepass")).decode("ascii")
        fields = {"payload": units, "order": order, "status": step.status, "errorCode": step.error_code}
        return {name: value for name, value in fields.items() if value}


class Handler(BaseHTTPRequestHandler):
    """One call of the app."""

    server: AppServer

    def do_POST(self) -> None:
        """Answer in JSON."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        content = json.dumps(self.server.answer(self.path, asked)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Write no line for each call."""


if __name__ == "__main__":
    served = AppServer(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    print("mpp_server is ready", flush=True)
    served.serve_forever()
