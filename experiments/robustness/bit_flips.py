"""Single bits flipped in each file of a campaign's folder: a finished one, and a stopped one.

Not in its report, which is written anew; in an export, of which `nas.load` is asked.
"""

import random
import shutil
import tempfile
from functools import partial
from pathlib import Path

from experiments.harness.figures import Findings
from experiments.harness.tasks import kept
from experiments.robustness.commands import left, run
from experiments.robustness.undisturbed import Undisturbed
from nas import load
from nas.errors import UserError
from nas.exit_codes import DONE, USER_ERROR

# What a campaign's user does next: `left` compares what they leave. A search that was stopped is
# not validated: some of that learns for as many seconds as the search took, and the page shows it.
NEXT = ("search", "report", "export")
REFUSED, WARNED, WARNED_OF = "refused", "warned, as before", "warned, with another result"
WITHOUT_EFFECT, UNNOTICED, CRASHED = "without effect", "unnoticed", "a traceback"


def measure(flips: int, findings: Findings, folder: Path) -> None:
    """Flip so many bits, one at a time; what is done is not done again."""
    whole = Undisturbed(folder / "undisturbed")
    stopped = Undisturbed(folder / "not validated", NEXT)
    for one in (whole, stopped):
        one.seconds("export")
    found = [
        kept(folder / "flips" / f"{seed}.json", partial(flipped, seed, whole, stopped))
        for seed in range(flips)
    ]
    verdicts = [one["verdict"] for one in found]
    findings.effort = f"{flips} bits"
    findings.add("bits flipped", len(found), "", "higher", target=100)
    findings.add("refused in a line", verdicts.count(REFUSED))
    findings.add("warned of in a line, with the same result", verdicts.count(WARNED))
    findings.add("warned of in a line, with another result", verdicts.count(WARNED_OF))
    findings.add("without any effect", verdicts.count(WITHOUT_EFFECT))
    findings.add("unnoticed", verdicts.count(UNNOTICED), target=0)
    findings.add("with a traceback", verdicts.count(CRASHED), target=0)
    for verdict in (UNNOTICED, CRASHED, WARNED_OF):
        files = sorted({str(one["file"]) for one in found if one["verdict"] == verdict})
        findings.note(*([f"{verdict.capitalize()}: {', '.join(files)}."] if files else []))


def flipped(seed: int, whole: Undisturbed, stopped: Undisturbed) -> dict[str, object]:
    """What becomes of one flipped bit: the folder's and the file's turn are its seed's."""
    turn, is_stopped = divmod(seed, 2)
    undisturbed = stopped if is_stopped else whole
    source = undisturbed.stopped() if is_stopped else undisturbed.after("export")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        shutil.copytree(source, work, dirs_exist_ok=True)
        files = targets(work)
        path = files[turn % len(files)]
        bit = flip(path, random.Random(seed))
        if path.is_relative_to(work / "model"):
            done = [loaded(work / "model")]
        else:
            shutil.rmtree(work / "model", ignore_errors=True)
            done = [run(command, work) for command in NEXT]
        verdict = judged(done, left(work), undisturbed.left("export"))
    file = path.relative_to(work).as_posix()
    return {"stopped": bool(is_stopped), "file": file, "bit": bit, "verdict": verdict, "done": done}


def targets(work: Path) -> list[Path]:
    """The files whose turn comes, in an order of chance that is always the same."""
    there = sorted(path for path in work.rglob("*") if path.is_file() and path.stat().st_size)
    found = [path for path in there if not path.is_relative_to(work / "out" / "report")]
    random.Random(0).shuffle(found)
    return found


def loaded(model: Path) -> tuple[int, str]:
    """What loading an export says, as if it were a command."""
    try:
        load(model)
    except UserError as error:
        return USER_ERROR, f"error: {error}"
    return DONE, ""


def flip(path: Path, draw: random.Random) -> int:
    """Flip a bit of a file; its number."""
    content = bytearray(path.read_bytes())
    bit = draw.randrange(8 * len(content))
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
    return bit


def judged(done: list[tuple[int, str]], now: dict[str, str], wanted: dict[str, str]) -> str:
    """In a word what became of it, from exit codes and errors, and from what was left.

    >>> judged([(2, "error: damaged")], {}, {"a": "1"}), judged([(0, "")], {"a": "1"}, {"a": "1"})
    ('refused', 'without effect')
    >>> judged([(0, "warning: left out")], {}, {"a": "1"}), judged([(0, "")], {}, {"a": "1"})
    ('warned, with another result', 'unnoticed')
    """
    said = "".join(errors for _, errors in done)
    if "Traceback" in said or any(code < 0 for code, _ in done):
        return CRASHED
    lines = said.splitlines()
    if any(line.startswith("error: ") for line in lines):
        return REFUSED
    if any(line.startswith("warning: ") for line in lines):
        return WARNED if now == wanted else WARNED_OF
    return WITHOUT_EFFECT if now == wanted else UNNOTICED
