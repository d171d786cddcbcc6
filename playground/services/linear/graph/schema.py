"""The schema, put together from its files, with a way to each field: from `reading`, from the operations, or unused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    get_named_type,
)
from graphql.language import ObjectTypeDefinitionNode, ObjectTypeExtensionNode

from playground.services.linear.graph import mutations, queries
from playground.services.linear.graph.answers import Eyes
from playground.services.linear.graph.connections import connection
from playground.services.linear.graph.reading import read

FILES = Path(__file__).with_name("sdl")
EMPTY: dict[str, Any] = {"String": "", "ID": "", "Boolean": False, "Int": 0, "Float": 0.0, "JSONObject": {}}
Resolver = Callable[..., Any]


@cache
def schema() -> GraphQLSchema:
    """Built once a process: it holds no data."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(FILES.glob("*.graphql")))
    built = build_schema(text)
    for kind in built.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            _resolve(kind)
        elif isinstance(kind, GraphQLScalarType) and kind.name in ("DateTime", "TimelessDate"):
            kind.coerce_output_value = written  # a built scalar is sent as it is, and these are no JSON
    return built


def written(moment: date | datetime) -> str:
    if isinstance(moment, datetime):
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
    return moment.isoformat()


def unused_fields(kind: GraphQLObjectType) -> set[str]:
    """Those that the files mark."""
    nodes: list[ObjectTypeDefinitionNode | ObjectTypeExtensionNode] = [*kind.extension_ast_nodes]
    if kind.ast_node is not None:
        nodes.append(kind.ast_node)
    marked = [node for node in nodes if any(one.name.value == "unused" for one in node.directives or ())]
    return {field.name.value for node in marked for field in node.fields or ()}


def _resolve(kind: GraphQLObjectType) -> None:
    operations = {"Query": queries.TABLE, "Mutation": mutations.TABLE}.get(kind.name)
    unused = unused_fields(kind)
    for name, field in kind.fields.items():
        if operations is not None:
            field.resolve = _operation(operations[name], field)
        else:
            field.resolve = _nothing(field) if name in unused else _field(name, field)


def _operation(act: Resolver, field: GraphQLField) -> Resolver:
    lists = _is_connection(field)

    def resolve(_: Any, info: GraphQLResolveInfo[Eyes], **arguments: Any) -> Any:
        eyes: Eyes = info.context
        return connection(eyes, act(eyes), **arguments) if lists else act(eyes, **arguments)

    return resolve


def _field(name: str, field: GraphQLField) -> Resolver:
    lists = _is_connection(field)

    def resolve(thing: Any, info: GraphQLResolveInfo[Eyes], **arguments: Any) -> Any:
        value = read(info.context, thing, name)
        return connection(info.context, value, **arguments) if lists else value

    return resolve


def _nothing(field: GraphQLField) -> Resolver:
    value = empty(field.type)
    return lambda thing, info: value


def empty(kind: Any) -> Any:
    """Nothing, in the form that the schema asks for."""
    if not isinstance(kind, GraphQLNonNull):
        return None
    if isinstance(kind.of_type, GraphQLList):
        return []
    if isinstance(kind.of_type, GraphQLEnumType):
        return next(iter(kind.of_type.values))
    return EMPTY.get(kind.of_type.name, {})


def _is_connection(field: GraphQLField) -> bool:
    return get_named_type(field.type).name.endswith("Connection")
