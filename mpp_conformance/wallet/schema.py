"""The JSON Schema of ``wallet.toml``, made from its model, for editors that complete and check as one types.

It refuses nothing that the review takes. What no schema can say is left to the review: that customers and codes differ,
that a key file is there, that an address is near.
"""

from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from mpp_conformance.common.shapes import DIALECT, Schema
from mpp_conformance.wallet.model import Wallet

TITLE: Final = "wallet.toml: what a wallet claims, and how to reach it"


class _Toml(GenerateJsonSchema):
    """The schema of a TOML file: what may be left out may not be null, for TOML knows none."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        return made if made.get("default") is not None else {k: v for k, v in made.items() if k != "default"}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002  # as the method it stands for
        return False


def wallet_schema() -> Schema:
    """The schema of the whole file."""
    made = Wallet.model_json_schema(schema_generator=_Toml)
    return {"$schema": DIALECT, **made, "title": TITLE}
