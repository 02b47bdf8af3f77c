"""`academy evidence` as somebody types it: exit codes, JSON, errors that say what next."""

import json
import re
import zipfile
from datetime import UTC, date, datetime

import pytest

from hub_config.oversight.deeds import Deed
from hub_config.oversight.trail import Seen, Trail
from hub_config.oversight.usage import Spent, add, spent_since
from learning_paths import cli
from learning_paths.store import Store

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STATEMENT = {
    "id": "s1",
    "actor": {"account": {"name": "ada"}},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/passed"},
    "object": {"id": "urn:zhisuan-academy:fine-tuning@I"},
    "timestamp": "2026-11-21T08:00:00Z",
}


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.delenv("ACADEMY_STORE", raising=False)
    monkeypatch.setenv("ACADEMY_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    store.save_profile("ada", {"degree": None}, NOW)
    store.close()
    (tmp_path / "statements.json").write_text(json.dumps([STATEMENT, {**STATEMENT, "id": 3}]))
    return tmp_path


@pytest.fixture
def run(capsys):
    def run(*words, code=0):
        assert cli.main(["evidence", *map(str, words)]) == code
        told = capsys.readouterr()
        return json.loads(told.out) if "--json" in words else told

    return run


def test_from_a_file_to_a_trace_and_out_again(run, data):
    told = run("import", data / "statements.json", "--dry-run")
    assert told.out == "1 new and 0 changed would be kept, 0 known already, 1 left out\n"
    assert "statements.json:2: its id is no UUID" in told.err
    assert run("import", data / "statements.json", "--json")["new"] == 1
    assert run("import", data / "statements.json", "--json")["known"] == 1

    (row,) = run("show", "ada", "--competency", "fine-tuning", "--json")["evidence"]
    assert row["changed"][0]["before"] < row["changed"][0]["after"]
    assert "passed urn:zhisuan-academy:fine-tuning@I" in run("show", "ada").out.replace("\n", "")
    assert run("show", "ada", "--competency", "pre-training", "--json")["evidence"] == []

    replayed = run("replay", "--json")
    assert (replayed["learners"], replayed["rows"], replayed["differences"]) == (1, 1, [])
    assert run("replay").out.startswith("1 learners, 1 rows, 0 differences; posteriors ")

    assert run("export", "ada", "--out", data / "ada.zip", "--json")["rows"]["evidence.json"] == 1
    assert "index.html" in zipfile.ZipFile(data / "ada.zip").namelist()


def test_all_of_it_is_said_in_chinese_too(run, data, monkeypatch):
    (data / "list.csv").write_text(
        "learner,certificate,date,expires\nada,developer,2026-01-05,\nbob,develper,2026-01-05,\n"
        "bob,developer,2026-01-06,\n"
    )
    chinese = ("--language", "zh")
    told = run("import", data / "statements.json", data / "list.csv", "--dry-run", *chinese)
    assert told.out == "将新增 3 条、修订 0 条（未保存）；原已有 0 条，未采用 2 条\n"
    assert "statements.json:2: id 不是 UUID" in told.err
    assert "list.csv:3: 未知证书 'develper'；最接近的：developer" in told.err
    assert "请核对姓名：bob" in told.err
    assert "已保存" in run("import", data / "statements.json", data / "list.csv", *chinese).out

    shown = run("show", "ada", *chinese).out
    assert "ada 的学习证据" in shown
    assert "证书 developer" in shown
    assert "权重" in shown
    skipped = run("import", data / "list.csv", "--json")["skipped"]
    assert skipped[0]["what"]["zh"].startswith("未知证书")

    (data / "evidence-mapping.yml").write_text(
        'activities: [{id: "urn:zhisuan-academy:{skill}", weight: 0.1}]'
    )
    told = run("replay", *chinese, code=1)
    assert "ada：1 条记录的含义已不同，评估结果也不同" in told.out
    assert "--apply" in told.err
    assert "evidence.json 2" in run("export", "ada", "--out", data / "ada.zip", *chinese).out
    page = zipfile.ZipFile(data / "ada.zip").read("index.html").decode()
    assert '<span lang="zh">' in page
    assert "语句 s1" in page

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda: "ada")
    told = run("erase", "ada", *chinese)
    assert "以下内容将被永久删除：" in told.err
    assert "证据 2 条" in told.err
    assert told.out.startswith("已删除，20")
    assert "个人目录（未找到）：rm -r" in told.out


def test_what_differs_ends_a_replay_with_one_until_it_is_taken_over(run, data):
    run("import", data / "statements.json")
    (data / "evidence-mapping.yml").write_text(
        'activities: [{id: "urn:zhisuan-academy:{skill}", weight: 0.1}]'
    )
    told = run("replay", code=1)
    assert "ada: 1 rows mean something else now, another posterior" in told.out
    assert "--apply" in told.err
    assert len(run("replay", "--apply", "--json")["differences"]) == 1
    assert run("replay", "--json")["differences"] == []


def test_erasing_is_asked_for_shown_and_done(run, data, monkeypatch):
    run("import", data / "statements.json")
    planned = run("erase", "ada", "--dry-run", "--json")
    assert (planned["rows"]["evidence"], planned["rows"]["profiles"]) == (1, 1)
    assert "add --yes" in run("erase", "ada", code=2).err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda: "no")
    assert "nothing was deleted" in run("erase", "ada", code=3).err
    assert run("show", "ada", "--json")["evidence"]
    monkeypatch.setattr("builtins.input", lambda: "ada")
    told = run("erase", "ada").out
    assert told.startswith("erased, 20")
    assert "1 evidence, 1 profiles" in told
    assert "nbgrader db student remove ada --force" in told.replace("\n", " ")
    assert "has nothing of 'ada'" in run("erase", "ada", "--yes", code=2).err


@pytest.mark.parametrize(
    "words", [("show", "eve"), ("export", "eve", "--out", "e.zip"), ("replay", "--learner", "eve")]
)
def test_somebody_unknown_is_said_so(run, words):
    assert "has nothing of 'eve'; names are those of ./academy hub --accounts" in run(*words, code=2).err


def test_an_unknown_competency_gets_the_nearest(run):
    assert "the nearest: fine-tuning" in run("show", "ada", "--competency", "fine-tunin", code=2).err


def test_without_a_store_nothing_is_made(run, data):
    told = run("show", "ada", "--data", data / "other", code=2)
    assert "there is no store in" in told.err
    assert not (data / "other").exists()


def test_another_database_is_named_by_one_variable(run, postgres, monkeypatch, data):
    url = postgres.database()
    monkeypatch.setenv("ACADEMY_STORE", url)
    assert run("import", data / "statements.json", "--json")["strangers"] == ["ada"]
    assert len(run("show", "ada", "--json")["evidence"]) == 1
    monkeypatch.delenv("ACADEMY_STORE")
    assert run("show", "ada", "--json")["evidence"] == []
    monkeypatch.setenv("ACADEMY_STORE", postgres.url("nowhere"))
    told = run("replay", code=2)
    assert "nowhere" in told.err
    assert "sesame" not in told.err


def test_the_audit_trail_is_handed_out_and_keeps_its_rows_without_the_name(run, data):
    trail = Trail(f"sqlite:///{data / 'oversight.sqlite'}")
    trail.note(
        Deed("ines", "mark.changed", "lab:conv", "ada", {"c": 1}, {"c": 2}),
        Deed("ada", "account.password", "account:hub", "ada"),
        Deed("ines", "marks.viewed", "page:learner", "bob"),
        Deed("ines", "marks.viewed", "page:learners"),
    )
    trail.observe("marks", {"ada/conv": Seen("ada", {"c": 2})}, lambda *_: ())
    add(trail, date(2026, 11, 3), {"ada": Spent(60, 30, 0), "ines": Spent(9, 9, 0)})
    out = data / "ada.zip"
    counts = run("export", "ada", "--out", out, "--json")["rows"]
    assert (counts["audit.json"], counts["usage.json"]) == (2, 1)
    with zipfile.ZipFile(out) as pack:
        text = pack.read("audit.json").decode()
        first, second = json.loads(text)
    assert (first["actor"], first["about"], first["before"]) == ("(somebody else)", "ada", {"c": 1})
    assert (second["actor"], second["action"]) == ("ada", "account.password")
    assert not {"ines", "bob"} & set(re.findall(r"\w+", text))
    assert run("export", "ines", "--out", data / "ines.zip", "--json")["rows"]["audit.json"] == 3

    planned = run("erase", "ada", "--dry-run", "--json")
    assert planned["rows"]["names in the audit trail"] == 2
    assert len(trail.rows(about="ada")) == 2
    assert run("erase", "ada", "--yes", "--json")["rows"]["names in the audit trail"] == 2
    assert trail.verify().faults == ()
    assert [(row.actor, row.about) for row in trail.rows(thing="conv")] == [("ines", "(erased 2)")]
    assert trail.rows(about="ada") == []
    assert set(spent_since(trail, date(2026, 1, 1))) == {"ines"}
    with trail.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM usage_days").scalar() == 1
    trail.note(Deed("ines", "marks.viewed", "page:learner", "ada"))  # somebody who is given the name later
    assert [row.number for row in trail.rows(about="ada")] == [6]
    assert run("erase", "ines", "--yes", "--json")["rows"]["names in the audit trail"] == 4
    trail.close()
    assert not any(b"ines" in path.read_bytes() for path in data.glob("oversight.sqlite*"))
    assert "has nothing of 'eve'" in run("erase", "eve", "--yes", code=2).err
