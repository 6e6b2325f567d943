"""The double of the Alipay+ client SDK. It reports what it is asked to do, and opens the stand-in of an error page.

It is a witness, not a guard. A second callback, one of another decode, a call after close: each is reported like any
other. Names are those of the SDK in Python's spelling.

What the calls return is done when the report was taken, or could not be brought; a wallet need not wait for it.
"""

from collections.abc import Callable
from concurrent.futures import Future

Sent = Future[None]
Report = Callable[[str, dict[str, str | None]], Sent]
"""Reports to the observer of one scan: the report's name and what it says."""
OpenErrorPage = Callable[[str | None], object]
"""Is given what the wallet hands over, and opens the error page where that is a payload."""


class Callback:
    """The callback of one decode, however often and whenever the wallet runs it."""

    def __init__(self, report: Report, open_error_page: OpenErrorPage, name: str) -> None:
        self._report = report
        self._open_error_page = open_error_page
        self._name = name

    def on_success(self, sdk_action_payload: str | None = None) -> Sent:
        """The payment has succeeded; or, with a payload, it came with HANDLE_BY_SDK."""
        self._open_error_page(sdk_action_payload)
        body = {"callback": self._name, "outcome": "success", "sdkActionPayload": sdk_action_payload}
        return self._report("decode-callback", body)

    def on_failure(self, error_code: str, error_message: str) -> Sent:
        """The payment has failed."""
        words = {"errorCode": error_code, "errorMessage": error_message}
        return self._report("decode-callback", {"callback": self._name, "outcome": "failure", **words})


class AlipayPlusClientMPM:
    """In the place of the client SDK, for one scan."""

    def __init__(self, report: Report, open_error_page: OpenErrorPage) -> None:
        self._report = report
        self._open_error_page = open_error_page
        self.mpm_service: Callable[[str, Callback], object] | None = None
        """Set by the wallet: its ``decode(code_value, callback)``."""

    def launch(
        self,
        url: str,
        *,
        user_agent: str | None = None,
        ac_decode_config: str | None = None,
        title: str | None = None,
    ) -> Sent:
        """The wallet opens a merchant page."""
        shown = {"acDecodeConfig": ac_decode_config, "title": title}
        return self._report("launch", {"url": url, "userAgent": user_agent, **shown})

    def handle_action(self, sdk_action_payload: str | None) -> Sent:
        """The wallet hands over what came with HANDLE_BY_SDK for an order code."""
        self._open_error_page(sdk_action_payload)
        return self._report("handle-action", {"sdkActionPayload": sdk_action_payload})

    def decode(self, code_value: str, callback: str) -> None:
        """The suite has the SDK call the wallet's decode; ``callback`` names this call. LookupError without one."""
        if self.mpm_service is None:
            raise LookupError("the wallet has registered no mpm_service")
        self.mpm_service(code_value, Callback(self._report, self._open_error_page, callback))


class Screens:
    """What the wallet's own pages show."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def cashier_page(self) -> Sent:
        """The cashier page is shown. Confirm it when this report was taken."""
        return self._report("cashier-page", {})

    def result_page(self, status: str, error_code: str | None = None) -> Sent:
        """The payment result page is shown: ``S`` paid, ``F`` not paid."""
        return self._report("result-page", {"status": status, "errorCode": error_code})

    def identity_answer(self, code_value: str, action: str) -> Sent:
        """Optional (``app_link``): the server said what a code is, ``OPEN_URL``, ``DECODE`` or ``NONE``."""
        return self._report("identity-answer", {"codeValue": code_value, "action": action})

    def server_answer(
        self,
        action_type: str | None,
        sdk_action_payload: str | None = None,
        payment_status: str | None = None,
        error_code: str | None = None,
    ) -> Sent:
        """Optional (``app_link``): the server has handed the client the outcome of userInitiatedPay."""
        outcome = {"paymentStatus": payment_status, "errorCode": error_code}
        action = {"actionType": action_type, "sdkActionPayload": sdk_action_payload}
        return self._report("server-answer", action | outcome)
