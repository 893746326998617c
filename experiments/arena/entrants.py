"""Who meets: problems, budgets and seeds. All of it was named before the first measurement."""

from nas.search_spaces import Candidate

# Defaults of the search are tuned on these ...
TUNING = (
    "burgers",
    "helmholtz_high",
    "klein_gordon",
    "poisson_l_shape",
    "wave",
    "poisson_multiscale",
    "lotka_volterra",
    "kovasznay",
)
# ... and on these never.
HELD_BACK = (
    "helmholtz",
    "allen_cahn",
    "convection",
    "schroedinger",
    "square_with_holes",
    "poisson_5d",
    "elasticity",
    "burgers_inverse",
)
PROBLEMS = (*TUNING, *HELD_BACK)
HALVES = {"all": PROBLEMS, "tuning half": TUNING, "held-back half": HELD_BACK}

BUDGETS = (60, 300)  # seconds of one thread's CPU time
SHORT, LONG = BUDGETS
SEEDS = (0, 1, 2)
HINDSIGHT_SEEDS = (10, 11)  # what is chosen by these is measured with the others

RIVAL = Candidate("tanh", 3, 20)
# Among these the best is taken in hindsight: activations, depths and widths that searches have had,
# scales from 1 to 10, and the rival itself.
NAMED = (
    RIVAL,
    Candidate("tanh", 2, 32),
    Candidate("tanh", 3, 16, scale=3),
    Candidate("tanh", 3, 32, scale=3),
    Candidate("sine", 3, 20),
    Candidate("sine", 2, 32, scale=3),
    Candidate("sine", 3, 16, scale=3),
    Candidate("sine", 2, 32, scale=10),
    Candidate("swish", 3, 20),
    Candidate("swish", 2, 32, scale=3),
)


def slug(candidate: Candidate) -> str:
    """A candidate's name as that of a file; of those without an encoding.

    >>> slug(RIVAL), slug(Candidate("sine", 2, 32, scale=10))
    ('tanh_3x20', 'sine_2x32_x10')
    """
    scale = "" if candidate.scale == 1 else f"_x{candidate.scale:g}"
    return f"{candidate.activation}_{candidate.depth}x{candidate.width}{scale}"
