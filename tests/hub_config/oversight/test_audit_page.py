"""The audit trail as managers read it: on a page, and on the command line."""

import json
import re

import pytest

from hub_config.deployment import Deployment
from hub_config.oversight import cli
from hub_config.oversight.audit_page import AT_ONCE
from hub_config.oversight.deeds import ACTIONS, Deed
from hub_config.oversight.trail import Trail
from hub_config.pages import say

ROW = re.compile(r'<tr id="row-(\d+)">(.*?)</tr>', re.DOTALL)


@pytest.fixture
def trail(tmp_path):
    opened = Trail(Deployment(tmp_path).oversight_url)
    yield opened
    opened.close()


@pytest.fixture
def shown(fetch):
    """Return the page's rows by number, as text."""

    def asked(query="", person="mo"):
        answer = fetch(person, "GET", f"audit?{query}")
        assert answer.code == 200, answer.body
        text = answer.body.decode()
        return {int(number): re.sub(r"<[^>]+>|\s+", " ", row) for number, row in ROW.findall(text)}, text

    return asked


def test_a_manager_reads_who_did_what_in_both_languages(shown, trail):
    before, after = {"c": {"automatic": 3.0}}, {"c": {"automatic": 3.0, "by hand": 4.5}}
    trail.note(Deed("ines", "mark.changed", "lab:conv", "ada", before, after))
    rows, page = shown("language=en")
    assert "changed a mark" in rows[1]
    assert "c: automatic 3 → automatic 3, by hand 4.5" in rows[1]
    assert "lab:conv" in rows[1]
    assert "ada" in rows[1]
    rows, page = shown("language=zh")
    assert "修改成绩" in rows[1]
    assert 'lang="zh-CN"' in page


def test_every_action_has_its_words():
    assert all(say(language, f"audit-{action}") for action in ACTIONS for language in ("en", "zh"))


def test_looking_at_others_marks_and_at_the_trail_is_noted_before_anything_is_shown(fetch, trail):
    for person, path in (
        ("ines", ""),
        ("mo", "learners/ada"),
        ("ines", "api/learners"),
        ("ines", "api/learners/ada/marks"),
        ("mo", "audit"),
    ):
        assert fetch(person, "GET", path).code == 200
    assert [(row.actor, row.object, row.about) for row in trail.rows()][::-1] == [
        ("ines", "page:learners", None),
        ("mo", "page:learner", "ada"),
        ("ines", "page:api/learners", None),
        ("ines", "page:api/learners/marks", "ada"),
        ("mo", "page:audit", None),
    ]
    for person, path in (
        ("ada", ""),
        ("ada", "audit"),
        ("ines", "audit"),
        ("ines", "api/learners/eve/marks"),
    ):
        assert fetch(person, "GET", path).code in (403, 404)
    assert len(trail.rows()) == 5
    with trail.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE audit_rows")
    for path in ("", "learners/ada", "api/learners"):
        answer = fetch("ines", "GET", path)
        assert answer.code >= 500
        assert b"ada" not in answer.body


def test_pages_follow_each_other_without_gap_and_keep_what_was_asked(shown, trail):
    trail.note(*(Deed("ines", "marks.viewed", f"page:{number}") for number in range(2 * AT_ONCE + 5)))
    trail.note(Deed("ivan", "marks.viewed", "page:x"))
    seen, query = [], "who=ines&language=en"
    while query:
        rows, page = shown(query)
        seen += rows
        older = re.search(r'href="/audit\?([^"]+)">Older rows', page)
        query = older and older[1].replace("&amp;", "&")
        assert not query or "who=ines" in query
    assert seen == list(range(2 * AT_ONCE + 5, 0, -1))
    assert shown("who=eve")[0] == {}
    assert "There is nothing of that kind." in shown("who=eve&language=en")[1]


def test_what_is_no_number_of_a_row_is_no_page(fetch):
    for below in ("x", "-1", "9" * 20, "1;"):
        assert fetch("mo", "GET", f"audit?below={below}").code == 404


def test_what_is_asked_for_is_shown_as_text_alone(shown):
    _, page = shown("who=%22%3E%3Cscript%3E")
    assert "<script>" not in page


def run(capsys, *words, code=0):
    assert cli.main(["audit", *map(str, words)]) == code
    return capsys.readouterr()


def test_on_the_command_line(trail, tmp_path, capsys):
    trail.note(Deed("ines", "mark.changed", "lab:conv", "ada", {"c": None}, {"c": 2}))
    trail.note(Deed("mo", "marks.viewed", "page:learners"))
    data = ("--data", tmp_path)
    lines = run(capsys, *data).out.splitlines()
    assert len(lines) == 2
    assert lines[1].endswith("ines: mark.changed lab:conv of ada  c: – → 2")
    (row,) = json.loads(run(capsys, *data, "--who", "ines", "--json").out)
    assert (row["number"], row["about"], row["after"]) == (1, "ada", {"c": 2})
    assert run(capsys, *data, "--since", "2999-01-01").out == "nothing of that kind\n"
    assert run(capsys, *data, "--object", "conv", "--about", "ada").out.count("\n") == 1
    head = json.loads(run(capsys, "verify", *data, "--json").out)["head"]
    assert run(capsys, "verify", *data, "--holds", head).out.startswith("2 rows, all as they were written")
    assert "which was noted, is not there" in run(capsys, "verify", *data, "--holds", "9:ab", code=1).err


def test_what_cannot_be_asked_is_told_with_what_can(tmp_path, capsys):
    assert "start the hub once" in run(capsys, "--data", tmp_path / "none", code=2).err
    assert "goes with verify" in run(capsys, "--data", tmp_path, "--holds", "1:a", code=2).err
    with pytest.raises(SystemExit):
        cli.main(["audit", "--since", "yesterday"])
    assert "write 2026-11-01" in capsys.readouterr().err
