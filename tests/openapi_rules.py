"""Rules that the specification keeps, as functions over it: each returns what breaks the rule, by its place."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

Json = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "patch")
BOUNDED_FORMATS = frozenset({"date", "date-time", "uuid", "binary"})
PROBLEM = "application/problem+json"
NAMED_SCHEMAS = ("properties", "patternProperties", "$defs")
LISTED_SCHEMAS = ("allOf", "anyOf", "oneOf", "prefixItems")
SINGLE_SCHEMAS = ("items", "additionalProperties", "not", "contains")


def operations(spec: Json) -> Iterator[tuple[str, Json]]:
    for path, item in spec["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {path}", item[method]


def resolve(spec: Json, node: Json) -> Json:
    while "$ref" in node:
        target: Any = spec
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def media_types(spec: Json) -> Iterator[tuple[str, Json]]:
    """Every body with its content type: requests, answers, shared answers."""
    for place, operation in operations(spec):
        for kind, media in operation.get("requestBody", {}).get("content", {}).items():
            yield f"{place} request {kind}", media
        for status, response in operation["responses"].items():
            for kind, media in response.get("content", {}).items():
                yield f"{place} {status} {kind}", media
    for name, response in spec["components"].get("responses", {}).items():
        for kind, media in response.get("content", {}).items():
            yield f"responses/{name} {kind}", media


def parameters(spec: Json) -> Iterator[tuple[str, Json]]:
    """Every parameter of a request and every header of an answer."""
    for place, operation in operations(spec):
        for parameter in operation.get("parameters", ()):
            yield f"{place} {parameter['in']} {parameter['name']}", parameter
        for status, response in operation["responses"].items():
            for name, header in response.get("headers", {}).items():
                yield f"{place} {status} header {name}", header
    for name, header in spec["components"].get("headers", {}).items():
        yield f"headers/{name}", header


def schemas(spec: Json) -> Iterator[tuple[str, Json]]:
    """Every schema, the nested ones included; references are followed where their target is defined."""
    roots = [(place, thing["schema"]) for place, thing in (*parameters(spec), *media_types(spec)) if "schema" in thing]
    roots += [(f"schemas/{name}", schema) for name, schema in spec["components"].get("schemas", {}).items()]
    for place, schema in roots:
        yield from nested(place, schema)


def nested(place: str, schema: Json) -> Iterator[tuple[str, Json]]:
    yield place, schema
    for key in NAMED_SCHEMAS:
        for name, inner in schema.get(key, {}).items():
            yield from nested(f"{place}/{name}", inner)
    for key in LISTED_SCHEMAS:
        for index, inner in enumerate(schema.get(key, ())):
            yield from nested(f"{place}/{key}/{index}", inner)
    for key in SINGLE_SCHEMAS:
        if isinstance(schema.get(key), dict):
            yield from nested(f"{place}/{key}", schema[key])


def unbounded(spec: Json) -> list[str]:
    """Strings without a greatest length, arrays without a greatest count, numbers without limits (OWASP API4)."""
    return [
        f"{place}: {missing}"
        for place, schema in schemas(spec)
        if "enum" not in schema and "const" not in schema
        for missing in lacking(schema)
    ]


def lacking(schema: Json) -> Iterator[str]:
    kinds = schema.get("type", ())
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    if "string" in kinds and schema.get("format") not in BOUNDED_FORMATS and "maxLength" not in schema:
        yield "maxLength"
    if "array" in kinds and "maxItems" not in schema:
        yield "maxItems"
    if kinds & {"integer", "number"}:
        yield from (
            inclusive
            for inclusive, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
            if inclusive not in schema and exclusive not in schema
        )


def undescribed(spec: Json) -> list[str]:
    """Operations without summary or description; parameters and fields that nobody explains."""
    silent = [
        f"{place}: {missing}"
        for place, operation in operations(spec)
        for missing in ("summary", "description")
        if not operation.get(missing)
    ]
    silent += [
        place
        for place, parameter in parameters(spec)
        if not resolve(spec, parameter).get("description") and not parameter.get("schema", {}).get("description")
    ]
    silent += [
        f"schemas/{name}/{field}"
        for name, schema in spec["components"].get("schemas", {}).items()
        for field, inner in schema.get("properties", {}).items()
        if "description" not in inner and "description" not in resolve(spec, inner)
    ]
    return silent


def misnamed(spec: Json) -> list[str]:
    """Operations not named like a handler, under no group or an unknown one; names given twice, also to classes.

    Two classes of one name get the names of their modules: generated clients would carry them, or fail.
    """
    known = {tag["name"] for tag in spec["tags"]}
    seen: set[str] = set()
    wrong = [name for name in spec["components"]["schemas"] if "__" in name]
    for place, operation in operations(spec):
        name = operation["operationId"]
        if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", name) or name in seen:
            wrong.append(f"{place}: {name}")
        seen.add(name)
        if len(operation.get("tags", ())) != 1 or operation["tags"][0] not in known:
            wrong.append(f"{place}: tags")
    return wrong


def unguarded(spec: Json, public: frozenset[str]) -> list[str]:
    """Operations that ask for no token and are not meant to; public ones that ask for one."""
    return [place for place, operation in operations(spec) if bool(operation.get("security")) == (place in public)]


def undocumented_refusals(spec: Json) -> list[str]:
    """Operations that lack a refusal every caller may meet, and errors that are no problem details."""
    wrong = []
    for place, operation in operations(spec):
        expected = {"400", "422", "500", "503"} | ({"401", "403", "429"} if operation.get("security") else set())
        wrong += [f"{place}: {status} missing" for status in sorted(expected - set(operation["responses"]))]
        wrong += [
            f"{place} {status}: not a problem"
            for status, response in operation["responses"].items()
            if status.startswith(("4", "5")) and PROBLEM not in resolve(spec, response).get("content", {})
        ]
    return wrong


def without_request_id(spec: Json) -> list[str]:
    return [
        f"{place} {status}"
        for place, operation in operations(spec)
        for status, response in operation["responses"].items()
        if "X-Request-ID" not in resolve(spec, response).get("headers", {})
    ]


def without_limits(spec: Json) -> list[str]:
    """Answers to a counted caller that do not tell what is left, and refusals that do not tell how long to wait."""
    wrong = []
    for place, operation in operations(spec):
        for status, response in operation["responses"].items():
            told = set(resolve(spec, response).get("headers", {}))
            expected = {"RateLimit", "RateLimit-Policy"} if operation["security"] else set()
            expected |= {"Retry-After"} if status in {"429", "503"} else set()
            wrong += [f"{place} {status}: {name}" for name in sorted(expected - told)]
    return wrong


def open_requests(spec: Json) -> list[str]:
    """Request bodies that take fields nobody defined."""
    return [
        place
        for place, media in media_types(spec)
        if " request " in place
        for schema in [resolve(spec, media["schema"])]
        if schema.get("type") == "object" and schema.get("additionalProperties") is not False
    ]


def boundless_dates(spec: Json) -> list[str]:
    """Dates of request bodies without a pattern: `format` alone allows the year 177."""
    requested = re.compile(r"schemas/\w+(In|Body|Patch)/")
    return [
        place
        for place, schema in schemas(spec)
        if requested.match(place) and schema.get("format") in {"date", "date-time"} and "pattern" not in schema
    ]


def bare_answers(spec: Json) -> list[str]:
    """Answers whose top level is not an object, and so could never grow."""
    return [
        place
        for place, media in media_types(spec)
        if " request " not in place and "json" in place
        for schema in [resolve(spec, media["schema"])]
        if schema.get("type") != "object" and not {"anyOf", "oneOf", "allOf"} & schema.keys()
    ]


def examples(spec: Json) -> Iterator[tuple[str, Json, Any]]:
    """Every example with the schema it illustrates."""
    for place, schema in schemas(spec):
        for index, example in enumerate(schema.get("examples", ())):
            yield f"{place} example {index}", schema, example
        if "example" in schema:
            yield f"{place} example", schema, schema["example"]
    for place, thing in (*parameters(spec), *media_types(spec)):
        if "example" in thing:
            yield f"{place} example", thing["schema"], thing["example"]
        for name, example in thing.get("examples", {}).items():
            yield f"{place} example {name}", thing["schema"], resolve(spec, example)["value"]


def wrong_examples(spec: Json) -> list[str]:
    """Examples that their own schema refuses."""
    wrong = []
    for place, schema, example in examples(spec):
        whole = {**schema, "components": spec["components"]}
        validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        wrong += [f"{place}: {error.message}" for error in validator.iter_errors(example)]
    return wrong


def bodies_without_example(spec: Json) -> list[str]:
    """Request bodies with nothing to try out."""
    return [
        place
        for place, media in media_types(spec)
        if " request " in place
        and "example" not in media
        and "examples" not in media
        and "examples" not in resolve(spec, media["schema"])
    ]
