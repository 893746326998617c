"""How much memory a campaign takes at least, from its numbers alone, before it begins.

Without it a pool of ten thousand units a layer ends minutes later, by the system's hand and with no
word. What is counted grows with the keys without a bound; what the training bounds by itself is
not: Jacobians and matrices of fine-tuning (`MOST_ENTRIES` there), jets that are remembered. So it
is less than what is taken in truth, and nothing that runs is refused.

For each worker, with M experts of P_i parameters and U_i units in the pool, R rows of a step of the
warm-up, N points of a draw, D coordinates, S derivatives, and b bytes a number:

    weights       4 b Σ P_i                        themselves, a gradient, two moments of Adam
    matrices      16 max_k |k| min(P_k, R)²        of a stack k, in float64, with its factor
    evaluation    b S min(N, chunk) Σ U_i          with chunk = max(64, 2²⁸ / (b S Σ U_i)) points
    points        8 D N (1 + held out)
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import torch

from nas import networks
from nas.campaign import gpus
from nas.campaign.config import Campaign
from nas.errors import UserError
from nas.networks import Candidate
from nas.problems import Problem
from nas.problems.terms import PointCounts
from nas.search_spaces.candidates import ALL
from nas.training.collocation import Sampler
from nas.training.physics_loss import CHUNK_BYTES, SMALLEST_CHUNK

PROCESS = 100 * 2**20  # bytes of a worker that it shares with no other, once torch is imported
CGROUPS, MINE = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
TRIED = 64  # candidates of a space that learn within a budget, at most (`MOST` of its pool)


def check(campaign: Campaign, problem: Problem, devices: Sequence[torch.device]) -> None:
    """Refuse a campaign that needs more memory than the machine has, or its GPU.

    Several ``devices`` of a run share its experts, at best evenly.

    Raises
    ------
    UserError
        If it does: how much each part is, and which keys to lower.

    Examples
    --------
    >>> from nas import problems
    >>> from nas.campaign.config import build
    >>> here = [torch.device("cpu")]
    >>> check(build(problem="burgers"), problems.load("burgers"), here)
    >>> wide = build(problem="burgers", space={"widths": [10_000]}, tune={"m": 4000})
    >>> check(wide, problems.load("burgers"), here)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: memory: expected a campaign that fits into the ... GB of this machine, ...
    """
    parts, workers = of_worker(campaign, problem), workers_busy(campaign)
    if campaign.parallel.address is not None:
        return  # the machines are others
    of_gpu = all(device.type == "cuda" for device in devices)
    if of_gpu:
        shared = len(gpus.shared_out(campaign.training)) or 1
        distinct = {torch.empty(0, device=device).device for device in devices}
        _compare(
            {name: size // len(distinct) for name, size in parts.items()},
            -(-workers // shared),
            min(torch.cuda.get_device_properties(one).total_memory for one in distinct),
            "this GPU",
        )
    here = _of_machine()
    if here is not None:
        parts = {} if of_gpu else parts
        _compare({"process": PROCESS, **parts}, workers, here, "this machine")


def of_worker(campaign: Campaign, problem: Problem) -> dict[str, int]:
    """The bytes of each part that one worker takes at least, by name.

    Examples
    --------
    >>> from nas import problems
    >>> from nas.campaign.config import build
    >>> parts = of_worker(build(problem="burgers", tune={"m": 12}), problems.load("burgers"))
    >>> list(parts), sum(parts.values()) < 2**30
    (['weights', 'matrices', 'evaluation', 'points'], True)
    """
    training, dimension = campaign.training, len(problem.coordinates)
    pool = _largest_pool(campaign)
    count = [_parameters(one, problem) for one in pool]
    number = 8 if training.dtype == "float64" else 4
    units = sum(one.depth * one.width for one in pool)
    drawn = training.points.interior + training.points.boundary
    a_point = number * len(problem.derivatives) * units
    at_once = min(drawn, max(SMALLEST_CHUNK, CHUNK_BYTES // a_point))
    return {
        "weights": 4 * number * sum(count),
        "matrices": _matrices(campaign, problem, pool),
        "evaluation": a_point * at_once,
        "points": 8 * dimension * drawn * (1 + _sampler(problem, drawn, 1).held_out_share),
    }


def workers_busy(campaign: Campaign) -> int:
    """How many workers have something to do at the same time.

    Examples
    --------
    >>> from nas.campaign.config import build
    >>> workers_busy(build(problem="burgers", trials=3, parallel={"workers": 64}))
    3
    """
    parallel, seeds = campaign.parallel, campaign.seeds
    if parallel.engine == "serial":
        return 1
    trials = 1 if campaign.within_budget else min(campaign.trials, campaign.lag)
    return min(parallel.workers, trials * seeds)


def _largest_pool(campaign: Campaign) -> tuple[Candidate, ...]:
    """Of those that will be drawn, about: which candidates are in it differs from draw to draw."""
    space = campaign.search_space()
    tried = min(len(space), TRIED) if campaign.within_budget else 0
    return space.pool(max(campaign.tune.m.high, tried), seed=0)


def _matrices(campaign: Campaign, problem: Problem, pool: Sequence[Candidate]) -> int:
    """Of the largest stack's step in the warm-up, where it solves for a step."""
    warm_up = campaign.training.warm_up
    if campaign.within_budget or warm_up.method != "gauss_newton":
        return 0  # within a budget rounds bring points of their own, and few
    rows = _sampler(problem, warm_up.points.interior, warm_up.points.boundary).rows()
    sizes: Counter[object] = Counter()
    for one in pool:
        if one.learns == ALL:
            entries = min(_parameters(one, problem), rows) ** 2
            sizes[networks.family_of(one).stack_key(one)] += 16 * entries
    return max(sizes.values(), default=0)


def _parameters(candidate: Candidate, problem: Problem) -> int:
    return networks.count_parameters(candidate, len(problem.coordinates), len(problem.fields))


def _sampler(problem: Problem, interior: int, boundary: int) -> Sampler:
    return Sampler(problem, PointCounts(interior, boundary), "sobol", seed=0)


def _compare(parts: Mapping[str, int], workers: int, there: int, where: str) -> None:
    needed = workers * sum(parts.values())
    if needed <= there:
        return
    largest = max(parts, key=lambda name: parts[name])
    each = f", {workers} workers of {_in_words(needed // workers)}" if workers > 1 else ""
    raise UserError(
        f"memory: expected a campaign that fits into the {_in_words(there)} of {where}, got one "
        f"that needs at least {_in_words(needed)}{each}, most of it for {largest}; lower "
        "tune.m, space.widths, training.points, training.warm_up.points or parallel.workers"
    )


def _in_words(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"


def _of_machine() -> int | None:
    """The bytes of its memory that this process may have; None where the system does not say."""
    try:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
    return min([there, *_limits()])


def _limits() -> Iterator[int]:
    """Those of the control groups that this process is in: of a container, or a batch job.

    A group has no more than those that it is in. A line of `MINE` is ``0::/path`` (version 2), or
    ``4:memory:/path``; within a container the path may be one of the host, which is not there.
    """
    try:
        lines = [line.split(":", 2) for line in MINE.read_text().splitlines()]
    except OSError:
        return
    for _, controllers, path in lines:
        if controllers and "memory" not in controllers.split(","):
            continue
        root = CGROUPS / "memory" if controllers else CGROUPS
        name = "memory.limit_in_bytes" if controllers else "memory.max"
        group = root / path.strip("/")
        for folder in (group, *group.parents):
            with suppress(ValueError, OSError):  # "max" is no number
                yield int((folder / name).read_text())
            if folder == root:
                break
