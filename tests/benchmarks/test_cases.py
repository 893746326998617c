"""The cases: the folder is the registry, a missing rival is a line, and small ones run whole."""

from pathlib import Path

import pytest

from experiments.benchmarks import alone, cases, machine, rivals, settings, timing
from experiments.benchmarks.alone import Size
from experiments.benchmarks.cases import cuda, drop, floor, growth, laplacian, standard, start
from experiments.benchmarks.figures import Findings
from experiments.benchmarks.ours import Ours
from tests.benchmarks.pools import POOL, stirred


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small pool, one round, and no thread more than the tests have."""
    monkeypatch.setattr(timing, "ROUNDS", 1)
    monkeypatch.setattr(timing, "WARM_UP", 1)
    monkeypatch.setattr(machine, "SIZE", 32)
    monkeypatch.setattr(machine, "use_all_cores", lambda: None)
    monkeypatch.setattr(settings, "standard_pool", lambda: POOL)


def test_the_folder_is_the_registry() -> None:
    assert cases.names() == [
        "standard",
        "biharmonic",
        "cuda",
        "drop",
        "floor",
        "growth",
        "laplacian",
        "start",
        "workers",
    ]


@pytest.mark.parametrize("name", cases.names())
def test_every_case_asks_a_question(name: str) -> None:
    assert cases.load(name).question.endswith("?")


def test_an_unknown_case_is_told_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'fast': no such case; expected some of standard, "):
        cases.load("fast")


def test_standard_pool_and_streams_are_as_described() -> None:
    assert len(set(settings.standard_pool())) == 36
    assert len(settings.BURGERS.derivatives) == 4


@pytest.mark.usefixtures("quick")
def test_a_missing_rival_is_skipped_with_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rivals, "load", lambda name: None)
    findings = Findings("standard")
    standard.measure(findings)
    assert findings.skipped == ["JAX: it is not installed", "DeepXDE: it is not installed"]
    named = {figure.figure: figure for figure in findings.figures}
    assert list(named) == ["ours", "nested autograd", "nested autograd over ours"]
    assert named["nested autograd over ours"].target == 3
    assert "| operator |" in findings.notes[-1]


@pytest.mark.usefixtures("quick")
def test_laplacian_and_floor_measure_what_they_say() -> None:
    for case, figure in ((laplacian, "nested autograd over ours"), (floor, "share of the floor")):
        findings = Findings("case")
        case.measure(findings)
        (ratio,) = [one for one in findings.figures if one.target is not None]
        assert (ratio.figure, ratio.better) == (figure, "higher")
        assert ratio.value > 0


def test_floor_is_six_operations_a_parameter_stream_and_point() -> None:
    ours = stirred(settings.BURGERS, points=12)
    assert floor.floor_operations(ours) == 6 * ours.mixture.parameters_alive * 4 * 12


@pytest.mark.usefixtures("quick")
def test_drop_leaves_the_other_half() -> None:
    ours = Ours(settings.BURGERS, POOL, 8)
    assert len(drop.pauses_of_drops(ours, ours.mixture.alive[::2])) == 3
    assert len(ours.mixture.alive) == 2


def test_no_gpu_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    findings = Findings("cuda")
    cuda.measure(findings)
    assert (findings.figures, findings.skipped) == ([], ["no CUDA GPU here"])


def size(m: int, points: int, seconds: float, extra: int = 100) -> Size:
    return Size(m, points, 10 * m, seconds, extra, 2**30)


def test_deviation_from_linear() -> None:
    # The work doubles twice, the time grows 2.2 times and then 1.8 times: 10 % more and less.
    sizes = [size(1, 10, 1.0), size(1, 20, 2.2), size(2, 20, 3.96)]
    assert growth.deviation(sizes) == pytest.approx(0.1)


def test_growth_takes_the_quieter_round_and_tells_of_a_process_that_died(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noise = iter([*[1.0] * 8, *[3.0] * 8])

    def measured(m: int, points: int) -> Size:
        if m == 512 and points > 1024:
            raise alone.Died("it ended with exit code -9")
        seconds = next(noise) * 1e-6 * m * points
        return size(m, points, seconds, extra=100 if points < 10**5 else 110)

    monkeypatch.setattr(alone, "size", measured)
    findings = Findings("growth")
    growth.measure(findings)
    with_target = {f.figure: f.value for f in findings.figures if f.target is not None}
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
    def first_step(cache: Path) -> float:
        assert cache.is_dir()
        warm = (cache / "kernel").exists()
        (cache / "kernel").touch()
        return 2.0 if warm else 20.0

    monkeypatch.setattr(alone, "first_step", first_step)
    findings = Findings("start")
    start.measure(findings)
    assert [(f.value, f.target) for f in findings.figures] == [(20.0, 25.0), (2.0, 3.0)]


def test_a_size_is_measured_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    found = alone.size(2, 16)
    assert (found.m, found.points) == (2, 16)
    assert 2**26 < found.peak < 2**31  # its own, not the memory of the process that started it
    assert found.peak > found.extra >= 0
    assert found.seconds > 0


def test_a_process_that_dies_is_told() -> None:
    with pytest.raises(alone.Died, match=r"size 0 16: it ended with exit code 1"):
        alone.size(0, 16)
