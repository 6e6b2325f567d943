"""The MPP server of the miniature: identifies codes, asks Alipay+, debits, and tells Alipay+ how it ended."""

import http.client
import json
import re
import threading
import time
from base64 import b64decode, b64encode
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

PAYMENTS = "/aps/api/v1/payments/"
TRIES = (0, 0.05, 0.1, 0.2, 0.4, 0.8)


class Step(NamedTuple):
    """Where a payment stands: a payload for the SDK, an order to confirm, or a status (S, F) where all is over."""

    payload: str | None = None
    order: dict[str, Any] | None = None
    status: str = ""
    error_code: str | None = None


def failed(error_code: str) -> Step:
    """All is over, and nothing was paid."""
    return Step(status="F", error_code=error_code)


class MppServer:
    """Keeps what was paid in memory."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.key = serialization.load_pem_private_key(Path(config["privateKeyFile"]).read_bytes(), None)
        alipay_plus = b64decode(Path(config["alipayPlusPublicKeyFile"]).read_text("ascii"))
        self.alipay_plus = serialization.load_der_public_key(alipay_plus)
        self.lock = threading.Lock()
        self.payments: dict[str, tuple[str, Step]] = {}

    def identify(self, code_value: str) -> str:
        """Say ``entry``, ``order``, or nothing where the code is none of Alipay+'s."""
        for kind, template in self.config["codes"].items():
            if re.fullmatch(re.escape(template).replace(r"\{id\}", "[0-9]{20}"), code_value):
                return kind
        return ""

    def decode(self, code_value: str, customer_id: str) -> Step:
        """What to do about an order code."""
        for delay in TRIES:
            time.sleep(delay)
            answer = self.call(PAYMENTS + "userInitiatedPay", {"codeValue": code_value, "customerId": customer_id})
            form = answer.get("actionForm") or {}
            if form.get("actionType") == "HANDLE_BY_SDK":
                payload = form.get("sdkActionPayload")
                return Step(payload) if is_text(payload) else failed("PROCESS_FAIL")
            if answer.get("status") == "F":
                return failed(answer["result"]["resultCode"])
            if answer.get("status") == "S":
                return self.known(answer, customer_id) if is_payable(answer) else failed("PROCESS_FAIL")
        return failed("TRY_AGAIN_LATER")

    def known(self, order: dict[str, Any], customer_id: str) -> Step:
        """Where the payment of an order stands, which may have been asked for before."""
        with self.lock:
            whose, step = self.payments.setdefault(order["paymentRequestId"], (customer_id, Step(order=order)))
        return step if whose == customer_id else failed("REPEAT_REQ_INCONSISTENT")

    def pay(self, order: dict[str, Any], customer_id: str) -> Step:
        """Pay an order that its customer has confirmed; a second time it takes nothing."""
        with self.lock:
            _, step = self.payments[order["paymentRequestId"]]
            if step.order:
                funded = Step(status="S") if customer_id in self.config["canPay"] else failed("BALANCE_NOT_ENOUGH")
                step = failed("ORDER_IS_CLOSED") if is_over(order) else funded
                self.payments[order["paymentRequestId"]] = customer_id, step
                threading.Thread(target=self.notify, args=(order, customer_id, step)).start()
        return step

    def notify(self, order: dict[str, Any], customer_id: str, paid: Step) -> None:
        """Tell Alipay+ how it ended, until it has heard."""
        told = {name: order[name] for name in ("paymentRequestId", "paymentAmount", "payToAmount")}
        code = paid.error_code or "SUCCESS"
        told["paymentResult"] = {"resultStatus": paid.status, "resultCode": code, "resultMessage": "see resultCode"}
        told |= {"paymentId": f"mini-{order['paymentRequestId']}", "paymentTime": now(), "customerId": customer_id}
        for delay in TRIES:
            time.sleep(delay)
            place = order.get("paymentNotifyUrl") or PAYMENTS + "notifyPayment"
            if self.call(place, told).get("status") == "S":
                break

    def call(self, place: str, request: dict[str, Any]) -> dict[str, Any]:
        """The answer of Alipay+, with its status; nothing where none came that can be believed."""
        url = urlsplit(urljoin(self.config["gateway"], place))
        target = url.path + (f"?{url.query}" if url.query else "")
        signed = f"POST {target}\n{self.config['clientId']}.".encode()
        body, time_ = json.dumps(request).encode(), now()
        made = self.key.sign(signed + f"{time_}.".encode() + body, padding.PKCS1v15(), hashes.SHA256())
        signature = f"algorithm=RSA256,keyVersion=1,signature={quote(b64encode(made), safe='')}"
        headers = {"Client-Id": self.config["clientId"], "Request-Time": time_, "Signature": signature}
        connection = http.client.HTTPConnection(url.netloc, timeout=3)
        try:
            connection.request("POST", target, body, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            content = signed + f"{answer.headers['Response-Time']}.".encode() + (text := answer.read())
            theirs = b64decode(unquote(re.search(r"signature=([^,\s]+)", answer.headers["Signature"])[1]))
            self.alipay_plus.verify(theirs, content, padding.PKCS1v15(), hashes.SHA256())
            found = json.loads(text.decode("utf-8"))
            return {**found, "status": found["result"]["resultStatus"]} if answer.status == http.HTTPStatus.OK else {}
        except (OSError, http.client.HTTPException, InvalidSignature, LookupError, TypeError, ValueError):
            return {}
        finally:
            connection.close()


def now() -> str:
    """The time as Alipay+ writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_text(found: object) -> bool:
    """Whether it is text with something in it."""
    return isinstance(found, str) and found != ""


def is_payable(order: dict[str, Any]) -> bool:
    """Whether the order says what is to be paid."""
    amounts = [order.get(name) for name in ("paymentAmount", "payToAmount")]
    values = [amount.get("value") if isinstance(amount, dict) else None for amount in amounts]
    return is_text(order.get("paymentRequestId")) and all(
        isinstance(value, str) and re.fullmatch("0|[1-9][0-9]*", value) for value in values
    )


def is_over(order: dict[str, Any]) -> bool:
    """Whether it may not be paid any more."""
    with suppress(TypeError, ValueError):
        return datetime.fromisoformat(order.get("paymentExpiryTime")) <= datetime.now(UTC)
    return False
