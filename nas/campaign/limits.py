"""The most that each number of a campaign file may be, and why.

No limit is a recommendation: each lies far beyond what has been of use, and below what ends in a
process without memory, a table that nobody can read or a search that outlives its machine. What
a campaign needs of memory is estimated besides (`nas.campaign.memory_need`).
"""

from typing import Any

from pydantic import Field

EXPERTS = 4096  # of a pool: every one is a network that learns by itself, some seconds long
EXPONENT = 100.0  # of the sparsity term: the power of a weight below 1/2 is nothing then
TRIALS = 100_000  # Optuna looks at all of them before it proposes the next
SEEDS = 1000  # repetitions: a mean over more is known to a thirtieth of the spread
STEPS = 100_000_000  # of Adam: of a tenth of a millisecond each, hours; they take milliseconds
ITERATIONS = 1_000_000  # of Gauss–Newton: a hundredth of a second each, hours; most take longer
POINTS = 1_000_000  # of a draw; a step evaluates all of them with all experts
SOLVED_POINTS = 4096  # of a step of the warm-up, which solves for all of them at once
LEARNING_RATE = 1e30  # float32 ends soon after; what is too large diverges, and is told so
WORKERS = 1024  # processes; the largest machines have some hundred cores
DEVICES = 16  # of a run: as many GPUs as one machine has
THREADS = 1024  # of a process, for the same reason
BUDGET = 366 * 86_400.0  # seconds: a year
DEPTH = 64  # layers; a signal through more of them vanishes, and the compiled kernel grows
WIDTH = 10_000  # units; a layer of so many has a hundred million weights
SCALE = 1e6  # of the first layer: float32 cannot tell the phases of faster waves apart
CANDIDATES = 10_000  # of a grid; the toolkit's largest space has some hundred
LEVELS = 100  # of one axis
COUNT = 1_000_000_000  # iterations of a schedule, which a clock has once allowed
PATH = 4096  # characters, as in the system

# Of the axes of a search space by name: the largest level, and what is expected of one.
AXES: dict[str, tuple[float, str]] = {
    "depth": (DEPTH, f"an integer from 1 to {DEPTH}"),
    "width": (WIDTH, f"an integer from 1 to {WIDTH}"),
    "scale": (SCALE, f"a number above 0, at most {SCALE:.0f}"),
}


def count(most: int, least: int = 1, otherwise: str = "") -> Any:
    """The field of an integer from ``least`` to ``most``; ``otherwise`` says what else it may be.

    Examples
    --------
    >>> count(4096).description, count(8, least=0, otherwise=", or null").description
    ('an integer from 1 to 4096', 'an integer from 0 to 8, or null')
    """
    described = f"an integer from {least} to {most}{otherwise}"
    return Field(ge=least, le=most, description=described)
