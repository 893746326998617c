"""How many of four identical experts does a problem need, and where does each of them rule?

The pool of Bischof and Kraus (2022), section "Training sparse MoE-PINNs on the Poisson PDE".
On the L-shape they find that one expert almost vanishes and that each of the others rules one
quadrant. The article does not name the architecture; this one is its first expert for
Burgers' equation.
"""

from nas.search_spaces.candidates import Candidate
from nas.search_spaces.space import SearchSpace

space = SearchSpace((Candidate("tanh", depth=2, width=64),) * 4)
