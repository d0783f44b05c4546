"""Lengths and nesting of functions, for scripts/check_layout.py.

C++ is read with tree-sitter, Python with its own parser. A file that cannot be
parsed in full is measured as far as it was understood.
"""

import ast
import collections

import tree_sitter
import tree_sitter_cpp

# A function's name, first line, lines without tables, and deepest nesting.
Function = collections.namedtuple("Function", "name line lines nesting")

CPP = tree_sitter.Parser(tree_sitter.Language(tree_sitter_cpp.language()))
CPP_CONTROL = {
    "if_statement",
    "for_statement",
    "for_range_loop",
    "while_statement",
    "do_statement",
    "switch_statement",
    "try_statement",
}
PYTHON_CONTROL = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)


def node_lines(node):
    return node.end_point[0] - node.start_point[0] + 1


def descendants(node):
    yield node
    for child in node.children:
        yield from descendants(child)


def is_table(node):
    """Whether `node` declares a constant whose value is a braced list."""
    if node.type not in ("declaration", "field_declaration"):
        return False
    constant = any(
        child.type == "type_qualifier"
        and child.text in (b"const", b"constexpr")
        for child in node.children
    )
    return constant and any(
        part.type == "initializer_list"
        for child in node.children
        if child.type == "init_declarator"
        for part in child.children
    )


def table_lines(node):
    """Lines of `node` that belong to a constant table."""
    if is_table(node):
        return node_lines(node)
    return sum(table_lines(child) for child in node.children)


def nesting(node):
    """The most control statements around a statement; `else if` adds none."""
    if node.type == "else_clause" and any(
        child.type == "if_statement" for child in node.children
    ):
        chained = next(c for c in node.children if c.type == "if_statement")
        return max((nesting(child) for child in chained.children), default=0)
    deepest = max((nesting(child) for child in node.children), default=0)
    return deepest + (node.type in CPP_CONTROL)


def cpp_code_lines(source):
    """Lines of the file that are not part of a constant table."""
    tree = CPP.parse(source)
    return source.count(b"\n") - table_lines(tree.root_node)


def cpp_functions(source):
    functions = []
    for node in descendants(CPP.parse(source).root_node):
        if node.type != "function_definition":
            continue
        declarator = node.child_by_field_name("declarator")
        name = declarator.text.decode().split("(")[0] if declarator else "?"
        lines = node_lines(node) - table_lines(node)
        line = node.start_point[0] + 1
        functions.append(Function(name.strip(), line, lines, nesting(node)))
    return functions


def python_nesting(node):
    children = []
    for field, value in ast.iter_fields(node):
        # `elif` is an If alone in the else branch: the same level.
        chained = (
            isinstance(node, ast.If) and field == "orelse" and len(value) == 1
        )
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                same = chained and isinstance(child, ast.If)
                children.append(python_nesting(child) - same)
    return max(children, default=0) + isinstance(node, PYTHON_CONTROL)


def python_functions(source):
    return [
        Function(
            node.name,
            node.lineno,
            node.end_lineno - node.lineno + 1,
            python_nesting(node),
        )
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
