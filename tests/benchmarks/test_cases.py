"""The cases: small ones run whole, a missing baseline is a line."""

from collections.abc import Callable
from itertools import count
from types import ModuleType, SimpleNamespace

import pytest

from experiments.benchmarks import settings, sizes
from experiments.benchmarks.baselines import nested
from experiments.benchmarks.cases import (
    biharmonic,
    cuda,
    drop,
    floor,
    growth,
    laplacian,
    single,
    standard,
    start,
    workers,
)
from experiments.benchmarks.ours import Ours
from experiments.benchmarks.sizes import Size
from experiments.harness import machine, process, timing
from experiments.harness.figures import Figure, Findings
from nas.campaign import config
from nas.search_spaces import Candidate
from tests.benchmarks.pools import POOL, stirred


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small pool, one round, and no thread more than the tests have."""
    monkeypatch.setattr(timing, "ROUNDS", 1)
    monkeypatch.setattr(timing, "WARM_UP", 1)
    monkeypatch.setattr(floor, "SIZE", 32)
    monkeypatch.setattr(machine, "use_all_cores", lambda: None)
    monkeypatch.setattr(settings, "standard_pool", lambda: POOL)


def measured(case: ModuleType) -> tuple[dict[str, Figure], Findings]:
    findings = Findings("case")
    case.measure(findings)
    return {figure.figure: figure for figure in findings.figures}, findings


def test_pool_and_derivatives_are_as_described() -> None:
    assert len(set(settings.standard_pool())) == 36
    assert len(settings.BURGERS.derivatives) == 4
    ours = Ours(settings.BURGERS, settings.standard_pool(), 8)
    assert ours.mixture.parameters_alive == 139_464  # as the docstrings say


@pytest.mark.usefixtures("quick")
def test_missing_baselines_are_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standard, "find_spec", lambda name: None)
    found, findings = measured(standard)
    assert findings.skipped == ["JAX: it is not installed", "DeepXDE: it is not installed"]
    assert list(found) == ["ours", "nested autograd", "nested autograd over ours"]
    assert found["nested autograd over ours"].target == 3


def test_the_faster_form_of_jax_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = {"ours": 1.0, "nested autograd": 6.0, standard.DEEPXDE: 5.0}
    seconds |= dict(zip(standard.JAX, (4.0, 3.5), strict=True))
    steps: dict[str, Callable[[], None]] = dict.fromkeys(seconds, lambda: None)
    monkeypatch.setattr(standard, "contenders", lambda ours, findings: steps)
    times = timing.Times({name: [one] for name, one in seconds.items()})
    monkeypatch.setattr(timing, "in_turn", lambda contenders: times)
    found, _ = measured(standard)
    ratios = {name: figure.value for name, figure in found.items() if figure.target}
    assert ratios == {
        "nested autograd over ours": 6.0,
        "36 single DeepXDE steps over ours": 5.0,
        "JAX over ours": 3.5,
    }


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("case", "residual"), [(laplacian, nested.poisson), (biharmonic, nested.plate)]
)
def test_nested_autograd_has_the_residual_of_the_case(
    case: ModuleType, residual: nested.Residual, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(biharmonic, "POINTS", 8)
    monkeypatch.setattr(
        case, "against_nested", lambda findings, ours, residual, target: asked.append(residual)
    )
    measured(case)
    assert asked == [residual]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("case", "name"), [(laplacian, "nested autograd over ours"), (floor, "share of the floor")]
)
def test_ratios_are_better_when_higher(case: ModuleType, name: str) -> None:
    found, _ = measured(case)
    (ratio,) = [one for one in found.values() if one.target is not None]
    assert (ratio.figure, ratio.better) == (name, "higher")
    assert ratio.value > 0


def test_the_share_of_the_floor_is_of_the_rate_of_products(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(machine, "use_all_cores", lambda: None)
    times = timing.Times({"ours": [4e-3, 8e-3, 4e-3], "product": [2e-3, 2e-3, 2e-3]})
    monkeypatch.setattr(timing, "in_turn", lambda contenders: times)
    monkeypatch.setattr(floor, "operations", lambda ours: 2.0 * floor.SIZE**3)  # of one product
    found, _ = measured(floor)
    assert found["matrix-multiply floor"].value == pytest.approx(2.0)
    assert found["share of the floor"].value == pytest.approx(0.5)


def test_the_floor_is_six_operations_a_parameter_derivative_and_point() -> None:
    ours = stirred(settings.BURGERS, points=12)
    assert floor.operations(ours) == 6 * ours.mixture.parameters_alive * 4 * 12


def test_a_drop_leaves_the_other_half() -> None:
    ours = Ours(settings.BURGERS, POOL, 8)
    assert len(drop.pauses_of_drops(ours, ours.mixture.alive[::2])) == 3
    assert len(ours.mixture.alive) == 2


def test_no_gpu_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    found, findings = measured(cuda)
    assert (found, findings.skipped) == ({}, ["no CUDA GPU here"])


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("gpus", [1, 2])
def test_all_is_measured_where_there_is_a_gpu(monkeypatch: pytest.MonkeyPatch, gpus: int) -> None:
    """The CPU plays it."""
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: gpus)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda: "a GPU")
    monkeypatch.setattr(cuda, "GPU", "cpu")
    for name, value in {"EXPERTS": 3, "POINTS": 64, "LARGEST": 4}.items():
        monkeypatch.setattr(cuda, name, value)
    found, findings = measured(cuda)
    assert findings.notes == ["On a GPU."]
    of_two = {"Gauss–Newton iteration of 3 experts: cpu:0 over cpu:0 and cpu:1": 1.5}
    targets = {name: figure.target for name, figure in found.items() if figure.target}
    assert targets == {
        "nested autograd over ours": 10.0,
        "step: all cores of the CPU over the GPU": 5.0,
        "largest pool of which a step fits": 3,
        **(of_two if gpus == 2 else {}),
    }
    assert findings.skipped == ([] if gpus == 2 else ["no second CUDA GPU here"])
    assert "Gauss–Newton iteration of 3 experts: the GPU" in found
    assert found["largest pool of which a step fits"].value == 4


def size(m: int, points: int, seconds: float, extra: int = 100) -> Size:
    return Size(m, points, 10 * m, seconds, extra, 2**30)


def test_deviation_from_linear() -> None:
    # The work doubles twice, the time grows 2.2 times and then 1.8 times: 10 % more and less.
    line = [size(1, 10, 1.0), size(1, 20, 2.2), size(2, 20, 3.96)]
    assert growth.deviation(line) == pytest.approx(0.1)


def test_growth_takes_the_quieter_round_and_skips_what_died(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noise = iter([*[1.0] * 8, *[3.0] * 8])

    def made_up(m: int, points: int) -> Size:
        if m == 512 and points > 1024:
            raise process.Died("it ended with exit code -9")
        seconds = next(noise) * 1e-6 * m * points
        return size(m, points, seconds, extra=100 if points < 10**5 else 110)

    monkeypatch.setattr(sizes, "size", made_up)
    found, findings = measured(growth)
    with_target = {name: figure.value for name, figure in found.items() if figure.target}
    assert with_target == pytest.approx(
        {
            "deviation from linear in experts": 0,
            "deviation from linear in points": 0,
            "memory growth from B=65,536 to B=262,144": 1.1,
        },
        abs=1e-9,
    )
    assert findings.skipped == ["m=512, B=65,536: it ended with exit code -9"]


def test_start_empties_the_cache_for_cold_and_keeps_it_for_warm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caches: list[str] = []
    monkeypatch.setattr("time.monotonic", lambda: 100.0)

    def fresh(function: str, environment: dict[str, str]) -> float:
        caches.append(environment["NAS_CACHE"])
        return 102.0 if caches.count(caches[-1]) > 1 else 120.0

    monkeypatch.setattr(process, "fresh", fresh)
    found, _ = measured(start)
    assert [(figure.value, figure.target) for figure in found.values()] == [(20, 25), (2, 3)]
    assert len(set(caches)) == start.ROUNDS


def test_one_network_is_judged_by_the_median_of_its_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = {0: 2e-5, 1: 7e-6, 2: 8e-6}
    monkeypatch.setattr(process, "fresh", lambda function, seed, seconds, **_: errors[seed])
    found, _ = measured(single)
    assert found["relative L2 after 60 s"].value == 8e-6
    assert found["the same of the worst seed"].value == 2e-5


def test_one_network_is_that_of_the_demo() -> None:
    assert config.load(single.FILE).search_space().candidates == (Candidate("tanh", 3, 20),)


def test_one_network_learns_until_its_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = count()  # a second a step
    monkeypatch.setattr(single, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    untrained, trained = single.error(0, 0.0), single.error(0, 40.0)
    assert untrained is not None
    assert trained is not None
    assert trained < 0.8 * untrained
    assert next(clock) == 43  # each run reads it when it begins, too


def test_workers_search_the_same_campaign(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(workers, "search", asked.append)
    monkeypatch.setattr(workers, "seconds_of", lambda call: (call(), 60.0 / asked[-1])[1])
    found, _ = measured(workers)
    assert asked == [1, 2, 1, 2]
    values = {name: figure.value for name, figure in found.items()}
    assert values == {"one worker": 12, "two workers": 24, "two workers over one": 2}
