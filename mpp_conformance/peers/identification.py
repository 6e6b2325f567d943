"""How Alipay+ tells codes apart, for MPP servers that ask: each code, or the rules."""

import re
from typing import Final

from mpp_conformance.protocol.messages import IdentifyCodeAnswer, InquiryCodeRulesAnswer
from mpp_conformance.scenarios.scenario import ENTRY, FOREIGN, Codes, CodeTemplates

USER_AGENT: Final = "AlipayConnect"
"""What the browser of a merchant page is to call itself."""
RULES_VERSION: Final = "1"
_DIGITS: Final = "[0-9]{20}"

NONE_OF_OURS: Final = IdentifyCodeAnswer(
    result_status="S", result_code="SUCCESS", result_message="success", is_supported="false"
)
"""What is said of a code that Alipay+ does not know."""


def identity(code_value: str, kind: str, codes: Codes) -> IdentifyCodeAnswer:
    """What a code of a payment is; ``kind``: what the payment begins with."""
    if kind == FOREIGN or code_value not in {codes.scanned, codes.decoded}:
        return NONE_OF_OURS
    by_page = kind == ENTRY and code_value == codes.scanned
    return IdentifyCodeAnswer(
        result_status="S",
        result_code="SUCCESS",
        result_message="success",
        is_supported="true",
        action="OPEN_URL" if by_page else "DECODE",
        code_value=None if by_page else code_value,
        redirect_url=code_value if by_page else None,
        user_agent=USER_AGENT if by_page else None,
    )


def forged_identity(codes: Codes) -> IdentifyCodeAnswer:
    """What a forger says of a code that is none of Alipay+'s."""
    return IdentifyCodeAnswer(
        result_status="S",
        result_code="SUCCESS",
        result_message="success",
        is_supported="true",
        action="OPEN_URL",
        redirect_url=codes.forged_url,
        user_agent=USER_AGENT,
    )


def rules(templates: CodeTemplates) -> InquiryCodeRulesAnswer:
    """The rules that tell the codes of a wallet apart."""
    return InquiryCodeRulesAnswer(
        result_status="S",
        result_code="SUCCESS",
        result_message="success",
        version=RULES_VERSION,
        entry_pattern=_pattern(templates.entry),
        order_pattern=_pattern(templates.order),
    )


def _pattern(template: str) -> str:
    before, _, after = template.partition("{id}")
    return f"^{_literal(before)}{_DIGITS}{_literal(after)}$"


def _literal(text: str) -> str:
    """A text as each dialect of regular expressions spells it; JavaScript's refuses escapes that are not needed."""
    return re.sub(r"[\\^$.*+?()[\]{}|]", r"\\\g<0>", text)
