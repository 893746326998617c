from dataclasses import replace

import pandas as pd

from nas.reports import example, field_errors, run_tables


def test_each_field_has_its_own_error() -> None:
    records = example.records()
    rows = [("0001-0", "u", 0.5), ("0001-0", "p", None), ("0000-0", "u", 0.25)]
    table = pd.DataFrame(rows, columns=["run", "field", "relative_l2"])
    estimates = pd.Series([0.6, 0.7, None])
    told = replace(records, fields=table.assign(error_estimate=estimates))
    assert field_errors.estimates(told, "0001-0") == {"u": 0.6, "p": 0.7}
    assert field_errors.estimates(told, "0000-0") == {}
    errors = field_errors.of_run(told, "0001-0")
    assert list(errors) == ["u", "p"]
    assert errors["u"] == 0.5
    assert errors["p"] != errors["p"]  # where the reference is zero everywhere


def test_of_an_earlier_version_the_error_of_a_single_field_is_known() -> None:
    records = example.records()
    old = replace(records, fields=records.fields[:0])
    assert field_errors.of_run(old, "0001-0") == {"u": 0.02}
    assert field_errors.of_run(old, "0003-0") == {}
    assert field_errors.of_run(old, None) == {}
    about = records.campaign | {"problem": records.campaign["problem"] | {"fields": ["u", "p"]}}
    assert field_errors.of_run(replace(old, campaign=about), "0001-0") == {}


def test_without_a_reference_each_field_has_an_estimate_and_no_error() -> None:
    rows = [("0001-0", "u", None, 0.5), ("0001-0", "p", None, 0.01)]
    table = pd.DataFrame(rows, columns=["run", "field", "relative_l2", "error_estimate"])
    records = example.records()
    records.runs["relative_l2"] = None
    told = replace(records, fields=table)
    assert field_errors.of_run(told, "0001-0") == {}
    assert field_errors.estimates(told, "0001-0") == {"u": 0.5, "p": 0.01}
    assert run_tables.fields(told) is None
