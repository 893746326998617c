"""Which network solves this problem, of all kinds that have solved some problem best?

Networks that learn all their weights, with first layers that begin slow, faster and fast: where
candidates differ by orders of magnitude it is by that scale. And random waves, whose output layer
alone is learnt, which nothing beats where the solution is smooth: the search finds how many there
are, and how fast.
"""

from nas.search_spaces.candidates import OUTPUT, Candidate
from nas.search_spaces.space import SearchSpace

TRAINED = [
    one
    for depth, widths in ((2, [32]), (3, [16, 24]))
    for one in SearchSpace.grid(
        activations=["tanh", "sine"], depths=[depth], widths=widths, scales=[1, 3, 10]
    ).candidates
]
SOLVED = Candidate("sine", 1, 200, learns=OUTPUT)

space = SearchSpace((*TRAINED, SOLVED))
