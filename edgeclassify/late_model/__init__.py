"""Pydantic's models, for which pydantic is only loaded when it has to judge something.

Loading pydantic, and making a validator of each class, took a third of the time from the start of a daemon to its
first label, and most of what the classes are for needs neither: a config that is good, a message that we write
ourselves. So a class is written here as for pydantic, with `Field`, `Annotated` and validators, and is at first a
plain class with frozen records; `quick_judgement` takes what is plainly good. What else may be asked of it, a
judgement with its faults, a JSON Schema, makes the real model (`pydantic_class`). Type checkers see pydantic's own
names.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import (
        AfterValidator as AfterValidator,
        BaseModel as LateModel,
        BeforeValidator as BeforeValidator,
        ConfigDict as ConfigDict,
        Field as Field,
        JsonValue as JsonValue,
        PrivateAttr as PrivateAttr,
        RootModel as RootModel,
        ValidationError as ValidationError,
        ValidationInfo as ValidationInfo,
        create_model as create_model,
        field_validator as field_validator,
        model_validator as model_validator,
    )
else:
    from edgeclassify.late_model.marks import (
        AfterValidator,
        BeforeValidator,
        ConfigDict,
        Field,
        JsonValue,
        PrivateAttr,
        ValidationError,
        ValidationInfo,
        field_validator,
        model_validator,
    )
    from edgeclassify.late_model.model import LateModel, RootModel, create_model

__all__ = [
    "AfterValidator",
    "BeforeValidator",
    "ConfigDict",
    "Field",
    "JsonValue",
    "LateModel",
    "PrivateAttr",
    "RootModel",
    "ValidationError",
    "ValidationInfo",
    "create_model",
    "field_validator",
    "model_validator",
]
