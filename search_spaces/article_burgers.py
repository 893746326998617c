"""Which of the article's five experts solves which part of Burgers' equation?

The pool of Bischof and Kraus (2022), section "Training MoE-PINNs on Burgers' equation". They
find the small experts in the smooth regions and the large ones at the discontinuity.
"""

from nas.search_spaces.candidates import Candidate
from nas.search_spaces.space import SearchSpace

space = SearchSpace(
    (
        Candidate("tanh", depth=2, width=64),
        Candidate("sine", depth=2, width=64),
        Candidate("tanh", depth=2, width=128),
        Candidate("tanh", depth=3, width=128),
        Candidate("swish", depth=2, width=256),
    )
)
