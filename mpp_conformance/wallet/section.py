"""What every section of ``wallet.toml`` has in common."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

SWITCH: Final = "true or false"


class Section(BaseModel):
    """A section of the file: unknown keys are errors, and ``"4"`` is no number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True)


def editor_pattern(pattern: str) -> Any:  # noqa: ANN401  # what pydantic takes beside a type
    """A pattern for editors; no constraint of the model, for the review has better words for what breaks it."""
    return Field(json_schema_extra={"pattern": pattern})
