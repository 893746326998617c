"""The sections of a campaign file: what may stand in each, and what is so where nothing does."""

import os
import re
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from nas.calculus.activations import ACTIVATIONS
from nas.campaign import limits
from nas.campaign.grid import STRICT, one_of
from nas.campaign.ranges import Exponents, PoolSizes, Range, Thresholds
from nas.mixture import gate
from nas.runner import executors
from nas.training import fine_tuning, warm_up

Activation = Annotated[str, BeforeValidator(one_of(tuple(ACTIVATIONS)))]


class _Section(BaseModel):
    model_config = STRICT


class Gate(_Section):
    """The gating network, of a kind of `nas.mixture.gates`; depth 0 is a linear gate.

    A kind takes the keys that its settings have fields for.

    Examples
    --------
    >>> Gate(width=8)
    Gate(kind='perceptron', depth=2, width=8, activation='tanh')
    """

    kind: Annotated[
        str, BeforeValidator(one_of(gate.kinds())), Field(title="what computes the weights")
    ] = "perceptron"
    depth: Annotated[int, limits.count(limits.DEPTH, least=0), Field(title="hidden layers")] = 2
    width: Annotated[int, limits.count(limits.WIDTH), Field(title="units of each of them")] = 16
    activation: Annotated[Activation, Field(title="of the hidden layers")] = "tanh"


class Tune(_Section):
    """The only three things that Optuna tunes; a range of one number is fixed.

    Examples
    --------
    >>> Tune(m=12, p=[0.2, 0.9]).m.fixed
    True
    """

    m: Annotated[PoolSizes, Field(title="experts of a pool")] = Range(8, 24)
    p: Annotated[
        Exponents, Field(title="exponent of the sparsity penalty, which selects below 1")
    ] = Range(0.2, 0.9)
    threshold: Annotated[
        Thresholds,
        Field(
            title="an expert may be dropped whose mean weight is under this over the number alive"
        ),
    ] = Range(0.05, 0.5)


_INSIDE = Field(title="collocation points inside the domain")
_ON_BOUNDARY = Field(title="collocation points on its whole boundary")
Drawn = Annotated[int, limits.count(limits.POINTS)]
SolvedFor = Annotated[int, limits.count(limits.SOLVED_POINTS)]
Iterations = Annotated[
    int,
    limits.count(limits.ITERATIONS),
    Field(title="of each expert; not beside a budget, which decides on them"),
]
IterationsOrNone = Annotated[
    int,
    limits.count(limits.ITERATIONS, least=0),
    Field(title="at most; not beside a budget, which decides on them"),
]


class Points(_Section):
    """How many points a step draws inside the domain and on its whole boundary.

    Fine-tuning takes from a quarter of them to eight times as many.

    Examples
    --------
    >>> Points(interior=500)
    Points(interior=500, boundary=300)
    """

    interior: Annotated[Drawn, _INSIDE] = 1000
    boundary: Annotated[Drawn, _ON_BOUNDARY] = 300


class WarmUpPoints(Points):
    """How many points an iteration of the warm-up draws: fewer, since it solves for all at once.

    Examples
    --------
    >>> WarmUpPoints()
    WarmUpPoints(interior=256, boundary=64)
    """

    interior: Annotated[SolvedFor, _INSIDE] = 256
    boundary: Annotated[SolvedFor, _ON_BOUNDARY] = 64


class WarmUp(_Section):
    """How each expert learns alone, before any is chosen.

    Examples
    --------
    >>> WarmUp(iterations=50).method
    'gauss_newton'
    """

    method: Annotated[
        str, BeforeValidator(one_of(warm_up.names())), Field(title="what lowers the loss")
    ] = "gauss_newton"
    iterations: Iterations = 100
    points: WarmUpPoints = WarmUpPoints()


class FineTuning(_Section):
    """How long the survivors learn on at most; 0 iterations means not at all.

    Examples
    --------
    >>> FineTuning(iterations=0)
    FineTuning(method='gauss_newton', iterations=0)
    """

    method: Annotated[
        str, BeforeValidator(one_of(fine_tuning.names())), Field(title="what lowers the loss")
    ] = "gauss_newton"
    iterations: IterationsOrNone = 60


def _instead_of_device(devices: list[str] | None, info: ValidationInfo) -> list[str] | None:
    device = info.data.get("device", "auto")  # what was wrong with it has been told already
    if devices is not None and device != "auto":
        told = f"expected device: auto beside a list of devices, got {device}"
        raise PydanticCustomError("limit", f"{told}; leave out the one or the other")
    return devices


class Training(_Section):
    """How one mixture is trained: warm-up, ``steps`` of Adam to choose, fine-tuning.

    Its experts are on ``device``, or spread over ``devices``, the first of which has all else.

    Examples
    --------
    >>> Training(steps=100).steps
    100
    """

    warm_up: WarmUp = WarmUp()
    steps: Annotated[
        int,
        limits.count(limits.STEPS),
        Field(title="of Adam, in which the gate chooses; not beside a budget, which decides"),
    ] = 600
    points: Points = Points()
    learning_rate: Annotated[
        float,
        Field(
            gt=0,
            le=limits.LEARNING_RATE,
            title="Adam's",
            description="a number above 0, at most 1e30",
        ),
    ] = 2e-3
    dtype: Annotated[
        Literal["float32", "float64"],
        Field(title="precision of all numbers until the fine-tuning, which has float64"),
    ] = "float32"
    device: Annotated[
        str,
        Field(
            title="where a run is trained; auto: on a GPU, if there is one",
            pattern=r"^(auto|cpu|cuda(:[0-9]{1,2})?)$",
            description="auto, cpu, cuda or a numbered device such as cuda:0",
        ),
    ] = "auto"
    devices: Annotated[
        list[
            Annotated[
                str,
                Field(
                    pattern=r"^(cpu|cuda:[0-9]{1,2})$",
                    description="cpu or a numbered device such as cuda:0",
                ),
            ]
        ]
        | None,
        Field(
            min_length=1,
            max_length=limits.DEVICES,
            title="several, over which a run's experts are spread; the first has all else",
            description=f"null or a list of 1 to {limits.DEVICES} devices such as [cuda:0, cuda:1]",
        ),
        AfterValidator(_instead_of_device),
    ] = None
    sampling: Annotated[
        Literal["sobol", "latin_hypercube"], Field(title="how points are drawn")
    ] = "sobol"
    fine_tuning: FineTuning = FineTuning()


def _of_dask(what: str) -> Callable[[str | None, ValidationInfo], str | None]:
    """A check of what only that engine has."""

    def check(value: str | None, info: ValidationInfo) -> str | None:
        engine = info.data.get("engine", "dask")  # what was wrong with it has been told already
        if value is not None and engine != "dask":
            told = f"expected engine: dask beside {what}, got {engine}"
            raise PydanticCustomError("limit", f"{told}; add the one, or leave out the other")
        return value

    return check


def _same_everywhere(store: str | None) -> str | None:
    """Refuse a URL that is another one in each folder, or that must not be written down."""
    protocol, _, place = (store or "").partition("://")
    if protocol in ("file", "local") and not place.startswith("/"):
        told = f"expected an absolute path such as {protocol}:///shared/store, got a relative one"
        raise PydanticCustomError("limit", told)
    if re.match("[^/]*:[^/]*@", place):
        told = "expected a URL without a password, got one with it (not shown); set it up as fsspec"
        raise PydanticCustomError("limit", f"{told} has it: in the environment, or in a file")
    return store


class Parallel(_Section):
    """Workers, and threads of each (null shares the cores out); the engine says where they run.

    The default is one thread: small networks gain little from more, and sums over several are
    rounded in another order. Only a fixed number gives the same bits for any number of workers.

    ``engine: dask`` has workers on all machines of the cluster at ``address``, of which at most
    ``workers`` are used at a time; without an address, on this machine. They see the campaign's
    folder, or keep runs in a ``store``.

    Examples
    --------
    >>> Parallel(workers=4).resources
    Resources(engine='local', workers=4, threads=1, address=None, gpus=(), store=None)
    """

    engine: Annotated[
        str, BeforeValidator(one_of(executors.names())), Field(title="what runs the workers")
    ] = "local"
    workers: Annotated[
        int, limits.count(limits.WORKERS), Field(title="runs that are trained at a time")
    ] = 2
    threads: Annotated[
        int | None,
        limits.count(limits.THREADS, otherwise=", or null to share the cores out"),
        Field(title="of each worker"),
    ] = 1
    address: Annotated[
        Annotated[str, Field(max_length=limits.PATH, pattern=executors.ADDRESS)] | None,
        AfterValidator(_of_dask("an address")),
        Field(
            title="the cluster's; null: this machine is one",
            description="null or the address of a Dask scheduler such as tcp://host:8786",
        ),
    ] = None
    store: Annotated[
        Annotated[str, Field(max_length=limits.PATH, pattern=executors.STORE)] | None,
        AfterValidator(_same_everywhere),
        AfterValidator(_of_dask("a store")),
        Field(
            title="where runs are kept; null: in the campaign's folder, which all workers see",
            description="null or the URL of a store such as s3://bucket/prefix",
        ),
    ] = None

    @property
    def resources(self) -> executors.Resources:
        """What the runner is to use."""
        threads = self.threads or max(1, (os.cpu_count() or 1) // self.workers)
        return executors.Resources(**self.model_dump() | {"threads": threads})
