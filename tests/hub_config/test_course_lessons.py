"""Lessons of a further course: from a real repository, through what is published, into a learner's home."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hub_config import lab_files
from hub_config.courses_cli import main as course_command
from hub_config.deployment import Deployment
from hub_config.errors import HubError
from hub_config.lab_source import bring, brought, looked_at
from hub_config.material import publish_all
from hub_config.storage.backup import _left_out
from learning_paths.ui.course_lessons import lessons_in, listed
from learning_paths.ui.errors import UIError
from learning_paths.ui.lessons import Opened, open_lesson
from tests.full_disk import FOLDER, run_on_full_disk
from tests.hub_config.git_upstream import EMPTY, LAB, Upstream

MEANS = "lesson:stats/week-1/means"
SETTINGS = (
    "courses: [{{id: stats, shown: Statistics, shown_zh: 统计学, source: '{source}', version: {version}}}]\n"
)


def notebook(*texts: str) -> str:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": [text]} for text in texts]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}  # else Lab asks for one
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 4})


LESSONS = {
    "lessons/week-1/means.ipynb": notebook("By hand", "## Not this\n# Means #\nfirst"),
    "lessons/week-1/means.zh.ipynb": notebook("# 均值"),
    "lessons/week-1/medians.ipynb": EMPTY,
    "lessons/week-1/img/mean.svg": "<svg/>",
    "lessons/week-1/01-helper.py": "X = 1\n",
    "lessons/week 2/spread.ipynb": EMPTY,
    "lessons/week 2/own.csv": "only there\n",
    "lessons/data/heights.csv": "170\n",
    "lessons/tools.py": "Y = 2\n",
}
HIDDEN = {"lessons/.git-blame": "x", "lessons/week-1/.ipynb_checkpoints/means.ipynb": EMPTY}
NEWER = notebook("# Means, second edition")


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path)


@pytest.fixture
def course(tmp_path: Path) -> Deployment:
    return Deployment(tmp_path / "data").of("stats")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def start(upstream: Upstream, course: Deployment) -> Callable[[str], None]:
    """Return what a start of the hub does for the course."""

    def begin(version: str) -> None:
        bring(upstream.source, version, course.labs, print)
        publish_all(course.lessons, course.labs / lab_files.LESSONS)

    return begin


@pytest.fixture
def opened(course: Deployment, home: Path, tmp_path: Path) -> Callable[..., Opened]:
    def open_one(unit: str = MEANS, language: str = "en", **more: bool) -> Opened:
        return open_lesson(unit, tmp_path, home, language, courses={"stats": course.lessons}, **more)

    return open_one


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("root", ["", "labs/"])
def test_lessons_come_with_the_labs_from_the_repositorys_root(root, upstream, course, start) -> None:
    labs = {f"{root}{name}": content for name, content in LAB.items()}
    upstream.commit({**labs, **LESSONS, **HIDDEN}, "v1")
    start("v1")
    assert files(course.labs) == {*LAB, *LESSONS, "version.json"}
    assert files(course.lessons) == {name.removeprefix("lessons/") for name in LESSONS}
    assert lessons_in(course.lessons) == ["week 2/spread", "week-1/means", "week-1/medians"]
    modes = {oct(path.stat().st_mode)[-3:] for path in (course.lessons, *course.lessons.rglob("*"))}
    assert modes == {"755", "644"}  # whoever's server it is reads them, though the labs are their owner's


def test_a_notebook_in_no_folder_is_named_and_left_out(upstream, course) -> None:
    upstream.commit({**LAB, **LESSONS, "lessons/Contents.ipynb": EMPTY}, "v1")
    said: list[str] = []
    bring(upstream.source, "v1", course.labs, said.append)
    assert "lessons/Contents.ipynb" not in files(course.labs)
    assert any(
        "'lessons/Contents.ipynb' is left out; a lesson is lessons/FOLDER/NAME.ipynb" in s for s in said
    )


def test_check_and_list_say_how_many_lessons_at_which_version(upstream, course, start, capsys) -> None:
    commit = upstream.commit({**LAB, **LESSONS}, "v1")
    data = course.data
    data.mkdir()
    (data / "academy.yml").write_text(SETTINGS.format(source=upstream.source, version="v1"))
    (data / "accounts.sqlite").touch()
    verdict, says = looked_at(upstream.source, "v1", course.labs)
    assert verdict == "fine"
    assert says.endswith("brought at the next start, with the lessons that stand there")
    assert course_command(["course", "list", "stats", "--data", str(data)]) == 0
    assert f"{upstream.source} at v1, brought when the hub starts" in capsys.readouterr().out
    start("v1")
    says = f"3 lessons and labs of {upstream.source} at v1, commit {commit[:12]}"
    assert looked_at(upstream.source, "v1", course.labs)[1].startswith(says)
    assert course_command(["course", "list", "stats", "--data", str(data)]) == 0
    assert says in capsys.readouterr().out


HOSTILE = {
    "link out of the tree": ({"lessons/week-1/x": Path("/etc")}, "lessons/week-1/x is a symbolic link"),
    "link to a notebook": ({"lessons/a/x.ipynb": Path("/etc/passwd")}, "x.ipynb is a symbolic link"),
    "a folder that is a link": ({"lessons/a": Path("../source")}, "lessons/a is a symbolic link"),
    "a file beside": ({"lessons/x.csv": Path("/etc/shadow")}, r"lessons/x\.csv is a symbolic link"),
    "newline": ({"lessons/a/x\ny.csv": "x"}, "the odd name"),
    "turned round": ({"lessons/a/x\u202egpj.ipynb": "x"}, r"the odd name 'lessons/a/x\\u202egpj\.ipynb'"),
    "option": ({"lessons/-rf/x.ipynb": EMPTY}, "the odd name 'lessons/-rf/x.ipynb'"),
    "backslash": ({"lessons/a/..\\x": "x"}, "the odd name"),
    "large data elsewhere": (
        {"lessons/a/x.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n"},
        r"lessons/a/x\.bin lies in Git LFS",
    ),
    "a lab of that name": (
        {"source/lessons/lessons.ipynb": EMPTY},
        "lab lessons has the name of a folder in people's homes; give it another one",
    ),
    "a lab among the receipts": (
        {"source/receipts/receipts.ipynb": EMPTY},
        "lab receipts has the name of a folder in people's homes",
    ),
}


@pytest.mark.parametrize(("more", "words"), HOSTILE.values(), ids=list(HOSTILE))
def test_what_is_refused_for_labs_is_refused_for_lessons_and_the_earlier_stay(
    more, words, upstream, course, start
) -> None:
    good = upstream.commit({**LAB, **LESSONS})
    start("main")
    upstream.commit(more)
    start("main")
    assert brought(course.labs).commit == good
    assert files(course.labs) == {*LAB, *LESSONS, "version.json"}
    assert files(course.lessons) == {name.removeprefix("lessons/") for name in LESSONS}
    with pytest.raises(HubError, match=words):
        bring(upstream.source, "main", course.labs.with_name("fresh"), print)
    assert not course.labs.with_name("fresh").exists()


@pytest.mark.parametrize("kind", ["link", "file"])
def test_lessons_that_are_no_folder_are_refused(kind, upstream, course) -> None:
    upstream.commit({**LAB, "lessons": Path("/srv") if kind == "link" else "x"})
    words = {"link": "lessons is a symbolic link", "file": "lessons is a file and has to be a folder"}[kind]
    with pytest.raises(HubError, match=words):
        bring(upstream.source, "main", course.labs, print)


@pytest.mark.parametrize(
    ("mode", "name"),
    [(b"100644", b".."), (b"100644", b"../../evil"), (b"20644", b"null"), (b"60644", b"disk")],
    ids=["up", "further up", "character device", "block device"],
)
def test_names_that_lead_elsewhere_and_devices_are_refused(mode, name, upstream, course, tmp_path) -> None:
    def blob(content: bytes) -> str:
        return upstream.git("hash-object", "-w", "--stdin", given=content, cwd=upstream.bare)

    lesson = upstream._tree((mode, name, blob(b"x")), (b"100644", b"x.ipynb", blob(EMPTY.encode())))
    lab = upstream._tree((b"100644", b"means.ipynb", blob(EMPTY.encode())))
    top = upstream._tree(
        (b"40000", b"lessons", upstream._tree((b"40000", b"a", lesson))),
        (b"40000", b"source", upstream._tree((b"40000", b"means", lab))),
    )
    commit = upstream.git("commit-tree", "-m", "odd", top, cwd=upstream.bare)
    upstream.git("update-ref", "refs/heads/main", commit, cwd=upstream.bare)
    before = files(tmp_path)
    with pytest.raises(HubError, match=r"a file has the odd name|is a submodule|git says"):
        bring(upstream.source, "main", course.labs, print)
    assert files(tmp_path) - before == {"data/courses/stats/.labs.lock"}


def test_what_is_huge_once_unpacked_is_refused_together_with_the_labs(upstream, course, monkeypatch) -> None:
    monkeypatch.setattr(lab_files, "MOST_MIB", 3)
    zeros = {f"{place}/zeros.bin": bytes(2 << 20) for place in ("source/means", "lessons/a")}
    upstream.commit({**LAB, **zeros})
    with pytest.raises(HubError, match="4 files with 4 MiB"):
        bring(upstream.source, None, course.labs, print)
    monkeypatch.setattr(lab_files, "MOST_FILES", 20)
    upstream.commit({f"lessons/a/{n}.csv": "x" for n in range(20)})
    with pytest.raises(HubError, match="24 files"):
        bring(upstream.source, None, course.labs, print)


def test_a_file_that_became_a_folder_and_a_folder_that_became_a_file(upstream, course, start) -> None:
    upstream.commit({**LAB, "lessons/a/x.ipynb": EMPTY, "lessons/one": "x", "lessons/two/y": "y"})
    start("main")
    for name in ("one", "two"):
        upstream.git("rm", "-r", "--quiet", f"lessons/{name}")
    upstream.commit({"lessons/one/x": "x", "lessons/two": "y"})
    start("main")
    assert files(course.lessons) == {"a/x.ipynb", "one/x", "two"}
    upstream.git("rm", "-r", "--quiet", "lessons")
    upstream.commit({})
    start("main")
    assert list(course.lessons.iterdir()) == []


def test_they_are_made_anew_and_in_no_backup(course: Deployment) -> None:
    course.course.mkdir(parents=True)
    assert course.lessons in _left_out(Deployment(course.data), [])


def test_a_lesson_comes_with_what_it_needs_and_without_the_other_lessons(
    upstream, start, opened, home
) -> None:
    upstream.commit({**LAB, **LESSONS}, "v1")
    start("v1")
    assert opened() == Opened("stats/lessons/week-1/means.ipynb", new=True, outdated=False)
    assert files(home / "stats/lessons") == {
        *("week-1/means.ipynb", "week-1/img/mean.svg", "week-1/01-helper.py"),
        *("data/heights.csv", "tools.py", ".copied.json"),  # of no folder of lessons: for all of them
    }
    assert opened(language="zh").path == "stats/lessons/week-1/means.zh.ipynb"
    assert opened("lesson:stats/week 2/spread", "zh").path == "stats/lessons/week 2/spread.ipynb"
    assert not (home / "lessons").exists()


def test_an_edit_survives_the_next_version_and_what_was_not_touched_is_brought_up_to_date(
    upstream, start, opened, home
) -> None:
    upstream.commit({**LAB, **LESSONS}, "v1")
    upstream.commit(
        {
            "lessons/week-1/means.ipynb": NEWER,
            "lessons/data/heights.csv": "180\n",
            "lessons/tools.py": "Y = 3\n",
        },
        "v2",
    )
    start("v1")
    own, lessons = opened(), home / "stats/lessons"
    opened("lesson:stats/week-1/medians")
    (home / own.path).write_text("my own work")
    (lessons / "data/heights.csv").write_text("my own heights")
    start("v2")
    assert opened() == Opened(own.path, new=False, outdated=True)
    assert (home / own.path).read_text() == "my own work"
    assert (lessons / "data/heights.csv").read_text() == "my own heights"
    assert (lessons / "tools.py").read_text() == "Y = 3\n"
    assert opened("lesson:stats/week-1/medians").outdated  # it needs the heights, which are newer
    start("v1")
    assert not opened().outdated  # back to what they had


def test_the_newer_version_comes_beside_the_own_work_and_is_told_no_more(
    upstream, start, opened, home
) -> None:
    upstream.commit({**LAB, **LESSONS}, "v1")
    upstream.commit({"lessons/week-1/means.ipynb": NEWER, "lessons/data/heights.csv": "180\n"}, "v2")
    third = notebook("# Third")
    upstream.commit({"lessons/week-1/means.ipynb": third}, "v3")
    start("v1")
    own, lessons = home / opened().path, home / "stats/lessons"
    own.write_text("my own work")
    (lessons / "data/heights.csv").write_text("my own heights")
    start("v2")
    newer = opened(beside=True)
    assert newer == Opened("stats/lessons/week-1/means.new.ipynb", new=False, outdated=False)
    assert (home / newer.path).read_text() == NEWER
    assert (lessons / "data/heights.new.csv").read_text() == "180\n"
    assert own.read_text() == "my own work"
    assert (lessons / "data/heights.csv").read_text() == "my own heights"
    assert opened() == Opened("stats/lessons/week-1/means.ipynb", new=False, outdated=False)
    (home / newer.path).write_text("worked on, too")
    start("v3")
    assert opened().outdated
    assert opened(beside=True).path == "stats/lessons/week-1/means.new-2.ipynb"
    assert (home / newer.path).read_text() == "worked on, too"
    # who takes the newer text over gets what comes after it
    own.write_text(third)
    start("v2")
    assert not opened().outdated
    assert own.read_text() == NEWER


@pytest.mark.parametrize(
    "unit",
    [
        "lesson:stats/../../etc/passwd",
        "lesson:stats/../labs/means",
        "lesson:stats/week-1/../means",
        "lesson:stats//means",
        "lesson:other/week-1/means",
        "lesson:stats/week-1/no-such",
        "lesson:stats/data/heights.csv",
        "lesson:../stats/week-1/means",
    ],
)
def test_nothing_else_can_be_named(unit, upstream, start, opened, home) -> None:
    upstream.commit({**LAB, **LESSONS}, "v1")
    start("v1")
    with pytest.raises(UIError, match="there is no lesson") as refused:
        opened(unit)
    assert (refused.value.status, "这里没有" in refused.value.zh) == (404, True)
    assert list(home.iterdir()) == []


def test_they_are_listed_by_their_first_heading_in_both_languages(
    upstream, course, start, opened, home
) -> None:
    odd = {
        "deep": "[" * 100_000,
        "text": "# no notebook",
        "cells": '{"cells": [1]}',
        "source": '{"cells": [{"cell_type": "markdown", "source": [3]}]}',
        "blank": notebook("# " + " " * 100_000),
        "bytes": b"\xff\xfe",
    }
    upstream.commit({**LAB, **LESSONS, **{f"lessons/odd/{name}.ipynb": text for name, text in odd.items()}})
    start("main")
    opened(language="zh")
    told = {one["unit"]: one for one in listed({"stats": course.lessons}, home)}
    assert told[MEANS] == {
        "unit": MEANS,
        "course": "stats",
        "folder": "week-1",
        "title": {"en": "Means", "zh": "均值"},
        "path": "stats/lessons/week-1/means.zh.ipynb",
    }
    assert told["lesson:stats/week-1/medians"]["title"] == {"en": "medians", "zh": "medians"}
    for name in odd:
        assert told[f"lesson:stats/odd/{name}"]["title"]["en"] == name


OPEN = f"""
from pathlib import Path
from learning_paths.ui.errors import UIError
from learning_paths.ui.lessons import open_lesson
lessons = Path("{FOLDER}/lessons/a")
lessons.mkdir(parents=True)
(lessons / "x.ipynb").write_text("x")
(lessons / "large.bin").write_bytes(bytes(70_000))
home = Path("{FOLDER}/home")
home.mkdir()
try:
    open_lesson("lesson:stats/a/x", home, home, courses={{"stats": lessons.parent}})
except UIError as error:
    print(error.status, error)
print(sorted(path.name for path in home.rglob("*") if path.is_file() and path.name != ".copied.json"))
"""


def test_on_a_full_disk_nothing_half_comes_and_the_lesson_not_before_what_it_needs() -> None:
    done = run_on_full_disk("100k", "-c", OPEN)
    said, names, *left = done.stdout.splitlines()
    assert said.startswith("507 cannot write the lesson: No space left on device, stats/lessons; free"), (
        done.stderr
    )
    assert names == "[]"
    assert [line for line in left if not line.endswith("/.copied.json")] == []
