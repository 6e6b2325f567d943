"""MPPs that have Alipay+ tell codes apart, and make too much of what they are told, or ask about something else."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mpp_conformance import wire
from mpp_conformance.protocol.messages import IdentifyCode, IdentifyCodeAnswer, InquiryCodeRulesAnswer, Message
from mpp_conformance.specimens.conforming import Session
from mpp_conformance.specimens.gateway_variants import AsksAboutCodes, KeepsRules, LaunchesWhatItIsTold


class TakesSuccessForSupport(AsksAboutCodes):
    """Takes every code that identifyCode answers with S for one of Alipay+'s.

    It does not leave the others alone (SRV-9).
    """

    name = "unsupported-codes-decoded"
    breaks = frozenset({"SRV-1"})
    observed = frozenset({"SRV-9"})

    def advised(self, session: Session, answer: IdentifyCodeAnswer | InquiryCodeRulesAnswer) -> Iterator[Message]:
        """Whatever is not to be launched is decoded."""
        if isinstance(answer, IdentifyCodeAnswer):
            answer = replace(answer, is_supported="true", action=answer.action or "DECODE")
        yield from super().advised(session, answer)


class BelievesAnyIdentity(LaunchesWhatItIsTold):
    """Verifies the answers that bring an order, and none that tells it what a code is."""

    name = "identities-never-verified"
    breaks = frozenset({"FLT-1"})

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """Whatever it is, of a code."""
        signature = "valid" if isinstance(asked, IdentifyCode) else received.signature
        return super().believes(asked, replace(received, signature=signature))


@dataclass
class DecodesTheRest(KeepsRules):
    """Decodes what no rule of inquiryCodeRules is for.

    It does not leave such a code alone (SRV-9).
    """

    name = "codes-without-a-rule-decoded"
    breaks = frozenset({"SRV-1"})
    observed = frozenset({"SRV-9"})

    def identify(self, code_value: str) -> str:
        """DECODE for NONE."""
        return super().identify(code_value).replace("NONE", "DECODE")


class AsksAboutShortenedCode(AsksAboutCodes):
    """Has Alipay+ tell it what a code is without its last character, and goes by its own rules all the same."""

    name = "shortened-code-identified"
    observed = frozenset({"SRV-10"})

    def question(self, session: Session) -> IdentifyCode:
        """What its log has room for."""
        return IdentifyCode(code_value=session.scanned[:-1], customer_id=session.customer)

    def advised(
        self,
        session: Session,
        answer: IdentifyCodeAnswer | InquiryCodeRulesAnswer,  # noqa: ARG002  # not looked at
    ) -> Iterator[Message]:
        """By its own rules."""
        yield from self.identified(session, self.identify(session.scanned))
