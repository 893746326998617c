"""Which network solves this problem, of all kinds that have solved some problem best?

Networks that learn all their weights, with first layers that begin slow, faster and fast: where
candidates differ by orders of magnitude it is by that scale. And networks of random waves that
learn their output layer alone, which nothing beats where the solution is smooth.
"""

from nas.search_spaces.candidates import OUTPUT
from nas.search_spaces.space import SearchSpace

TRAINED = [
    one
    for depth, widths in ((2, [32]), (3, [16, 24]))
    for one in SearchSpace.grid(
        activations=["tanh", "sine"], depths=[depth], widths=widths, scales=[1, 3, 10]
    ).candidates
]
SOLVED = SearchSpace.grid(
    activations=["sine"],
    depths=[1],
    widths=[200],
    scales=[0.25, 0.5, 1.0],
    learning=[OUTPUT],
)

space = SearchSpace((*TRAINED, *SOLVED.candidates))
