"""Network families: what a candidate computes, and with which parameters.

To let candidates differ in something more, add a field to `nas.search_spaces.candidates.Candidate`
and let the family (`nas.networks.perceptron`) do what it says.
"""

from nas.calculus.networks import Rows, Trace, mix, outer, prepare
from nas.networks.candidates import CHOICES, check, count_parameters, family_of, untrained
from nas.networks.constants import constant_jet, with_constants
from nas.networks.encoding import RAW
from nas.networks.encoding import resolve as resolve_encoding
from nas.networks.encoding import shared as shared_encoding
from nas.networks.evaluation import evaluate, trace
from nas.networks.family import Computation, Family, Stack
from nas.search_spaces.candidates import Candidate

__all__ = [
    "CHOICES",
    "RAW",
    "Candidate",
    "Computation",
    "Family",
    "Rows",
    "Stack",
    "Trace",
    "check",
    "constant_jet",
    "count_parameters",
    "evaluate",
    "family_of",
    "mix",
    "outer",
    "prepare",
    "resolve_encoding",
    "shared_encoding",
    "trace",
    "untrained",
    "with_constants",
]
