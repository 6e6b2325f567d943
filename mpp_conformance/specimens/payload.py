"""MPPs that change the payload on its way: Alipay+ made it for its own client SDK, and it is opaque to anybody else."""

import html
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar
from urllib.parse import quote, unquote, unquote_plus

from mpp_conformance.protocol.messages import Message, UserInitiatedPayAnswer
from mpp_conformance.specimens.conforming import ConformingMpp, Session


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


class Trims(ChangedByServer):
    """Trims the payload, as a form field would be."""

    name = "payload-trimmed"

    def change(self, payload: str) -> str:
        """Without white space at its ends."""
        return payload.strip()


class UnifiesLineEnds(ChangedByServer):
    """Makes every end of line a line feed, as reading in text mode does."""

    name = "payload-line-ends-unified"

    def change(self, payload: str) -> str:
        """CR LF becomes LF."""
        return payload.replace("\r\n", "\n")


class UrlDecodes(ChangedByServer):
    """URL-decodes a payload that was never encoded."""

    name = "payload-url-decoded"

    def change(self, payload: str) -> str:
        """Percent escapes become characters."""
        return unquote(payload)


class FormDecodes(ChangedByServer):
    """Takes the payload for a form field: a plus becomes a blank."""

    name = "payload-form-decoded"

    def change(self, payload: str) -> str:
        """Percent escapes and plus signs become characters."""
        return unquote_plus(payload)


class HtmlEscapes(ChangedByServer):
    """Escapes the payload for a page it is never shown on."""

    name = "payload-html-escaped"

    def change(self, payload: str) -> str:
        """Angle brackets and ampersands become entities."""
        return html.escape(payload, quote=False)


class HtmlUnescapes(ChangedByServer):
    """Unescapes HTML entities in the payload."""

    name = "payload-html-unescaped"

    def change(self, payload: str) -> str:
        """Entities become characters."""
        return html.unescape(payload)


class QuotesForSql(ChangedByServer):
    """Stores the payload with its single quotes doubled and reads it back as it is."""

    name = "payload-sql-quoted"

    def change(self, payload: str) -> str:
        """Two single quotes for one."""
        return payload.replace("'", "''")


class DropsBackslashes(ChangedByServer):
    """Takes backslashes for escapes of its own and drops them."""

    name = "payload-backslashes-dropped"

    def change(self, payload: str) -> str:
        """No backslash is left."""
        return payload.replace("\\", "")


class ReadsEscapes(ChangedByServer):
    r"""Reads ``\n`` and ``\u0041`` in the payload as escapes, as pasting it into a JSON text does."""

    name = "payload-escapes-read"

    def change(self, payload: str) -> str:
        """Unchanged only where it is no inside of a JSON string."""
        try:
            return str(json.loads(f'"{payload}"'))
        except ValueError:
            return payload


class WritesJsonAnew(ChangedByServer):
    """Parses the payload because it looks like JSON, and writes it anew."""

    name = "payload-json-written-anew"

    def change(self, payload: str) -> str:
        """Compact, with every number and escape as the own library writes it."""
        try:
            return json.dumps(json.loads(payload), ensure_ascii=False, separators=(",", ":"))
        except ValueError:
            return payload


class ComposesUnicode(ChangedByServer):
    """Normalises Unicode to NFC, as some databases and file systems do."""

    name = "payload-unicode-composed"

    def change(self, payload: str) -> str:
        """Letter and accent become one."""
        return unicodedata.normalize("NFC", payload)


class LosesEmoji(ChangedByServer):
    """Keeps the payload in a column of three-byte UTF-8."""

    name = "payload-emoji-lost"

    def change(self, payload: str) -> str:
        """A question mark for each character beyond the basic plane."""
        return re.sub("[\U00010000-\U0010ffff]", "?", payload)


class LosesLineSeparators(ChangedByServer):
    """Takes out U+2028 and U+2029, which old JavaScript could not have in a string."""

    name = "payload-line-separators-lost"

    def change(self, payload: str) -> str:
        """Both are gone."""
        return payload.replace("\u2028", "").replace("\u2029", "")


class LowerCases(ChangedByServer):
    """Lower-cases what it takes for an identifier."""

    name = "payload-lower-cased"

    def change(self, payload: str) -> str:
        """In lower case."""
        return payload.lower()


class FillsTemplates(ChangedByServer):
    """Puts the payload through a template engine, which finds marks to fill in."""

    name = "payload-template-filled"

    def change(self, payload: str) -> str:
        """Marks become nothing."""
        return re.sub(r"\$\{.*?\}|\{\{.*?\}\}|<%=.*?%>", "", payload)


class CutsAt255(ChangedByServer):
    """Keeps the payload in a column of 255 characters."""

    name = "payload-cut-at-255"
    length: ClassVar[int] = 255

    def change(self, payload: str) -> str:
        """What fits into the column."""
        return payload[: self.length]


class CutsAt1024(CutsAt255):
    """Keeps the payload in a column of 1,024 characters."""

    name = "payload-cut-at-1024"
    length = 1024


class CutsAt4096(CutsAt255):
    """Keeps the payload in a column of 4,096 characters."""

    name = "payload-cut-at-4096"
    length = 4096


class CutsAt64Kib(CutsAt255):
    """Keeps the payload in a column of 65,535 bytes, one too few."""

    name = "payload-cut-at-65535"
    length = 65_535


class QuotesAsJson(ChangedByServer):
    """Writes the payload as JSON once too often.

    It changes any payload: so decodings that failed are not passed on as they came either (SRV-8), and the SDK gets
    nothing it can show an error page from (UX-1).
    """

    name = "payload-quoted-twice"
    breaks = frozenset({"SRV-4", "SRV-8", "UX-1"})

    def change(self, payload: str) -> str:
        """In quotes, with escapes."""
        return json.dumps(payload, ensure_ascii=False)


class UrlEncodes(ChangedByServer):
    """URL-encodes the payload, and nobody decodes it.

    It changes any payload: as for the one above.
    """

    name = "payload-url-encoded"
    breaks = frozenset({"SRV-4", "SRV-8", "UX-1"})

    def change(self, payload: str) -> str:
        """With percent escapes."""
        return quote(payload, safe="")


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


class ClientUrlDecodes(ChangedByClient):
    """Carries the payload in a deep link and decodes it once too often."""

    name = "client-url-decodes-payload"

    def change(self, payload: str) -> str:
        """Percent escapes become characters."""
        return unquote(payload)


class ClientReadsEscapes(ChangedByClient):
    """Carries the payload over a bridge of JavaScript source text, where quotes and backslashes are read once more."""

    name = "client-reads-escapes-in-payload"

    def change(self, payload: str) -> str:
        """Unchanged only where it is no inside of a JSON string."""
        try:
            return str(json.loads(f'"{payload}"'))
        except ValueError:
            return payload


class ClientCuts(ChangedByClient):
    """Hands payloads around in a field of 4,000 characters."""

    name = "client-cuts-payload"

    def change(self, payload: str) -> str:
        """What fits into the field."""
        return payload[:4000]


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
