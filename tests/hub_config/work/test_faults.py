"""What must not lose anybody's work: a database that goes away, a full disk, a kill, many at once."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub_config.handlers import Handler
from hub_config.work.api import NOT_NOW
from hub_config.work.receipts import holds
from tests.full_disk import FOLDER, run_on_full_disk
from tests.hub_config.work.files import tree_of
from tests.hub_config.work.offices import LAB, opened
from tests.hub_config.work.serving import Asker, Service, of_token
from tests.postgres import Postgres, installation

FILES = {f"{LAB}.ipynb": b'{"cells": []}'}
WORK = {**FILES, "data/big.bin": b"x" * (2**20) + b"y"}


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL that only one test uses, and may stop."""
    programs = installation()
    if programs is None:
        pytest.skip("no PostgreSQL in the environment: .venv/bin/pip install -e '.[test]'")
    server = Postgres(programs)
    yield server
    server.stop()


def test_a_database_that_goes_away_for_a_minute_loses_nothing(own_postgres, tmp_path, monkeypatch):
    monkeypatch.setattr(Handler, "get_current_user", of_token)
    office = opened(own_postgres.database(), tmp_path)
    service = Service(office)
    ines, ada = Asker(service, "ines"), Asker(service, "ada")
    assert ines.release(FILES).status_code == 200
    first = ada.submit(FILES).json()["receipt"]
    files = ada.send(WORK)

    own_postgres.pause()
    for method, path, body in (
        ("POST", f"labs/{LAB}/submissions", {"files": files, "key": "second00"}),
        ("GET", "submissions", None),
        ("GET", "labs", None),
        ("PUT", f"parts/{tree_of(WORK).files[0].parts[0]}", {}),
    ):
        answer = ada.ask(method, path, body)
        assert (answer.status_code, answer.json()["error"]) == (503, NOT_NOW), path
    assert ines.ask("PUT", f"labs/{LAB}/deadline", {"attempts": 3}).status_code == 503

    own_postgres.go_on()
    end = time.monotonic() + 60
    while ada.ask("GET", "labs").status_code != 200:
        assert time.monotonic() < end
        time.sleep(0.2)
    # what was sent before it went away need not be sent again
    second = ada.ask("POST", f"labs/{LAB}/submissions", {"files": files, "key": "second00"}).json()["receipt"]
    assert [one["sequence"] for one in ada.ask("GET", "submissions").json()] == [2, 1]
    assert ada.ask("GET", "submissions/1").json()["receipt"] == first
    assert second["attempt"] == 2
    service.end()
    office.close()


ON_FULL_DISK = f"""
import hashlib, os
from pathlib import Path
from hub_config.work.errors import NoRoom
from learning_paths.errors import StoreError
from tests.hub_config.work.files import parts_of, tree_of
from tests.hub_config.work.offices import LAB, opened

FILES = {{"{LAB}.ipynb": b"{{}}"}}
folder = Path("{FOLDER}")
office = opened(f"sqlite:///{{folder}}/store.db", folder)

def send(who, files):
    for content in files.values():
        for part, piece in parts_of(content):
            office.keep(who, part, piece, staff=who == "ines")
    return tree_of(files).data()

office.hand_out("ines", LAB, {{"files": send("ines", FILES)}})
taken, said = [], ""
for number in range(200):
    try:
        files = {{**FILES, "data.bin": bytes([number]) * 20_000}}
        answer = office.submit("ada", LAB, {{"files": send("ada", files), "key": f"key{{number:08}}"}})
        taken.append(answer["receipt"])
    except (NoRoom, StoreError) as error:
        said = f"{{type(error).__name__}}: {{error}}"
        break
print(len(taken) > 3, said)
made = office.submissions("ada")
print([one["sequence"] for one in made] == [one["sequence"] for one in reversed(taken)])
for one in made:
    tree = office.book.tree(one["digest"])
    for part in tree.parts:
        office.blobs.get(part)
(folder / "ballast").unlink()
again = office.submit("ada", LAB, {{"files": send("ada", files), "key": f"key{{number:08}}"}})
print(again["new"], again["receipt"]["attempt"] == len(taken) + 1)
"""


def test_a_full_disk_at_submit_is_told_and_what_was_handed_in_is_whole():
    ballast = f"open('{FOLDER}/ballast', 'wb').write(b'x' * 400_000)\n"
    done = run_on_full_disk("1500k", "-c", ballast + ON_FULL_DISK)
    first, listed, again = done.stdout.splitlines()[:3]
    assert first.startswith("True "), done.stderr
    assert "full" in first
    assert (listed, again) == ("True", "True True"), done.stderr
    assert "left" not in done.stdout


SUBMITTING = """
import sys
from pathlib import Path
from tests.hub_config.work.files import parts_of, tree_of
from tests.hub_config.work.offices import LAB, opened

FILES = {f"{LAB}.ipynb": b"{}"}
folder, run = Path(sys.argv[1]), sys.argv[2]
office = opened(f"sqlite:///{folder}/store.db", folder)
for number in range(50):
    files = {**FILES, "data.bin": f"{run} {number}".encode() * 9000}
    for content in files.values():
        for part, piece in parts_of(content):
            office.keep("ada", part, piece)
    sent = {"files": tree_of(files).data(), "key": f"run{run}x{number:06}"}
    print(office.submit("ada", LAB, sent)["receipt"]["sequence"], flush=True)
"""


def test_a_process_that_is_killed_keeps_each_submission_that_it_told_of(tmp_path):
    office = opened(f"sqlite:///{tmp_path / 'store.db'}", tmp_path)
    office.blobs.put(*next(iter(_parts(FILES))))
    office.book.release(LAB, tree_of(FILES), "ines", office.now())
    told: list[int] = []
    for run in range(3):
        command = [sys.executable, "-c", SUBMITTING, str(tmp_path), str(run)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            told.append(int(process.stdout.readline()))
            time.sleep(random.Random(run).uniform(0.0, 0.2))
            process.send_signal(signal.SIGKILL)
            told += [int(line) for line in process.stdout if line.endswith("\n")]
    made = office.submissions("ada", LAB)
    sequences = [one["sequence"] for one in made]
    assert set(told) <= set(sequences)
    assert sequences == list(range(len(made), 0, -1))
    assert [one["attempt"] for one in made] == sequences
    for one in made:
        submission, tree = office.submission("ada", one["sequence"])
        assert holds(submission.receipt, office.signer.public)
        for part in tree.parts:
            assert office.blobs.get(part)
    office.close()


def _parts(files: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    from tests.hub_config.work.files import parts_of

    for content in files.values():
        yield from parts_of(content)


def test_two_instructors_at_once_release_one_after_the_other(person, office):
    ines, other = person("ines"), person("ines")
    bodies = [{"files": who.send({"a.ipynb": bytes([65 + n])})} for n, who in enumerate((ines, other))]
    start = threading.Barrier(2)

    def release(body: dict) -> int:
        start.wait()
        return ines.ask("PUT", f"labs/{LAB}/release", {**body, "force": True}).json()["release"]

    with ThreadPoolExecutor(2) as pool:
        numbers = list(pool.map(release, bodies))
    assert sorted(numbers) == [1, 2]
    last = tree_of({"a.ipynb": bytes([65 + numbers.index(2)])})
    assert office.book.released()[LAB].digest == last.digest


def test_a_thousand_submissions_of_one_person_hold_up_nobody_else(person, office):
    assert person("ines").release(FILES).status_code == 200
    ada, grace = person("ada"), person("grace")
    sent = ada.send(FILES)
    statuses = []
    for number in range(1000):
        body = {"files": sent, "key": f"ada{number:08}"}
        statuses.append(ada.ask("POST", f"labs/{LAB}/submissions", body).status_code)
        if number == 500:
            assert grace.submit(FILES).status_code == 200
    assert statuses.count(200) == 60
    assert statuses.count(429) == 940
    assert len(ada.ask("GET", "submissions").json()) == 60
    answer = ada.ask("POST", f"labs/{LAB}/submissions", {"files": sent, "key": "ada9" * 4})
    last = answer.json()
    assert answer.headers["Retry-After"] == str(last["seconds"])
    assert "the last one counts" in last["error"]
    assert last["seconds"] > 0
    parts = [path for path in (Path(office.blobs._root)).glob("??/*")]
    assert len(parts) == 1  # one content, kept once
