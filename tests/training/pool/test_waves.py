"""Random waves before all others: how long they go on, and what becomes of them."""

from collections.abc import Sequence

import pytest
import torch

from nas.mixture.gates.perceptron import GateSettings
from nas.mixture.mixture import Mixture
from nas.problems import Problem, load
from nas.search_spaces import Candidate
from nas.training.collocation import Sampler
from nas.training.meter import Meter
from nas.training.physics_loss import HeldOutLoss
from nas.training.pool.waves import CHEAP, STAGE, WaveSearch, as_network
from nas.training.run_result import Progress
from tests.training.problems import INVERSE, POOL, sampler


def searched(on: Sampler, counts: int = 10**6, columns: int = 400) -> WaveSearch:
    waves = WaveSearch(on, columns, Meter(0.0, {STAGE: counts}), until=1.0, patience=1.0)
    assert waves.run()
    return waves


def sampler_of(name: str) -> Sampler:
    return sampler(256, 64, load(name))


def place(waves: WaveSearch, problem: Problem, unknown: Sequence[float] = ()) -> Mixture:
    """What was found, at the end of a pool."""
    whole = Mixture(
        [*POOL, Candidate("sine", 1, 200, learns="output")],
        GateSettings(1, 4),
        problem.domain.bounds,
        len(problem.fields),
        seed=0,
        names=problem.coordinates,
        periodic=problem.periodic,
        unknown=unknown,
    )
    assert waves.found is not None
    return as_network(whole, len(POOL), waves.found)


@pytest.mark.parametrize("name", ["klein_gordon", "elasticity", "lotka_volterra"])
def test_a_smooth_solution_is_exact_in_a_few_solves(name: str) -> None:
    waves = searched(sampler_of(name), columns=800)
    assert waves.exact
    assert waves.found is not None
    assert waves.found.loss < 1e-20


def test_where_twice_as_many_do_not_pay_the_search_is_over() -> None:
    waves = searched(sampler_of("allen_cahn"), columns=1600)
    assert not waves.exact
    assert waves.found is not None
    assert waves.found.candidate.width <= 400


@pytest.mark.parametrize("name", ["klein_gordon", "convection", "elasticity"])
def test_as_a_network_they_say_what_was_found(name: str) -> None:
    """Of one field or more, and where waves repeat themselves."""
    on = sampler_of(name)
    waves = searched(on, columns=200)
    network = place(waves, on.problem)
    assert network.alive == [len(POOL)]
    assert waves.found is not None
    assert network.pool[len(POOL)] == waves.found.candidate
    measured = HeldOutLoss(on.problem, on, network.centre)(network)
    assert measured == pytest.approx(waves.found.loss, rel=1e-3)
    assert not len(network.corrections)


def test_as_a_network_they_bring_their_coefficients() -> None:
    unknown = [item.first for item in INVERSE.unknown.values()]
    waves = searched(sampler(32, 1, INVERSE))
    assert waves.found is not None
    network = place(waves, INVERSE, unknown)
    assert torch.equal(network.raw, waves.found.unknown)
    assert torch.equal(network.raw_of(len(POOL)), waves.found.unknown)
    assert network.raw.tolist() != unknown


def test_there_are_as_many_solves_as_there_is_time_for() -> None:
    clock = iter(range(1000))
    meter = Meter(10.0, clock=lambda: float(next(clock)))
    waves = WaveSearch(sampler(32, 4), 400, meter, until=0.5, patience=0.5)
    assert waves.run()
    assert waves.solves == 2  # each looks at the clock twice
    assert searched(sampler(32, 4), counts=0).found is None


@pytest.mark.parametrize(
    ("name", "promising"),
    [
        ("schroedinger", False),  # nothing that some hundred waves could say
        ("klein_gordon", True),  # in the end they are exact
        ("elasticity", True),
        ("lotka_volterra", True),  # of a time that grows nothing is to be seen at first
    ],
)
def test_waves_that_promise_nothing_leave_their_time_to_training(
    name: str, promising: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Out of patience, they are still solved for where that is cheap: most promise by then."""
    columns, solve = [], WaveSearch._solve

    def counted(waves: WaveSearch) -> None:
        columns.append(waves._search.coming)
        solve(waves)

    monkeypatch.setattr(WaveSearch, "_solve", counted)
    clock = iter(range(10_000))
    meter = Meter(10_000.0, clock=lambda: float(next(clock)))
    waves = WaveSearch(sampler_of(name), 800, meter, until=1.0, patience=1e-6)
    assert waves.run()
    assert len(columns) > 5
    assert waves.exact == promising
    assert promising or max(columns) <= CHEAP < waves._search.coming


@pytest.mark.parametrize(
    ("until", "done", "ends"), [(0.2, 0.49, 0.2), (0.2, 0.5, 0.4), (0.6, 1.0, 1.0)]
)
def test_what_is_half_done_has_as_long_again(until: float, done: float, ends: float) -> None:
    waves = WaveSearch(sampler_of("lotka_volterra"), 200, Meter(0.0, {}), until, patience=0.1)
    waves._search.done = done
    assert waves._ends() == ends


def test_restored_they_are_the_same() -> None:
    whole = searched(sampler_of("allen_cahn"), columns=200)
    meter = Meter(0.0, {STAGE: 10**6})
    part = WaveSearch(sampler_of("allen_cahn"), 200, meter, until=1.0, patience=1.0)
    assert not part.run(should_stop=lambda: part.solves == 3)
    again = WaveSearch(sampler_of("allen_cahn"), 200, meter, until=1.0, patience=1.0)
    again.restore(part.state())
    assert again.run()
    assert again.solves == whole.solves
    assert again.found is not None
    assert whole.found is not None
    assert again.found.loss == whole.found.loss
    assert all(map(torch.equal, again.found.weights, whole.found.weights))


def test_its_progress_is_told() -> None:
    told: list[Progress] = []
    waves = WaveSearch(sampler(32, 4), 100, Meter(0.0, {STAGE: 3}), 1.0, 1.0)
    assert waves.run(watch=told.append)
    assert [one.phase for one in told] == [STAGE] * 3
    assert [one.step for one in told] == [1, 2, 3]
