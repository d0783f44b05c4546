#!/usr/bin/env python3
"""Writes which element types the schemas of ONNX allow each op of a model.

usage: scripts/schema_types.py [--check]

The table lib/Frontend/ONNX/Reader/SchemaTypes.inc is made of the onnx package that
python/requirements.txt pins. With --check nothing is written, and the exit status is
1 where the table would change.
"""

import argparse
import collections
import pathlib
import sys

import onnx.defs

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "lib/Frontend/ONNX/Reader/SchemaTypes.inc"
# Optimisers, of ai.onnx.preview.training, take inputs of several types by one name.
DOMAINS = {"": "ai.onnx", "ai.onnx.preview": "ai.onnx.preview"}
#: As opc calls the types that it has, in the order of its messages.
DTYPES = {
    "bool": "bool",
    **{f"int{n}": f"i{n}" for n in (2, 4, 8, 16, 32, 64)},
    **{f"uint{n}": f"u{n}" for n in (2, 4, 8, 16, 32, 64)},
    "float16": "f16",
    "bfloat16": "bf16",
    "float": "f32",
    "double": "f64",
}


def types_of(schema, formal):
    """The types that an input or output may have, as `f16 f32`."""
    constraints = {
        c.type_param_str: c.allowed_type_strs for c in schema.type_constraints
    }
    allowed = set(constraints.get(formal.type_str, [formal.type_str]))
    return " ".join(
        name for onnx, name in DTYPES.items() if f"tensor({onnx})" in allowed
    )


def forms():
    """{(domain, op): [(since, inputs, outputs)]}, both [(name, types)], one for each
    opset that changed them."""
    found = collections.defaultdict(list)
    schemas = onnx.defs.get_all_schemas_with_history()
    for schema in sorted(schemas, key=lambda s: (s.name, s.since_version)):
        if schema.domain not in DOMAINS:
            continue
        inputs, outputs = (
            tuple((formal.name, types_of(schema, formal)) for formal in formals)
            for formals in (schema.inputs, schema.outputs)
        )
        rows = found[DOMAINS[schema.domain], schema.name]
        if not rows or rows[-1][1:] != (inputs, outputs):
            rows.append((schema.since_version, inputs, outputs))
    # Sequences, optionals and texts are no tensors that opc has.
    return {
        key: rows
        for key, rows in found.items()
        if all(types for _, *row in rows for _, types in sum(row, ()))
    }


def text():
    table = forms()
    sets = sorted(
        {
            types
            for rows in table.values()
            for _, *row in rows
            for _, types in sum(row, ())
        }
    )
    number = {types: index for index, types in enumerate(sets, 1)}

    def values(row):
        names = " ".join(name for name, _ in row)
        sets = ", ".join(str(number[types]) for _, types in row)
        return f'{{"{names}", {{{sets}}}}}'

    yield "// Written by scripts/schema_types.py from the schemas of ONNX."
    yield "constexpr StringLiteral kTypeSets[] = {"
    yield '    "",'
    for types in sets:
        yield f'    "{types}", // {number[types]}'
    yield "};"
    yield "constexpr SchemaRow kSchemaRows[] = {"
    for (domain, op), rows in sorted(table.items()):
        for since, inputs, outputs in rows:
            yield (
                f'    {{"{domain}", "{op}", {since}, '
                f"{values(inputs)}, {values(outputs)}}},"
            )
    yield "};"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    new = "\n".join(text()) + "\n"
    if TABLE.exists() and TABLE.read_text() == new:
        return 0
    if arguments.check:
        print(f"{TABLE.relative_to(ROOT)}: run scripts/schema_types.py")
        return 1
    TABLE.write_text(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
