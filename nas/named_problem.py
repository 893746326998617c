"""Problems by name or path, once it is sure that a path can be looked at and words written down."""

from pathlib import Path

from nas import paths, problems
from nas.errors import UserError
from nas.one_line import cut
from nas.problems import Problem

WORDS = ("name", "title", "equation")  # what a problem is called, in tables and on pages


def load(name: str) -> Problem:
    """The problem of this ``name``, or in the file of this path (see `nas.problems.load`).

    Raises
    ------
    UserError
        If there is none, its file is wrong, or the path can mean no file.

    Examples
    --------
    >>> load("burgers").title
    "Burgers' equation"
    """
    paths.located(name, Path())
    return worded(problems.load(name))


def worded(problem: Problem) -> Problem:
    r"""``problem``, whose words are texts that a file can hold.

    Raises
    ------
    UserError
        If one holds half of a character, or it is no problem.

    Examples
    --------
    >>> from dataclasses import replace
    >>> worded(replace(problems.load("burgers"), title="\ud800"))
    Traceback (most recent call last):
    ...
    nas.errors.UserError: problem burgers: title: expected a text in UTF-8, got '\ud800'
    """
    if not isinstance(problem, Problem):
        raise UserError(f"problem: expected a nas.Problem, got {problem!r:.60}")
    for word in WORDS:
        value: str = getattr(problem, word)
        try:
            value.encode()
        except UnicodeEncodeError as error:
            called = f"problem {problem.name}: {word}"
            raise UserError(f"{called}: expected a text in UTF-8, got {cut(value)!r}") from error
    return problem
