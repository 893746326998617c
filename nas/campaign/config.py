"""What a user may write in a campaign file, typed and checked once, trusted afterwards."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationError,
)
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from nas import search_spaces
from nas.calculus.activations import ACTIVATIONS
from nas.campaign import campaign_file
from nas.campaign.grid import KEYS, STRICT, Grid, complete, one_of
from nas.campaign.ranges import Exponents, PoolSizes, Range, Thresholds
from nas.campaign.refusals import refuse, unknown_key
from nas.errors import UserError
from nas.mixture import gate
from nas.runner import executors
from nas.search_spaces import SearchSpace
from nas.training import fine_tuning, warm_up

Count = Annotated[int, Field(ge=1, description="an integer ≥ 1")]
CountOrZero = Annotated[int, Field(ge=0, description="an integer ≥ 0")]
Activation = Annotated[str, BeforeValidator(one_of(tuple(ACTIVATIONS)))]


class _Section(BaseModel):
    model_config = STRICT


class Gate(_Section):
    """The gating network, of a kind of `nas.mixture.gates`; depth 0 is a linear gate.

    A kind takes the keys that its settings have fields for.
    """

    kind: Annotated[str, BeforeValidator(one_of(gate.kinds()))] = "perceptron"
    depth: CountOrZero = 2
    width: Count = 16
    activation: Activation = "tanh"


class Tune(_Section):
    """The only three things that Optuna tunes; a range of one number is fixed."""

    m: PoolSizes = Range(8, 24)
    p: Exponents = Range(0.2, 0.9)
    threshold: Thresholds = Range(0.05, 0.5)


class Points(_Section):
    """How many points a step draws inside the domain and on its whole boundary.

    Fine-tuning takes from a quarter of them to eight times as many.
    """

    interior: Count = 1000
    boundary: Count = 300


SolvedFor = Annotated[int, Field(ge=1, le=4096, description="an integer from 1 to 4096")]


class WarmUpPoints(Points):
    """Fewer: a step solves for all of them at once."""

    interior: SolvedFor = 256
    boundary: SolvedFor = 64


class WarmUp(_Section):
    """How each expert learns alone, before any is chosen."""

    method: Annotated[str, BeforeValidator(one_of(warm_up.names()))] = "gauss_newton"
    iterations: Count = 100
    points: WarmUpPoints = WarmUpPoints()


class FineTuning(_Section):
    """How long the survivors learn on at most; 0 iterations means not at all."""

    method: Annotated[str, BeforeValidator(one_of(fine_tuning.names()))] = "gauss_newton"
    iterations: CountOrZero = 60


class Training(_Section):
    """How one mixture is trained: warm-up, ``steps`` of Adam to choose, fine-tuning."""

    warm_up: WarmUp = WarmUp()
    steps: Count = 600
    points: Points = Points()
    learning_rate: Annotated[float, Field(gt=0, description="a finite number above 0")] = 2e-3
    dtype: Literal["float32", "float64"] = "float32"
    device: Annotated[
        str,
        Field(
            pattern=r"^(auto|cpu|cuda(:[0-9]+)?)$",
            description="auto, cpu, cuda or a numbered device such as cuda:0",
        ),
    ] = "auto"
    sampling: Literal["sobol", "latin_hypercube"] = "sobol"
    fine_tuning: FineTuning = FineTuning()


class Parallel(_Section):
    """Workers, and threads of each (null shares the cores out); the engine says where they run.

    The default is one thread: small networks gain little from more, and sums over several are
    rounded in another order. Only a fixed number gives the same bits for any number of workers.
    """

    engine: Annotated[str, BeforeValidator(one_of(executors.names()))] = "local"
    workers: Count = 2
    threads: Annotated[
        int | None, Field(ge=1, description="an integer ≥ 1, or null to share the cores out")
    ] = 1

    @property
    def resources(self) -> executors.Resources:
        """What the runner is to use on this machine."""
        threads = self.threads or max(1, (os.cpu_count() or 1) // self.workers)
        return executors.Resources(**self.model_dump() | {"threads": threads})


def _storage_url(url: str | None) -> str | None:
    try:
        if url is not None:
            make_url(url)
    except (ArgumentError, ValueError) as error:
        raise ValueError("no URL") from error
    return url


def _named_space(name: str) -> str:
    one_of(search_spaces.names())(name)
    return name


class Campaign(_Section):
    """A whole campaign. Where a key is left out, it has the value that stands here.

    Construct it by `build` or `load`, which tell a user what is wrong in one line for each
    thing; the constructor itself raises pydantic's ``ValidationError``.
    """

    problem: Annotated[
        str, Field(min_length=1, description="the name of a problem or the path of a Python file")
    ]
    space: Annotated[
        Annotated[str, AfterValidator(_named_space), Tag("<name>")]
        | Annotated[Grid, Tag("<grid>")],
        Discriminator(lambda space: "<name>" if isinstance(space, str) else "<grid>"),
        Field(description=f"the name of a search space, or {KEYS}"),
    ] = Grid()
    gate: Gate = Gate()
    tune: Tune = Tune()
    trials: Count = 12
    seeds: Count = 1
    training: Training = Training()
    parallel: Parallel = Parallel()
    storage: Annotated[
        str | None,
        AfterValidator(_storage_url),
        Field(description="null or the URL of an Optuna storage such as sqlite:///trials.db"),
    ] = None
    # Numpy's generators, which Optuna's samplers use, take no larger seed.
    seed: Annotated[int, Field(ge=0, lt=2**32, description="an integer from 0 to 4294967295")] = 0

    @classmethod
    def from_resolved(cls, settings: Mapping[str, Any]) -> "Campaign":
        """The campaign that `resolved` wrote; `UserError` if ``settings`` are no such thing."""
        if "space" in settings:
            settings = {**settings, "space": complete(settings["space"])}
        return _checked(settings, lambda _: "")

    def resolved(self) -> dict[str, Any]:
        """Every key with its value, as plain data that JSON can write.

        An axis of the space that has no level but its default is left out.
        """
        return self.model_dump(mode="json")

    def identity(self) -> dict[str, Any]:
        """What makes it this campaign: all but how many trials, on what, and kept where."""
        return self.model_dump(mode="json", exclude={"trials", "parallel", "storage"})

    def search_space(self) -> SearchSpace:
        """The search space from which the pools are drawn."""
        if isinstance(self.space, str):
            return search_spaces.load(self.space)
        return SearchSpace.grid(**self.space.model_dump())


def build(**settings: Any) -> Campaign:
    """A campaign from keyword arguments, nested ones as dicts.

    A ``problem`` that is a path is relative to the current folder.

    Raises
    ------
    UserError
        One line for each setting that is wrong.

    Examples
    --------
    >>> build(problem="burgers", tune={"m": 12, "p": [0.2, 0.9]}).tune.m.fixed
    True
    """
    return _checked(_located(settings, Path()), lambda _: "")


def load(path: str | Path, overrides: Sequence[str] = ()) -> Campaign:
    """The campaign in the YAML file at ``path``, changed by ``overrides``.

    Parameters
    ----------
    path
        A ``problem`` in it that is itself a path is relative to the file's folder.
    overrides
        Texts such as ``training.steps=500``, the value in YAML; later ones win. A ``problem``
        in one of them is relative to the current folder, where it was typed.

    Raises
    ------
    UserError
        One line for each thing that is wrong, with the path to its key.
    """
    path = Path(path)
    settings = _located(campaign_file.read(path), path.parent)
    changed = set()
    for text in overrides:
        names, value = campaign_file.parse_override(text)
        key = ".".join(names)
        complaint = unknown_key(Campaign, names)
        if complaint:
            raise UserError(f"--set {key}: {complaint}")
        settings = campaign_file.with_override(settings, names, value)
        changed.add(key)

    def where(key: str) -> str:
        typed = any(key == part or key.startswith((f"{part}.", f"{part}[")) for part in changed)
        return "--set " if typed else f"{path}: "

    return _checked(_located(settings, Path()), where)


def _checked(settings: Mapping[str, Any], where: Callable[[str], str]) -> Campaign:
    try:
        return Campaign.model_validate(dict(settings))
    except ValidationError as error:
        raise refuse(error, Campaign, where) from error


def _located(settings: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """``settings`` with a ``problem`` that is a path made absolute, as seen from ``folder``.

    Absolute, since workers and a resumed campaign may start in another folder.
    """
    problem = settings.get("problem")
    if isinstance(problem, str) and (
        problem.endswith(".py") or "/" in problem or os.sep in problem
    ):
        return {**settings, "problem": str((folder / Path(problem).expanduser()).resolve())}
    return dict(settings)
