"""What a user may write in a campaign file, typed and checked once, trusted afterwards."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    Discriminator,
    Field,
    Tag,
    ValidationError,
)
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from nas import search_spaces
from nas.campaign import campaign_file
from nas.campaign.grid import KEYS, STRICT, Grid, complete, one_of
from nas.campaign.refusals import refuse, unknown_key
from nas.campaign.sections import Count, Gate, Parallel, Training, Tune
from nas.errors import UserError
from nas.search_spaces import SearchSpace


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


class Campaign(BaseModel):
    """A whole campaign. Where a key is left out, it has the value that stands here.

    Construct it by `build` or `load`, which tell a user what is wrong in one line for each
    thing; the constructor itself raises pydantic's ``ValidationError``.

    Examples
    --------
    >>> campaign = Campaign(problem="burgers", seeds=3)
    >>> campaign.seeds, campaign.tune.m
    (3, Range(low=8, high=24))
    """

    model_config = STRICT

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
    budget: float | None = None  # seconds; D
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
        return self.model_dump(mode="json", exclude={"trials", "budget", "parallel", "storage"})

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

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     _ = (Path(name) / "my.yaml").write_text("{problem: burgers, trials: 20}")
    ...     found = load(Path(name) / "my.yaml", ["training.steps=500"])
    >>> found.trials, found.training.steps
    (20, 500)
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
