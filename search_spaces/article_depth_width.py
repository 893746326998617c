"""Which depths and widths survive when experts share one activation?

After Bischof and Kraus (2022), section "Differentiable Architecture Search", who find two or
three layers best and wide networks better than narrow ones. The article names neither levels
nor activation; these surround its finding, with the activation that is common for PINNs.
"""

from nas.search_spaces.space import SearchSpace

space = SearchSpace.grid(activations=["tanh"], depths=[1, 2, 3, 4], widths=[16, 32, 64, 128])
