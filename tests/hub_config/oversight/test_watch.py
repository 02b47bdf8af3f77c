"""What is done in an academy reaches the trail, under the name of who did it where that can be known."""

import os
import warnings
from datetime import UTC, datetime

import pytest
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from hub_config import cli
from hub_config.accounts import Accounts
from hub_config.deployment import Deployment
from hub_config.feedback import feedback_files
from hub_config.oversight import watch as watching
from hub_config.oversight.formgrader import Notebook
from hub_config.oversight.trail import Trail
from hub_config.oversight.watch import Watch
from hub_config.storage.databases import parts
from hub_config.work.book import Book
from hub_config.work.rules import Extension, Terms
from learning_paths.evidence import Gradebook as Reader
from tests.hub_config.work.files import tree_of

MOMENT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Let nothing wait to settle: a test changes one thing at a time."""
    monkeypatch.setattr(watching, "SETTLED_SECONDS", 0.0)
    monkeypatch.setattr(watching, "pause_after", lambda _: 0)


@pytest.fixture
def deployment(tmp_path):
    made = Deployment(tmp_path / "data")
    made.prepare()
    made.course.mkdir()
    for part in ("inbound", "outbound", "feedback"):
        (made.exchange / "academy" / part).mkdir(parents=True)
    Accounts(made.accounts).add("ada", "learner")
    parts(made)[1].migrate(made.gradebook_url)
    with Gradebook(made.gradebook_url, "academy") as book, warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # nbgrader's own
        book.add_assignment("conv")
        book.add_notebook("conv", "conv")
        for cell in ("first", "second"):
            book.add_grade_cell(cell, "conv", "conv", max_score=5, cell_type="code")
            book.add_solution_cell(cell, "conv", "conv")
        for learner in ("ada", "bob"):
            book.add_student(learner)
            book.add_submission("conv", learner)
        book.db.commit()
    return made


@pytest.fixture
def notes(deployment):
    return Notebook.of(deployment)


@pytest.fixture
def looked(deployment):
    """Look, and return the rows that are new."""
    trail = Trail(deployment.oversight_url)
    gradebook = Reader(deployment.gradebook_url)
    watch = Watch(deployment, trail, True, gradebook.stamp)
    watch.look()

    def new():
        above = trail.rows(most=1)[0].number
        watch.look()
        return [row for row in trail.rows() if row.number > above][::-1]

    yield new
    assert trail.verify().faults == ()
    trail.close()
    gradebook.close()


def score(deployment, learner, cell, **scores):
    """Write scores as formgrader does, and return nbgrader's number of the grade."""
    with Gradebook(deployment.gradebook_url, "academy") as book:
        grade = book.find_grade(cell, "conv", "conv", learner)
        for name, value in scores.items():
            setattr(grade, name, value)
        book.db.commit()
        return grade.id


def ask(notes, server, method, path, status=200):
    notes.began(path, method, server, path)
    if status:
        notes.ended(path, status)


def test_a_note_that_was_cut_off_costs_no_other(deployment, notes, looked):
    ask(notes, "ines", "GET", "gradebook")
    with (deployment.hub / "formgrader.jsonl").open("a") as file:
        file.write('{"id": "cut o\n')
    ask(notes, "otto", "GET", "manage_students")
    assert sorted(row.actor for row in looked()) == ["ines", "otto"]


def test_a_mark_belongs_to_whose_server_was_asked_for_it(deployment, notes, looked):
    number = score(deployment, "ada", "first", auto_score=3.0)
    (row,) = looked()
    assert (row.actor, row.action, row.object, row.about) == (
        "(gradebook)",
        "mark.changed",
        "lab:conv",
        "ada",
    )
    assert (row.before, row.after) == ({}, {"first": {"automatic": 3.0}})
    ask(notes, "ines", "PUT", f"api/grade/{number}")
    score(deployment, "ada", "first", manual_score=4.5)
    score(deployment, "ada", "second", manual_score=1.0)
    by = {row.actor: (row.before, row.after) for row in looked()}
    assert by == {
        "ines": ({"first": {"automatic": 3.0}}, {"first": {"automatic": 3.0, "by hand": 4.5}}),
        "(gradebook)": ({}, {"second": {"by hand": 1.0}}),
    }
    assert looked() == []


def test_a_request_counts_once_and_only_where_it_was_granted_and_alone(deployment, notes, looked):
    number = score(deployment, "ada", "first", auto_score=3.0)
    looked()
    ask(notes, "ines", "PUT", f"api/grade/{number}", 403)
    score(deployment, "ada", "first", manual_score=4.0)
    assert [row.actor for row in looked()] == ["(gradebook)"]
    ask(notes, "ines", "PUT", f"api/grade/{number}")
    score(deployment, "ada", "first", manual_score=5.0)
    assert [row.actor for row in looked()] == ["ines"]
    score(deployment, "ada", "first", manual_score=2.0)  # by somebody's terminal
    assert [row.actor for row in looked()] == ["(gradebook)"]
    for server in ("ines", "ivan"):
        notes.began(server, "PUT", server, f"api/grade/{number}")
        notes.ended(server, 200)
    score(deployment, "ada", "first", manual_score=1.0)
    assert [row.actor for row in looked()] == ["(gradebook)"]


def test_a_request_that_comes_while_the_trail_looks_is_known_with_what_it_changed(
    deployment, notes, looked, monkeypatch
):
    number = score(deployment, "ada", "first", auto_score=3.0)
    looked()
    honest = watching.Reader.read

    def meanwhile(reader):
        monkeypatch.setattr(watching.Reader, "read", honest)
        ask(notes, "ines", "PUT", f"api/grade/{number}")
        score(deployment, "ada", "first", manual_score=4.0)
        return honest(reader)

    monkeypatch.setattr(watching.Reader, "read", meanwhile)
    score(deployment, "bob", "first", auto_score=1.0)
    assert {row.about: row.actor for row in looked()} == {"bob": "(gradebook)", "ada": "ines"}


def test_grading_goes_on_under_the_name_of_who_began_it(deployment, notes, looked):
    ask(notes, "ines", "POST", "api/submission/conv/bob/autograde", status=None)
    score(deployment, "bob", "first", auto_score=1.0)
    assert [(row.actor, row.about) for row in looked()] == [("ines", "bob")]
    score(deployment, "bob", "second", auto_score=1.0)
    score(deployment, "ada", "second", auto_score=1.0)
    assert {(row.actor, row.about) for row in looked()} == {("ines", "bob"), ("(gradebook)", "ada")}


def test_of_a_comment_the_trail_keeps_that_it_changed_and_no_word(deployment, notes, looked):
    with Gradebook(deployment.gradebook_url, "academy") as book:
        comment = book.find_comment("first", "conv", "conv", "ada")
        ask(notes, "ines", "PUT", f"api/comment/{comment.id}")
        comment.manual_comment = "Ada, see me"
        book.db.commit()
    (row,) = looked()
    assert (row.actor, row.action, row.after) == ("ines", "comment.changed", {"first": {"letters": 11}})
    assert "see me" not in str(row)


def test_who_looked_at_marks_in_formgrader_is_told(deployment, notes, looked):
    with Gradebook(deployment.gradebook_url, "academy") as book:
        notebook = book.find_submission_notebook("conv", "conv", "ada").id
    for path in (
        f"submissions/{notebook}",
        "manage_students/bob",
        "gradebook/conv",
        "api/submission/conv/ada",
    ):
        ask(notes, "ines", "GET", path)
    ask(notes, "mallory", "GET", "gradebook", 403)
    found = [(row.actor, row.action, row.object, row.about) for row in looked()]
    assert found == [
        ("ines", "marks.viewed", "formgrader:submissions", "ada"),
        ("ines", "marks.viewed", "formgrader:manage_students", "bob"),
        ("ines", "marks.viewed", "formgrader:gradebook", None),
        ("ines", "marks.viewed", "formgrader:submission", "ada"),
    ]


def test_labs_and_due_times_set_in_formgrader_or_past_it(deployment, notes, looked):
    outbound = deployment.exchange / "academy/outbound"
    ask(notes, "ines", "POST", "api/assignment/conv/release")
    (outbound / "conv").mkdir()
    (outbound / "mlp").mkdir()
    assert {(row.actor, row.action, row.object) for row in looked()} == {
        ("ines", "lab.released", "lab:conv"),
        ("(exchange folder)", "lab.released", "lab:mlp"),
    }
    ask(notes, "ines", "POST", "api/assignment/conv/unrelease")
    (outbound / "conv").rmdir()
    os.utime(outbound / "mlp", (1e9, 1e9))
    assert {(row.actor, row.action, row.object) for row in looked()} == {
        ("ines", "lab.taken-back", "lab:conv"),
        ("(exchange folder)", "lab.released", "lab:mlp"),
    }
    ask(notes, "ines", "PUT", "api/assignment/conv")
    with Gradebook(deployment.gradebook_url, "academy") as book:
        book.update_or_create_assignment("conv", duedate=MOMENT.replace(tzinfo=None))
    (row,) = looked()
    assert (row.actor, row.action, row.before) == ("ines", "deadline.set", {"due": None})
    assert row.after == {"due": "2026-11-03T09:30:00"}


def test_feedback_that_is_released_through_the_folder(deployment, notes, looked):
    folder = deployment.exchange / "academy/inbound/ada+conv+2026-11-03 09:30:00.000000 UTC+x"
    folder.mkdir()
    (folder / "submission_secret.txt").write_text("secret")
    (folder / "conv.ipynb").write_text("{}")
    (name,) = feedback_files(folder)
    ask(notes, "ines", "POST", "api/assignment/conv/ada/release_feedback")
    (deployment.exchange / "academy/feedback" / name).write_text("<p>good</p>")
    (row,) = looked()
    assert (row.actor, row.action, row.object, row.about) == ("ines", "feedback.released", "lab:conv", "ada")


def test_what_the_exchange_notes_itself_is_taken_over_with_its_own_time(deployment, looked):
    book = Book(deployment.work_url)
    lab = tree_of({"conv.ipynb": b"{}"})
    book.release("conv", lab, "ines", MOMENT)
    for percent in (10, 20):
        terms = Terms(MOMENT, "UTC", late="percent", percent_per_day=percent)
        book.set_deadline("conv", terms, "root (command line)", MOMENT)
    given = {"zone": "UTC", "reason": "she is ill", "set_by": "ines", "now": MOMENT}
    book.extend("conv", "learner", "ada", Extension(MOMENT.replace(day=9), 2), **given)
    book.set_group("pair", ["ada", "bob"], ["*"], "mo", MOMENT)
    made, _ = book.submit("ada", "conv", lab, "key", MOMENT, lambda said: said)
    book.give_feedback(book.share_at("conv", "bob", made.received_at), lab, "ines", MOMENT)
    book.release("conv", None, "ines", MOMENT)
    book.close()
    found = looked()
    assert [(row.actor, row.action, row.about) for row in found] == [
        ("ines", "lab.released", None),
        ("ines", "lab.taken-back", None),
        ("ines", "feedback.released", "bob"),
        ("root (command line)", "deadline.set", None),
        ("root (command line)", "deadline.set", None),
        ("ines", "extension.set", "ada"),
        ("mo", "group.set", None),
    ]
    assert all(row.at == MOMENT for row in found)
    assert (found[4].before["percent_per_day"], found[4].after["percent_per_day"]) == (10, 20)
    assert " ill" not in str(found)
    assert found[6].after == {"members": 2, "together": ["*"]}
    assert looked() == []


def test_accounts_changed_on_the_command_line_by_their_owner_or_in_the_file(deployment, looked, monkeypatch):
    monkeypatch.setenv("SUDO_USER", "grace")
    data = ["--data", str(deployment.data)]
    assert cli.main(["hub", "--add-instructor", "ines", "--called", "Ines Example", *data]) == 0
    assert cli.main(["hub", "--rename", "ines", "--called", "Ines", *data]) == 0
    assert cli.main(["hub", "--reset-password", "ada", *data]) == 0
    trail = Trail(deployment.oversight_url)
    found = trail.rows(who="grace (command line)")
    assert [(row.action, row.about, row.before, row.after) for row in found] == [
        ("account.password", "ada", None, {"handed_out": True}),
        ("account.changed", "ines", {"called": "…"}, {"called": "…"}),
        ("account.added", "ines", None, {"role": "instructor"}),
    ]
    assert "Example" not in str(trail.rows())
    trail.close()
    assert looked() == []
    Accounts(deployment.accounts).change("ada", "forty-two blue whales")
    with Accounts(deployment.accounts).open() as book:
        book.execute("UPDATE accounts SET role = 'manager' WHERE name = 'ines'")
    assert [(row.actor, row.action, row.about) for row in looked()] == [
        ("ada", "account.password", "ada"),
        ("(accounts file)", "account.changed", "ines"),
    ]
    with Accounts(deployment.accounts).open() as book:
        book.execute("DELETE FROM accounts WHERE name = 'ines'")
    (row,) = looked()
    assert (row.actor, row.action, row.before) == ("(accounts file)", "account.removed", {"role": "manager"})


def test_a_trail_or_gradebook_that_fails_is_caught_up_with_later(deployment, looked):
    score(deployment, "ada", "first", auto_score=3.0)
    aside = deployment.course / "aside"
    (deployment.course / "gradebook.db").rename(aside)
    (deployment.course / "gradebook.db").write_text("torn" * 1000)
    assert looked() == []
    aside.rename(deployment.course / "gradebook.db")
    assert [row.after for row in looked()] == [{"first": {"automatic": 3.0}}]
