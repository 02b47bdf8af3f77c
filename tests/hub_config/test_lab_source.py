"""Labs from git addresses: real repositories, good and hostile, near and away."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from hub_config import git, lab_files
from hub_config.errors import HubError
from hub_config.lab_source import bring, brought, looked_at
from tests.hub_config.git_upstream import EMPTY, LAB, Upstream

# a git that says what it was asked for, and at one of its steps waits until it may go on
SLOW_GIT = """#!/bin/sh
echo $$ > {folder}/process
echo "$*" >> {folder}/asked
case "$*" in *"{step}"*) while ! [ -e {folder}/go ]; do sleep 0.02; done;; esac
exec {git} "$@"
"""


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "courses" / "stats" / "labs"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def held_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Put a git before the real one that waits at a step; return the folder in which `go` lets it go on."""
    folder, real = tmp_path / "slow", shutil.which("git")
    folder.mkdir()

    def wait_at(step: str) -> Path:
        (folder / "git").write_text(SLOW_GIT.format(folder=folder, step=step, git=real))
        (folder / "git").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        return folder

    yield wait_at
    (folder / "go").touch()


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def tidy(folder: Path) -> bool:
    """Tell whether beside the labs nothing is left."""
    return set(os.listdir(folder.parent)) == {"labs", ".labs.lock"}


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


WHOLE = {*LAB, "version.json"}


def test_labs_at_the_root_of_the_default_branch(upstream: Upstream, folder: Path, said: list[str]) -> None:
    extra = {"README.md": "x", "gradebook.db": "x", "source/header.ipynb": EMPTY}
    extra |= {"source/means/.ipynb_checkpoints/means.ipynb": EMPTY, "source/means/.netrc": "x"}
    commit = upstream.commit({**LAB, **extra, "authoring/means/lab.yml": "limits: {seconds: 5}\n"})
    assert bring(upstream.source, None, folder, said.append) == commit
    assert files(folder) == {*WHOLE, "authoring/means/lab.yml"}
    about = json.loads((folder / "version.json").read_text())
    assert about.pop("when").startswith("20")
    assert about == {"source": upstream.source, "version": None, "kind": "branch", "commit": commit}
    assert any("'header.ipynb' is left out; a lab is source/NAME/NAME.ipynb" in line for line in said)


def test_labs_in_a_folder_labs_over_a_file_address(upstream: Upstream, folder: Path, said: list[str]) -> None:
    old = upstream.commit({f"labs/{name}": content for name, content in LAB.items()}, "v1")
    upstream.commit({"labs/source/means/table.csv": "new"})
    assert bring(f"file://{upstream.source}", "v1", folder, said.append) == old
    assert files(folder) == WHOLE
    assert (folder / "source/means/table.csv").read_text() == "1,2\n"
    assert len(said) == 1


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_masters_are_seen_by_the_owner_alone_until_others_are_let_in(
    umask: int, upstream, folder, said
) -> None:
    upstream.commit(LAB)
    (upstream.work / "source/means/table.csv").chmod(0o755)
    upstream.commit({})
    before = os.umask(umask)
    try:
        bring(upstream.source, None, folder, said.append)
    finally:
        os.umask(before)

    def modes() -> dict[str, str]:
        names = (".", "source/means", "source/means/table.csv")
        return {name: f"{(folder / name).stat().st_mode & 0o777:o}" for name in names}

    assert modes() == {".": "700", "source/means": "755", "source/means/table.csv": "644"}
    folder.chmod(0o750)
    if os.geteuid() == 0:
        os.chown(folder, 20000, 20000)
    owner = folder.stat().st_uid
    upstream.commit({"source/means/table.csv": "new"})
    bring(upstream.source, None, folder, said.append)
    assert modes() == {".": "750", "source/means": "755", "source/means/table.csv": "644"}
    assert folder.stat().st_uid == owner


def test_a_branch_is_followed_a_tag_and_a_commit_need_nobody(upstream, folder, said, tmp_path: Path) -> None:
    first = upstream.commit(LAB, "v1", branch="autumn")
    assert bring(upstream.source, "autumn", folder, said.append) == first
    second = upstream.commit({"source/means/table.csv": "3,4\n"}, branch="autumn")
    assert looked_at(upstream.source, "autumn", folder)[1].endswith(
        f"commit {second[:12]} is brought at the next start"
    )
    assert bring(upstream.source, "autumn", folder, said.append) == second
    assert (folder / "source/means/table.csv").read_text() == "3,4\n"
    for version in ("v1", first):
        assert bring(upstream.source, version, folder, said.append) == first
        assert (folder / "source/means/table.csv").read_text() == "1,2\n"
        said.clear()
        upstream.bare.rename(tmp_path / "away")
        assert bring(upstream.source, version, folder, said.append) == first
        assert said == []
        assert looked_at(upstream.source, version, folder)[0] == {"v1": "mind", first: "fine"}[version]
        (tmp_path / "away").rename(upstream.bare)


def test_what_is_there_is_not_fetched_again(upstream, folder, said, held_git: Callable) -> None:
    commit = upstream.commit(LAB)
    bring(upstream.source, "main", folder, said.append)
    asked = held_git("nothing")
    assert bring(upstream.source, "main", folder, said.append) == commit
    assert [line.split(" -- ")[0].split()[-1] for line in (asked / "asked").read_text().splitlines()] == [
        "ls-remote"
    ]
    (asked / "asked").unlink()
    bring(upstream.source, commit, folder, said.append)
    (asked / "asked").unlink()
    bring(upstream.source, commit, folder, said.append)
    assert not (asked / "asked").exists()


def test_a_tag_that_was_moved_is_not_followed_and_that_is_said(upstream, folder, said) -> None:
    first = upstream.commit(LAB, "v1")
    bring(upstream.source, "v1", folder, said.append)
    assert looked_at(upstream.source, "v1", folder)[0] == "fine"
    second = upstream.commit({"source/means/table.csv": "other"}, "v1")
    said.clear()
    assert bring(upstream.source, "v1", folder, said.append) == first
    assert len(said) == 1
    assert f"give as version {second}" in said[0]
    assert looked_at(upstream.source, "v1", folder) == ("mind", said[0])
    assert bring(upstream.source, second, folder, said.append) == second


def test_a_tag_goes_before_a_branch_of_its_name(upstream, folder, said) -> None:
    tagged = upstream.commit(LAB, "v1")
    upstream.commit({"source/means/table.csv": "other"}, branch="v1")
    assert bring(upstream.source, "v1", folder, said.append) == tagged
    assert brought(folder).kind == "tag"


def test_an_address_that_is_away_leaves_what_is_there(upstream, folder, said, tmp_path: Path) -> None:
    commit = upstream.commit(LAB)
    bring(upstream.source, "main", folder, said.append)
    upstream.bare.rename(tmp_path / "away")
    said.clear()
    assert bring(upstream.source, "main", folder, said.append) == commit
    assert files(folder) == WHOLE
    assert len(said) == 1
    for words in (upstream.source, "git says: fatal:", f"commit {commit[:12]}", "stay", "git ls-remote -- "):
        assert words in said[0]
    assert looked_at(upstream.source, "main", folder) == ("mind", said[0])
    assert bring(str(tmp_path / "other"), "main", folder, said.append) == commit


def test_an_address_that_is_away_and_nothing_there(folder, said, tmp_path: Path) -> None:
    source = str(tmp_path / "none.git")
    with pytest.raises(HubError, match=r"labs of .*none\.git: git says: fatal: .*; see whether it answers"):
        bring(source, "v1", folder, said.append)
    assert not folder.exists()
    verdict, says = looked_at(source, "v1", folder)
    assert verdict == "wrong"
    assert says.endswith("no labs of it are there yet")


def test_a_server_that_says_nothing_is_not_waited_for(folder, said, monkeypatch) -> None:
    monkeypatch.setattr(git, "ASK_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        source = f"git://127.0.0.1:{server.getsockname()[1]}/labs"
        begun = time.monotonic()
        with pytest.raises(HubError, match="git took longer than 1 seconds"):
            bring(source, None, folder, said.append)
        assert time.monotonic() - begun < 5


def test_an_unknown_version_is_named(upstream, folder, said) -> None:
    commit = upstream.commit(LAB)
    with pytest.raises(HubError, match="neither a tag nor a branch autum, and a commit has 40 letters"):
        bring(upstream.source, "autum", folder, said.append)
    with pytest.raises(HubError, match=f"it has no commit {'0' * 40}"):
        bring(upstream.source, "0" * 40, folder, said.append)
    with pytest.raises(HubError, match="neither a tag nor a branch"):
        bring(upstream.source, commit[:12], folder, said.append)


def test_a_repository_without_anything(upstream, folder, said) -> None:
    with pytest.raises(HubError, match="no default branch"):
        bring(upstream.source, None, folder, said.append)


def test_a_tag_of_something_else_than_a_commit(upstream, folder, said) -> None:
    upstream.commit(LAB)
    blob = upstream.git("hash-object", "-w", "--stdin", given=b"x", cwd=upstream.bare)
    upstream.git("update-ref", "refs/tags/odd", blob, cwd=upstream.bare)
    with pytest.raises(HubError, match=f"it has no commit {blob}"):
        bring(upstream.source, "odd", folder, said.append)


@pytest.mark.parametrize(
    "source",
    [
        "--upload-pack=touch OWNED",
        "-u",
        "ext::sh -c touch% OWNED",
        "fd::17/labs",
        "http://example.org/labs",
        "ftp://example.org/labs",
        "https://user:secret@example.org/labs",
        "https://token@example.org/labs",
        "ssh://-oProxyCommand=touch/labs",
        "ssh://me@-oProxyCommand=touch/labs",
        "https:///labs",
        "https://[::1/labs",
        "git@example.org:labs.git",
        "../labs",
        "https://example.org/a\nb",
        "https://example.org/a b",
        "/srv/a\nb",
        "",
    ],
)
def test_odd_addresses_are_refused_before_git_sees_them(
    source: str, folder, said, held_git: Callable
) -> None:
    asked = held_git("nothing")
    with pytest.raises(HubError) as told:
        bring(source, None, folder, said.append)
    assert looked_at(source, None, folder) == ("wrong", str(told.value))
    assert not (asked / "asked").exists()
    assert not folder.parent.exists()
    assert "secret" not in str(told.value)
    assert "token" not in str(told.value)


def test_an_address_as_git_writes_it_for_ssh_says_how_to_write_it(folder, said) -> None:
    with pytest.raises(HubError, match="HOST:PATH is written ssh://HOST/PATH"):
        bring("git@example.org:labs.git", None, folder, said.append)


@pytest.mark.parametrize(
    "version",
    ["--upload-pack=touch", "-1", "v1 v2", "v1\n", "a..b", "v1:v2", "*", "v1^{}", "@{1}", "", "x" * 300],
)
def test_odd_versions_are_refused_before_git_sees_them(version: str, upstream, folder, said) -> None:
    with pytest.raises(HubError, match="is no version of labs: give a tag, a branch or all 40 letters"):
        bring(upstream.source, version, folder, said.append)


@pytest.mark.parametrize("source", ["http://127.0.0.1:1/labs", "ext::sh -c false"])
def test_git_itself_speaks_no_other_protocol(source: str, monkeypatch) -> None:
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "http:ext")
    with pytest.raises(git.GitFailed, match=r"transport '\w+' not allowed"):
        git.refs(source, "HEAD")


HOSTILE = {
    "link out of the tree": ({"source/means/data": Path("/etc")}, "source/means/data is a symbolic link"),
    "link to a file": ({"source/means/data": Path("table.csv")}, "source/means/data is a symbolic link"),
    "link beside": ({"authoring": Path("/etc")}, "authoring is a symbolic link"),
    "link as a lab's authoring": (
        {"authoring/means": Path("/etc")},
        "authoring/means is a symbolic link",
    ),
    "file as folder": ({"authoring/means": "x"}, "authoring/means is a file and has to be a folder"),
    "newline": (
        {"source/means/a\nb.csv": "x"},
        r"the odd name 'source/means/a\\nb\.csv'; give it a plain one",
    ),
    "escape": ({"source/means/a\x1b[2J": "x"}, r"the odd name 'source/means/a\\x1b\[2J'"),
    "turned round": ({"source/means/a\u202egpj.csv": "x"}, r"the odd name 'source/means/a\\u202egpj\.csv'"),
    "option": ({"source/means/-rf": "x"}, "the odd name 'source/means/-rf'"),
    "backslash": ({"source/means/a\\b": "x"}, "the odd name"),
    "spaces around": ({"source/means/ a": "x"}, "the odd name"),
    "large data elsewhere": (
        {"source/means/big.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n"},
        r"source/means/big\.bin lies in Git LFS",
    ),
    "broken lab.yml": ({"authoring/means/lab.yml": "limits: {seconds: soon}"}, r"authoring/means/lab\.yml: "),
    "no yaml": ({"authoring/means/lab.yml": "a: [b"}, r"labs of \S+: authoring/means/lab\.yml: "),
}


@pytest.mark.parametrize(("more", "words"), HOSTILE.values(), ids=list(HOSTILE))
def test_what_is_no_plain_file_with_a_plain_name_is_refused(more, words, upstream, folder, said) -> None:
    good = upstream.commit(LAB)
    bring(upstream.source, "main", folder, said.append)
    upstream.commit(more)
    said.clear()
    assert bring(upstream.source, "main", folder, said.append) == good
    assert files(folder) == WHOLE
    assert tidy(folder)
    with pytest.raises(HubError, match=words):
        bring(upstream.source, "main", folder.with_name("fresh"), said.append)
    assert not folder.with_name("fresh").exists()


@pytest.mark.parametrize("name", [b"..", b".", b"../../../evil", b"/evil", b"a/../../../evil", b"\xff\xfe"])
def test_names_that_git_would_not_take_lead_nowhere(name: bytes, upstream, folder, said, tmp_path) -> None:
    upstream.commit_raw(name)
    before = files(tmp_path)
    with pytest.raises(HubError, match=r"a file has the odd name|git says"):
        bring(upstream.source, "main", folder, said.append)
    assert files(tmp_path) - before == {str((folder.parent / ".labs.lock").relative_to(tmp_path))}


def test_a_submodule_is_refused_and_nothing_of_it_is_fetched(upstream, folder, said) -> None:
    commit = upstream.commit(LAB)
    upstream.git("update-index", "--add", "--cacheinfo", f"160000,{commit},source/means/more")
    (upstream.work / "source/means/more").mkdir()
    upstream._pushed((), "main")
    with pytest.raises(HubError, match="source/means/more is a submodule; put the file itself there"):
        bring(upstream.source, "main", folder, said.append)


@pytest.mark.parametrize(
    "held",
    [
        {"README.md": "x"},
        {"source/a/b.ipynb": EMPTY},
        {"source/Means 1/Means 1.ipynb": EMPTY},
        {"source": Path("/srv")},
    ],
    ids=["none", "another name", "odd name", "link"],
)
def test_a_repository_without_labs_is_refused_in_words(held, upstream, folder, said) -> None:
    upstream.commit(held)
    with pytest.raises(HubError, match=r"there is no lab in it; a lab is source/NAME/NAME\.ipynb"):
        bring(upstream.source, None, folder, said.append)


def test_a_file_that_is_huge_once_unpacked_is_refused(upstream, folder, said, monkeypatch) -> None:
    monkeypatch.setattr(lab_files, "MOST_MIB", 1)
    upstream.commit({**LAB, "source/means/zeros.bin": bytes(3 << 20)})
    with pytest.raises(HubError, match=r"3 files with 3 MiB, the largest source/means/zeros\.bin; at most"):
        bring(upstream.source, None, folder, said.append)


def test_more_than_may_come_over_the_line_is_stopped(upstream, folder, said, monkeypatch) -> None:
    monkeypatch.setattr(git, "MOST_MIB", 1)
    upstream.commit({**LAB, **{f"{n}.bin": os.urandom(1 << 19) for n in range(3)}})
    with pytest.raises(HubError, match="more than 1 MiB came"):
        bring(upstream.source, None, folder, said.append)
    assert set(os.listdir(folder.parent)) == {".labs.lock"}


def test_too_many_files_are_refused(upstream, folder, said, monkeypatch) -> None:
    monkeypatch.setattr(lab_files, "MOST_FILES", 20)
    upstream.commit({**LAB, **{f"source/means/{n}.csv": "x" for n in range(20)}})
    with pytest.raises(HubError, match="22 files with 0 MiB"):
        bring(upstream.source, None, folder, said.append)


def test_no_hook_filter_or_substitution_runs(upstream, folder, said, tmp_path, monkeypatch) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("reference-transaction", "post-checkout", "pre-auto-gc"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/OWNED\n")
        (hooks / name).chmod(0o755)
    (tmp_path / "template").mkdir()
    shutil.copytree(hooks, tmp_path / "template" / "hooks")
    marks = "*.csv filter=evil export-subst\n"
    commit = upstream.commit({**LAB, "source/means/a.csv": "$Format:%H$\n", ".gitattributes": marks})
    upstream.commit({"source/means/table.csv": "new"})
    config = tmp_path / "gitconfig"
    config.write_text(
        f"[core]\n hooksPath = {hooks}\n[init]\n templateDir = {tmp_path}/template\n"
        f'[filter "evil"]\n smudge = touch {tmp_path}/OWNED; cat\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "elsewhere"))
    monkeypatch.setitem(git._SETTINGS, "protocol.version", "0")  # then branches are fetched, and refs written
    assert bring(upstream.source, commit, folder, said.append) == commit
    assert (folder / "source/means/a.csv").read_text() == "$Format:%H$\n"
    assert not (tmp_path / "OWNED").exists()
    assert not (tmp_path / "elsewhere").exists()


def test_labs_of_ones_own_are_not_touched(upstream, folder, said) -> None:
    upstream.commit(LAB)
    (folder / "source" / "mine").mkdir(parents=True)
    with pytest.raises(HubError, match="holds labs that were not brought from a git address; move them away"):
        bring(upstream.source, None, folder, said.append)
    assert looked_at(upstream.source, None, folder)[0] == "wrong"
    assert (folder / "source" / "mine").is_dir()


def test_a_check_says_what_would_come_and_brings_nothing(upstream, folder) -> None:
    commit = upstream.commit(LAB, "v1")
    verdict, says = looked_at(upstream.source, "v1", folder)
    assert verdict == "fine"
    assert f"at v1 (tag): commit {commit[:12]}, brought at the next start" in says
    assert looked_at(upstream.source, commit, folder)[0] == "fine"
    assert looked_at(f"{upstream.source}.none", commit, folder)[0] == "wrong"
    assert not folder.parent.exists()


BRING = """
import sys, pathlib
from hub_config.lab_source import bring
bring(*sys.argv[1:3], pathlib.Path(sys.argv[3]), print)
"""
DIES = """
import os, signal
rename, count = os.rename, iter(range(9))
def dying(*places):
    if next(count) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    rename(*places)
os.rename = dying
"""


def bring_apart(source: str, folder: Path, before: str = "") -> subprocess.Popen:
    command = [sys.executable, "-c", before + BRING, source, "main", folder]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("step", ["fetch", "cat-file"])
def test_killed_in_the_middle_it_leaves_the_old_ones_whole(
    step, upstream, folder, said, held_git, tmp_path
) -> None:
    first = upstream.commit(LAB)
    bring(upstream.source, "main", folder, said.append)
    second = upstream.commit({"source/means/table.csv": "3,4\n"})
    waiting = held_git(f" {step} ")
    process = bring_apart(upstream.source, folder)
    until(lambda: (waiting / "asked").exists() and f" {step} " in (waiting / "asked").read_text())
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert brought(folder).commit == first
    assert files(folder) == WHOLE
    (waiting / "go").touch()
    assert bring(upstream.source, "main", folder, said.append) == second

    def is_tidy() -> bool:  # once the git that was left alone is done
        return bring(upstream.source, "main", folder, said.append) == second and tidy(folder)

    until(is_tidy)


def test_interrupted_it_ends_git_and_clears_up(upstream, folder, said, held_git) -> None:
    upstream.commit(LAB)
    waiting = held_git(" fetch ")
    process = bring_apart(upstream.source, folder)
    until(lambda: (waiting / "asked").exists() and " fetch " in (waiting / "asked").read_text())
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == -signal.SIGINT
    asked = int((waiting / "process").read_text())
    until(lambda: not psutil.pid_exists(asked) or psutil.Process(asked).status() == psutil.STATUS_ZOMBIE)
    assert os.listdir(folder.parent) == [".labs.lock"]


def test_killed_between_the_old_and_the_new_it_puts_the_old_back(upstream, folder, said, tmp_path) -> None:
    first = upstream.commit(LAB)
    bring(upstream.source, "main", folder, said.append)
    upstream.commit({"source/means/table.csv": "3,4\n"})
    assert bring_apart(upstream.source, folder, DIES).wait() == -signal.SIGKILL
    assert not folder.exists()
    upstream.bare.rename(tmp_path / "away")
    assert bring(upstream.source, "main", folder, said.append) == first
    assert files(folder) == WHOLE
    assert tidy(folder)


def test_where_the_new_cannot_be_put_the_old_goes_back(upstream, folder, said, monkeypatch) -> None:
    first = upstream.commit(LAB)
    bring(upstream.source, "main", folder, said.append)
    upstream.commit({"source/means/table.csv": "3,4\n"})
    rename = os.rename

    def full(old: Path, new: Path) -> None:
        if new == folder and old.name == "labs":
            raise OSError(28, "No space left on device", str(old), None, str(new))
        rename(old, new)

    monkeypatch.setattr(os, "rename", full)
    assert bring(upstream.source, "main", folder, said.append) == first
    assert "No space left on device; free some space or mend it" in said[-1]
    assert files(folder) == WHOLE


def test_two_at_once_fetch_once(upstream, folder, held_git) -> None:
    commit = upstream.commit(LAB)
    waiting, told, got = held_git(" fetch "), ([], []), []
    threads = [
        threading.Thread(
            target=lambda n=n: got.append(bring(upstream.source, "main", folder, told[n].append))
        )
        for n in range(2)
    ]
    threads[0].start()
    until(lambda: (waiting / "asked").exists() and " fetch " in (waiting / "asked").read_text())
    threads[1].start()
    until(lambda: told[1] != [])
    (waiting / "go").touch()
    for thread in threads:
        thread.join(20)
    assert got == [commit, commit]
    assert told[1] == [f"another process brings labs to {folder}; waiting until it is done"]
    assert (waiting / "asked").read_text().count(" fetch ") == 1
    assert files(folder) == WHOLE
