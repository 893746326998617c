"""The race: teams and single networks learn on in turns, and the best has the rest of the time."""

from nas.training.race.contestant import Contestant as Contestant
from nas.training.race.race import Race as Race
from nas.training.race.settings import Heat as Heat
from nas.training.race.settings import RaceSettings as RaceSettings
