"""How an academy does, for who runs it: what works and since when, what waits, what to do."""

import sqlite3
from contextlib import closing

import pytest

import catalogue
from hub_config.deployment import Deployment
from hub_config.operations import Watched
from hub_config.oversight.status import Status
from hub_config.oversight.trail import Trail
from hub_config.pages import say
from hub_config.storage.databases import parts, revisions
from learning_paths.academy import Academy
from tests.hub_config.storage.records import academy as kept_academy

NEW = "2026-11-03 09:30:00.000000 UTC"


def break_trail(data):
    with closing(sqlite3.connect(data / "oversight.sqlite")) as book:
        book.execute("ALTER TABLE alembic_version RENAME TO away")


def mend_trail(data):
    with closing(sqlite3.connect(data / "oversight.sqlite")) as book:
        book.execute("ALTER TABLE away RENAME TO alembic_version")


def test_a_part_is_as_it_is_since_it_changed_last(tmp_path):
    deployment = Deployment(tmp_path)
    academy = Academy(f"sqlite:///{tmp_path / 'store.db'}", catalogue.load(), tmp_path / "none.db")
    trail, now = Trail(deployment.oversight_url), [100.0]
    status = Status(Watched(deployment, academy, trail), None, lambda: None, lambda: now[0])

    def audit():
        (found,) = (one for one in status.parts() if one.name == "audit")
        return found.works, found.since

    assert audit() == (True, 100)
    now[0] = 200
    assert audit() == (True, 100)
    break_trail(tmp_path)
    assert audit() == (False, 200)
    now[0] = 300
    assert audit() == (False, 200)
    mend_trail(tmp_path)
    assert audit() == (True, 300)
    trail.close()
    academy.close()


def test_what_fails_is_told_with_what_to_do_in_both_languages(fetch, tmp_path):
    assert "Everything works." in fetch("mo", "GET", "status?language=en").body.decode()
    break_trail(tmp_path)
    page = fetch("mo", "GET", "status?language=en").body.decode()
    assert "Does not work: Audit trail." in page
    assert "restore oversight.sqlite from a backup" in page
    page = fetch("mo", "GET", "status?language=zh").body.decode()
    assert "出现故障：审计记录" in page
    for person in ("ada", "ines"):
        assert fetch(person, "GET", "status").code == 403
    mend_trail(tmp_path)


@pytest.mark.parametrize("part", ["store", "gradebook", "audit", "work", "disk"])
def test_every_part_has_its_name_and_what_to_do(part):
    for language in ("en", "zh"):
        assert say(language, f"part-{part}")
        assert say(language, f"mend-{part}")


def test_what_waits_and_the_last_backup_are_told(fetch, tmp_path):
    page = fetch("mo", "GET", "status?language=en").body.decode()
    assert "Nothing waits." in page
    assert "No backup was made yet" in page
    for learner in ("ada", "lin"):
        (tmp_path / "exchange/academy/inbound" / f"{learner}+conv+{NEW}+x").mkdir(parents=True)
    (tmp_path / "hub").mkdir(exist_ok=True)
    (tmp_path / "hub/last-backup.json").write_text(
        '{"at": "2026-12-01T10:00", "file": "x", "bytes": 3145728}'
    )
    page = fetch("mo", "GET", "status?language=en").body.decode()
    assert "conv: 2 wait, the oldest for" in page
    assert "Last backup: 2026-12-01 10:00 UTC, 3.0 MiB." in page
    assert "Nothing waits." not in page


def test_the_script_of_the_page_is_its_own_and_no_other(fetch):
    policy = fetch("mo", "GET", "status").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in fetch("mo", "GET", "audit").headers["Content-Security-Policy"]
    assert fetch(None, "GET", "static/status.js").code == 200


def test_tables_of_an_older_version_are_told(tmp_path):
    deployment = kept_academy(tmp_path / "data")
    assert all(found == wanted for _, found, wanted in revisions(deployment))
    assert [name for name, *_ in revisions(deployment)] == [part.name for part in parts(deployment)]
    with closing(sqlite3.connect(deployment.data / "oversight.sqlite")) as book, book:
        book.execute("UPDATE alembic_version SET version_num = '0001'")
    (deployment.data / "work.sqlite").write_text("torn" * 999)
    found = {name: (there, wanted) for name, there, wanted in revisions(deployment)}
    assert found["oversight"][0] == "0001" != found["oversight"][1]
    assert found["work"][0] is None


def test_managers_find_it_from_the_page_of_the_learners(fetch):
    links = {who: fetch(who, "GET", "").body.decode() for who in ("mo", "ines")}
    for page in ("status", "audit", "usage"):
        assert f'/{page}"' in links["mo"]
        assert f'/{page}"' not in links["ines"]
