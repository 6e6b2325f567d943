"""The sections and keys of ``wallet.toml``.

A field's ``description`` finishes the sentence "... must be"; the review prints it. Fields stand in the order in
which they are checked: a check that looks at another key of its section comes after that key.
"""

import hmac
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from mpp_conformance.protocol import signature
from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS, Reading
from mpp_conformance.scenarios.code_templates import TELLING, TELLING_ENTRY
from mpp_conformance.scenarios.observation import NOBODY, Observed
from mpp_conformance.scenarios.scenario import FUNDED, SECOND, UNFUNDED, CodeTemplates, Profile
from mpp_conformance.wallet import fields
from mpp_conformance.wallet.observes import Observes
from mpp_conformance.wallet.reach import Reach
from mpp_conformance.wallet.section import SWITCH, Section, editor_pattern

BASE_DIR: Final = "base_dir"
"""In the validation context: the directory that paths in the file count from."""

_KEY_TEXT: Final = WithJsonSchema({"type": "string", "minLength": 1})
_LABEL: Final = "text of 1 to 100 characters"
_PARTICULAR: Final = "text of at most 300 characters"
_CUSTOMER: Final = "a customer id of 1 to 64 characters that no other customer has"
_TEMPLATE: Final = (
    f"text that contains {fields.ID} exactly once and gives codes of at most {fields.MAX_CODE} characters "
    f"({fields.ID} becomes {fields.ID_DIGITS} digits) that no other template gives"
)

Label = Annotated[
    str,
    Field(min_length=1, max_length=100, description=_LABEL),
    editor_pattern(fields.TRIMMED),
    AfterValidator(fields.plain_text),
]
Particular = Annotated[str, Field(max_length=300), AfterValidator(fields.plain_text)]
Template = Annotated[
    str, Field(description=_TEMPLATE), editor_pattern(fields.TEMPLATE), AfterValidator(fields.code_template)
]
CustomerId = Annotated[
    str,
    Field(min_length=1, max_length=64, description=_CUSTOMER),
    editor_pattern(fields.TRIMMED),
    AfterValidator(fields.plain_text),
]


class Identity(Section):
    """``[wallet]``: the implementation under test, as reports name it."""

    name: Label
    version: Label


def _public_key(value: object, info: ValidationInfo) -> object:
    return signature.load_public_key(_key_text(value, info)) if isinstance(value, str) else value


def _private_key(value: object, info: ValidationInfo) -> object:
    return signature.load_private_key(_key_text(value, info)) if isinstance(value, str) else value


def _key_text(value: str, info: ValidationInfo) -> str:
    base = (info.context or {}).get(BASE_DIR, Path())
    return fields.key_text(value, base)


class Keys(Section):
    """``[keys]``: who signs with what. The keys are loaded; their text is not kept."""

    client_id: Annotated[
        str,
        Field(min_length=1, max_length=64, description="the MPP's Client-Id, 1 to 64 characters"),
        editor_pattern(fields.HEADER_TEXT),
        AfterValidator(fields.header_text),
    ]
    key_version: int = Field(default=1, ge=0, le=9_999, description="a whole number from 0 to 9999")
    mpp_public_key: Annotated[RSAPublicKey, BeforeValidator(_public_key), _KEY_TEXT] = Field(
        repr=False, description="the path of a file with the MPP server's public key, or that key in Base64"
    )
    alipay_plus_private_key: Annotated[RSAPrivateKey, BeforeValidator(_private_key), _KEY_TEXT] = Field(
        repr=False, description="the path of a file with the private key that Alipay+ signs with, or that key in Base64"
    )

    def message_layer(self) -> dict[str, str]:
        """Who signs, for a report: names and public keys."""
        return {
            "client_id": self.client_id,
            "mpp_public_key": signature.public_key_text(self.mpp_public_key),
            "alipay_plus_public_key": signature.public_key_text(self.alipay_plus_private_key.public_key()),
        }


class Codes(Section):
    """``[codes]``: how the codes look that the wallet takes for an entry code, an order code, and neither."""

    entry: Template
    order: Template
    foreign: Template

    @field_validator("order", "foreign")
    @classmethod
    def _unlike_the_others(cls, value: str, info: ValidationInfo) -> str:
        for name, other in info.data.items():
            if fields.could_be_equal(value, other):
                message = f"a code of {name} could look the same"
                raise ValueError(message)
        return value


class Customers(Section):
    """``[customers]``: ids of test customers; ``funded`` and ``second`` can pay, ``unfunded`` cannot."""

    funded: CustomerId
    second: CustomerId
    unfunded: CustomerId

    @field_validator("second", "unfunded")
    @classmethod
    def _another_person(cls, value: str, info: ValidationInfo) -> str:
        for name, other in info.data.items():
            if value == other:
                message = f"{name} has the same id"
                raise ValueError(message)
        return value


class Settlement(Section):
    """``[settlement]``: what Alipay+ asks the wallet to pay in, beside the amount in CNY."""

    currency: str = Field(
        default="MYR", pattern="^[A-Z]{3}$", description="a currency code of three capitals, in quotes"
    )
    minor_digits: int = Field(default=2, ge=0, le=3, description="a whole number from 0 to 3")
    quote_price: str = Field(
        default="0.643",
        pattern="^(0|[1-9][0-9]{0,5})([.][0-9]{1,8})?$",
        description="a decimal number above 0 with at most 6 digits before and 8 after the point, in quotes",
    )

    @field_validator("quote_price")
    @classmethod
    def _above_nothing(cls, value: str) -> str:
        if not value.strip("0."):
            message = "nothing would be paid"
            raise ValueError(message)
        return value


class Features(Section):
    """``[features]``: what the wallet claims to do; what it does not claim is not applicable."""

    entry_code: bool = Field(default=True, description=SWITCH)
    order_code: bool = Field(default=True, description=SWITCH)
    app_link: bool = Field(default=False, description=SWITCH)
    at_once: bool = Field(default=False, description=SWITCH)

    @field_validator("order_code")
    @classmethod
    def _takes_some_code(cls, value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001  # pydantic's form
        if not value and info.data.get("entry_code") is False:
            message = "entry_code is false too; the suite can test only a wallet that takes at least one kind of code"
            raise ValueError(message)
        return value


class Limits(Section):
    """``[limits]``: which edition of the limits applies, and how what it leaves open is read."""

    edition: str = Field(
        default=DEFAULT_EDITION,
        description=f"one of {', '.join(EDITIONS)}, in quotes",
        json_schema_extra={"enum": list(EDITIONS)},
    )
    inclusive: bool = Field(default=True, description=SWITCH)
    year: Literal["calendar", "rolling"] = Field(default="calendar", description='"calendar" or "rolling"')

    @field_validator("edition")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in EDITIONS:
            message = "no such edition is known"
            raise ValueError(message)
        return value


class Evidence(Section):
    """``[evidence]``: what may be read of conversations by whoever is handed the evidence; the rest is hidden."""

    disclose: tuple[Literal["customers", "pass_through_info", "other"], ...] = Field(
        default=(), strict=False, description='a list of "customers", "pass_through_info" and "other"; [] for none'
    )


class Report(Section):
    """``[report]``: what a test report says of the test itself; empty for what is not said."""

    laboratory: Particular = Field(default="", description=_PARTICULAR)
    location: Particular = Field(default="", description=_PARTICULAR)
    customer: Particular = Field(default="", description=_PARTICULAR)
    authorised_by: Particular = Field(default="", description=_PARTICULAR)
    witness: Particular = Field(default="", description=_PARTICULAR)


SECTIONS: Final[dict[str, type[Section]]] = {
    "wallet": Identity,
    "reach": Reach,
    "keys": Keys,
    "codes": Codes,
    "customers": Customers,
    "settlement": Settlement,
    "features": Features,
    "observes": Observes,
    "limits": Limits,
    "evidence": Evidence,
    "report": Report,
}
"""The sections by their names in the file."""


class Wallet(Section):
    """The whole file. ``keys`` is ``None`` only for a specimen inside this process, where nothing is signed."""

    identity: Identity = Field(alias="wallet")
    reach: Reach = Reach()
    keys: Keys | None
    codes: Codes
    customers: Customers
    settlement: Settlement = Settlement()
    features: Features = Features()
    observes: Observes = Observes()
    limits: Limits = Limits()
    evidence: Evidence = Evidence()
    report: Report = Report()

    @property
    def templates(self) -> CodeTemplates:
        """How the wallet's codes look, as scenarios want it."""
        return CodeTemplates(entry=self.codes.entry, order=self.codes.order, foreign=self.codes.foreign)

    @property
    def reading(self) -> Reading:
        """How the limits are read."""
        return Reading(inclusive=self.limits.inclusive, year=self.limits.year)

    @property
    def profile(self) -> Profile:
        """What a conversation must know of the wallet."""
        roles = {FUNDED: self.customers.funded, SECOND: self.customers.second, UNFUNDED: self.customers.unfunded}
        return Profile(
            templates=self.templates,
            customers=tuple(roles.items()),
            settlement_currency=self.settlement.currency,
            settlement_digits=self.settlement.minor_digits,
            quote_price=self.settlement.quote_price,
            app_link=self.observed.app_link.by != NOBODY,
            observes=self.observed,
        )

    @property
    def observed(self) -> Observed:
        """Who reports what crosses each point."""
        return self.observes.observed(app_link=self.features.app_link)

    @property
    def device_token(self) -> str:
        """The last part of the device address: a secret that is the same as long as the wallet has these keys."""
        if self.keys is None:
            raise ValueError("[keys] are needed for a device address")
        secret = signature.private_key_text(self.keys.alipay_plus_private_key).encode()
        return hmac.new(secret, b"device address", "sha256").hexdigest()[:48]

    @property
    def device_address(self) -> str:
        """Where a test build that nobody can call fetches its calls; whoever has it can play the wallet."""
        return f"{self.reach.public_url or f'http://{self.reach.listen}'}/d/{self.device_token}"

    def claims(self) -> dict[str, Any]:
        """What the wallet claims, for the report: no keys, no addresses, no customers."""
        return {
            "wallet": self.identity.model_dump(),
            "features": {
                **self.features.model_dump(),
                "app_link": self.observed.app_link.by != NOBODY,
                "mpp_server": self.reach.mpp_server is not None,
                "fuzz": self.reach.fuzz,
            },
            "observes": self.observed.claims(),
            "limits": self.limits.model_dump(),
            "settlement": self.settlement.model_dump(),
            "codes": self.codes.model_dump(),
            "reach": self.reach.model_dump(include={"parallel", "patience", "settle", "quiet"}),
            "evidence": {"disclose": sorted(set(self.evidence.disclose))},
        }

    def particulars(self) -> dict[str, str]:
        """What the report says of the test itself."""
        return self.report.model_dump()


def reference() -> Wallet:
    """The wallet that specimens are: values in memory, every feature claimed, nothing signed."""
    return Wallet.model_validate(
        {
            "wallet": {"name": "reference", "version": "1"},
            "reach": {"mpp_server": "http://127.0.0.1:9300", "fuzz": True},
            "keys": None,
            "codes": {
                "entry": TELLING_ENTRY,
                "order": TELLING,
                "foreign": f"https://elsewhere.example.test/{fields.ID}",
            },
            "customers": {"funded": "customer-1", "second": "customer-2", "unfunded": "customer-3"},
            "features": {"app_link": True, "at_once": True},
            "evidence": {"disclose": ["customers", "pass_through_info", "other"]},
        }
    )
