"""The console of a person with a telephone: its page, and what the page is told whenever something changes."""

from typing import Any, Final

from mpp_conformance.peers.console import OVER, REVIEWING, SCANNING, STOPPED, WAITING, Console
from mpp_conformance.protocol.messages import PAGES
from mpp_conformance.protocol.messages.wallet import ALIPAY_PLUS_ERROR, NO_PAGE, OWN_ERROR, PAID_PAGE, UNPAID_PAGE
from mpp_conformance.report.languages.language import TAGS, Language, Say
from mpp_conformance.report.pages.html import template

_PAGE: Final = "console.html.j2"
STATIC: Final = {"console.js": "text/javascript", "console.css": "text/css", "console.svg": "image/svg+xml"}
"""The files beside the page, and their media types."""
_SEEN: Final = {
    ALIPAY_PLUS_ERROR: "the error page of Alipay+, or what stands for it",
    OWN_ERROR: "an error page or message of the wallet itself",
    PAID_PAGE: "the payment result page: paid",
    UNPAID_PAGE: "the payment result page: not paid",
    NO_PAGE: "nothing of this",
}


def page(say: Language) -> str:
    """The page as HTML; it brings no data with it."""
    seen = [(name, say(_SEEN[name])) for name in PAGES]
    return template(_PAGE).render({"_": say, "lang": say.tag, "tags": TAGS, "pages": seen})


def static(name: str) -> str:
    """A file beside the page, one of STATIC."""
    return template(name).render()


def page_state(console: Console, say: Say) -> dict[str, Any]:
    """What the page shows now: texts, and what it must name when it answers."""
    heads = {
        WAITING: say("The suite is waiting for the wallet ..."),
        SCANNING: say("Scan this code"),
        REVIEWING: say("This conversation is over"),
        STOPPED: say("The run was stopped. The terminal says how to continue it."),
        OVER: say("The run is over. The terminal says what it came to."),
    }
    task = console.task
    return {
        "stage": console.stage,
        "number": console.number,
        "head": heads[console.stage],
        "progress": say("{done} of {total} scans done", done=console.done, total=console.total),
        "what": "" if task is None or console.stage != SCANNING else _what(task.payment, task.payments, say),
        "customer": task.customer if task is not None and console.stage == SCANNING else "",
        "amount": _amount(task.amount, say) if task is not None and console.stage == SCANNING else "",
        "code": task.code_value if task is not None and console.stage == SCANNING else "",
        "upload": console.upload,
        "pictures": say("{count} pictures kept", count=console.pictures) if console.pictures else "",
        "trouble": _trouble(console.trouble, say),
        "lines": [_line(line.name, line.fields, stray=line.stray, say=say) for line in console.lines],
        "more": say("{count} more", count=console.left_out) if console.left_out else "",
    }


def _what(payment: int, payments: int, say: Say) -> str:
    if payments == 1:
        return say("Use the telephone on which this customer is signed in:")
    return say(
        "Scan {payment} of {payments} of this conversation. Use the telephone on which this customer is signed in:",
        payment=payment,
        payments=payments,
    )


def _amount(amount: str, say: Say) -> str:
    if not amount:
        return ""
    return say("The code opens the merchant page. Enter {amount} CNY there and confirm.", amount=amount)


def _trouble(trouble: str, say: Say) -> str:
    return say("It proves nothing as it is: {why}", why=say.tell(trouble)) if trouble else ""


def _line(name: str, fields: tuple[tuple[str, str], ...], *, stray: bool, say: Say) -> str:
    told = f"{say(name)} {' '.join(f'{key}={value}' for key, value in fields)}".strip()
    return say("{message} (for no code that is open now)", message=told) if stray else told
