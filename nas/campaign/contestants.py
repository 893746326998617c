"""Who takes part in a race: the teams that the gate chose, and the networks that lead alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nas.campaign.gate_job import GateJob
from nas.mixture.mixture import Mixture
from nas.search_spaces.candidates import ALL
from nas.training.pool import leaders
from nas.training.pool.learning import only
from nas.training.race import Race

TEAMS, SINGLES = 2, 3  # at most


@dataclass(frozen=True)
class Entry:
    """A contestant before the race.

    Parameters
    ----------
    name
        Of its run, without the repetition.
    origin
        Where it comes from, in words.
    trial
        The run whose gate chose it, if any.
    members
        Indices in the repetition's pool.
    mixture
        As far as it has learnt.

    Examples
    --------
    >>> from nas.training import example
    >>> one = Entry("0", "single", trial=None, members=(2,), mixture=only(example.mixture(), [2]))
    >>> one.mixture.alive
    [2]
    """

    name: str
    origin: str
    trial: GateJob | None
    members: tuple[int, ...]
    mixture: Mixture


def entries(
    pool: Mixture,
    losses: Mapping[int, float],
    teams: Sequence[tuple[GateJob, Mixture]],
    waves: Mixture | None = None,
) -> list[Entry]:
    """The contestants of a race.

    The networks with the least losses by themselves, random waves, and the best teams of more than
    one. What the gate has left alone is one of the former:
    a mixture must not outvote a network that is far ahead of all others, and it does not, since
    that one is a contestant.

    Parameters
    ----------
    pool
        All candidates, as far as they have learnt by themselves.
    losses
        Their held-out losses.
    teams
        What the gate has left in each trial, by rising held-out loss.
    waves
        Random waves as one of the pool's networks, if any were found.

    Examples
    --------
    Without trials, those that lead alone:

    >>> from nas.training import example
    >>> found = entries(example.mixture(), {0: 1e-2, 1: 1e-4, 2: 1e-3}, teams=[])
    >>> [(one.name, one.origin, one.members) for one in found]
    [('0', 'single', (1,)), ('1', 'single', (2,)), ('2', 'single', (0,))]
    """
    found: list[tuple[str, GateJob | None, tuple[int, ...], Mixture]] = []
    known: set[frozenset[int]] = set()
    for run, mixture in teams:
        members = tuple(run.members[index] for index in mixture.alive)
        lead = min(members, key=losses.__getitem__)
        for name, some in ((f"trial {run.proposal.trial}", members), ("lead", (lead,))):
            if frozenset(some) in known:
                continue
            if len(some) > 1 and sum(len(one) > 1 for one in known) == TEAMS:
                continue
            known.add(frozenset(some))
            alone = len(some) == 1
            origin = f"lead of trial {run.proposal.trial}" if name == "lead" else name
            found.append((origin, run, some, only(pool, some) if alone else mixture))
    if waves is not None:
        known.add(frozenset(waves.alive))
        found.append(("single", None, tuple(waves.alive), waves))
    trained = {i: loss for i, loss in losses.items() if pool.pool[i].learns == ALL}
    asked = trained if trained or found else losses
    for index in leaders(asked, pool.pool, SINGLES) if asked else []:
        if frozenset({index}) not in known:
            known.add(frozenset({index}))
            found.append(("single", None, (index,), only(pool, [index])))
    return [Entry(str(number), *one) for number, one in enumerate(found)]


def anew(race: Race) -> list[Entry]:
    """The contestants of a race that began anew, with other initial weights than another had.

    Examples
    --------
    Where there was no time for that:

    >>> from nas.training import example
    >>> from nas.training.meter import Meter
    >>> from nas.training.race import RaceSettings
    >>> mixtures, meter = {"0": only(example.mixture(), [0])}, Meter(0.0, counts={})
    >>> anew(Race(example.PROBLEM, example.SAMPLER, mixtures, RaceSettings(), meter))
    []
    """
    found = []
    for name, of in race.restarts.items():
        mixture = race.contestants[name].mixture
        found.append(Entry(name, f"restart of {of}", None, tuple(mixture.alive), mixture))
    return found
