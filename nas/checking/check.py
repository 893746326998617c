"""All that can be said of a problem before any training: the report of ``nas check``."""

from collections.abc import Iterator
from dataclasses import dataclass

from nas.assessment.corners import contradictions
from nas.assessment.counting import too_few
from nas.assessment.families import demanding
from nas.assessment.singular import unmet
from nas.assessment.undetermined import left_open
from nas.checking.known_solution import Remainders, remainders
from nas.checking.observed import disagreements
from nas.checking.periods import unlike_ends
from nas.checking.poles import has_value_within_reach, poles
from nas.one_line import one_line
from nas.problems import Problem
from nas.problems.description import (
    conditions_in_words,
    domain_in_words,
    equations_in_words,
    jumps_in_words,
    unknowns_in_words,
)
from nas.problems.domains import located

SATISFIED = 1e-2  # of the size of its terms: what a known solution may leave, as data on a grid do
_WIDTH = 12  # of the names on the left


@dataclass(frozen=True)
class Report:
    """What was found of a problem.

    Parameters
    ----------
    facts
        Lines to read: what the problem was understood to be.
    warnings
        What is likely to be a mistake, a line each.

    Examples
    --------
    >>> Report(("heat",), warnings=()).lines()
    ['heat', 'no mistake was found']
    """

    facts: tuple[str, ...]
    warnings: tuple[str, ...]

    def lines(self) -> list[str]:
        """The whole report.

        Examples
        --------
        >>> Report(("heat",), ("no condition on t_min",)).lines()
        ['heat', 'warning: no condition on t_min']
        """
        last = [f"warning: {line}" for line in self.warnings] or ["no mistake was found"]
        return list(map(one_line, [*self.facts, *last]))


def check(problem: Problem) -> Report:
    """Look for mistakes in a problem that could be constructed, without any training.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from nas import problems
    >>> burgers = problems.load("burgers")
    >>> check(burgers).warnings
    ()
    >>> wrong = replace(burgers, solution=lambda x, t: 0 * x)
    >>> for line in check(wrong).warnings:
    ...     print(line[:72])
    the solution does not satisfy the condition on t_min: it leaves 1e+00 of
    """
    asked = demanding(problem)
    solution = list(_solution(asked))
    harmless = set(has_value_within_reach(asked))
    warnings = [
        *(line for line in problem.warnings if line not in harmless),
        *poles(asked),
        *too_few(asked),
        *left_open(asked),
        *contradictions(problem),
        *unmet(problem),
        *disagreements(asked),
        *unlike_ends(asked),
        *(line for words, left in solution if (line := _unsatisfied(asked, words, left))),
        *(line for words, left in solution if (line := _without_value(asked, words, left))),
    ]
    return Report((*_facts(problem), *_known(problem, solution)), tuple(dict.fromkeys(warnings)))


def _facts(problem: Problem) -> Iterator[str]:
    yield f"{problem.name}: {problem.title}" if problem.title else problem.name
    for line in [problem.equation] if problem.equation else equations_in_words(problem):
        yield _row("equation", line)
    yield _row("domain", domain_in_words(problem.domain))
    for name, (low, high) in zip(problem.coordinates, problem.domain.bounds, strict=True):
        middle, half = (low + high) / 2, (high - low) / 2
        yield _row("coordinate", f"{name} = {middle:.3g} + {half:.3g} · ξ")
    for line in jumps_in_words(problem):
        yield _row("jump", f"{line}; it is part of the field's form, not to be learnt")
    for corner in problem.corners:
        yield _row("corner", f"{corner.describe()}; there a gradient may be infinite")
    for line in conditions_in_words(problem):
        yield _row("condition", line)
    for line in unknowns_in_words(problem):
        yield _row("unknown", line)
    for row in problem.describe_fields():
        size = f"{row['offset']:.3g} + {row['scale']:.3g} · network"
        more = _more_of(problem, str(row["field"])) if row["exact"] else ""
        yield _row("field", f"{row['field']} = {size}{more}")
    for row in problem.describe_terms():
        weight = "holds by construction" if row["exact"] else f"weight {row['weight']:.3g}"
        yield _row("term", f"{row['words']}: {weight}")


def _more_of(problem: Problem, field: str) -> str:
    jumping = {tuple(problem.fields)[one.field] for one in problem.known_jumps}
    return ", and its jumps" if field in jumping else ", exact somewhere"


def _solution(problem: Problem) -> Iterator[tuple[str, Remainders]]:
    """What the known solution leaves of each term whose data are exact."""
    if problem.solution is None or any(one.truth is None for one in problem.unknown.values()):
        return
    for group in problem.groups:
        for term in group.terms:
            demanded = problem.requirement_of(term)
            if not demanded.noise:
                yield demanded.describe(), remainders(problem, group, term)


def _known(problem: Problem, solution: list[tuple[str, Remainders]]) -> Iterator[str]:
    lacking = [name for name, one in problem.unknown.items() if one.truth is None]
    if problem.solution is None:
        yield _row("solution", "not known")
    elif lacking:
        needed = ", ".join(f"{name}=nas.Unknown(…, truth=…)" for name in lacking)
        yield _row("solution", f"not checked: that needs the true coefficients too, {needed}")
    for words_, left in solution:
        worst, at = left.at
        yield _row(
            "solution",
            f"leaves {worst:.0e} of the {words_}, at {located(problem.coordinates, at, digits=4)}",
        )


def _unsatisfied(problem: Problem, words_: str, left: Remainders) -> str:
    worst, at = left.at
    if worst <= SATISFIED:
        return ""
    return (
        f"the solution does not satisfy the {words_}: it leaves {worst:.0e} of the size of its "
        f"terms at {located(problem.coordinates, at, digits=4)}; one of both is wrong"
    )


def _without_value(problem: Problem, words_: str, left: Remainders) -> str:
    if left.without_value is None:
        return ""
    return (
        f"the solution, or a derivative of it, has no value at "
        f"{located(problem.coordinates, left.without_value, digits=4)}, where the {words_} need "
        "it: there it is not checked, and an error measured there is none"
    )


def _row(name: str, text: str) -> str:
    return f"  {name:{_WIDTH}}{text}"
