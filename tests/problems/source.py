"""How long a problem's file is."""

import ast
import io
import tokenize

NO_CODE = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)


def lines_of_code(text: str) -> int:
    """The lines that hold code, without blank ones, comments, docstrings, and data.

    Data are assignments of numbers and words at module level.
    """
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in (*NO_CODE, tokenize.ENDMARKER):
            lines.update(range(token.start[0], token.end[0] + 1))
    tree = ast.parse(text)
    for node in [*docstrings(tree), *data(tree)]:
        lines.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


def docstrings(tree: ast.Module) -> list[ast.stmt]:
    """The docstrings of a module, its functions and classes."""
    holders = (ast.Module, ast.FunctionDef, ast.ClassDef)
    nodes = [node for node in ast.walk(tree) if isinstance(node, holders)]
    return [node.body[0] for node in nodes if ast.get_docstring(node) is not None]


def data(tree: ast.Module) -> list[ast.stmt]:
    """Assignments of literals at module level."""
    return [node for node in tree.body if isinstance(node, ast.Assign) and _literal(node.value)]


def _literal(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except ValueError:
        return False
    return True
