"""Which activations survive once the frequencies of each may fit?

The article (Bischof and Kraus 2022) finds sine favoured, in networks whose first layers all begin
alike. Here each activation begins slow, faster and fast, so that a sine of a wrong frequency says
nothing about sines.
"""

from nas.search_spaces.space import SearchSpace

space = SearchSpace.grid(
    activations=["sine", "tanh", "swish", "softplus"], depths=[3], widths=[16], scales=[1, 3, 10]
)
