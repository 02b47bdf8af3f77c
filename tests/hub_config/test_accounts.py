"""Who may come in."""

import sqlite3
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub_config.accounts import FIRST_UID, INVITATION_DAYS, Accounts
from hub_config.authenticator import Patience
from hub_config.cli import main
from hub_config.errors import HubError
from hub_config.passwords import SCRYPT, new_password, weakness


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    return Accounts(tmp_path / "accounts.sqlite")


def test_the_right_password_opens_and_a_wrong_one_does_not(accounts: Accounts) -> None:
    password = accounts.add("ada", "learner")
    assert accounts.check("ada", password) == accounts.get("ada")
    assert accounts.check("ada", password + "x") is None
    assert accounts.check("ada", "") is None
    assert accounts.check("grace", password) is None


def test_passwords_are_kept_as_hashes_in_a_private_file(accounts: Accounts) -> None:
    password = accounts.add("ada", "learner")
    assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600
    assert password.encode() not in accounts.path.read_bytes()
    with sqlite3.connect(accounts.path) as book:
        digests = book.execute("SELECT hash FROM accounts").fetchall()
    book.close()
    assert [len(digest) for (digest,) in digests] == [64]


def test_two_people_with_one_password_have_different_hashes(accounts: Accounts) -> None:
    accounts.add("ada", "learner", "same-password")
    accounts.add("grace", "learner", "same-password")
    book = sqlite3.connect(accounts.path)
    assert len(set(book.execute("SELECT hash FROM accounts"))) == 2
    book.close()


def test_a_reset_ends_the_old_password(accounts: Accounts) -> None:
    old = accounts.add("ada", "learner")
    before = accounts.get("ada")
    new = accounts.reset("ada")
    assert accounts.check("ada", old) is None
    after = accounts.check("ada", new)
    assert after is not None
    assert after.changed > before.changed
    assert after.uid == before.uid


@pytest.mark.parametrize(
    "name", ["", "a", "Ada", "ada lovelace", "ada+x", "../etc", "ada-", "a" * 33, "阿达"]
)
def test_a_name_that_cannot_be_a_folder_and_a_user_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(HubError, match="lower-case"):
        accounts.add(name, "learner")
    assert accounts.all() == []


def test_a_name_is_given_once(accounts: Accounts) -> None:
    accounts.add("ada", "learner")
    with pytest.raises(HubError, match="--reset-password ada"):
        accounts.add("ada", "instructor")
    assert accounts.get("ada").role == "learner"


def test_one_account_is_asked_for_by_its_name(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.add("ada", "learner")
    with pytest.raises(HubError, match=r"no account 'adda' .*nearest: ada"):
        accounts.get("adda")
    assert accounts.find("adda") is None
    monkeypatch.setattr(Accounts, "all", lambda _: pytest.fail("the whole list was read"))
    assert accounts.get("ada") == accounts.find("ada")


def test_everybody_gets_a_user_id_of_their_own(accounts: Accounts) -> None:
    for name in ("ada", "grace", "alan"):
        accounts.add(name, "learner")
    uids = [account.uid for account in accounts.all()]
    assert len(set(uids)) == 3
    assert min(uids) >= FIRST_UID


def test_an_unknown_name_is_answered_with_the_nearest(accounts: Accounts) -> None:
    accounts.add("ada", "learner")
    with pytest.raises(HubError, match="nearest: ada"):
        accounts.reset("adda")


def test_a_broken_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "accounts.sqlite"
    path.write_bytes(b"this is no database, whatever its name says" * 40)
    with pytest.raises(HubError, match="backup") as caught:
        Accounts(path).all()
    assert str(path) in str(caught.value)


def test_generated_passwords_differ_and_can_be_read_aloud() -> None:
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    assert not set("".join(made)) & set("O0Il1")


def test_a_password_is_handed_out_until_its_owner_chooses_one(accounts: Accounts) -> None:
    old = accounts.add("ada", "learner")
    assert accounts.get("ada").handed_out
    assert not accounts.change("ada", "forty-two blue whales").handed_out
    assert accounts.check("ada", old) is None
    assert accounts.check("ada", "forty-two blue whales") == accounts.get("ada")
    accounts.reset("ada")
    assert accounts.get("ada").handed_out
    accounts.add("grace", "learner", "given by who runs a test")
    assert not accounts.get("grace").handed_out


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("nine char", "short"),
        ("x" * 201, "long"),
        ("AdaLovelace-1815", "easy"),
        ("ababababab", "easy"),
        ("1234567890", "easy"),
        ("qwertyuiop", "easy"),
        ("zyxwvutsrqp", "easy"),
        ("ten letter", ""),
        ("一二三四五六七八九十", ""),
        ("forty-two blue whales", ""),
    ],
)
def test_a_chosen_password_is_long_and_not_easily_guessed(password: str, why: str) -> None:
    assert weakness("ada", password) == why


def test_an_invitation_holds_once_for_a_while_and_the_last_one_only(accounts: Accounts, monkeypatch) -> None:
    old = accounts.add("ada", "learner")
    first, second = accounts.invite("ada"), accounts.invite("ada")
    assert (accounts.invited(first), accounts.invited(second)) == (None, "ada")
    assert accounts.check("ada", old)  # until the link is used
    assert second.encode() not in accounts.path.read_bytes()
    with monkeypatch.context() as later:
        now = time.time()
        later.setattr("hub_config.accounts.time.time", lambda: now + (INVITATION_DAYS + 0.01) * 86400)
        assert accounts.invited(second) is None
    accounts.change("ada", "forty-two blue whales")
    assert accounts.invited(second) is None
    third = accounts.invite("ada")
    accounts.reset("ada")
    assert accounts.invited(third) is None
    with pytest.raises(HubError, match="no account 'grace'"):
        accounts.invite("grace")


def test_a_link_is_printed_in_place_of_a_password(accounts: Accounts, capsys) -> None:
    accounts.add("ada", "learner")
    data = accounts.path.parent
    (data / "academy.yml").write_text("address: {url: 'https://academy.example.edu'}\n")
    assert main(["hub", "--data", str(data), "--add-instructor", "grace", "--by-link"]) == 0
    name, link = capsys.readouterr().out.split()
    start = "https://academy.example.edu/hub/invitation/"
    assert (name, link[: len(start)]) == ("grace", start)
    assert accounts.invited(link[len(start) :]) == "grace"
    assert accounts.get("grace").role == "instructor"
    (data / "academy.yml").unlink()
    assert main(["hub", "--data", str(data), "--port", "8001", "--add-learner", "emmy", "--by-link"]) == 0
    assert "http://127.0.0.1:8001/hub/invitation/" in capsys.readouterr().out
    assert main(["hub", "--data", str(data), "--accounts", "--by-link"]) == 2
    assert main(["hub", "--data", str(data), "--by-link"]) == 2
    assert "--by-link goes with" in capsys.readouterr().err


FREE_TRIES, LONGEST_WAIT = 5, 60.0


def test_guessing_gets_slower_and_the_right_password_forgets_it() -> None:
    now = [0.0]
    patience = Patience(FREE_TRIES, LONGEST_WAIT, clock=lambda: now[0])
    for _ in range(FREE_TRIES):
        assert patience.wait("ada") == 0
        patience.wrong("ada")
    assert patience.wait("ada") == 1
    for _ in range(20):
        patience.wrong("ada")
    assert patience.wait("ada") == LONGEST_WAIT
    assert patience.wait("grace") == 0
    now[0] += LONGEST_WAIT
    assert patience.wait("ada") == 0
    patience.right("ada")
    patience.wrong("ada")
    assert patience.wait("ada") == 0


def test_the_command_line_adds_lists_and_resets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path)]
    accounts = Accounts(tmp_path / "accounts.sqlite")
    accounts.add("learner", "learner")

    assert main(["hub", *data, "--add-instructor", "grace"]) == 0
    name, password = capsys.readouterr().out.split()
    assert (name, accounts.check("grace", password).role) == ("grace", "instructor")

    assert main(["hub", *data, "--reset-password", "grace"]) == 0
    assert accounts.check("grace", capsys.readouterr().out.split()[1]) is not None
    assert accounts.check("grace", password) is None

    assert main(["hub", *data, "--accounts"]) == 0
    assert capsys.readouterr().out.split() == ["learner", "learner", "grace", "instructor"]

    assert main(["hub", *data, "--reset-password", "grce"]) == 2
    assert "grace" in capsys.readouterr().err


def test_accounts_before_the_first_start_say_what_to_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["hub", "--data", str(tmp_path), "--accounts"]) == 2
    assert "./academy hub" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_people_are_shown_as_they_are_called(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path)]
    accounts = Accounts(tmp_path / "accounts.sqlite")
    accounts.add("learner", "learner")
    assert accounts.get("learner").shown == "learner"
    assert (
        main(["hub", *data, "--add-learner", "ada", "--called", " Ada  Lovelace", "--called-zh", "阿达"]) == 0
    )
    assert accounts.get("ada").shown == "Ada Lovelace 阿达"
    assert main(["hub", *data, "--rename", "ada", "--called-zh", ""]) == 0
    assert accounts.get("ada").shown == "Ada Lovelace"
    capsys.readouterr()
    assert main(["hub", *data, "--accounts"]) == 0
    assert "Ada Lovelace" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rename", "ada"], "--called"),
        (["--rename", "adda", "--called", "Ada"], "nearest: ada"),
        (["--rename", "ada", "--called", "A\x07da"], "control characters"),
        (["--rename", "ada", "--called", "A" * 101], "at most 100"),
        (["--called", "Ada"], "--add-learner"),
    ],
)
def test_a_display_name_that_cannot_be_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    accounts = Accounts(tmp_path / "accounts.sqlite")
    accounts.add("ada", "learner", called="Ada Lovelace")
    assert main(["hub", "--data", str(tmp_path), *words]) == 2
    assert said in capsys.readouterr().err
    assert accounts.get("ada").called == "Ada Lovelace"


def test_a_file_of_an_older_academy_gets_its_new_columns(accounts: Accounts) -> None:
    password = accounts.add("ada", "learner")
    with sqlite3.connect(accounts.path) as book:
        for column in ("called", "called_zh"):
            book.execute(f"ALTER TABLE accounts DROP COLUMN {column}")
    book.close()
    assert accounts.get("ada").shown == "ada"
    assert accounts.check("ada", password) == accounts.get("ada")


def test_a_look_gives_up_no_lock_of_a_writer_in_the_same_process(accounts: Accounts) -> None:
    accounts.add("ada", "learner", "a-password")
    write = f"import sqlite3; sqlite3.connect({str(accounts.path)!r}, timeout=0.1).execute('BEGIN IMMEDIATE')"
    with accounts.open() as book:
        book.execute("UPDATE accounts SET called = 'Ada'")
        assert accounts.get("ada").called == ""
        other = subprocess.run([sys.executable, "-c", write], capture_output=True, text=True, check=False)
    assert "database is locked" in other.stderr
    assert accounts.get("ada").called == "Ada"


def test_people_who_are_added_at_the_same_time_get_user_ids_of_their_own(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SCRYPT, "n", 2)  # what is tried here is the file
    names = [f"learner-{number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: accounts.add(name, "learner"), names))
    assert sorted(account.uid for account in accounts.all()) == list(range(FIRST_UID, FIRST_UID + 40))
