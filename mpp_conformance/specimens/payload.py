"""MPPs that change the payload on its way: Alipay+ made it for its own client SDK, and it is opaque to anybody else."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar, Final
from urllib.parse import unquote

from mpp_conformance.protocol.messages import Message, UserInitiatedPayAnswer
from mpp_conformance.scenarios.payloads import HURTFUL
from mpp_conformance.scenarios.scenario import PLAIN_PAYLOAD, own
from mpp_conformance.scenarios.transformations import PAYLOADS, Transformation
from mpp_conformance.specimens.conforming import ConformingMpp, Session
from mpp_conformance.specimens.consequences import PAYLOAD_NOT_HANDED

_TAG: Final = "mpp-28166613000000010002"
_PLAIN: Final = own(PLAIN_PAYLOAD, _TAG)
_ALWAYS_BY_SERVER: Final = frozenset({"SRV-8", "UX-1"})
_ALWAYS_BY_CLIENT: Final = frozenset({"UX-1"})
_BY_SERVER: Final = (
    *("trimmed", "trimmed-of-no-break-spaces", "byte-order-mark-dropped", "line-ends-to-lf", "line-separators-dropped"),
    *("url-decoded", "url-decoded-where-encoded", "form-decoded", "plus-to-blank", "url-encoded"),
    *("html-escaped-but-quotes", "html-unescaped", "scripts-dropped", "single-quotes-doubled", "straight-quotes"),
    *("backslashes-dropped", "json-unescaped", "json-string-read", "json-quoted", "json-as-python"),
    *("json-as-javascript", "json-integers-rounded", "number-as-javascript", "null-to-empty", "templates-filled"),
    *("group-references-filled", "cut-at-ampersand", "cut-at-bar", "written-as-a-browser-does", "lower-cased"),
    *("normalised-to-nfc", "normalised-to-nfd", "normalised-to-nfkc", "astral-to-question-mark", "cut-at-nul"),
    *("private-use-dropped", "variation-selectors-dropped", "utf-8-read-as-latin-1", "read-in-pieces-of-8192"),
    *("base64-decoded", "base64-wrapped-at-76-by-lf", "base64-to-standard", "cut-after-255-characters"),
    *("cut-after-1024-characters", "cut-after-4096-characters", "cut-after-65535-bytes-in-a-letter"),
)
_BY_CLIENT: Final = (
    *("url-decoded", "json-unescaped", "surrogates-in-utf-8", "single-braces-filled", "lower-cased-in-turkish"),
    *("line-separators-escaped", "cut-after-4000-characters", "json-as-gson"),
)


class ChangedByServer(ConformingMpp):
    """Common ground: the server changes the payload, and the client passes on what it was handed.

    Only the server's duty is broken; the changes in this module that do not touch a plain payload break nothing else.
    """

    breaks: ClassVar[frozenset[str]] = frozenset({"SRV-4"})

    def change(self, payload: str) -> str:
        """Unchanged; each specimen says what it does instead."""
        return payload

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """With the payload changed."""
        changed = self.change(answer.sdk_action_payload or "")
        yield from super().pass_to_client(session, replace(answer, sdk_action_payload=changed))


class ChangedByClient(ConformingMpp):
    """Common ground: the client changes the payload it was handed, whichever way it goes to the SDK.

    Both ways are broken, since it is changed before they part.
    """

    breaks: ClassVar[frozenset[str]] = frozenset({"EC-25", "OC-16"})

    def change(self, payload: str) -> str:
        """Unchanged; each specimen says what it does instead."""
        return payload

    def let_sdk_act(self, session: Session, payload: str | None) -> Iterator[Message]:
        """With the payload changed."""
        yield from super().let_sdk_act(session, self.change(payload or ""))


def _empties(made: Transformation) -> bool:
    return not all(made(own(text, _TAG)) for text in HURTFUL.values())


def changing_mpp(base: type[ConformingMpp], prefix: str, made: Transformation) -> type[ConformingMpp]:
    """An MPP that does to each payload what a transformation does; its name is that of the latter behind ``prefix``.

    Where a plain payload is changed as well, decodings that failed are not passed on as they came either (SRV-8), and
    the SDK gets nothing it can show an error page from (UX-1). A server that makes nothing of one hands over none.
    """
    plain = made(_PLAIN) != _PLAIN
    unpassed = PAYLOAD_NOT_HANDED if base is ChangedByServer and _empties(made) else frozenset()
    further = (_ALWAYS_BY_SERVER if base is ChangedByServer else _ALWAYS_BY_CLIENT) if plain else frozenset()
    return type(
        f"{prefix}{made.name}",
        (base,),
        {
            "__doc__": f"Passes on another payload, by the transformation {made.name}.",
            "__module__": __name__,
            "name": f"{prefix}{made.name}",
            "breaks": base.breaks | further,
            "hides": unpassed | ({"FLT-14"} if plain else frozenset()),
            "change": lambda _, payload: made(payload),
        },
    )


_BY_NAME: Final = {made.name: made for made in PAYLOADS}
CHANGING: Final = (
    *(changing_mpp(ChangedByServer, "payload-", _BY_NAME[name]) for name in _BY_SERVER),
    *(changing_mpp(ChangedByClient, "client-payload-", _BY_NAME[name]) for name in _BY_CLIENT),
)
"""Those whose conversations the kill matrix holds; held here, since a class that nobody holds is gone."""


class CallbackUrlDecodes(ConformingMpp):
    """Carries the payload to the callback in a deep link, and decodes it once too often."""

    name = "callback-url-decodes-payload"
    breaks = frozenset({"EC-25"})

    def callback_with_payload(self, callback: str, payload: str | None) -> Iterator[Message]:
        """Percent escapes become characters."""
        yield from super().callback_with_payload(callback, unquote(payload or ""))


class HandleActionUrlDecodes(ConformingMpp):
    """Carries the payload to handleAction in a deep link, and decodes it once too often."""

    name = "handle-action-url-decodes-payload"
    breaks = frozenset({"OC-16"})

    def handle_action(self, payload: str | None) -> Iterator[Message]:
        """Percent escapes become characters."""
        yield from super().handle_action(unquote(payload or ""))
