"""What became of a run on its way: its phases, its drops, the iteration that was kept."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nas.reports.rows import each

_JUMP = 2.0  # times: a change from one phase to the next that a reader asks about
_SAME = 1e-6  # relative: two numbers that are the same loss
# Why a curve may jump where a phase begins.
_WARM_UP = "warm-up"
_AFTER_WARM_UP = (
    "before, it is the loss of the best expert by itself, from then on that of the mixture"
)
_WHY = {
    "selection": "experts and gate begin to learn together, on new points",
    "fine-tuning": "Gauss–Newton takes over from Adam, in double precision and on new points",
    "correction": "what training has left is solved for in random waves",
}
_FINE_TUNING = "fine-tuning"


@dataclass(frozen=True)
class Phase:
    """A phase with the steps over which it reaches.

    Examples
    --------
    >>> Phase("gate", 50.0, 100.0).name
    'gate'
    """

    name: str
    start: float
    end: float


def phases(mine: pd.DataFrame) -> tuple[Phase, ...]:
    """Each phase from the end of the one before, which is its last record, or 0, to its own.

    Examples
    --------
    >>> from nas.reports import example
    >>> phases(example.records().history.query("run == '0001-0'"))[1]
    Phase(name='gate', start=50.0, end=100.0)
    """
    last = mine[mine["phase"] != mine["phase"].shift(-1)]
    ends = [float(step) for step in last["step"]]
    starts = [0.0, *ends[:-1]]
    return tuple(map(Phase, last["phase"].astype(str), starts, ends))


@dataclass(frozen=True)
class Kept:
    """The state that a run has kept.

    Examples
    --------
    >>> Kept(0.0, 1.7e-4, before="race").before
    'race'
    """

    step: float
    loss: float  # held-out
    before: str = ""  # what made nothing better, where the state is that with which it began


def kept(mine: pd.DataFrame, run: pd.Series) -> Kept | None:
    """Which state the ``run`` has kept; None where it is on no curve.

    It has a record, or is the one with which the fine-tuning began, or with which a contestant came
    into the race: better than all that came of it, and not recorded there. It is on no curve where
    it was corrected and training went on without the correction.

    Examples
    --------
    >>> from nas.reports import example
    >>> mine = example.records().history.query("run == '0001-0'")
    >>> run = pd.Series({"held_out_loss": 4e-4, "stage": "selection", "corrections": ""})
    >>> kept(mine, run)
    Kept(step=400.0, loss=0.0004, before='')
    >>> run["held_out_loss"], run["stage"] = 3e-4, "race"
    >>> kept(mine[mine["phase"] == "fine-tuning"], run)
    Kept(step=0.0, loss=0.0003, before='race')
    """
    loss, raced = float(run["held_out_loss"]), run["stage"] == "race"
    known = mine.dropna(subset=["held_out_loss"])
    same = known[np.isclose(known["held_out_loss"].astype(float), loss, rtol=_SAME, atol=0)]
    for row in each(same):
        return Kept(float(row.step), float(row.held_out_loss))
    tuned = known[known["phase"] == _FINE_TUNING]
    if tuned.empty or is_corrected(run) or not loss < tuned["held_out_loss"].min():
        return None
    before = mine[mine["phase"] != _FINE_TUNING]["step"]
    before = before[before < tuned["step"].iloc[0]]
    began = 0.0 if before.empty else float(before.iloc[-1])
    return Kept(began, loss, "race" if raced else _FINE_TUNING)


def is_corrected(run: pd.Series) -> bool:
    """Whether random waves were added to what a run learnt.

    Examples
    --------
    >>> is_corrected(pd.Series({"corrections": "sine 1×800"}))
    True
    """
    return isinstance(run.get("corrections"), str) and bool(run["corrections"])


def with_beginning(mine: pd.DataFrame, state: Kept | None) -> pd.DataFrame:
    """The records, with one more where the state that was kept is older than they are.

    Examples
    --------
    >>> from nas.reports import example
    >>> tuned = example.records().history.query("run == '0001-0' and phase == 'fine-tuning'")
    >>> longer = with_beginning(tuned, Kept(0.0, 3e-4, before="race"))
    >>> longer[["step", "held_out_loss"]].values.tolist()[0], len(longer) - len(tuned)
    ([0.0, 0.0003], 1)
    """
    if state is None or not state.before:
        return mine
    after = mine[mine["step"] > state.step]
    first = after.iloc[:1].assign(step=int(state.step), loss=np.nan, held_out_loss=state.loss)
    return pd.concat([mine[mine["step"] <= state.step], first, after], ignore_index=True)


def drops(mine: pd.DataFrame, experts: pd.DataFrame) -> tuple[float, ...]:
    """The steps at which experts of a run were dropped.

    Records are several steps apart, and each expert knows the step at which it was dropped.

    Examples
    --------
    >>> from nas.reports import example
    >>> records = example.records()
    >>> mine, experts = (
    ...     table.query("run == '0001-0'") for table in (records.history, records.experts)
    ... )
    >>> drops(mine, experts)
    (180.0, 220.0)
    """
    if mine.empty:
        return ()
    gone = experts[experts["outcome"] == "dropped"]
    return tuple(sorted(float(step) for step in gone["ended"]))


def alive(
    mine: pd.DataFrame, dropped: tuple[float, ...]
) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Steps, and how many experts were alive from each on.

    Examples
    --------
    >>> from nas.reports import example
    >>> alive(example.records().history.query("run == '0001-0'"), (180.0, 220.0))
    ((0.0, 180.0, 220.0, 400.0), (4, 3, 2, 2))
    """
    end = int(mine["experts"].iloc[-1])
    first, last = float(mine["step"].iloc[0]), float(mine["step"].iloc[-1])
    counts = [end + len(dropped) - gone for gone in range(len(dropped) + 1)]
    return (first, *dropped, last), (*counts, end)


def jumps(mine: pd.DataFrame) -> list[str]:
    """Where a phase begins with another loss than the one before ended with, and why.

    Examples
    --------
    >>> told = pd.DataFrame({"phase": ["warm-up", "gate"], "step": [10, 20], "loss": [0.01, 0.5],
    ...                      "held_out_loss": [None, 0.5]})
    >>> print(*jumps(told))  # doctest: +ELLIPSIS
    gate: before, it is the loss of the best expert by itself, from then on that of the mixture
    """
    found = []
    for one, then in zip(phases(mine)[:-1], phases(mine)[1:], strict=True):
        ended = mine[mine["step"] <= one.end]
        began = mine[(mine["step"] > one.end) & (mine["phase"] == then.name)]
        changes = (_change(ended[column], began[column]) for column in ("loss", "held_out_loss"))
        why = _AFTER_WARM_UP if one.name == _WARM_UP else _WHY.get(then.name)
        if why and any(change > _JUMP for change in changes):
            found.append(f"{then.name}: {why}")
    return found


def _change(before: pd.Series, after: pd.Series) -> float:
    """The factor between the last known value and the first; 1 where there is none."""
    ends = [series.dropna().astype(float) for series in (before, after)]
    if any(series.empty for series in ends):
        return 1.0
    ratio = float(ends[1].iloc[0] / ends[0].iloc[-1])
    return max(ratio, 1 / ratio) if ratio > 0 else 1.0
