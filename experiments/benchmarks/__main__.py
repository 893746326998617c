"""The command: ``python -m experiments.benchmarks [--list] [CASE...]``."""

from pathlib import Path

from experiments.benchmarks import cases
from experiments.harness import command
from experiments.harness.cases import Experiment, modules

EXPERIMENT = Experiment("Benchmarks", Path(__file__).parent, modules(cases))

if __name__ == "__main__":
    command.run(command.measuring(EXPERIMENT))
