"""MPPs that take a code for another kind, or change its value on its way."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from mpp_conformance.protocol.messages import Decode, IdentityAnswer, Launch, Message, UserInitiatedPayAnswer
from mpp_conformance.scenarios.transformations import CODES, Transformation
from mpp_conformance.specimens.conforming import ConformingMpp, Say, Session
from mpp_conformance.specimens.consequences import (
    ENTRY_UNASKED,
    ENTRY_UNDECIDED,
    ORDER_UNASKED,
    ORDER_UNDECIDED,
    UNDECIDED,
)


class LaunchesOrderCodes(ConformingMpp):
    """Takes every code of Alipay+ for an entry code.

    No merchant page answers to an order code, so that Alipay+ is asked about none.
    """

    name = "order-codes-launched"
    breaks = frozenset({"SRV-1"})
    hides = ORDER_UNASKED | {"REP-6", "SRV-2"}

    def identify(self, code_value: str) -> str:
        """OPEN_URL wherever it should be DECODE."""
        return super().identify(code_value).replace("DECODE", "OPEN_URL")


class DecodesEntryCodes(ConformingMpp):
    """Takes every code of Alipay+ for an order code.

    A client that was told otherwise has nothing to launch (EC-6). Alipay+ refuses the code, so that nothing follows.
    """

    name = "entry-codes-decoded"
    breaks = frozenset({"SRV-1"})
    hides = ENTRY_UNDECIDED | {"EC-16", "EC-3", "EC-6", "EC-9", "SDK-2", "SRV-2"}

    def identify(self, code_value: str) -> str:
        """DECODE wherever it should be OPEN_URL."""
        return super().identify(code_value).replace("OPEN_URL", "DECODE")


class KnowsNoEntryCodes(ConformingMpp):
    """Has no rule for entry codes.

    Nor has a sound MPP that [codes] entry does not fit: that a code is told for none (SRV-1) proves nothing. A client
    that was told so has nothing to launch (EC-6), and Alipay+ is asked about no code, so that nothing follows.
    """

    name = "entry-codes-unknown"
    hides = ENTRY_UNASKED | {"EC-3", "EC-6", "EC-9", "SDK-2", "SRV-1", "SRV-2"}

    def identify(self, code_value: str) -> str:
        """NONE for an entry code."""
        return super().identify(code_value).replace("OPEN_URL", "NONE")


class KnowsNoOrderCodes(ConformingMpp):
    """Has no rule for order codes.

    As above: what is told for none (SRV-1) is not sent to Alipay+ either (SRV-2), so that nothing follows.
    """

    name = "order-codes-unknown"
    hides = ORDER_UNASKED | {"SRV-1", "SRV-2"}

    def identify(self, code_value: str) -> str:
        """NONE for an order code."""
        return super().identify(code_value).replace("DECODE", "NONE")


class LaunchesForeignCodes(ConformingMpp):
    """Gives the client SDK whatever is no order code.

    It does not leave such a code alone (SRV-9).
    """

    name = "foreign-codes-launched"
    breaks = frozenset({"SRV-1"})
    observed = frozenset({"SRV-9"})

    def identify(self, code_value: str) -> str:
        """OPEN_URL for a foreign code."""
        return super().identify(code_value).replace("NONE", "OPEN_URL")


class AsksAboutForeignCodes(ConformingMpp):
    """Leaves it to Alipay+ to find out what a code is.

    It does not leave such a code alone (SRV-9).
    """

    name = "foreign-codes-decoded"
    breaks = frozenset({"SRV-1"})
    observed = frozenset({"SRV-9"})

    def identify(self, code_value: str) -> str:
        """DECODE for a foreign code."""
        return super().identify(code_value).replace("NONE", "DECODE")


class AsksWhatItDoesNotKnow(ConformingMpp):
    """Has userInitiatedPay find out about codes that its own rules do not know, and tells for none what it refuses."""

    name = "unknown-codes-sent-to-be-decoded"
    observed = frozenset({"SRV-9"})

    def identified(self, session: Session, action: str) -> Iterator[Message]:
        """A question where it has no answer."""
        if action == "NONE":
            session.code = session.scanned
            yield from self.ask(session, session.code)
        else:
            yield from super().identified(session, action)

    def not_decoded(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """No code of Alipay+'s."""
        if answer.action_type is None and answer.result_code == "INVALID_CODE":
            yield from super().identified(session, "NONE")
        else:
            yield from super().not_decoded(session, answer)


class TriesDecodingFirst(ConformingMpp):
    """Calls userInitiatedPay with every code, and launches it only if that is refused.

    What is sent before launch cannot be the code that only launch brings (EC-16), and comes too early (SRV-1).
    """

    name = "decoding-tried-first"
    breaks = frozenset({"EC-16", "SRV-1"})

    def launch(self, session: Session) -> Iterator[Message]:
        """First the question."""
        yield from self.ask(session, session.scanned)
        yield from super().launch(session)

    def not_decoded(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The refusal of the first question is forgotten."""
        if answer.action_type is not None or answer.result_code != "INVALID_CODE":
            yield from super().not_decoded(session, answer)


class LaunchesTwice(ConformingMpp):
    """Calls launch from two observers of the same scan."""

    name = "launched-twice"
    observed = frozenset({"EC-9"})

    def launch(self, session: Session) -> Iterator[Message]:
        """And once more."""
        yield from super().launch(session)
        yield from super().launch(session)


class NeverLaunches(ConformingMpp):
    """Opens the merchant page in a browser of its own, where no client SDK can see it.

    No launch at all is not one launch (EC-6) and not the way of an entry code (SRV-1). The SDK intercepts nothing, so
    that nothing follows.
    """

    name = "never-launched"
    breaks = frozenset({"EC-6", "SRV-1"})
    hides = ENTRY_UNASKED | {"EC-3", "EC-9", "SDK-2", "SRV-2"}

    def launch(self, session: Session) -> Iterator[Message]:  # noqa: ARG002  # not launched
        """Nothing that the SDK sees."""
        return iter(())


class LaunchesFrontPage(ConformingMpp):
    """Launches the merchant's site without the path that names the code.

    Such an address may lead anywhere (EC-3). The merchant knows no payment by it, so that the SDK intercepts nothing
    and nothing follows.
    """

    name = "front-page-launched"
    hides = ENTRY_UNASKED | {"EC-3", "SDK-2", "SRV-1", "SRV-2"}

    def launch(self, session: Session) -> Iterator[Message]:
        """Scheme and host."""
        yield Launch(url="/".join(session.scanned.split("/")[:3]))


class SortsLaunchedQuery(ConformingMpp):
    """Parses the scanned address and writes it anew with its query sorted: it knows no better than the merchant."""

    name = "launched-address-written-anew"
    observed = frozenset({"SDK-2"})

    def launch(self, session: Session) -> Iterator[Message]:
        """The same page, by another address."""
        address, mark, query = session.scanned.partition("?")
        yield Launch(url=address + mark + "&".join(sorted(query.split("&"))))


class LaunchesSamplePage(ConformingMpp):
    """Launches the page that stood in the sample code.

    It is not the page of the payment, so that the SDK intercepts nothing and nothing follows.
    """

    name = "sample-page-launched"
    breaks = frozenset({"EC-3"})
    observed = frozenset({"SDK-2"})
    hides = ENTRY_UNASKED | {"SRV-1", "SRV-2"}

    def launch(self, session: Session) -> Iterator[Message]:  # noqa: ARG002  # not looked at
        """The same for everybody."""
        yield Launch(url=self.profile.templates.entry.replace("{id}", "0" * 20))


class TellsEntryCodesForOrderCodes(ConformingMpp):
    """Does what belongs to an entry code, and tells its client that it is an order code.

    A client that was told otherwise had nothing to launch (EC-6).
    """

    name = "entry-codes-told-for-order-codes"
    breaks = frozenset({"SRV-1"})
    hides = frozenset({"EC-6"})

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """Another word for OPEN_URL."""
        for say in super().hear(session, message):
            if isinstance(say.message, IdentityAnswer) and say.message.action == "OPEN_URL":
                yield replace(say, message=replace(say.message, action="DECODE"))
            else:
                yield say


class NeverAsks(ConformingMpp):
    """Tells what a code is, and never calls userInitiatedPay.

    Nor is one seen to do so (SRV-2) who calls at another address than [reach] listen. Alipay+ decides on no payment at
    all, so that nothing follows.
    """

    name = "user-initiated-pay-never-called"
    hides = ENTRY_UNASKED | ORDER_UNASKED | {"SRV-1", "SRV-2"}

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:  # noqa: ARG002  # asks nobody
        """Nothing."""
        return iter(())


class AsksForOrderCodesOnly(ConformingMpp):
    """Has no endpoint for the decode calls of the client SDK.

    Alipay+ decides on no entry code payment, so that nothing follows.
    """

    name = "decode-calls-unanswered"
    breaks = frozenset({"SRV-2"})
    hides = ENTRY_UNASKED | {"SRV-1"}

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """Only for a scanned code."""
        if session.callback is None:
            yield from super().ask(session, code_value)


class AsksForEntryCodesOnly(ConformingMpp):
    """Tells an order code for one, and sends Alipay+ none but those that the client SDK intercepts.

    Alipay+ decides on no order code payment, so that nothing follows.
    """

    name = "scanned-order-codes-unanswered"
    breaks = frozenset({"SRV-2"})
    hides = ORDER_UNASKED | {"SRV-1"}

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """Only in a call of decode."""
        return iter(()) if session.callback is None else super().ask(session, code_value)


class ChangesCodes(ConformingMpp):
    """Common ground: the client changes the code value that it sends its server.

    Both kinds of code go through the same call. Alipay+ knows no such code, so that nothing follows.
    """

    breaks = frozenset({"EC-16", "OC-5"})
    hides = UNDECIDED

    def change(self, code_value: str) -> str:
        """Unchanged; each specimen says what it does instead."""
        return code_value

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """With another value."""
        yield from super().ask(session, self.change(code_value))


def changing_mpp(made: Transformation) -> type[ConformingMpp]:
    """An MPP that does to each code value what a transformation does."""
    return type(
        f"codes-{made.name}",
        (ChangesCodes,),
        {
            "__doc__": f"Sends another code value, by the transformation {made.name}.",
            "__module__": __name__,
            "name": f"codes-{made.name}",
            "change": lambda _, code_value: made(code_value),
        },
    )


_CHANGED: Final = frozenset({"url-encoded", "plus-to-blank", "query-sorted", "fragment-dropped", "host-lower-cased"})
CHANGING: Final = tuple(changing_mpp(made) for made in CODES if made.name in _CHANGED)
"""Those whose conversations the kill matrix holds; held here, since a class that nobody holds is gone."""


class UpperCasesCodes(ConformingMpp):
    """Upper-cases the order codes it scans, since a QR code of capital letters is smaller.

    Alipay+ knows no such code, so that nothing follows.
    """

    name = "scanned-codes-upper-cased"
    breaks = frozenset({"OC-5"})
    hides = ORDER_UNDECIDED

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """In capital letters, where the client SDK is not in between."""
        yield from super().ask(session, code_value.upper() if session.callback is None else code_value)


class AddsSlash(ConformingMpp):
    """Parses the intercepted code as an address and writes it anew.

    Alipay+ knows no such code, so that nothing follows.
    """

    name = "intercepted-code-written-anew"
    breaks = frozenset({"EC-16"})
    hides = ENTRY_UNDECIDED

    def decode_asked(self, session: Session, decode: Decode) -> Iterator[Message]:
        """With a slash at its end."""
        yield from super().decode_asked(session, replace(decode, code_value=f"{decode.code_value}/"))


class AsksForScannedCode(ConformingMpp):
    """Sends its server the code that was scanned where it should send the one that the SDK intercepted.

    Alipay+ decodes no entry code, so that nothing follows.
    """

    name = "scanned-code-sent-for-intercepted"
    breaks = frozenset({"EC-16"})
    hides = ENTRY_UNDECIDED

    def decode_asked(self, session: Session, decode: Decode) -> Iterator[Message]:
        """The entry code."""
        yield from super().decode_asked(session, replace(decode, code_value=session.scanned))
