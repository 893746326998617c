"""Network families: what a candidate computes, and with which parameters.

To let candidates differ in something more, add a field to `nas.search_spaces.candidates.Candidate`
and let the family (`nas.networks.perceptron`) do what it says.
"""

from nas.calculus.networks import Rows, Trace, mix, outer, prepare
from nas.networks.candidates import CHOICES, check, count_parameters, family_of, untrained
from nas.networks.evaluation import evaluate, trace
from nas.networks.family import Computation, Family, Stack
from nas.search_spaces.candidates import Candidate

__all__ = [
    "CHOICES",
    "Candidate",
    "Computation",
    "Family",
    "Rows",
    "Stack",
    "Trace",
    "check",
    "count_parameters",
    "evaluate",
    "family_of",
    "mix",
    "outer",
    "prepare",
    "trace",
    "untrained",
]
