"""Which activations survive when experts differ in nothing else?

After Bischof and Kraus (2022), section "Differentiable Architecture Search", who find sine
favoured and tanh discarded. The article does not name the shape; this one is its smallest.
"""

from nas.search_spaces.space import SearchSpace

space = SearchSpace.grid(activations=["sine", "tanh", "swish", "softplus"], depths=[2], widths=[64])
