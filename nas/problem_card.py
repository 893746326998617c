"""What `nas problems` prints of a problem, and the file that it writes to start from."""

import ast
import inspect
import textwrap
from pathlib import Path

from nas import named_problem, problems
from nas.errors import UserError
from nas.files import write_text
from nas.one_line import one_line
from nas.paths import unused
from nas.problems import Problem
from nas.problems.description import (
    conditions_in_words,
    domain_in_words,
    equations_in_words,
    formula,
    jumps_in_words,
    unknowns_in_words,
)
from nas.problems.loading import text_of

_WIDTH = 12  # of the names on the left
_PAGE = 100  # letters of a line


def overview() -> list[tuple[str, str]]:
    """Each problem of the toolkit: its name, and its title with a mark where no truth is known.

    Examples
    --------
    >>> dict(overview())["burgers"]
    "Burgers' equation"
    """
    return [(name, titled(problems.load(name))) for name in problems.names()]


def titled(problem: Problem) -> str:
    """The title, with a mark where no solution is known to compare with.

    Examples
    --------
    >>> from dataclasses import replace
    >>> titled(replace(problems.load("burgers"), solution=None))
    "Burgers' equation (solution not known)"
    """
    return problem.title + ("" if problem.solution else " (solution not known)")


def card(name: str) -> list[str]:
    """Equation, domain, conditions and truth of a problem, by name or by path.

    Raises
    ------
    UserError
        If there is no such problem.

    Examples
    --------
    >>> for line in card("burgers")[:4]:
    ...     print(line)
    burgers: Burgers' equation
      equation    u_t + u u_x = ν u_xx with ν = 0.01/π, u(x, 0) = -sin πx, u(±1, t) = 0
      residual    u.t + u * u.x - nu * u.xx = 0
      domain      Box: x from -1 to 1, t from 0 to 1; parts x_min, x_max, t_min, t_max
    """
    problem = named_problem.load(name)
    facts = [
        ("equation", problem.equation),
        *(("residual", one) for one in equations_in_words(problem)),
        ("domain", domain_in_words(problem.domain)),
        ("fields", ", ".join(problem.fields)),
        *(("condition", one) for one in conditions_in_words(problem)),
        *(("jump", one) for one in jumps_in_words(problem)),
        *(("unknown", one) for one in unknowns_in_words(problem)),
        ("truth", _truth(problem)),
    ]
    lines = [line for name, words in facts if words for line in _wrapped(name, words)]
    about = ast.get_docstring(ast.parse(text_of(name))) or ""
    head = f"{problem.name}: {problem.title}" if problem.title else problem.name
    return list(map(one_line, [head, *lines, *([""] if about else []), *about.splitlines()]))


def write(name: str, to: Path) -> None:
    """Write the file of a problem of the toolkit to ``to``, where it can be changed.

    Raises
    ------
    UserError
        If there is no such problem, ``to`` is no ``.py`` file or is there already, or cannot be
        written.

    Examples
    --------
    >>> write("burgers", Path("my_problem.py"))
    >>> problems.load("./my_problem.py").fingerprint == problems.load("burgers").fingerprint
    True
    >>> write("burgers", Path("my_problem.py"))
    Traceback (most recent call last):
    nas.errors.UserError: my_problem.py: is there already; name a new file
    """
    named_problem.load(name)
    if to.suffix != ".py":
        raise UserError(f"{to}: expected a name that ends in .py")
    write_text(unused(to), standalone(text_of(name)))


def standalone(text: str) -> str:
    """A file of the toolkit as one that may lie anywhere: data beside it is found all the same.

    Examples
    --------
    >>> print(standalone("import numpy as np\\ndata = Path(__file__).with_suffix('.csv')"))
    import numpy as np
    import nas.problems
    data = Path(nas.problems.__file__).with_suffix('.csv')
    """
    tree = ast.parse(text)
    here = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "__file__"]
    if not here:
        return text
    lines = text.splitlines(keepends=True)
    for node in sorted(here, key=lambda node: node.col_offset, reverse=True):
        line = lines[node.lineno - 1].encode()
        begin, end = node.col_offset, node.col_offset + len("__file__")
        lines[node.lineno - 1] = (line[:begin] + b"nas.problems.__file__" + line[end:]).decode()
    imports = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    lines.insert(imports[-1].end_lineno or 0 if imports else 0, "import nas.problems\n")
    return "".join(lines)


def _truth(problem: Problem) -> str:
    """How the solution is known, in the words of its docstring."""
    if problem.solution is None:
        return "not known"
    about = inspect.getdoc(problem.solution) if hasattr(problem.solution, "__code__") else None
    return about.splitlines()[0] if about else formula(problem.solution)


def _wrapped(name: str, words: str) -> list[str]:
    """Words under a name, on as many lines as they need."""
    return textwrap.wrap(
        words,
        _PAGE,
        initial_indent=f"  {name:{_WIDTH}}",
        subsequent_indent=" " * (2 + _WIDTH),
        break_long_words=False,
    )
