"""Which network solves this problem, of all kinds that have solved some problem best?

Networks that learn all their weights, with first layers that begin slow, faster and fast. Where
candidates differ by orders of magnitude it is by that scale: a network whose waves are too slow for
a solution stays at its plateau.
"""

from nas.search_spaces.space import SearchSpace

space = SearchSpace.grid(
    activations=["tanh", "sine", "swish"], depths=[2, 3], widths=[16, 32], scales=[1, 3, 10]
)
