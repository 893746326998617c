"""Where the study stands: in the campaign's folder, whatever its name; passwords are not shown."""

import sqlite3
from pathlib import Path

import optuna
import pytest
from sqlalchemy import create_engine, text

from nas.campaign import campaign, config, records, study_storage
from nas.campaign.folder import opened
from nas.campaign.study_storage import check_reachable
from nas.campaign.tuner import Tuner
from nas.errors import UserError

NAMES = [
    "why?mode=memory", "100%", "a%20b", "a#b", "two words", "it's", 'a"b', "{x}", "ünï", "a\nb",
    "a\x1bb", "&a=b", "a;b", "a:b@c", "~", "-",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_study_is_in_the_folder_and_nothing_beside_it(name: str, tmp_path: Path) -> None:
    settings = config.build(problem="burgers", tune={"m": 8, "p": 0.5, "threshold": 0.3})
    with opened(settings, tmp_path / name) as home:
        Tuner(settings, home.storage, home.study).propose(0)
    again = Tuner(settings, study_storage.in_folder(tmp_path / name), home.study)
    again.tell(0, (1.0, 2.0))
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "study.sqlite").stat().st_size > 0


def test_the_study_of_another_campaign_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    for folder in ("mine", "mine/study.sqlite?"):
        (tmp_path / folder).mkdir(exist_ok=True)
        with create_engine(study_storage.in_folder(tmp_path / folder)).begin() as connection:
            connection.execute(text("create table t (x)"))
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("study.sqlite"))
    assert found == ["mine/study.sqlite", "mine/study.sqlite?/study.sqlite"]


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///trials.db",
        "sqlite:////tmp/trials.db",
        "postgresql+psycopg2://me:secret@host/db",
        "mysql+pymysql://me:secret@host/db",
    ],
)
def test_what_optuna_can_use_is_taken(url: str) -> None:
    assert study_storage.checked(url) == url


def test_the_record_holds_no_password(tmp_path: Path) -> None:
    url = "mysql://me:secret@host/db?password=secret&passwd=secret&ssl=1"
    with opened(config.build(problem="burgers", storage=url), tmp_path / "out"):
        pass
    kept = records.read_campaign(tmp_path / "out")["configuration"]["storage"]
    assert "secret" not in (tmp_path / "out" / "campaign.json").read_text()
    assert kept.startswith("mysql://me:***@host/db?")
    assert "ssl=1" in kept


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql+nosuch://me:secret@host/db", "Can't load plugin"),
        ("sqlite:////no/such/folder/trials.db", "unable to open database file"),
    ],
)
def test_a_database_that_does_not_answer_is_told_before_anything_is_made(
    url: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = config.build(problem="burgers", storage=url)
    told = f"^storage .*: expected a database that answers, got .*{told}"
    with pytest.raises(UserError, match=told) as caught:
        campaign.search(settings, tmp_path / "out")
    assert "me:secret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_what_a_driver_tells_is_told_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a host that is away; no driver of such a database need be there."""

    def away(url: str) -> None:
        raise OSError("could not connect to me secret at host\nIs the server running?")

    monkeypatch.setattr(study_storage, "create_engine", away)
    told = r"^storage postgresql://me:\*\*\*@host/db: .* connect to me \*\*\* at host Is the server"
    with pytest.raises(UserError, match=told) as caught:
        study_storage.check_reachable("postgresql://me:secret@host/db")
    assert "secret" not in str(caught.value)


def test_a_database_of_other_things_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "mine.db"
    with sqlite3.connect(path) as database:
        database.execute("create table studies (a int)")
    before = path.read_bytes()
    with pytest.raises(UserError, match=r"one of Optuna, got one with other tables \(studies\)"):
        check_reachable(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_one_of_optuna_is_gone_on_with(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'trials.db'}"
    check_reachable(url)  # empty
    optuna.create_study(storage=url)
    check_reachable(url)


def test_a_password_with_an_at_is_not_shown_as_a_host() -> None:
    said = OSError("failed to resolve host 'ssw0rd@nohost'")
    told = study_storage.cause(said, "postgresql://me:p@ssw0rd@nohost/db")
    assert told == "failed to resolve host '***@nohost'"
