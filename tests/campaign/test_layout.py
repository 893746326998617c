"""What of a campaign's folder cannot be looked into is told."""

from pathlib import Path

import pytest

from nas.campaign import layout, parquet
from nas.errors import UserError
from nas.export import architecture_file


def test_another_users_run_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", forbidden)
    with pytest.raises(UserError, match=r"0000-0: cannot be read \(Permission denied\); ask its"):
        layout.is_finished(Path("runs/0000-0"))


def test_a_table_without_permission_is_not_called_damaged() -> None:
    error = PermissionError(13, "Permission denied", "tables/history.parquet")
    told = str(parquet.damaged(Path("out/tables/history.parquet"), error))
    assert told.startswith("out/tables/history.parquet: cannot be read (Permission denied); ask")
    assert "delete" not in told


def test_a_file_of_an_export_without_permission_is_not_called_damaged() -> None:
    error = PermissionError(13, "Permission denied", "weights")
    told = str(architecture_file.damaged(Path("model/weights.safetensors"), error))
    assert told.startswith("model/weights.safetensors: cannot be read (Permission denied); ask")


def test_a_run_is_finished_once_all_its_tables_are_there(tmp_path: Path) -> None:
    assert not layout.is_finished(tmp_path / "none")
    for name in layout.RUN_TABLES:
        assert not layout.is_finished(tmp_path)
        layout.table_file(tmp_path, name).touch()
    assert layout.is_finished(tmp_path)
