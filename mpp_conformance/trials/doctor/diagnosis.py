"""What one conversation tells about ``wallet.toml``. Pure: a trace in, findings out.

Each question presupposes the one before it, so the first one that is answered with *wrong* is the last that is asked.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from mpp_conformance.judging.trace import BROKEN, Event, Trace
from mpp_conformance.peers.router import Stray
from mpp_conformance.protocol.messages import (
    GATEWAY,
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    DecodeCallback,
    HandleAction,
    IdentityAnswer,
    Launch,
    Malformed,
    NotifyPayment,
    ResultPage,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import ENTRY
from mpp_conformance.trials.doctor.findings import (
    ADAPTOR,
    APP_LINK,
    CLIENT_ID,
    DEVICE,
    ENTRY_CODES,
    FUNDED_CUSTOMER,
    LISTEN,
    MPP_KEY,
    ORDER_CODES,
    OUR_KEY,
    PUBLIC_URL,
    Finding,
)
from mpp_conformance.wallet import Wallet
from mpp_conformance.wallet.fields import is_loopback, url_host
from mpp_conformance.wire import CHANGED, intended_path, printable

_SHOWN: Final = 200
_NOT_FETCHED: Final = re.compile("no test build has called|has not fetched")
_NOBODY: Final = "it is not running, calls another address, or cannot reach this one ([reach] listen, public_url)"
_ADAPTOR: Final = ("/scan", "/decode")
_PATH: Final = "/aps/api/v1/payments/userInitiatedPay"


def diagnose(wallet: Wallet, trace: Trace, strays: Sequence[Stray], gateway_url: str) -> list[Finding]:
    """What a conversation of one payment, to which Alipay+ has its answer written down, shows.

    ``gateway_url``: where we listen. The last finding is the only one that may be wrong.
    """
    found: list[Finding] = []
    for finding in _Reading(wallet, trace, strays, gateway_url).findings():
        found.append(finding)
        if not finding.ok:
            break
    return found


class _Reading:
    def __init__(self, wallet: Wallet, trace: Trace, strays: Sequence[Stray], gateway_url: str) -> None:
        self._wallet, self._trace, self._strays, self._gateway_url = wallet, trace, strays, gateway_url
        self._said = [event for event in trace.events if not event.message.by_suite]
        self._asked = [event for event in self._said if isinstance(event.message, UserInitiatedPay)]
        payment = trace.scenario.payments[0]
        self._by_entry_code = payment.code == ENTRY
        self._codes = ENTRY_CODES if self._by_entry_code else ORDER_CODES
        self._code = printable(trace.codes[0].scanned, _SHOWN)
        self._kind = "an entry code" if self._by_entry_code else "an order code"

    def findings(self) -> Iterator[Finding]:
        yield from self._between()
        yield from self._adaptor()
        yield from self._recognised()
        yield from self._call()
        yield from self._client_id()
        yield from self._signature()
        yield from self._answer()
        yield from self._app_link()

    def _between(self) -> Iterator[Finding]:
        """Whether calls and reports come as they were sent, and to where we are."""
        slip = (
            "the configured address has a slash or a path too many; or a path stands before ours, and "
            f"{PUBLIC_URL} must contain it"
        )
        for stray in self._strays:
            called = stray.message.operation if isinstance(stray.message, Malformed) else ""
            meant = intended_path(called)
            if meant:
                yield Finding.wrong(LISTEN, f"POST {self._gateway_url}{meant}", printable(called, _SHOWN), slip)
        if CHANGED in self._trace.trouble:
            seen = printable(self._trace.trouble, _SHOWN)
            likely = "a proxy or an ingress changes them on the way; write here the whole address that the wallet calls"
            yield Finding.wrong(PUBLIC_URL, "requests that arrive as the MPP server sent them", seen, likely)

    def _adaptor(self) -> Iterator[Finding]:
        """Whether the adaptor carried out what it was asked, and reports as observer.yaml says."""
        if self._wallet.reach.device and _NOT_FETCHED.search(self._trace.trouble):
            expected = "a test build to fetch its calls at the device address"
            yield Finding.wrong(DEVICE, expected, printable(self._trace.trouble, _SHOWN), _NOBODY)
        elif self._trace.ending == BROKEN or (self._trace.trouble and not self._said):
            seen = printable(self._trace.trouble, _SHOWN)
            where, likely = ADAPTOR, "see the log of the adaptor"
            if self._wallet.reach.public_url is not None and "observerUrl" in seen:
                where, likely = PUBLIC_URL, "the adaptor cannot report to this address"
            elif " customer" in seen:
                where, likely = FUNDED_CUSTOMER, "the test build does not know this customer"
            asked = next((path for path in _ADAPTOR if f"{path}:" in seen), _ADAPTOR[0])
            yield Finding.wrong(where, f"the adaptor to carry out POST {asked}", seen, likely)
        for event in self._said:
            message = event.message
            if isinstance(message, Malformed) and message.where != GATEWAY:
                expected = f"a report {message.operation} as openapi/observer.yaml describes it"
                yield Finding.wrong(
                    ADAPTOR, expected, printable(message.problem, _SHOWN), "a mistake in the adaptor", judged=True
                )

    def _recognised(self) -> Iterator[Finding]:
        """Whether the wallet took the code for what it is; what it says itself is the only sure sign."""
        wanted, other = self._kind, "launch" if self._by_entry_code else "no launch"
        launched = self._some(Launch)
        told = [event.message.action for event in self._said if isinstance(event.message, IdentityAnswer)]
        mistaken = [action for action in told if action != ("OPEN_URL" if self._by_entry_code else "DECODE")]
        likely = f"the template in {self._codes} does not give codes that your wallet takes for {wanted}"
        if self._taken_for_the_other(launched=launched):
            likely += f"; {ENTRY_CODES} and {ORDER_CODES} seem to be swapped"
        # Whoever asks Alipay+ what a code is, and asks wrongly, does not know it for that.
        judged = self._trace.unidentified()
        if mistaken:
            seen, expected = f"identity answer {printable(mistaken[0], _SHOWN)}", "the wallet to take"
            yield Finding.wrong(self._codes, f"{expected} {self._code} for {wanted}", seen, likely, judged=judged)
        elif self._by_entry_code and not launched:
            # Without launch nobody calls decode, and the MPP server has nothing to ask.
            likely += f"; or the adaptor does not report launch, or cannot reach {self._gateway_url} ({PUBLIC_URL})"
            expected = f"{other} after the scan of {self._code}"
            yield Finding.wrong(self._codes, expected, self._seen(), likely, judged=judged)
        elif launched and not self._by_entry_code:
            yield Finding.wrong(self._codes, f"{other} after the scan of {self._code}", "launch", likely)
        for stray in self._strays:
            if isinstance(stray.message, UserInitiatedPay):
                seen = f"userInitiatedPay for {printable(stray.message.code_value, _SHOWN)}"
                slip = "your wallet changes the code value, or somebody else is using the wallet at this moment"
                yield Finding.wrong(self._codes, f"userInitiatedPay for {self._code}", seen, slip, judged=True)

    def _taken_for_the_other(self, *, launched: bool) -> bool:
        """Whether the wallet did with the code what it does with one of the other kind."""
        if not self._by_entry_code:
            return launched
        scanned = self._trace.codes[0].scanned
        asked = [event.message for event in self._asked] + [stray.message for stray in self._strays]
        return any(isinstance(one, UserInitiatedPay) and one.code_value == scanned for one in asked)

    def _call(self) -> Iterator[Finding]:
        """Whether the MPP server called the simulated Alipay+."""
        url = f"{self._gateway_url}{_PATH}"
        if self._asked:
            yield Finding(LISTEN, ok=True, text=f"the MPP server called userInitiatedPay at {self._gateway_url}")
            yield Finding(self._codes, ok=True, text=f"the wallet took {self._code} for {self._kind}")
            return
        unread = [e.message for e in self._said if isinstance(e.message, Malformed) and e.message.where == GATEWAY]
        if unread:
            problem = printable(unread[0].problem, _SHOWN)
            text = f"the MPP server called {url}; a run will judge the body ({problem}). The doctor could check no more"
            yield Finding(LISTEN, ok=True, text=text)
            return
        yield Finding.wrong(
            LISTEN,
            f"the MPP server to call {url} within {self._wallet.reach.patience:g} s of the scan",
            self._seen(),
            f"your MPP server is configured with another address of Alipay+; or it cannot reach this address, and "
            f"{PUBLIC_URL} must give one that it can reach; or it does not know {self._code} ({self._codes}), or the "
            f"customer in {FUNDED_CUSTOMER}{self._far()}",
            judged=self._trace.unidentified(),
        )

    def _signature(self) -> Iterator[Finding]:
        """Whether the first request verifies; the gateway counts another Client-Id as a wrong signature too."""
        for event in self._asked[:1]:
            outcome = getattr(event.message, "signature", "")
            if outcome == "valid":
                yield Finding(MPP_KEY, ok=True, text="the signature of userInitiatedPay verifies")
                continue
            detail = dict(event.notes).get("signature-detail", "") or f"a signature that is {outcome}"
            likely = {
                "missing": "your test build does not sign its requests",
                "unreadable": "the Signature header is not written as openapi/alipay-plus.yaml says",
                "invalid": "your MPP server signs other bytes than it sends",
            }.get(outcome, "your MPP server signs with a key that does not belong to this public key")
            if outcome == "foreign" and self._is_our_own_key():
                likely = (
                    f"this is Alipay+'s key, the public half of {OUR_KEY}; write the public key of your MPP server here"
                )
            expected, seen = "a signature of userInitiatedPay that verifies", printable(detail, _SHOWN)
            yield Finding.wrong(MPP_KEY, expected, seen, likely, judged=outcome != "foreign")

    def _is_our_own_key(self) -> bool:
        keys = self._wallet.keys
        ours = None if keys is None else keys.alipay_plus_private_key.public_key()
        return keys is not None and keys.mpp_public_key == ours

    def _client_id(self) -> Iterator[Finding]:
        keys = self._wallet.keys
        sent = next((dict(event.notes).get("client-id") for event in self._asked), None)
        if keys is None or sent is None:
            return
        if sent == keys.client_id:
            yield Finding(CLIENT_ID, ok=True, text="the MPP server sends this Client-Id")
        else:
            seen = f"Client-Id {printable(sent, _SHOWN)}"
            yield Finding.wrong(
                CLIENT_ID,
                f"Client-Id {keys.client_id}",
                seen,
                "one of the two Client-Ids belongs to another environment",
            )

    def _answer(self) -> Iterator[Finding]:
        """Whether the wallet acts on our answer.

        A wallet that does not believe its signature does nothing with it, or asks again and then gives up.
        """
        answered = next(
            (e.number for e in self._trace.events if isinstance(e.message, UserInitiatedPayAnswer) and _decided(e)),
            None,
        )
        if answered is None:
            return
        action = self._trace.scenario.payments[0].answer
        wanted = action.action_type if action is not None else HANDLE_BY_SDK
        after = [event for event in self._said if event.number > answered and _acts(event, wanted)]
        repeated = [event for event in self._asked if event.number > answered]
        reports = any(event.message.point != GATEWAY for event in self._said)
        if not after and not repeated and not reports:
            likely = (
                f"the adaptor cannot reach {self._gateway_url}, or reports nothing{self._far()}; or your MPP server "
                f"ignores our answer, because it takes the signature of the answer for invalid ({OUR_KEY})"
            )
            yield Finding.wrong(PUBLIC_URL, "reports of what the client does", self._seen(), likely)
            return
        if not after or (repeated and not any(_is_of_the_answer(event, wanted) for event in after)):
            expected = f"the wallet to act on our answer ({wanted}), and to report it"
            seen = f"{self._seen()}, and the same call {len(repeated)} times more" if repeated else self._seen()
            yield Finding.wrong(OUR_KEY, expected, seen, self._likely_deaf(reports=reports))
            return
        yield Finding(OUR_KEY, ok=True, text=f"the wallet acts on our answer ({after[0].message.name})")
        if reports:
            yield Finding(PUBLIC_URL, ok=True, text=f"the adaptor reports to {self._gateway_url}")
        else:
            likely = f"the adaptor cannot reach {self._gateway_url}, or reports nothing{self._far()}"
            yield Finding.wrong(PUBLIC_URL, "reports of what the client does", self._seen(), likely)

    def _likely_deaf(self, *, reports: bool) -> str:
        likely = (
            "your MPP server takes our signature for invalid: give it the public half of this key "
            "(alipay-plus-public-key.txt, if `init` made the key) as the public key of Alipay+"
        )
        if not reports:
            likely += f"; or the adaptor cannot reach {self._gateway_url} to report, and {PUBLIC_URL} must say how"
        return f"{likely}; or your test build does nothing on HANDLE_BY_SDK, which a run would judge"

    def _far(self) -> str:
        """What to say where the adaptor is on another machine and we listen on this one alone."""
        reach = self._wallet.reach
        if reach.public_url is not None or is_loopback(url_host(reach.adaptor)) or not is_loopback(reach.host):
            return ""
        return f"; only this machine can reach the address in {LISTEN}, and the adaptor is on another machine"

    def _app_link(self) -> Iterator[Finding]:
        if not self._wallet.features.app_link:
            if self._some(ServerAnswer):
                text = "the adaptor reports what the server hands the client: set app_link = true, and a run judges "
                yield Finding(APP_LINK, ok=True, text=f"{text}server and client separately")
            return
        if not self._some(HandleAction, DecodeCallback):
            return
        if self._some(ServerAnswer):
            yield Finding(APP_LINK, ok=True, text="the adaptor reports what the server hands the client")
        else:
            likely = "the adaptor does not report server-answer: add this report, or set app_link = false"
            yield Finding.wrong(APP_LINK, "a report server-answer, since app_link = true", self._seen(), likely)

    def _some(self, *kinds: type) -> bool:
        return any(isinstance(event.message, kinds) for event in self._said)

    def _seen(self) -> str:
        names = ", ".join(dict.fromkeys(event.message.name for event in self._said))
        return names or "nothing at all"


def _decided(event: Event) -> bool:
    return getattr(event.message, "action_type", None) is not None


def _acts(event: Event, action: str) -> bool:
    """Whether a message may be what an MPP does on an answer; giving up, too, looks like a payment that failed."""
    if action == HANDLE_BY_SDK:
        return isinstance(event.message, HandleAction | DecodeCallback | ServerAnswer | NotifyPayment)
    paid = [getattr(event.message, name, None) for name in ("payment_status", "status")]
    return isinstance(event.message, NotifyPayment) or (
        isinstance(event.message, ServerAnswer | ResultPage) and "S" in paid
    )


def _is_of_the_answer(event: Event, action: str) -> bool:
    """Whether a message shows that its sender has read our answer."""
    told = getattr(event.message, "action_type", None)
    return action in {HANDLE_BY_PSP, told} or getattr(event.message, "sdk_action_payload", None) is not None
