"""Schemas of tools, cleaned for models: what was said in any draft is said in the current one, or not at all."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.tools.schemas import BadSchema, cleaned


def an_object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, an_object(), id="nothing at all"),
        pytest.param(
            {"properties": {"a": {"type": "string"}}}, an_object(a={"type": "string"}), id="the type is added"
        ),
        pytest.param(
            an_object(n={"type": "number", "minimum": 0, "exclusiveMinimum": True}),
            an_object(n={"type": "number", "exclusiveMinimum": 0}),
            id="draft 4: an exclusive bound",
        ),
        pytest.param(
            an_object(n={"type": "number", "maximum": 9, "exclusiveMaximum": False}),
            an_object(n={"type": "number", "maximum": 9}),
            id="draft 4: a bound that is not exclusive",
        ),
        pytest.param(
            an_object(a={"type": "string", "required": True}), an_object(a={"type": "string"}), id="draft 3: required"
        ),
        pytest.param(
            {**an_object(a=True), "required": ["a", "gone"]},
            {**an_object(a={}), "required": ["a"]},
            id="required names only what there is",
        ),
        pytest.param(
            {**an_object(a={"$ref": "#/$defs/A", "description": "ours"}), "$defs": {"A": {"enum": ["x", "y"]}}},
            an_object(a={"enum": ["x", "y"], "description": "ours"}),
            id="references are written out",
        ),
        pytest.param(
            {
                **an_object(tree={"$ref": "#/definitions/T"}),
                "definitions": {"T": an_object(left={"$ref": "#/definitions/T"})},
            },
            an_object(tree=an_object(left={"type": "object"})),
            id="a shape within itself ends",
        ),
        pytest.param(
            an_object(a={"$ref": "https://example.com/schema.json"}), an_object(a={}), id="nothing is fetched"
        ),
        pytest.param(
            an_object(a={"type": "string", "nullable": True}),
            an_object(a={"type": ["string", "null"]}),
            id="OpenAPI's nullable",
        ),
        pytest.param(
            an_object(a={"type": "array", "items": [{"type": "string"}, {"type": "integer"}]}),
            an_object(a={"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}),
            id="items by place",
        ),
        pytest.param(
            an_object(a={"type": "any", "x-order": 1, "examples": ["e"], "title": "A", "if": {}, "readOnly": True}),
            an_object(a={}),
            id="unknown types and keywords",
        ),
        pytest.param(
            an_object(type={"type": "string"}, title={"type": "string"}),
            an_object(type={"type": "string"}, title={"type": "string"}),
            id="properties may be named like keywords",
        ),
        pytest.param(
            {"$schema": "x", "$id": "y", "type": "object", "additionalProperties": False, "properties": {}},
            {**an_object(), "additionalProperties": False},
            id="frames are taken off",
        ),
    ],
)
def test_a_schema_is_cleaned(given: Any, expected: Any) -> None:
    assert cleaned(given) == expected


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "no JSON object"),
        ({"type": "string"}, "always an object"),
        ({"type": ["object", "null"]}, "always an object"),
        (an_object(a={"description": "x" * 70_000}), "larger than"),
    ],
)
def test_a_schema_no_model_could_use_is_refused_with_a_reason(given: Any, said: str) -> None:
    with pytest.raises(BadSchema, match=said):
        cleaned(given)


def test_references_that_double_each_other_are_refused_in_time() -> None:
    definitions = {
        f"d{n}": an_object(a={"$ref": f"#/$defs/d{n + 1}"}, b={"$ref": f"#/$defs/d{n + 1}"}) for n in range(30)
    }
    with pytest.raises(BadSchema, match="too deeply or too large"):
        cleaned({**an_object(a={"$ref": "#/$defs/d0"}), "$defs": definitions})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
keywords = st.sampled_from(
    [
        "type",
        "properties",
        "required",
        "items",
        "$ref",
        "anyOf",
        "enum",
        "const",
        "minimum",
        "exclusiveMinimum",
        "multipleOf",
        "minLength",
        "uniqueItems",
        "additionalProperties",
        "prefixItems",
        "nullable",
        "pattern",
        "$defs",
        "not",
    ]
)


@given(st.dictionaries(keywords, json_values, max_size=6))
def test_whatever_comes_in_what_goes_out_is_a_schema_of_an_object_or_a_reason(schema: dict[str, Any]) -> None:
    try:
        clean = cleaned(schema)
    except BadSchema:
        return
    jsonschema.Draft202012Validator.check_schema(clean)
    assert clean["type"] == "object"
    assert cleaned(clean) == clean
