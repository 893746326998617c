"""The pool learns: every candidate by itself, in rounds, those that lead for longer."""

from nas.training.pool.leaders import leaders as leaders
from nas.training.pool.learning import PoolLearning as PoolLearning
from nas.training.pool.settings import PoolSettings as PoolSettings
from nas.training.pool.settings import Round as Round
