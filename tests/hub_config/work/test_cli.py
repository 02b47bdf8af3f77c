"""Deadlines, extensions, groups and receipts from the command line."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from nbgrader.api import Base, Gradebook

from hub_config.accounts import Accounts
from hub_config.deployment import Deployment
from hub_config.work.book import Book
from hub_config.work.cli import main
from hub_config.work.receipts import Signer
from tests.hub_config.work.files import tree_of

LAB = "stable-softmax"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ACADEMY_STORE", raising=False)
    monkeypatch.setenv("ACADEMY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SUDO_USER", "root-of-all")
    deployment = Deployment.at()
    deployment.prepare()
    deployment.course.mkdir()
    for name in ("ada", "grace"):
        Accounts(deployment.accounts).add(name, "learner")
    return deployment.data


def run(capsys, *words: str) -> tuple[int, str, str]:
    code = main(words)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_deadline_is_shown_tried_set_changed_and_logged(data, capsys):
    (data / "academy.yml").write_text("exchange: {kind: folder}\n")
    assert run(capsys, "deadline", LAB)[1] == f"{LAB}: no deadline, any number of attempts\n"
    words = ("deadline", LAB, "--at", "2026-12-01T18:00", "--zone", "Asia/Shanghai", "--grace", "10")
    code, out, err = run(capsys, *words, "--dry-run")
    assert (code, out.startswith("would be: stable-softmax: due 2026-12-01 18:00 Asia/Shanghai, 10 min")) == (
        0,
        True,
    )
    assert "exchange.kind is folder" in err
    assert "no deadline" in run(capsys, "deadline", LAB)[1]
    assert run(capsys, *words)[0] == 0
    code, out, _ = run(
        capsys, "deadline", LAB, "--late", "percent", "--percent-per-day", "10", "--attempts", "5"
    )
    before, now = out.splitlines()
    assert before.startswith("before: stable-softmax: due 2026-12-01 18:00 Asia/Shanghai, 10 min grace, late")
    assert "10 % a day noted on late work, 5 attempts (root-of-all (command line), 20" in now
    run(capsys, "deadline", LAB, "--at", "none", "--attempts", "any")
    log = json.loads(run(capsys, "deadline", "--log", "--json")[1])
    assert [(one["due"], one["attempts"]) for one in log] == [
        (None, None),
        ("2026-12-01T10:00:00+00:00", 5),
        ("2026-12-01T10:00:00+00:00", None),
    ]
    assert len(run(capsys, "deadline", "--log")[1].splitlines()) == 3


def test_the_hint_goes_where_the_service_holds_it(data, capsys):
    assert run(capsys, "deadline", LAB, "--attempts", "3")[2] == ""


def test_extensions_and_groups(data, capsys):
    run(capsys, "deadline", LAB, "--at", "2026-12-01T18:00", "--zone", "Asia/Shanghai")
    assert run(capsys, "work", "group", "pair", "ada", "grace", "--together", LAB)[1].startswith(
        f"now: pair: ada, grace, together in {LAB} ("
    )
    code, out, _ = run(capsys, "extend", LAB, "ada", "--until", "2026-12-03T18:00", "--reason", "ill")
    assert (code, "learner ada: until 2026-12-03 18:00 Asia/Shanghai – ill" in out) == (0, True)
    assert run(capsys, "extend", LAB, "--group", "pair", "--attempts", "2")[0] == 0
    assert len(run(capsys, "deadline", LAB)[1].splitlines()) == 3
    assert "all labs" in run(capsys, "work", "group", "pair", "ada", "--together", "all", "--dry-run")[1]
    assert run(capsys, "extend", LAB, "ada", "--remove")[0] == 0
    assert len(run(capsys, "deadline", LAB)[1].splitlines()) == 2
    assert run(capsys, "work", "group")[1].startswith("pair: ada, grace")
    assert "no more" in run(capsys, "work", "group", "pair", "--end")[1]
    assert run(capsys, "work", "group")[1] == "nothing yet\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("deadline",), "name a lab"),
        (("deadline", "stable-softmx", "--at", "none"), "the nearest: stable-softmax"),
        (("deadline", LAB, "--at", "soon"), "write it like"),
        (("deadline", LAB, "--attempts", "many"), "give 1 to 1000, or none for any number"),
        (("deadline", LAB, "--attempts", "1001"), "attempts 1001: give 1 to 1000"),
        (("deadline", LAB, "--attempts", "9" * 5000), "give 1 to 1000"),
        (("deadline", LAB, "--at", "0001-01-01T00:00", "--zone", "Asia/Shanghai"), "from 2000 to 2999"),
        (("deadline", LAB, "--at", "9999-12-31T23:59", "--zone", "America/New_York"), "from 2000 to 2999"),
        (("deadline", LAB, "--at", "3000-01-01T00:00"), "is in the year 3000"),
        (("extend", LAB, "ada", "--until", "9999-12-31T23:59+00:00"), "is in the year 9999"),
        (("extend", LAB, "ada", "--attempts", "1001"), "1001 more attempts: give 0 to 1000"),
        (("extend", LAB, "ada"), "say --until"),
        (("extend", LAB, "--until", "2026-12-01T18:00"), "name one of the two"),
        (("extend", LAB, "adaa", "--attempts", "1"), "the nearest: ada"),
        (("extend", LAB, "ada", "--until", "2026-12-01T18:00"), "no deadline to extend"),
        (("work", "group", "pair"), "say who is in it"),
        (("work", "group", "pair", "ada", "nobody"), "nobody is called 'nobody'"),
        (("work", "receipt", "no-such-file"), "name the file"),
    ],
)
def test_bad_input_is_told_with_what_next_and_changes_nothing(data, capsys, words, says):
    code, out, err = run(capsys, *words)
    assert (code, out, says in err) == (2, "", True), err
    assert run(capsys, "deadline", "--log", "--json")[1] == "[]\n"


def test_without_an_academy_nothing_is_made(tmp_path, capsys):
    code, _, err = run(capsys, "deadline", LAB, "--data", str(tmp_path / "nowhere"))
    assert (code, "./academy hub makes one" in err) == (2, True)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.filterwarnings("ignore:Object of type")
def test_the_gradebook_has_the_deadline_at_once(data, capsys):
    url = Deployment(data).gradebook_url
    engine = sa.create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()
    with Gradebook(url) as book:
        book.add_assignment(LAB)
    run(capsys, "deadline", LAB, "--at", "2026-12-01T18:00", "--zone", "Asia/Shanghai")
    with Gradebook(url) as book:
        assert book.find_assignment(LAB).duedate == datetime(2026, 12, 1, 10)


def test_a_receipt_is_checked_with_its_files(data, capsys, tmp_path):
    files = {f"{LAB}.ipynb": b"{}", "data.csv": b"a"}
    signer = Signer(data / "secrets")
    book = Book(Deployment(data).work_url)
    made, _ = book.submit("ada", LAB, tree_of(files), "k" * 16, datetime.now(UTC), signer.sign)
    book.close()
    receipt, folder = tmp_path / "receipt.json", tmp_path / LAB
    receipt.write_text(json.dumps(made.receipt))
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    code, out, _ = run(capsys, "work", "receipt", str(receipt), "--folder", str(folder))
    assert (
        code,
        out.startswith(f"holds: ada, course academy, lab {LAB}, attempt 1, number 1, received 20"),
    ) == (0, True)
    (folder / "data.csv").write_text("b")
    code, out, _ = run(capsys, "work", "receipt", str(receipt), "--folder", str(folder), "--json")
    assert (code, json.loads(out)["differing"]) == (1, ["data.csv"])

    (folder / "data.csv").unlink()
    (folder / "data.csv").symlink_to("/proc/self/mem")  # reading it is an input/output error
    code, _, err = run(capsys, "work", "receipt", str(receipt), "--folder", str(folder))
    assert (code, "data.csv cannot be read: " in err, "make it readable" in err) == (2, True, True)
    (folder / "data.csv").unlink()
    (folder / "data.csv").mkdir()
    assert run(capsys, "work", "receipt", str(receipt), "--folder", str(folder))[0] == 1

    receipt.write_text(json.dumps({**made.receipt, "attempt": 2}))
    code, out, err = run(capsys, "work", "receipt", str(receipt))
    assert (code, out, "no receipt of this academy's" in err) == (1, "", True)
    # who has only the public key can check one, too
    receipt.write_text(json.dumps(made.receipt))
    shutil.rmtree(data / "secrets")
    assert run(capsys, "work", "receipt", str(receipt), "--key", signer.public)[0] == 0
    assert run(capsys, "work", "receipt", str(receipt))[0] == 2
