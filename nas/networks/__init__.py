"""Network families: what a candidate computes, and with which parameters."""

from nas.calculus.activations import ACTIVATIONS

# The levels that the families know of an axis whose levels are names, by the axis' name.
CHOICES: dict[str, tuple[str, ...]] = {"activation": tuple(ACTIVATIONS)}
