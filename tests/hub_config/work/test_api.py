"""The exchange's questions over HTTP: labs out, work in, feedback back; and who would have it otherwise."""

import hashlib
import json
import socket
import zlib
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests
import sqlalchemy as sa

from hub_config.service import MOST_BODY_BYTES
from hub_config.work.receipts import holds
from hub_config.work.trees import PART_BYTES
from tests.hub_config.work.files import tree_of
from tests.hub_config.work.offices import LAB
from tests.hub_config.work.serving import Asker, Service

LAB_FILES = {f"{LAB}.ipynb": b'{"cells": []}', "data/big.bin": b"x" * PART_BYTES + b"y"}
WORK = {f"{LAB}.ipynb": b'{"cells": [1]}', "notes.txt": b"mine"}


@pytest.fixture
def ines(person) -> Asker:
    """An instructor, who has released the lab."""
    who = person("ines")
    assert who.release(LAB_FILES).status_code == 200
    return who


@pytest.fixture
def ada(person, ines) -> Asker:
    return person("ada")


def fetched(who: Asker, path: str, parts: str) -> dict[str, bytes]:
    """Fetch a list of files and all of them, part by part."""
    told = who.ask("GET", path).json()
    return {
        file["path"]: b"".join(who.ask("GET", f"{parts}/{part}").content for part in file["parts"])
        for file in told["files"]
    }


def test_the_attempts_that_are_told_are_those_that_the_next_submission_is_judged_by(ada, ines, person):
    ines.ask("PUT", f"labs/{LAB}/deadline", {"attempts": 3})
    for number in range(2):
        assert ada.submit({**WORK, "n.txt": str(number).encode()}).json()["attempt"] == number + 1
    grace = person("grace")
    ines.ask("PUT", "groups/pair", {"members": ["ada", "grace"], "together": [LAB]})
    for who in (ada, grace):
        assert who.ask("GET", "labs").json()[0]["attempts_used"] == 2
    assert grace.submit(WORK).json()["attempt"] == 3
    ines.ask("PUT", "groups/pair", {"members": [], "together": []})
    assert [who.ask("GET", "labs").json()[0]["attempts_used"] for who in (ada, grace)] == [3, 1]


def test_labs_are_told_with_as_many_questions_for_many_as_for_one(office):
    counted = []
    sa.event.listen(office.book.engine, "before_cursor_execute", lambda *_: counted.append(1))

    def asked() -> int:
        counted.clear()
        assert office.labs("ada")
        return len(counted)

    tree = tree_of({"a.txt": b""})
    office.book.release("lab-0", tree, "ines", office.now())
    for_one = asked()
    for number in range(1, 30):
        office.book.release(f"lab-{number}", tree, "ines", office.now())
    assert asked() == for_one


def test_a_lab_goes_out_work_comes_in_feedback_goes_back(ada, ines):
    (lab,) = ada.ask("GET", "labs").json()
    assert (lab["lab"], lab["attempts_used"], lab["due"]) == (LAB, 0, None)
    assert fetched(ada, f"labs/{LAB}/release", f"labs/{LAB}/release") == LAB_FILES

    answer = ada.submit(WORK)
    assert answer.status_code == 200
    receipt = answer.json()["receipt"]
    key = ada.ask("GET", "key").json()["public_key"]
    assert holds(receipt, key)
    assert (receipt["learners"], receipt["lab"], receipt["attempt"]) == (["ada"], LAB, 1)
    assert receipt["sha256"] == tree_of(WORK).digest
    assert {file["path"]: file["sha256"] for file in receipt["files"]} == {
        path: hashlib.sha256(content).hexdigest() for path, content in WORK.items()
    }
    assert "attempt 1" in answer.json()["words"]
    assert "第 1 次提交" in answer.json()["words_zh"]

    (made,) = ines.ask("GET", f"labs/{LAB}/submissions").json()
    assert (made["learner"], made["notebooks"], len(made["secret"])) == ("ada", [LAB], 64)
    at = f"submissions/{made['sequence']}"
    assert fetched(ines, at, f"{at}/parts") == fetched(ada, at, f"{at}/parts") == WORK
    assert ada.ask("GET", at).json()["receipt"] == receipt

    assert ada.ask("GET", f"{at}/feedback").status_code == 404
    page = {f"{LAB}.html": b"<p>well done</p>"}
    said = {"lab": LAB, "learner": "ada", "timestamp": made["timestamp"], "files": ines.send(page)}
    assert ines.ask("POST", "feedback", said).json()["new"] is True
    assert ines.ask("POST", "feedback", said).json()["new"] is False
    assert fetched(ada, f"{at}/feedback", f"{at}/feedback") == page
    (mine,) = ada.ask("GET", "submissions").json()
    assert mine["feedback"]["files"] == {f"{LAB}.html": hashlib.sha256(page[f"{LAB}.html"]).hexdigest()}


def test_an_interrupted_upload_goes_on_where_it_was(ada):
    content = b"".join(bytes([number]) * PART_BYTES for number in range(3))
    files = tree_of({"big.bin": content}).data()
    parts = files[0]["parts"]
    assert ada.ask("POST", "parts/missing", {"parts": parts}).json() == {"missing": parts}
    assert ada.ask("PUT", f"parts/{parts[1]}", data=content[PART_BYTES : 2 * PART_BYTES]).status_code == 200
    assert ada.ask("POST", "parts/missing", {"parts": parts}).json() == {"missing": [parts[0], parts[2]]}
    early = ada.ask("POST", f"labs/{LAB}/submissions", {"files": files, "key": "a" * 16})
    assert (early.status_code, set(early.json()["missing"])) == (409, {parts[0], parts[2]})
    assert ada.ask("GET", "submissions").json() == []
    assert ada.submit({"big.bin": content}, key="a" * 16).json()["receipt"]["attempt"] == 1


def test_half_a_part_is_no_part(ada, service: Service, office):
    where, part = urlsplit(service.url), hashlib.sha256(b"z" * 5000).hexdigest()
    head = (
        f"PUT {where.path}/api/work/parts/{part} HTTP/1.1\r\nHost: x\r\n"
        "Authorization: token of-ada\r\nContent-Length: 5000\r\n\r\n"
    )
    with socket.create_connection((where.hostname, where.port), timeout=5) as line:
        line.sendall(head.encode() + b"z" * 2000)
    assert ada.ask("POST", "parts/missing", {"parts": [part]}).json() == {"missing": [part]}
    assert office.book.waiting_bytes("ada") == 0


def test_a_part_that_is_not_what_it_says_or_too_large_is_refused(ada, service):
    name = hashlib.sha256(b"right").hexdigest()
    assert ada.ask("PUT", f"parts/{name}", data=b"wrong").status_code == 422
    large = b"x" * (MOST_BODY_BYTES + 1)
    # the service hangs up before it has read it
    with pytest.raises(requests.RequestException):
        raise_unless_refused(ada.ask("PUT", f"parts/{hashlib.sha256(large).hexdigest()}", data=large))
    for odd in ("../../secrets/receipts.key", "0" * 63, "G" * 64, f"{'0' * 64}%00"):
        assert ada.ask("PUT", f"parts/{odd}", data=b"x").status_code in (400, 404)


def raise_unless_refused(answer: requests.Response) -> None:
    assert answer.status_code in (400, 413)
    raise requests.ConnectionError("refused")


def test_nothing_that_is_sent_is_unpacked(ada, office):
    bomb = zlib.compress(b"\0" * (50 * 2**20))
    name = hashlib.sha256(bomb).hexdigest()
    answer = ada.ask("PUT", f"parts/{name}", data=bomb, headers={"Content-Encoding": "deflate"})
    assert answer.status_code == 200
    assert office.blobs.size(name) == len(bomb) < 100_000
    body = json.dumps({"files": [], "key": "a" * 16}).encode()
    packed = {"data": zlib.compress(body), "headers": {"Content-Encoding": "deflate"}}
    assert ada.ask("POST", f"labs/{LAB}/submissions", **packed).status_code == 400


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"size": 2**41}, 422),
        ({"size": PART_BYTES}, 422),  # one part, of another size than it says
        ({"path": "../ada.ipynb"}, 422),
        ({"path": "submission_secret.txt"}, 422),
        ({"path": "/home/ada/x"}, 422),
        ({"path": "a\u0000"}, 422),
        ({"parts": ["../../../../etc/passwd"]}, 422),
    ],
)
def test_files_that_are_not_what_they_say_are_refused_and_leave_nothing(ada, change, status):
    sent = ada.send({"a.ipynb": b"1"})
    sent[0].update(change)
    answer = ada.ask("POST", f"labs/{LAB}/submissions", {"files": sent, "key": "a" * 16})
    assert answer.status_code == status, answer.text
    assert ada.ask("GET", "submissions").json() == []


def test_a_large_file_must_be_what_its_own_sha256_says(ada):
    content = b"x" * PART_BYTES + b"y"
    sent = ada.send({"big.bin": content})
    sent[0]["sha256"] = "0" * 64
    answer = ada.ask("POST", f"labs/{LAB}/submissions", {"files": sent, "key": "a" * 16})
    assert (answer.status_code, "sha256" in answer.json()["error"]) == (422, True)


def test_too_much_is_refused_and_so_is_filling_the_disk_without_submitting(ada):
    # the fixture takes 4 MiB a submission, and twice that may wait
    pieces = [bytes([number]) * PART_BYTES for number in range(9)]
    for piece in pieces[:8]:
        assert ada.ask("PUT", f"parts/{hashlib.sha256(piece).hexdigest()}", data=piece).status_code == 200
    last = ada.ask("PUT", f"parts/{hashlib.sha256(pieces[8]).hexdigest()}", data=pieces[8])
    assert (last.status_code, "not submitted" in last.json()["error"]) == (413, True)
    files = tree_of({"a": b"".join(pieces[:5])}).data()
    answer = ada.ask("POST", f"labs/{LAB}/submissions", {"files": files, "key": "a" * 16})
    assert (answer.status_code, "5.0 MiB" in answer.json()["error"]) == (413, True)
    many = tree_of({f"{number}.txt": b"" for number in range(21)}).data()
    answer = ada.ask("POST", f"labs/{LAB}/submissions", {"files": many, "key": "a" * 16})
    assert (answer.status_code, "21 files" in answer.json()["error"]) == (413, True)


def test_who_knows_the_name_of_anothers_work_cannot_have_it(ada, person):
    ada.submit(WORK)
    grace = person("grace")
    stolen = tree_of(WORK).data()
    parts = [part for file in stolen for part in file["parts"]]
    # it is there, and grace is told that it is not
    assert grace.ask("POST", "parts/missing", {"parts": parts}).json() == {"missing": parts}
    answer = grace.ask("POST", f"labs/{LAB}/submissions", {"files": stolen, "key": "g" * 16})
    assert answer.status_code == 409
    for path in ("submissions/1", f"submissions/1/parts/{parts[0]}", "submissions/1/feedback"):
        assert grace.ask("GET", path).status_code == 404
    assert grace.ask("GET", f"labs/{LAB}/release/{parts[0]}").status_code == 404
    assert grace.ask("GET", "submissions").json() == []


def test_nobody_hands_in_for_another(ada, person):
    grace = person("grace")
    body = {"files": grace.send(WORK), "key": "g" * 16, "learner": "ada", "sent_by": "ada", "sequence": 1}
    receipt = grace.ask("POST", f"labs/{LAB}/submissions", body).json()["receipt"]
    assert (receipt["sent_by"], receipt["learners"]) == ("grace", ["grace"])
    assert ada.ask("GET", "submissions").json() == []


def test_a_replay_is_the_same_submission_and_gives_the_same_receipt(ada, clock):
    first = ada.submit(WORK, key="k" * 16).json()
    clock.now += timedelta(days=3)
    again = ada.submit(WORK, key="k" * 16).json()
    assert (first["new"], again["new"]) == (True, False)
    assert again["receipt"] == first["receipt"]
    other = ada.submit({**WORK, "more.txt": b"1"}, key="k" * 16)
    assert (other.status_code, len(ada.ask("GET", "submissions").json())) == (422, 1)
    for key in (None, 7, "", "short", "x" * 65, "a b c d e f g h"):
        body = {"files": ada.send(WORK), "key": key}
        assert ada.ask("POST", f"labs/{LAB}/submissions", body).status_code == 422


def test_only_what_is_released_is_taken_and_a_release_is_not_overwritten_by_chance(ada, ines, person):
    assert ada.submit(WORK, lab="mlp").status_code == 404
    assert ada.submit(WORK, lab="no-such-lab").status_code == 404
    assert ines.release(LAB_FILES, lab="no-such-lab").status_code == 404
    twice = ines.release(WORK)
    assert (twice.status_code, "--force" in twice.json()["error"]) == (422, True)
    assert ines.release(WORK, force=True).status_code == 200
    assert fetched(ada, f"labs/{LAB}/release", f"labs/{LAB}/release") == WORK
    assert ines.ask("DELETE", f"labs/{LAB}/release").status_code == 200
    assert ada.ask("GET", "labs").json() == []
    assert ada.submit(WORK).status_code == 404
    assert ines.ask("DELETE", f"labs/{LAB}/release").status_code == 404


def test_a_deadline_with_its_zone_an_extension_and_the_log(ada, ines, person, clock):
    said = {"due": "2026-12-01T18:00", "zone": "Asia/Shanghai", "late": "refuse", "attempts": 3}
    dry = ines.ask("PUT", f"labs/{LAB}/deadline?dry=1", said).json()
    assert (dry["dry"], dry["now"]["shown"]) == (True, "2026-12-01 18:00 Asia/Shanghai")
    assert ines.ask("GET", f"labs/{LAB}/deadline").json()["deadline"] is None
    assert ines.ask("PUT", f"labs/{LAB}/deadline", said).status_code == 200
    (lab,) = ada.ask("GET", "labs").json()
    assert (lab["due"], lab["attempts"], lab["late"]) == ("2026-12-01T10:00:00+00:00", 3, "refuse")

    refused = ada.submit(WORK)
    assert (refused.status_code, "2026-12-01 18:00 Asia/Shanghai" in refused.json()["error"]) == (403, True)
    more = {"learner": "ada", "until": "2026-12-02T18:00", "reason": "ill"}
    assert person("max").ask("POST", f"labs/{LAB}/extensions", more).json()["now"]["set_by"] == "max"
    assert ada.submit(WORK).json()["receipt"]["due_at"] == "2026-12-02T10:00:00+00:00"
    assert person("grace").submit(WORK).status_code == 403

    assert (
        ines.ask("PUT", f"labs/{LAB}/deadline", {"late": "percent", "percent_per_day": 15}).status_code == 200
    )
    late = person("grace").submit(WORK).json()
    assert (late["penalty_percent"], late["late_seconds"] > 0) == (15, True)
    assert "15 % noted" in late["words"]
    log = ines.ask("GET", "log").json()
    assert [(one["about"], one["set_by"]) for one in log] == [
        ("deadline", "ines"),
        ("extension", "max"),
        ("deadline", "ines"),
    ]
    assert log[1]["reason"] == "ill"


@pytest.mark.parametrize(
    ("path", "said", "status", "says"),
    [
        ("labs/mlp/deadline", {"due": "soon"}, 422, "write it like"),
        ("labs/mlp/deadline", {"due": "2026-12-01T18:00", "zone": "Mars"}, 422, "no time zone"),
        ("labs/mlp/deadline", {"late": "percent"}, 422, "percent"),
        ("labs/mlp/deadline", {"percent_per_day": 5}, 422, "late 'percent'"),
        ("labs/mlp/deadline", {"attempts": 0}, 422, "give 1 to 1000"),
        ("labs/mlp/deadline", {"attempts": 10**30}, 422, "give 1 to 1000"),
        ("labs/mlp/deadline", {"due": "1999-12-31T23:59"}, 422, "from 2000 to 2999"),
        ("labs/mlp/deadline", {"due": "9999-12-31T23:59", "zone": "America/New_York"}, 422, "from 2000 to"),
        ("labs/mlp/deadline", {"attempts": "3"}, 422, "attempts"),
        ("labs/mlp/deadline", {"deadline": 1}, 422, "the keys are due"),
        ("labs/mpl/deadline", {"due": None}, 404, "the nearest: mlp"),
        ("groups/pair", {"members": ["ada", "grce"]}, 404, "the nearest: grace"),
        ("groups/pair", {"members": ["ada"], "together": ["mpl"]}, 404, "the nearest: mlp"),
        ("groups/pair", {}, 422, "members"),
    ],
)
def test_what_cannot_hold_is_told(ines, path, said, status, says):
    answer = ines.ask("PUT", path, said)
    assert (answer.status_code, says in answer.json()["error"]) == (status, True), answer.text
    assert ines.ask("GET", "log").json() == []


@pytest.mark.parametrize(
    ("said", "status", "says"),
    [
        ({"until": "2027-01-01T00:00"}, 422, "name one of the two"),
        ({"learner": "ada", "group": "pair", "attempts": 1}, 422, "name one of the two"),
        ({"learner": "adda", "attempts": 1}, 404, "the nearest: ada"),
        ({"group": "pair", "attempts": 1}, 404, "no group 'pair'"),
        ({"learner": "ada", "until": "2026-11-01T00:00"}, 422, "not after the deadline"),
        ({"learner": "ada"}, 404, "could be taken back"),
        ({"learner": "ada", "attempts": -1}, 422, "give 0 to 1000"),
        ({"learner": "ada", "attempts": 1001}, 422, "give 0 to 1000"),
        ({"learner": "ada", "until": "0001-01-01T00:00"}, 422, "from 2000 to 2999"),
    ],
)
def test_an_extension_that_gives_nothing_is_told(ines, said, status, says):
    assert ines.ask("PUT", f"labs/{LAB}/deadline", {"due": "2026-12-01T18:00"}).status_code == 200
    answer = ines.ask("POST", f"labs/{LAB}/extensions", said)
    assert (answer.status_code, says in answer.json()["error"]) == (status, True), answer.text
    without = ines.ask("POST", "labs/mlp/extensions", {"learner": "ada", "until": "2027-01-01T00:00"})
    assert "no deadline to extend" in without.json()["error"]


def test_a_pair_hands_in_together_and_each_finds_it(ada, ines, person):
    assert ines.ask("PUT", "groups/pair", {"members": ["ada", "grace"], "together": [LAB]}).status_code == 200
    assert [one["name"] for one in ines.ask("GET", "groups").json()] == ["pair"]
    assert ada.submit(WORK).json()["team"] == "pair"
    grace = person("grace")
    assert grace.ask("GET", "submissions/1").json()["receipt"]["learners"] == ["ada", "grace"]
    assert [one["learner"] for one in ines.ask("GET", f"labs/{LAB}/submissions").json()] == ["ada", "grace"]
    assert person("alan").ask("GET", "submissions/1").status_code == 404
    page = ines.send({f"{LAB}.html": b"for grace"})
    made = ines.ask("GET", f"labs/{LAB}/submissions").json()[1]
    said = {"lab": LAB, "learner": "grace", "timestamp": made["timestamp"], "files": page}
    assert ines.ask("POST", "feedback", said).status_code == 200
    assert grace.ask("GET", "submissions/1/feedback").status_code == 200
    assert ada.ask("GET", "submissions/1/feedback").status_code == 404
    part = page[0]["parts"][0]
    assert grace.ask("GET", f"submissions/1/feedback/{part}").content == b"for grace"
    assert ada.ask("GET", f"submissions/1/feedback/{part}").status_code == 404


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"learner": "grace"}, 404),
        ({"timestamp": "2026-12-01 10:00:00.000000 UTC"}, 404),
        ({"timestamp": "yesterday"}, 422),
        ({"lab": "mlp"}, 404),
        ({"files": []}, 422),
    ],
)
def test_feedback_on_nothing_is_refused(ada, ines, said, status):
    made = ada.submit(WORK).json()
    right = {
        "lab": LAB,
        "learner": "ada",
        "timestamp": made["timestamp"],
        "files": ines.send({"a.html": b"1"}),
    }
    assert ines.ask("POST", "feedback", {**right, **said}).status_code == status
    assert ines.ask("POST", "feedback", right).status_code == 200


def test_a_part_stays_only_where_it_belongs(ada, ines):
    ada.submit(WORK)
    part = tree_of({"x": b"x" * PART_BYTES}).files[0].parts[0]
    assert ada.ask("GET", f"labs/{LAB}/release/{part}").status_code == 200
    assert ada.ask("GET", f"submissions/1/parts/{part}").status_code == 404
    answer = ada.ask("GET", f"labs/{LAB}/release/{part}")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path", "body", "who"),
    [
        ("PUT", f"labs/{LAB}/release", {"files": []}, "ines"),
        ("DELETE", f"labs/{LAB}/release", None, "ines"),
        ("GET", f"labs/{LAB}/submissions", None, "ines"),
        ("POST", "feedback", {}, "ines"),
        ("GET", f"labs/{LAB}/deadline", None, "ines max"),
        ("PUT", f"labs/{LAB}/deadline", {"attempts": 3}, "ines max"),
        ("POST", f"labs/{LAB}/extensions", {"learner": "ada", "attempts": 1}, "ines max"),
        ("GET", "groups", None, "ines max"),
        ("PUT", "groups/pair", {"members": []}, "ines max"),
        ("GET", "log", None, "ines max"),
        ("GET", "labs", None, "ada ines max"),
        ("GET", "key", None, "ada ines max"),
        ("GET", "submissions", None, "ada ines max"),
        ("POST", "parts/missing", {"parts": []}, "ada ines max"),
    ],
)
def test_each_role_may_what_is_its_own(ines, person, method, path, body, who):
    for name in ("ada", "ines", "max", None, "nobody"):
        status = person(name).ask(method, path, body).status_code
        assert (status not in (401, 403)) == (name in who.split()), (name, status)
        assert status < 500


def test_what_was_never_submitted_is_forgotten_after_a_day(ada, office, clock):
    ada.submit(WORK)
    ada.send({"draft.txt": b"never mind"})
    assert office.sweep() == 0
    clock.now += timedelta(days=1, minutes=1)
    assert office.sweep() == 1
    assert not office.blobs.has(tree_of({"draft.txt": b"never mind"}).files[0].sha256)
    assert fetched(ada, "submissions/1", "submissions/1/parts") == WORK


def test_where_work_goes_through_a_folder_the_service_says_so(monkeypatch, service):
    plain = Service(None)
    answer = Asker(plain, "ada").ask("GET", "labs")
    assert (answer.status_code, "exchange.kind" in answer.json()["error"]) == (404, True)
    plain.end()


def test_what_is_declined_is_counted_by_why(ada, service):
    def counted(reason):
        figures = service.watched.registry.restricted_registry(["academy_refusals_total"])
        found = (one for family in figures.collect() for one in family.samples)
        return next((one.value for one in found if one.labels["reason"] == reason), None)

    assert counted("not-there") is None
    assert ada.ask("GET", "labs/no-such/release").status_code == 404
    assert ada.ask("GET", "submissions/7").status_code == 404
    assert ada.ask("GET", "labs").status_code == 200
    assert ada.ask("POST", f"labs/{LAB}/submissions", json={}).status_code == 422
    assert (counted("not-there"), counted("bad-work")) == (2, 1)
