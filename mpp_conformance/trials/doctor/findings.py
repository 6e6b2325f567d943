"""What the doctor says: one line about one field of ``wallet.toml``, in the words of the file."""

from dataclasses import dataclass
from typing import Final, Self

LISTEN: Final = "[reach] listen"
ADAPTOR: Final = "[reach] adaptor"
MPP_SERVER: Final = "[reach] mpp_server"
INQUIRY_PATH: Final = "[reach] inquiry_path"
DEVICE: Final = "[reach] device"
BROWSER: Final = "[reach] browser"
PUBLIC_URL: Final = "[reach] public_url"
PATIENCE: Final = "[reach] patience"
MPP_KEY: Final = "[keys] mpp_public_key"
OUR_KEY: Final = "[keys] alipay_plus_private_key"
CLIENT_ID: Final = "[keys] client_id"
ORDER_CODES: Final = "[codes] order"
ENTRY_CODES: Final = "[codes] entry"
APP_LINK: Final = "[features] app_link"
FUNDED_CUSTOMER: Final = "[customers] funded"
CLOCK: Final = "clock"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one field of ``wallet.toml`` (or about the clock).

    ``judged``: what is wrong may be the MPP's own fault, which a run will judge; it refuses nothing.
    """

    where: str
    ok: bool
    text: str
    judged: bool = False

    @classmethod
    def wrong(cls, where: str, expected: str, seen: str, likely: str, *, judged: bool = False) -> Self:
        """What is wrong, in the words that every finding has."""
        text = f"expected {expected}; seen: {seen.rstrip('.')}. Likely: {likely}"
        return cls(where, ok=False, text=text, judged=judged)

    def __str__(self) -> str:
        word = "ok" if self.ok else "judged" if self.judged else "wrong"
        return f"{word:<6} {self.where}: {self.text}{' (judged in a run)' if word == 'judged' else ''}"

    @property
    def refuses(self) -> bool:
        """Whether ``wallet.toml`` must be another one before anything can be judged."""
        return not self.ok and not self.judged

    @property
    def blocks(self) -> bool:
        """Whether no conversation can be held because of it."""
        return not self.ok and self.where in {LISTEN, ADAPTOR}
