"""A paragraph on what was done, to be put into a text, and what it cites."""

import pandas as pd

from nas.campaign.records import Records
from nas.reports import chosen, race, tables, words
from nas.reports.recommended import problem
from nas.reports.report import Report

_SOFTWARE = """@software{{pinn_nas,
  title   = {{pinn-nas: architecture search for physics-informed neural networks by gated mixtures
             of experts}},
  author  = {{{{The pinn-nas authors}}}},
  version = {{{version}}},
  year    = {{2026}}
}}"""
_ARTICLE = """@inproceedings{bischof2022mixture,
  title     = {Mixture-of-experts-ensemble meta-learning for physics-informed neural networks},
  author    = {Bischof, Rafael and Kraus, Michael A.},
  booktitle = {Proceedings of 33. Forum Bauinformatik},
  year      = {2022}
}"""
_OPTUNA = """@inproceedings{akiba2019optuna,
  title     = {Optuna: a next-generation hyperparameter optimization framework},
  author    = {Akiba, Takuya and Sano, Shotaro and Yanase, Toshihiko and Ohta, Takeru and Koyama,
               Masanori},
  booktitle = {KDD},
  year      = {2019}
}"""


def bibtex(records: Records) -> str:
    """What the `paragraph` cites.

    Examples
    --------
    >>> from nas.reports import example
    >>> [line for line in bibtex(example.records()).splitlines() if line.startswith("@")]
    ['@software{pinn_nas,', '@inproceedings{bischof2022mixture,', '@inproceedings{akiba2019optuna,']
    """
    software = _SOFTWARE.format(version=_version(records) or "unknown")
    return "\n\n".join([software, _ARTICLE, _OPTUNA])


def paragraph(content: Report) -> str:
    """What was searched, how, and what was found; empty where nothing can be recommended.

    Examples
    --------
    >>> from nas.reports import example
    >>> print(paragraph(example.report()))  # doctest: +ELLIPSIS
    The network that solves “A saddle” was found by pinn-nas, which trains a pool of networks as ...
    """
    best, records = content.best, content.records
    if best is None:
        return ""
    facts = problem(records)
    why = chosen.why(records.trials, records.runs) if best.by_rule else "the best so far"
    version = _version(records)
    said = [
        f"The network that solves “{facts['title'] or facts['name']}” was found by pinn-nas"
        f"{f' {version}' if version else ''}, which trains a pool of networks as experts of one "
        "mixture and drops those that its gate does not need (Bischof and Kraus 2022).",
        _searched(records),
        f"{words.capital(chosen.named(best.run))} is {'recommended' if best.by_rule else 'shown'} "
        f"({why}): {words.subset(best.survivors)}, "
        f"{tables.count(float(best.run.parameters_after))} parameters.",
        "Its hidden layer is drawn at random and its output layer solved by least squares (random "
        "features); no gate chose it."
        if best.run.stage == "race" and chosen.are_waves(best.survivors)
        else "",
        f"Its physics loss on held-out points is {words.number(best.run.held_out_loss)}"
        f"{_errors(content)}.",
    ]
    return " ".join(filter(None, said))


def _searched(records: Records) -> str:
    """Over what, and how long."""
    trials = records.trials[records.trials["stage"] == "selection"]
    budget = records.campaign.get("configuration", {}).get("budget")
    within = f" within {words.duration(float(budget))}" if budget else ""
    if trials.empty:
        return ""
    low, high = int(trials["m"].min()), int(trials["m"].max())
    pools = f"{low}" if low == high else f"{low} to {high}"
    raced = race.among(records)
    return (
        f"Optuna (Akiba et al. 2019) proposed the size of the pool, the sparsity penalty and the "
        f"threshold of dropping in {words.plural(len(trials), 'trial')} of {pools} candidates"
        f"{' each' * (len(trials) > 1)}{within}{f', and {raced} were compared' if raced else ''}."
    )


def _errors(content: Report) -> str:
    assert content.best is not None
    run, said = content.best.run, ""
    if pd.notna(run.relative_l2):
        said += f", its relative L2 error against the reference {words.number(run.relative_l2)}"
    if pd.notna(content.error_estimate):
        estimate = words.number(content.error_estimate)
        said += f", its relative L2 error as estimated without a reference {estimate}"
    return said


def _version(records: Records) -> str:
    return str(records.campaign.get("versions", {}).get("pinn-nas", ""))
