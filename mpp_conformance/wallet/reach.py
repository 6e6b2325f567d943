"""``[reach]``: how the suite and the wallet find each other, and how long they wait."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from mpp_conformance.scenarios.scenario import CANCEL, INQUIRE
from mpp_conformance.wallet import fields
from mpp_conformance.wallet.section import SWITCH, Section, editor_pattern

BaseUrl = Annotated[str, editor_pattern(fields.BASE_URL), AfterValidator(fields.base_url)]
ServedPath = Annotated[
    str,
    Field(max_length=fields.MAX_URL, description="a path of the MPP server, from its first slash on"),
    editor_pattern(fields.SERVED_PATH),
    AfterValidator(fields.served_path),
]


class Reach(Section):
    """``[reach]``: how the suite and the wallet find each other, and how long the suite waits (seconds)."""

    allow_remote: bool = Field(default=False, description=SWITCH)
    adaptor: BaseUrl = Field(
        default="http://127.0.0.1:9300", description="the address of the wallet's adaptor (http or https)"
    )
    device: bool = Field(default=False, description=SWITCH)
    error_page: bool = Field(default=False, description=SWITCH)
    browser: BaseUrl | None = Field(
        default=None, description="the address (http or https) of the wallet's page, which the suite opens in Chromium"
    )
    mpp_server: BaseUrl | None = Field(
        default=None, description="the address (http or https) at which Alipay+ finds the MPP server"
    )
    inquiry_path: ServedPath = "/aps/api/v1/payments/inquiryPayment"
    cancel_path: ServedPath = "/aps/api/v1/payments/cancelPayment"
    listen: Annotated[str, editor_pattern(fields.LISTEN)] = Field(
        default="127.0.0.1:9400", description="the address and port at which the suite listens"
    )
    public_url: BaseUrl | None = Field(
        default=None, description="the address (http or https) at which the wallet reaches the suite"
    )
    fuzz: bool = Field(default=False, description=SWITCH)
    parallel: int = Field(default=1, ge=1, le=1_024, description="a whole number from 1 to 1024")
    patience: float = Field(default=10.0, ge=0.1, le=600, description="a number of seconds from 0.1 to 600")
    settle: float = Field(default=0.2, ge=0.05, le=60, description="a number of seconds from 0.05 to 60")
    quiet: float = Field(default=1.0, ge=0.05, le=60, description="a number of seconds from 0.05 to 60")

    @field_validator("browser")
    @classmethod
    def _fetches_its_calls(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and not info.data.get("device", True):
            message = "a page in a browser fetches its calls: set device = true"
            raise ValueError(message)
        return value

    @field_validator("parallel")
    @classmethod
    def _is_pictured_alone(cls, value: int, info: ValidationInfo) -> int:
        if value > 1 and info.data.get("browser"):
            message = "with browser, the page is pictured at the end of each conversation: let there be one at a time"
            raise ValueError(message)
        return value

    @field_validator("adaptor", "mpp_server", "browser")
    @classmethod
    def _wallet_is_near(cls, value: str | None, info: ValidationInfo) -> str | None:
        return value if value is None else _near(value, fields.url_host(value), info)

    @field_validator("listen")
    @classmethod
    def _listens_near(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("device") and not fields.host_and_port(value)[1]:
            message = (
                "choose a port: with device = true, it is part of the device address that the test build must know"
            )
            raise ValueError(message)
        return _near(value, fields.host_and_port(value)[0], info)

    @field_validator("fuzz")
    @classmethod
    def _can_be_called(cls, value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001  # pydantic's form
        if value and info.data.get("device"):
            message = "with device = true nobody calls the test build, so that no call can break its interface"
            raise ValueError(message)
        return value

    @property
    def target(self) -> str:
        """What names the way to this wallet: its adaptor, or its device."""
        return "device:poll" if self.device else f"http:{self.adaptor}"

    @property
    def host(self) -> str:
        """The address to listen at, without brackets."""
        return fields.host_and_port(self.listen)[0]

    def address(self, operation: str) -> str:
        """Where Alipay+ finds an operation of the MPP server (INQUIRE or CANCEL); empty where it finds none."""
        path = {INQUIRE: self.inquiry_path, CANCEL: self.cancel_path}[operation]
        return "" if self.mpp_server is None else f"{self.mpp_server}{path}"

    @property
    def public_path(self) -> str:
        """The path that stands before ours in ``public_url``; empty without one."""
        return fields.url_path(self.public_url or "")

    @property
    def port(self) -> int:
        """The port to listen at; 0 for any that is free."""
        return fields.host_and_port(self.listen)[1]


def _near(value: str, host: str, info: ValidationInfo) -> str:
    # Where allow_remote itself is wrong, that is the one thing to say.
    if fields.is_loopback(host) or info.data.get("allow_remote", True):
        return value
    message = "this is not a loopback address; if you intend that, set allow_remote = true"
    raise ValueError(message)
