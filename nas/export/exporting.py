"""``nas export``: a finished run's network, to be used without this project."""

from dataclasses import dataclass
from pathlib import Path

import safetensors.torch

from nas.campaign import layout, records
from nas.export import architecture, card, equivalence, loading
from nas.export import format as formats
from nas.export import training as trained
from nas.export.architecture import Architecture
from nas.export.conversion import plain_state
from nas.export.finished_run import Row, finished_run, understood
from nas.export.folder import staged
from nas.export.network import ExportedMixture
from nas.export.proof import Proof
from nas.export.recorded import check_recorded
from nas.mixture.mixture import Mixture
from nas.paths import usable

CARD = "MODEL_CARD.md"


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
    told: tuple[str, ...] = ()  # what is to be known of the answer, as a search tells it

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
            *self.told,
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
    found = finished_run(campaign, run)
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
        (
            *(f"  {one.name} found: {one.known}" for one in described.unknowns),
            *described.measured.told(),
        ),
    )


def _training(campaign: Path, recorded: Row, row: Row) -> str:
    with understood(campaign / layout.CAMPAIGN_FILE):
        return trained.in_words(recorded["configuration"], row)


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
