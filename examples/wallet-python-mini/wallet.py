"""A miniature wallet: its client, and the lines that its test build adds.

python wallet.py CONFIG [FAULT]
"""

import json
import sys
import threading
from pathlib import Path

from mpp_doubles import Callback, Phone, TestBuild, start_adaptor, start_pulling
from server import MppServer, Step


class Wallet:
    """The client of all customers."""

    def __init__(self, server: MppServer, fault: str) -> None:
        self.server = server
        self.fault = fault

    def pay(self, code_value: str, phone: Phone) -> Step:
        """Pay an order code, as far as the wallet itself is to."""
        step = self.server.decode(code_value, phone.customer_id)
        action_type = "HANDLE_BY_SDK" if step.payload else "HANDLE_BY_PSP"
        if not step.status:
            phone.screens.server_answer(action_type, step.payload).result()
        if step.payload:
            return step
        if step.order:
            phone.screens.cashier_page().result()
            step = self.server.pay(step.order, phone.customer_id)
        phone.screens.server_answer(action_type, None, step.status, step.error_code).result()
        phone.screens.result_page(step.status, step.error_code).result()
        return step

    def decode(self, code_value: str, phone: Phone, callback: Callback) -> None:
        """The SDK has intercepted an order code."""
        step = self.pay(code_value, phone)
        if step.status == "F":
            callback.on_failure(step.error_code, "The payment has failed.")
        elif step.payload and self.fault == "handle-action-for-entry-code":
            phone.sdk.handle_action(step.payload)
        else:
            callback.on_success(step.payload)
            if self.fault == "callback-twice":
                callback.on_success(step.payload)

    def scan(self, phone: Phone) -> None:
        """The camera sees a code."""
        phone.sdk.mpm_service = lambda code_value, callback: self.decode(code_value, phone, callback)
        kind = self.server.identify(phone.code_value)
        action = {"entry": "OPEN_URL", "order": "DECODE"}.get(kind, "NONE")
        phone.screens.identity_answer(phone.code_value, action).result()
        if kind == "entry":
            phone.sdk.launch(phone.code_value, user_agent="AlipayConnect")
        elif kind == "order" and (payload := self.pay(phone.code_value, phone).payload):
            phone.sdk.handle_action(payload)


def main(config_file: str, fault: str = "") -> None:
    """Play the wallet until somebody ends the program."""
    config = json.loads(Path(config_file).read_text("utf-8"))
    build = TestBuild("wallet-python-mini", "1.0.0", Wallet(MppServer(config), fault).scan)
    if "device" in config:
        start_pulling(config["device"], build)
    else:
        start_adaptor(config["adaptorPort"], build)
    print("wallet-python-mini is ready", flush=True)
    threading.Event().wait()


main(*sys.argv[1:])
