"""``[observes]`` of ``wallet.toml``: who reports what, and what that is worth."""

from typing import Final, Literal

from pydantic import Field

from mpp_conformance.protocol.messages import APP_LINK, CLIENT_SDK, GATEWAY, USER
from mpp_conformance.scenarios.observation import NOBODY, POINTS, SUITE, Observed, Witness
from mpp_conformance.wallet.section import Section

Reporter = Literal["adaptor", "double", "person", "log", "nobody"]
_REPORTER: Final = '"adaptor", "double", "person", "log" or "nobody"'
Points = tuple[Literal["USER", "GATEWAY", "CLIENT_SDK", "APP_LINK"], ...] | None
_POINTS: Final = 'a list of "USER", "GATEWAY", "CLIENT_SDK" and "APP_LINK"'


class Observes(Section):
    """``[observes]``: who reports what crosses each point, and what that report is worth.

    Adaptor, double and the suite report everything, once, in order. A person or a log is worth what the lists attest.
    """

    user: Reporter = Field(default="adaptor", description=_REPORTER)
    client_sdk: Reporter = Field(default="adaptor", description=_REPORTER)
    app_link: Reporter | None = Field(default=None, description=_REPORTER)
    complete: Points = Field(default=None, strict=False, description=_POINTS)
    counted: Points = Field(default=None, strict=False, description=_POINTS)
    ordered: Points = Field(default=None, strict=False, description=_POINTS)

    def observed(self, *, app_link: bool) -> Observed:
        """The witness of each point; ``app_link``: whether ``[features]`` claims it."""
        own = self.app_link or ("adaptor" if app_link else NOBODY)
        by = {USER: self.user, GATEWAY: SUITE, CLIENT_SDK: self.client_sdk, APP_LINK: own}
        return Observed(**{point.lower(): self._witness(point, by[point]) for point in POINTS})

    def _witness(self, point: str, by: str) -> Witness:
        worth = Witness.of(by)
        if by == NOBODY:
            return worth
        return Witness(
            by=by,
            complete=worth.complete if self.complete is None else point in self.complete,
            counted=worth.counted if self.counted is None else point in self.counted,
            ordered=worth.ordered if self.ordered is None else point in self.ordered,
        )
