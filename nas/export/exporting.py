"""``nas export``: a finished run's network, to be used without this project."""

import difflib
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
from pydantic import ValidationError

from nas.campaign import layout, records
from nas.errors import UserError
from nas.export import architecture, card, equivalence, loading
from nas.export import format as formats
from nas.export import training as trained
from nas.export.architecture import (
    Architecture,
    Measured,
    ProblemFacts,
    UnknownValue,
)
from nas.export.architecture_file import first_complaint
from nas.export.conversion import describe, plain_state, read_mixture
from nas.export.folder import staged
from nas.export.network import ExportedMixture
from nas.export.proof import Proof
from nas.export.recorded import check_recorded
from nas.mixture.mixture import Mixture
from nas.paths import usable
from nas.training.mixture_file import FILE

CARD = "MODEL_CARD.md"

Row = dict[str, Any]


@dataclass(frozen=True)
class Exported:
    """What was written, and how well it agrees with the trained mixture.

    ``proof`` has the differences between ``program``, in a fresh process without this package, and
    the mixture itself, and the program's speed; ``sizes`` are bytes by the name of a file.

    Examples
    --------
    >>> model = Path("model")
    >>> proof = Proof({"u": 1e-15, "u.t": 3e-14})
    >>> made = Exported(model, model / "model.pt2", "0007-0", 2, 484, proof, {"model.pt2": 81234})
    >>> made.difference, made.lines()[0]
    (3e-14, 'run 0007-0: 2 experts, 484 parameters')
    """

    folder: Path
    program: Path  # the network for others, such as model.pt2
    run: str
    experts: int
    parameters: int  # those of the network that was written
    proof: Proof
    sizes: dict[str, int]
    corrections: tuple[str, ...] = ()  # by name, such as sine 1×800

    @property
    def architecture(self) -> Path:
        """The description of the network."""
        return self.folder / architecture.FILE

    @property
    def weights(self) -> Path:
        """Its weights."""
        return self.folder / loading.WEIGHTS

    @property
    def card(self) -> Path:
        """The model card."""
        return self.folder / CARD

    @property
    def differences(self) -> dict[str, float]:
        """By name of a field or a first derivative (``u``, ``u.x``, …), over its size."""
        return self.proof.differences

    @property
    def difference(self) -> float:
        """The largest of the differences."""
        return self.proof.difference

    def lines(self) -> list[str]:
        """The report to a user, line by line; the last one names the folder."""
        experts = f"{self.experts} expert{'s' * (self.experts > 1)}"
        if self.corrections:
            experts += f" + corrected by {', '.join(self.corrections)}"
        sizes = ", ".join(f"{name} {size / 1000:,.1f} kB" for name, size in self.sizes.items())
        speed = f"; {self.program.name}: {self.proof.speed}" if self.proof.speed else ""
        return [
            f"run {self.run}: {experts}, {self.parameters:,} parameters",
            f"checked: {self.program.name}, in a fresh process without this package, agrees with "
            f"the trained mixture in {self.proof.compared} to {self.difference:.1e} "
            f"({self.proof.dtype})",
            f"written: {sizes}{speed}",
            f"model: {self.folder}",
        ]


def export(
    campaign: Path,
    destination: Path,
    run: str | None = None,
    format: str = formats.DEFAULT,
    dtype: str = formats.DOUBLE,
) -> Exported:
    """Write the network of the recommended trial's best run, and check that it is the trained one.

    Parameters
    ----------
    campaign
        The folder of a campaign with at least one finished trial.
    destination
        A folder to create, an empty one, or one with an earlier export, which is replaced.
    run
        Another run, by its name in the table of runs, such as ``0007-0``.
    format
        Of the portable program, one of `nas.export.format.names`.
    dtype
        What the program computes in: ``float64``, or ``float32`` where its format can.

    Raises
    ------
    UserError
        If ``campaign`` is no campaign, nothing in it is finished yet, ``run`` or ``format`` is
        unknown or cannot write this network in ``dtype``, ``run`` did not complete, a file is
        damaged, or ``destination`` cannot be used.
    NotEquivalent
        If the exported program does not agree with the trained mixture. In either case
        ``destination`` is as it was before.

    Examples
    --------
    >>> export(Path("runs/heat"), Path("model")).card  # doctest: +SKIP
    PosixPath('model/MODEL_CARD.md')
    >>> export(Path("runs/heat"), Path("model"), format="zip")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: ...
    """
    campaign, destination, chosen = Path(campaign), usable(destination), formats.find(format)
    formats.check_dtype(chosen, dtype)
    found = _trained(campaign, run)
    row, mixture, described = found.row, found.mixture, found.described
    problem, path = described.problem, found.path
    training = _training(campaign, records.read_campaign(campaign), row)
    with staged(destination, stale=formats.files()) as stage:
        network = _write_network(stage, described, mixture)
        parameters = sum(parameter.numel() for parameter in network.parameters())
        check_recorded(path, mixture, parameters, row)
        program = stage / chosen.FILE
        program.write_bytes(chosen.serialise(network, dtype))
        described = _describe(stage, described)
        proof = equivalence.check(chosen, program, mixture, problem, dtype)
        sizes = {name: (stage / name).stat().st_size for name in (chosen.FILE, loading.WEIGHTS)}
        text = card.write(described, chosen, parameters, training, proof)
        (stage / CARD).write_text(text, encoding="utf-8")
        _describe(stage, described)
    return Exported(
        destination,
        destination / chosen.FILE,
        row["run"],
        len(described.experts),
        parameters,
        proof,
        sizes,
        tuple(str(one.candidate) for one in described.corrections),
    )


def network_of(campaign: Path, run: str | None = None) -> ExportedMixture:
    """What `nas.load` would give of an export of the same run; nothing is written.

    Raises
    ------
    UserError
        As `export`, of what it reads.

    Examples
    --------
    >>> network_of(Path("runs/heat"))(x=0.5, t=1.0)  # doctest: +SKIP
    0.3727
    >>> network_of(Path("nowhere"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    nas.errors.UserError: nowhere: expected a campaign folder, found no campaign.json in it; ...
    """
    found = _trained(Path(campaign), run)
    made = ExportedMixture(found.described)
    made.load_state_dict(plain_state(found.mixture))
    parameters = sum(parameter.numel() for parameter in made.parameters())
    check_recorded(found.path, found.mixture, parameters, found.row)
    return made


@dataclass(frozen=True)
class _Trained:
    """What a finished run left, as far as its record alone can tell."""

    path: Path  # of the mixture
    row: Row
    mixture: Mixture
    described: Architecture


def _trained(campaign: Path, run: str | None) -> _Trained:
    recorded = records.read_campaign(campaign)
    row = _run(campaign, records.rows(campaign, "runs"), run or _recommended(campaign))
    problem = _problem(campaign, recorded)
    path = layout.run_folder(campaign, row["run"]) / FILE
    mixture = read_mixture(path, problem)
    return _Trained(path, row, mixture, _described(campaign, row, problem, mixture))


def _recommended(campaign: Path) -> str:
    """The best run of the recommended trial."""
    trials = records.rows(campaign, "trials")
    for trial in trials:
        if trial["recommended"] and trial["best_run"]:
            name: str = trial["best_run"]
            return name
    raise UserError(
        f"{campaign}: expected a recommended trial, but of {len(trials)} finished trials none "
        "completed; run `nas search` again on this folder to go on, or name a run"
    )


def _run(campaign: Path, runs: Sequence[Row], name: str) -> Row:
    row = next((row for row in runs if row["run"] == name), None)
    completed = [row["run"] for row in runs if row["status"] == "completed"]
    nearest = difflib.get_close_matches(name, completed, n=3, cutoff=0.0)
    advice = f"choose a completed run such as {', '.join(nearest)}" if nearest else "none is yet"
    if row is None:
        raise UserError(f"{campaign}: expected the name of a finished run, got {name!r}; {advice}")
    if row["status"] != "completed":
        why = f"{row['status']}: {row['reason']}" if row["reason"] else row["status"]
        raise UserError(
            f"{campaign}: expected a completed run, but {name} left no network ({why}); {advice}"
        )
    return row


def _problem(campaign: Path, recorded: Row) -> ProblemFacts:
    with _understood(campaign / layout.CAMPAIGN_FILE):
        known = recorded["problem"]
        facts = {
            name: known[name]
            for name, one in ProblemFacts.model_fields.items()
            if one.is_required() or name in known
        }
        return ProblemFacts.model_validate_json(json.dumps(facts))


def _training(campaign: Path, recorded: Row, row: Row) -> str:
    with _understood(campaign / layout.CAMPAIGN_FILE):
        return trained.in_words(recorded["configuration"], row)


def _described(campaign: Path, row: Row, problem: ProblemFacts, mixture: Mixture) -> Architecture:
    experts = records.rows(campaign, "experts")
    importance = {
        expert["candidate"]: _finite(expert["importance"])
        for expert in experts
        if expert["run"] == row["run"]
    }
    with _understood(layout.gathered_file(campaign, "runs")):
        measured = Measured(**{name: _finite(row[name]) for name in Measured.model_fields})
        return describe(mixture, problem, importance, measured, _unknowns(campaign, row))


def _unknowns(campaign: Path, row: Row) -> tuple[UnknownValue, ...]:
    """The last value that the run found for each unknown coefficient."""
    found = {
        one["name"]: one["value"]
        for one in records.rows(campaign, "unknowns")
        if one["run"] == row["run"]
    }
    return tuple(UnknownValue(name=name, value=value) for name, value in found.items())


@contextmanager
def _understood(path: Path) -> Iterator[None]:
    """Say which file of the campaign holds what no campaign writes."""
    try:
        yield
    except (ValidationError, LookupError, TypeError, ValueError, AttributeError) as error:
        first = first_complaint(error) if isinstance(error, ValidationError) else repr(error)
        raise UserError(
            f"{path}: expected what a search writes, got a file that is damaged or of another "
            f"version ({first}); run `nas search` again on this folder"
        ) from error


def _finite(value: Any) -> Any:
    """JSON knows no infinity: what is not finite is as good as unknown."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_network(stage: Path, described: Architecture, mixture: Mixture) -> ExportedMixture:
    """Write description and weights; what is checked is read back from them."""
    content = safetensors.torch.save(plain_state(mixture))
    (stage / loading.WEIGHTS).write_bytes(content)
    _describe(stage, described)
    return loading.load(stage)


def _describe(stage: Path, described: Architecture) -> Architecture:
    """Write the description, with the digests of the files that there are by now."""
    there = [path for path in sorted(stage.iterdir()) if path.name != architecture.FILE]
    files = {path.name: loading.digest(path.name, path.read_bytes()) for path in there}
    told = described.model_copy(update={"files": files})
    (stage / architecture.FILE).write_text(told.text(), encoding="utf-8")
    return told
