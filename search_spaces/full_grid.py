"""Which architecture should one take when nothing is known about the problem?"""

from nas.search_spaces.space import SearchSpace

space = SearchSpace.grid(
    activations=["sine", "tanh", "swish", "softplus"], depths=[2, 3, 4], widths=[16, 32, 64]
)
