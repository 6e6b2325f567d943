"""The rules by which codes are told apart, as inquiryCodeRules spells them out.

The suite knows two kinds of code; each becomes one rule, and of several rules for one kind the first is read.
"""

from collections.abc import Mapping
from typing import Any, Final

from mpp_conformance.protocol.messages import InquiryCodeRulesAnswer

_ACTIONS: Final = {"entry_pattern": "OPEN_URL", "order_pattern": "DECODE"}
PATTERNS: Final = frozenset(_ACTIONS)
"""The fields of InquiryCodeRulesAnswer that become rules."""


def rules_to(answer: InquiryCodeRulesAnswer) -> dict[str, Any]:
    """The field of the answer's body that holds the rules; nothing without a pattern."""
    patterns = {action: getattr(answer, name) for name, action in _ACTIONS.items()}
    rules = [_rule(action, pattern) for action, pattern in patterns.items() if pattern is not None]
    return {"codeRules": rules} if rules else {}


def rules_from(body: Mapping[str, Any]) -> dict[str, str]:
    """The pattern of each kind of code that the rules tell of."""
    found: dict[str, str] = {}
    for rule in body.get("codeRules") or ():
        action, pattern = rule["postCodeMatchAction"]["postCodeMatchActionType"], rule["codeMatchPattern"].get("regex")
        for name, known in _ACTIONS.items():
            if action == known and pattern is not None:
                found.setdefault(name, pattern)
    return found


def _rule(action: str, pattern: str) -> dict[str, Any]:
    following = {"postCodeMatchActionType": action}
    if action == "OPEN_URL":
        following |= {"urlConstructionMethod": "USE_DIRECTLY", "userAgent": "AlipayConnect"}
    return {
        "codeMatchPattern": {"matchMethod": "REGEX", "regex": pattern, "priority": "1"},
        "postCodeMatchAction": following,
    }
