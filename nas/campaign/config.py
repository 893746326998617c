"""What a user may write in a campaign file, typed and checked once, trusted afterwards."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationError,
)

from nas import paths, search_spaces
from nas.campaign import by_budget, campaign_file
from nas.campaign.grid import KEYS, STRICT, Grid, complete
from nas.campaign.ranges import Range
from nas.campaign.refusals import refuse, unknown_key
from nas.campaign.sections import Gate, Parallel, Training, Tune
from nas.campaign.top_keys import (
    Budget,
    Lag,
    ProblemName,
    Schedule,
    Seed,
    Seeds,
    Storage,
    Trials,
    named_space,
)
from nas.errors import UserError
from nas.search_spaces import SearchSpace

_BY_BUDGET: Any = None
BY_BUDGET = ("iterations", "steps")  # keys of the training on which a budget decides


class Campaign(BaseModel):
    """A whole campaign. Where a key is left out, it has the value that stands here.

    Construct it by `build` or `load`, which tell a user what is wrong in one line for each
    thing; the constructor itself raises pydantic's ``ValidationError``.

    Examples
    --------
    >>> campaign = Campaign(problem="burgers", seeds=3)
    >>> campaign.seeds, campaign.tune.m
    (3, Range(low=8, high=24))

    With a budget each worker searches with a seed of its own:

    >>> Campaign(problem="burgers", budget="5 min", parallel={"workers": 4}).seeds
    4
    """

    model_config = STRICT

    problem: ProblemName
    budget: Budget = None
    schedule: Schedule = None
    space: Annotated[  # null: a grid, or with a budget the space "broad"
        Annotated[str, AfterValidator(named_space), Tag("<name>")] | Annotated[Grid, Tag("<grid>")],
        Discriminator(lambda space: "<name>" if isinstance(space, str) else "<grid>"),
        Field(
            title="Which networks: all levels of each axis with all of the others, or the name of "
            "a search space (see `nas spaces`; within a budget it is broad by default).",
            description=f"the name of a search space, or {KEYS}",
        ),
        BeforeValidator(by_budget.default(Grid(), "broad")),
    ] = Field(_BY_BUDGET, validate_default=True)
    gate: Gate = Gate()
    tune: Annotated[  # null: with a budget m is smaller, since the gate is asked about leaders
        Tune,
        Field(
            title="All that Optuna tunes, in a range or fixed (within a budget m is 4 to 12 by "
            "default)."
        ),
        BeforeValidator(by_budget.default(Tune(), Tune(m=Range(4, 12)))),
    ] = Field(_BY_BUDGET, validate_default=True)
    trials: Trials = 12
    lag: Lag = 8
    training: Training = Training()
    parallel: Parallel = Parallel()
    seeds: Seeds = Field(_BY_BUDGET, validate_default=True)
    storage: Storage = None
    seed: Seed = 0

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

    @property
    def within_budget(self) -> bool:
        """Whether a clock, or what it once allowed, says how long everything takes."""
        return by_budget.is_given({"budget": self.budget, "schedule": self.schedule})

    def identity(self) -> dict[str, Any]:
        """What makes it this campaign: all but how long, how many trials, on what, kept where."""
        return self.model_dump(mode="json", exclude={"budget", "trials", "parallel", "storage"})

    def going_on(self, there: "Campaign") -> "Campaign":
        """This campaign in the folder of ``there``: with its seeds, unless they were given.

        Examples
        --------
        More workers of a campaign with a budget go on with the seeds that there are:

        >>> there = Campaign(problem="burgers", budget=60)
        >>> more = Campaign(problem="burgers", budget=300, parallel={"workers": 8})
        >>> more.seeds, more.going_on(there).seeds
        (8, 2)
        """
        if self.budget is None or "seeds" in self.model_fields_set:
            return self
        return self.model_copy(update={"seeds": there.seeds})

    def told_beside(self, there: "Campaign") -> "Campaign":
        """This campaign as the record tells it: with the larger budget, since all of it was used.

        Examples
        --------
        >>> there = Campaign(problem="burgers", budget=600)
        >>> Campaign(problem="burgers", budget=60).told_beside(there).budget
        600.0
        """
        if self.budget is None or there.budget is None:
            return self
        return self.model_copy(update={"budget": max(self.budget, there.budget)})

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
    return _written(_located(settings, Path()), lambda _: "")


def load(path: str | Path, overrides: Sequence[str] = (), budget: str | None = None) -> Campaign:
    """The campaign in the YAML file at ``path``, changed by ``overrides`` and a ``budget``.

    Parameters
    ----------
    path
        A ``problem`` in it that is itself a path is relative to the file's folder.
    overrides
        Texts such as ``training.steps=500``, the value in YAML; later ones win. A ``problem``
        in one of them is relative to the current folder, where it was typed.
    budget
        Such as ``5m``, where it was typed; it wins over all others.

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
    return _changed(settings, f"{path}: ", overrides, budget)


def of_problem(problem: str, overrides: Sequence[str] = (), budget: str | None = None) -> Campaign:
    """The campaign for a ``problem``, a name or a path, in which all else is default.

    Overrides, budget and errors are those of `load`.

    Examples
    --------
    >>> of_problem("burgers", ["trials=20"], budget="5m").budget
    300.0
    """
    return _changed(_located({"problem": problem}, Path()), "", overrides, budget)


def _changed(
    settings: Mapping[str, Any], origin: str, overrides: Sequence[str], budget: str | None
) -> Campaign:
    """The campaign of ``settings`` from ``origin``, with what was typed on the command line."""
    typed = set()
    for text in overrides:
        names, value = campaign_file.parse_override(text)
        key = ".".join(names)
        complaint = unknown_key(Campaign, names)
        if complaint:
            raise UserError(f"--set {key}: {complaint}")
        settings = campaign_file.with_override(settings, names, value)
        typed.add(key)
    if budget is not None:
        settings = {**settings, "budget": budget}

    def where(key: str) -> str:
        if key == "budget" and budget is not None:
            return "--"
        changed = any(key == part or key.startswith((f"{part}.", f"{part}[")) for part in typed)
        return "--set " if changed else origin

    return _written(_located(settings, Path()), where)


def _written(settings: Mapping[str, Any], where: Callable[[str], str]) -> Campaign:
    """The campaign that a user wrote, who gives either a budget or iterations."""
    campaign = _checked(settings, where)
    given = _iterations(campaign) if campaign.budget is not None else []
    if given:
        raise UserError(
            f"{where(given[0])}{', '.join(given)}: expected either iterations or a budget, which "
            "decides on them, got both; leave out the one or the other"
        )
    return campaign


def _iterations(campaign: Campaign) -> list[str]:
    """The keys by which the user has said how long each phase is to be."""
    training = campaign.training
    sections = {
        "training": training,
        "training.warm_up": training.warm_up,
        "training.fine_tuning": training.fine_tuning,
    }
    return [
        f"{path}.{name}"
        for path, section in sections.items()
        for name in BY_BUDGET
        if name in section.model_fields_set
    ]


def _checked(settings: Mapping[str, Any], where: Callable[[str], str]) -> Campaign:
    settings = {key: value for key, value in settings.items() if (key, value) != ("seeds", None)}
    try:
        return Campaign.model_validate(settings)
    except ValidationError as error:
        raise refuse(error, Campaign, where) from error


def _located(settings: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """``settings`` with paths of a problem and a schedule made absolute, as seen from ``folder``.

    Absolute, since workers and a resumed campaign may start in another folder.
    """
    found = dict(settings)
    problem, given = settings.get("problem"), settings.get("schedule")
    if isinstance(problem, str) and (
        problem.endswith(".py") or "/" in problem or os.sep in problem
    ):
        found["problem"] = _absolute(problem, folder)
    if isinstance(given, str):
        found["schedule"] = _absolute(given, folder)
    return found


def _absolute(path: str, folder: Path) -> str:
    return str(paths.located(path, folder))
