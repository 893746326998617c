"""Imports run one way, and nothing in the product runs text as a program.

The modules are read, not run, so an import inside a function counts like any other.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Where the packages stand; nas/reports and nas/search_spaces are links to folders of the root.
PACKAGES = {
    "nas": "nas",
    "nas.search_spaces": "search_spaces",
    "nas.reports": "reports",
    "experiments": "experiments",
}
MODULES = {
    ".".join([package, *path.relative_to(ROOT / folder).with_suffix("").parts]).removesuffix(
        ".__init__"
    ): path
    for package, folder in PACKAGES.items()
    for path in sorted((ROOT / folder).rglob("*.py"))
}

GROUND = [
    "nas",
    *(f"nas.{name}" for name in ("belonging", "checks", "digest", "errors", "files")),
    *("nas.folder_lock", "nas.json_file", "nas.one_line", "nas.paths"),
]
# From the first to the last moment of a command; none of it brings torch.
COMMAND = ["nas.exit_codes", "nas.signals", "nas.terminal"]
# What the tables of a campaign are read with; none of it brings torch.
READING = [
    "nas.campaign.coefficients",
    "nas.campaign.front",
    "nas.campaign.gathering",
    "nas.campaign.identity_file",
    "nas.campaign.layout",
    "nas.campaign.parquet",
    "nas.campaign.recommendation",
    "nas.campaign.records",
    "nas.campaign.schemas",
    "nas.campaign.slices",
    "nas.campaign.trial_rows",
    "nas.runner.attempt_log",
    "nas.runner.provenance",
    "nas.runner.progress",
]
# Who may import what of the project; the longest prefix that fits a module speaks for it, and
# a name stands for all that is below it, but "nas" for itself alone.
MAY_IMPORT = {
    "nas.search_spaces": ["nas.search_spaces"],
    "nas.belonging": ["nas.json_file"],
    "nas.checks": [],
    "nas.errors": ["nas.one_line"],
    "nas.one_line": [],
    "nas.paths": ["nas.errors", "nas.files"],
    "nas.files": ["nas.errors"],
    "nas.exit_codes": [],
    "nas.signals": ["nas.exit_codes"],
    "nas.terminal": ["nas.one_line"],
    "nas.own_code": ["nas.signals", "nas.errors"],
    "nas.digest": [],
    "nas.json_file": ["nas.digest", "nas.errors", "nas.files", "nas"],
    "nas.calculus": ["nas.calculus", "nas.errors"],
    "nas.problems": ["nas.problems", "nas.calculus", *GROUND],
    "nas.networks": ["nas.networks", "nas.calculus", "nas.search_spaces", *GROUND],
    "nas.mixture": ["nas.mixture", "nas.networks", "nas.calculus", "nas.search_spaces", *GROUND],
    "nas.training": [
        "nas.training",
        "nas.mixture",
        "nas.networks",
        "nas.problems",
        "nas.calculus",
        "nas.search_spaces",
        *GROUND,
    ],
    "nas.assessment": [
        "nas.assessment",
        "nas.training",
        "nas.mixture",
        "nas.problems",
        "nas.calculus",
        *GROUND,
    ],
    "nas.checking": [
        "nas.checking",
        "nas.assessment",
        "nas.training",
        "nas.problems",
        "nas.calculus",
        "nas.reports.style",
        *GROUND,
    ],
    "nas.runner": [
        "nas.runner",
        "nas.named_problem",
        "nas.problems",
        "nas.signals",
        "nas.terminal",
        *GROUND,
    ],
    **{module: [*READING, "nas.search_spaces", *GROUND] for module in READING},
    "nas.export": [
        "nas.export",
        "nas.campaign.coefficients",
        "nas.campaign.layout",
        "nas.campaign.records",
        "nas.signals",
        "nas.training",
        "nas.mixture",
        "nas.networks",
        "nas.calculus",
        "nas.search_spaces",
        *GROUND,
    ],
    "nas.campaign": [
        "nas.campaign",
        "nas.assessment",
        "nas.runner",
        "nas.training",
        "nas.mixture",
        "nas.networks",
        "nas.problems",
        "nas.calculus",
        "nas.search_spaces",
        *GROUND,
    ],
    "nas.validation": [
        "nas.validation",
        "nas.campaign",
        "nas.runner",
        "nas.training",
        "nas.networks",
        "nas.problems",
        "nas.calculus",
        "nas.search_spaces",
        *GROUND,
    ],
    "nas.reports": [
        "nas.reports",
        "nas.campaign.layout",
        "nas.campaign.recommendation",
        "nas.campaign.records",
        "nas.campaign.slices",
        "nas.folder_lock",
        "nas.search_spaces",
        "nas.errors",
        "nas.files",
        "nas.one_line",
        "nas.paths",
    ],
    "nas.interop": ["nas.interop", "nas.problems", "nas.calculus", *GROUND],
    # The two ends of the house: the Python interface and the command line.
    "nas": [
        "nas.result",
        "nas.searcher",
        "nas.searching",
        "nas.export",
        "nas.problems",
        "nas.calculus",
        *GROUND,
    ],
    "nas.result": [
        "nas.live",
        "nas.campaign",
        "nas.runner",
        "nas.export",
        "nas.problems",
        "nas.validation",
        "nas.reports",
        *GROUND,
    ],
    "nas.searching": [
        "nas.result",
        "nas.live",
        "nas.campaign",
        "nas.runner",
        "nas.problems",
        "nas.validation",
        "nas.search_spaces",
        *GROUND,
    ],
    "nas.searcher": [
        "nas.result",
        "nas.searching",
        "nas.problems",
        "nas.search_spaces",
        *GROUND,
    ],
    "experiments.benchmarks.cases.many_runs": [
        "experiments",
        "nas.campaign",
        "nas.reports",
        "nas.runner",
        *GROUND,
    ],
    "experiments.robustness": [
        "experiments",
        "nas",
        "nas.exit_codes",
        "nas.campaign",
        "nas.export",
        "nas.problems",
        "nas.reports",
        "nas.runner",
        *GROUND,
    ],
    "experiments": [
        "experiments",
        "nas.assessment",
        "nas.result",
        "nas.runner",
        "nas.campaign",
        "nas.training",
        "nas.mixture",
        "nas.networks",
        "nas.problems",
        "nas.calculus",
        "nas.search_spaces",
        "nas.validation",
        *(f"nas.reports.{name}" for name in ("style", "claims", "rows", "survival", "words")),
        *("nas.reports.survival_words", "nas.reports.individual_losses"),
        *(f"nas.reports.validation_{name}" for name in ("rankings", "statistics")),
        *GROUND,
    ],
    "nas.live": ["nas.runner.overview", "nas.reports.words", "nas.errors"],
    "nas.display": ["nas.one_line", "nas.result", "nas.search_spaces", "nas.reports"],
    "nas.named_problem": ["nas.problems", *GROUND],
    "nas.problem_card": ["nas.named_problem", "nas.problems", *GROUND],
    "nas.__main__": ["nas.cli"],
    "nas.cli": [
        *("nas", "nas.commands", "nas.compare_command", "nas.errors", "nas.one_line"),
        *COMMAND,
    ],
    "nas.compare_command": ["nas.commands", "nas.reports", *GROUND],
    "nas.feedback": ["nas.live", "nas.runner", "nas.errors", "nas.one_line", *COMMAND],
    "nas.key_commands": ["nas.feedback", "nas.campaign.keys", "nas.search_spaces", *GROUND],
    "nas.commands": [
        *COMMAND,
        "nas.feedback",
        "nas.key_commands",
        "nas.own_code",
        "nas.display",
        "nas.checking",
        "nas.named_problem",
        "nas.problem_card",
        "nas.result",
        "nas.campaign",
        "nas.runner",
        "nas.export",
        "nas.problems",
        "nas.validation",
        "nas.search_spaces",
        "nas.reports",
        *GROUND,
    ],
}
# These open at once: nothing that they import may bring torch.
WITHOUT_TORCH = [
    *("nas.search_spaces", *GROUND[1:], "nas.own_code", "nas.cli"),
    *COMMAND,
    *READING,
    "nas.reports",
]

RUNS_TEXT = {
    "eval",
    "exec",
    "compile",
    "builtins.eval",
    "builtins.exec",
    "torch.load",
    "torch.jit.load",
    "joblib.load",
    "pandas.read_pickle",
    "yaml.load",
    "yaml.load_all",
    "yaml.full_load",
    "yaml.unsafe_load",
    "yaml.Loader",
    "yaml.FullLoader",
    "yaml.UnsafeLoader",
}
# To run a user's problem file is what this module is for.
MAY_RUN_TEXT = {"nas.problems.loading": ["exec", "compile"]}
UNPICKLERS = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "marshal", "shelve"}


def imports(source: str, module: str, is_package: bool = False) -> Iterator[str]:
    """The modules that ``source`` imports, anywhere in it; ``from a import b`` may mean a.b."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            up = module.split(".")[: len(module.split(".")) - node.level + is_package]
            base = ".".join([*(up if node.level else []), *filter(None, [node.module])])
            names = {f"{base}.{alias.name}" for alias in node.names}
            # What is no module is a name in the base.
            yield from names & MODULES.keys()
            if names - MODULES.keys():
                yield base


def below(name: str, above: str) -> bool:
    """Whether ``name`` is ``above`` or in it; the package nas is but itself."""
    return name == above or (above != "nas" and name.startswith(f"{above}."))


def forbidden(source: str, module: str, is_package: bool = False) -> list[str]:
    """What of the project ``source`` imports although it may not."""
    spoken_for = [key for key in MAY_IMPORT if module == key or module.startswith(f"{key}.")]
    allowed = MAY_IMPORT[max(spoken_for, key=len)]
    return [
        name
        for name in imports(source, module, is_package)
        if name.split(".")[0] in ("nas", "experiments", "tests")
        and not any(below(name, one) for one in allowed)
    ]


def runs_text(source: str) -> list[str]:
    """The names in ``source``, with aliases undone, that can run what they are given."""
    meaning: dict[str, str] = {}
    found = []
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                meaning[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
                found += [alias.name] * (alias.name.split(".")[0] in UNPICKLERS)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module] * (node.module.split(".")[0] in UNPICKLERS)
            meaning |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            first, _, rest = ast.unparse(node).partition(".")
            name = ".".join(filter(None, [meaning.get(first, first), rest]))
            found += [name] * (name in RUNS_TEXT)
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            found += ["allow_pickle"] * (ast.unparse(node.value) != "False")
    return found


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module: str) -> None:
    path = MODULES[module]
    source = path.read_text(encoding="utf-8")
    assert forbidden(source, module, path.name == "__init__.py") == []
    if any(below(module, one) for one in WITHOUT_TORCH):
        assert "torch" not in {name.split(".")[0] for name in imports(source, module)}


@pytest.mark.parametrize("module", MODULES)
def test_nothing_runs_text_as_a_program(module: str) -> None:
    found = runs_text(MODULES[module].read_text(encoding="utf-8"))
    assert set(found) <= set(MAY_RUN_TEXT.get(module, []))


@pytest.mark.parametrize("module", ["nas.campaign.records", "nas.search_spaces", "nas"])
def test_module_opens_without_torch(module: str) -> None:
    program = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("nas.search_spaces.x", "import nas.errors", ["nas.errors"]),
        ("nas.search_spaces.x", "from nas.search_spaces.space import Candidate", []),
        ("nas.calculus.x", "from nas.problems import Box", ["nas.problems"]),
        ("nas.mixture.x", "def f():\n    import nas.problems.burgers", ["nas.problems.burgers"]),
        ("nas.mixture.x", "from nas import training", ["nas.training"]),
        ("nas.mixture.x", "from nas import __version__", []),
        ("nas.runner.x", "from nas.campaign import config", ["nas.campaign.config"]),
        ("nas.runner.x", "import nas.training", ["nas.training"]),
        ("nas.mixture.x", "from ..training import trainer", ["nas.training"]),
        ("nas.training.x", "from nas.campaign import config", ["nas.campaign.config"]),
        ("nas.campaign.x", "import nas.cli", ["nas.cli"]),
        ("nas.campaign.records", "from nas.campaign import config", ["nas.campaign.config"]),
        ("nas.reports.x", "from nas.campaign import records", []),
        ("nas.reports.x", "from nas.campaign import records, config", ["nas.campaign.config"]),
        ("nas.problems.x", "from tests import oracles", ["tests"]),
    ],
)
def test_arrows_are_seen(module: str, source: str, found: list[str]) -> None:
    seen = forbidden(source, module)
    assert [name.removesuffix(".trainer") for name in seen] == found


@pytest.mark.parametrize(
    "source",
    [
        "eval('1')",
        "from torch import load as read\nread('x')",
        "import torch as t\nt.load('x')",
        "import yaml\nyaml.load(text, Loader=yaml.SafeLoader)",
        "def f():\n    from pickle import loads",
        "import pickle",
        "import numpy as np\nnp.load('x', allow_pickle=True)",
    ],
)
def test_running_text_is_seen(source: str) -> None:
    assert runs_text(source)


def test_evaluation_mode_of_a_network_is_no_running_of_text() -> None:
    assert runs_text("import numpy as np\nmodel.eval()\nnp.load('x', allow_pickle=False)") == []
