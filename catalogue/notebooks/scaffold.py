"""New courses, lessons and labs: files with prompts to fill, in the rhythm that every unit keeps."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from catalogue import load
from catalogue.errors import Problem, suggest
from catalogue.ids import Skill
from catalogue.reading import parse

from .build import write
from .errors import NotebookError, fault

UNFINISHED = "TODO(author)"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TEMPLATES = Path(__file__).parent / "templates"


def new_course(root: Path, slug: str, stage: str, title: str, teaches: str) -> list[Path]:
    """Start a course with its first lesson.

    Parameters
    ----------
    root
        The folder that holds ``courses`` and ``labs``.
    slug
        The course's name as a folder, ``numerics-information``.
    stage
        One of the framework's, ``1-mathematics``.
    title
        In English.
    teaches
        A competency at a level, ``numerics-information@B``.

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    NotebookError, UnknownId
        When a name is malformed or unknown, or a file is there already. Nothing is written then.
    """
    stages = tuple(load().structure.stages)
    if stage not in stages:
        raise NotebookError([Problem(f"unknown stage {stage!r}", mend=suggest(stage, stages, "stage"))])
    _check_slug(slug)
    if there := [path for path in (root / "courses").glob(f"*/{slug}")]:
        raise NotebookError([fault(there[0], None, "the course is there already; choose another name")])
    folder = root / "courses" / stage / slug
    lesson = "01-" + _slug_of(title)
    words = {"title": title, "slug": lesson, "teaches": _skill(teaches), "checkpoint": lesson[3:]}
    return _write_new(
        {
            folder / "course.yml": _filled("course.yml", words),
            folder / f"{lesson}.py": _filled("lesson.py", words),
            folder / "checkpoints.yml": _filled("checkpoints.yml", words),
        }
    )


def new_lesson(root: Path, name: str, title: str, teaches: str) -> list[Path]:
    """Add a lesson to a course: its text, its checkpoints, its entry in course.yml.

    Parameters
    ----------
    root
        The folder that holds ``courses`` and ``labs``.
    name
        ``course/NN-slug``.
    title, teaches
        As for `new_course`.

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    NotebookError, UnknownId
        When a name is malformed or unknown, or the lesson is there already. Nothing is written then.
    """
    course, _, slug = name.partition("/")
    if not re.fullmatch(rf"\d\d-{_SLUG.pattern}", slug):
        raise NotebookError([Problem(f"{name!r} is no lesson", mend="write it as course/02-a-few-words")])
    folder = _course(root, course)
    words = {"title": title, "slug": slug, "teaches": _skill(teaches), "checkpoint": slug[3:]}
    course_file, checkpoints = folder / "course.yml", folder / "checkpoints.yml"
    entry = _with_lesson(course_file, _filled("lesson_entry.yml", words), slug)
    asked = checkpoints.read_text(encoding="utf-8") if checkpoints.exists() else ""
    more = {
        course_file: _with_item(course_file, entry, "teaches", words["teaches"]),
        checkpoints: asked + _filled("checkpoints.yml", words),
    }
    _refuse_broken(more)
    written = _write_new({folder / f"{slug}.py": _filled("lesson.py", words)})
    return written + [path for path, text in more.items() if write(path, text)]


def new_lab(root: Path, slug: str, course: str, title: str, proves: str) -> list[Path]:
    """Start a graded lab with one task, its check and a submission that passes, and name it in its course.

    Parameters
    ----------
    root
        The folder that holds ``courses`` and ``labs``.
    slug
        The lab's name as a folder, ``stable-softmax``.
    course
        The course that it belongs to.
    title
        In English.
    proves
        A competency at a level, ``numerics-information@I``.

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    NotebookError, UnknownId
        When a name is malformed or unknown, or a file is there already. Nothing is written then.
    """
    _check_slug(slug)
    folder = root / "labs" / "authoring" / slug
    words = {"title": title, "proves": _skill(proves)}
    course_file = _course(root, course) / "course.yml"
    text = _with_item(course_file, course_file.read_text(encoding="utf-8"), "labs", slug)
    more = {course_file: _with_item(course_file, text, "assesses", words["proves"])}
    _refuse_broken(more)
    written = _write_new(
        {
            folder / "lab.yml": _filled("lab.yml", words),
            folder / f"{slug}.py": _filled("lab.py", words),
            folder / "submissions" / "passes-plain.py": _filled("passes-plain.py", words),
            folder / "submissions" / "expected.yml": _filled("expected.yml", words),
        }
    )
    return written + [path for path, text in more.items() if write(path, text)]


def unfinished(path: Path, shown: Path) -> Iterator[Problem]:
    """Yield one problem for a file in which prompts are still to be filled.

    Parameters
    ----------
    path, shown
        The file, and how to name it.
    """
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8")
    lines = [i for i, line in enumerate(text.split("\n"), 1) if UNFINISHED in line]
    if lines:
        said = f"{len(lines)} prompts of {UNFINISHED} are still to be filled"
        yield fault(shown, lines[0], f"{said}; write what they ask for, or delete them")


def _filled(template: str, words: Mapping[str, str]) -> str:
    text = (_TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")
    for name, word in words.items():
        # a title stands between double quotes in YAML
        text = text.replace("{{" + name + "}}", word.replace('"', "'").replace("\\", ""))
    return text


def _write_new(files: Mapping[Path, str]) -> list[Path]:
    if there := [path for path in files if path.exists()]:
        said = "the file is there already; choose another name"
        raise NotebookError([fault(path, None, said) for path in there])
    for path, text in files.items():
        write(path, text)
    return list(files)


def _refuse_broken(files: Mapping[Path, str]) -> None:
    for path, text in files.items():
        try:
            parse(text)
        except ValueError as error:
            raise NotebookError([fault(path, None, f"cannot be added to: {error}; mend it first")]) from None


def _with_lesson(path: Path, entry: str, slug: str) -> str:
    """Return a course.yml with one more lesson at the end of its list, all else to the letter."""
    lines = path.read_text(encoding="utf-8").split("\n")
    start = next((i for i, line in enumerate(lines) if re.match(r"lessons:\s*(#.*)?$", line)), None)
    if start is None:
        raise NotebookError([fault(path, None, "has no `lessons:` with a lesson a line; add it by hand")])
    if any(re.match(rf"\s*- slug: {slug}\s*(#.*)?$", line) for line in lines):
        raise NotebookError([fault(path, None, f"the lesson {slug} is there already; choose another number")])
    end = next((i for i in range(start + 1, len(lines)) if re.match(r"[^\s#-]", lines[i])), len(lines))
    while not lines[end - 1].strip() or lines[end - 1].startswith("#"):
        end -= 1
    return "\n".join([*lines[:end], *entry.rstrip("\n").split("\n"), *lines[end:]])


def _with_item(path: Path, text: str, key: str, item: str) -> str:
    """Return a course.yml in which a list of its own, ``key: [a, b]``, holds an item."""
    match = re.search(rf"^{key}: *\[(?P<items>[^\]\n]*)\]", text, re.MULTILINE)
    if match is None:
        raise NotebookError([fault(path, None, f"has no line `{key}: [...]`; write one and try again")])
    items = [one.strip() for one in match["items"].split(",") if one.strip()]
    listed = ", ".join(items if item in items else [*items, item])
    return f"{text[: match.start()]}{key}: [{listed}]{text[match.end() :]}"


def _course(root: Path, slug: str) -> Path:
    """Return a course's folder."""
    found = {path.parent.name: path.parent for path in (root / "courses").glob("*/*/course.yml")}
    if slug not in found:
        mend = suggest(slug, sorted(found), "course")
        raise NotebookError([Problem(f"unknown course {slug!r}", mend=mend)])
    return found[slug]


def _check_slug(slug: str) -> None:
    if not _SLUG.fullmatch(slug):
        raise NotebookError([Problem(f"{slug!r} is no name of a folder", mend="write it as a-few-words")])


def _slug_of(title: str) -> str:
    words: Sequence[str] = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(words[:5]) or "first-lesson"


def _skill(text: str) -> str:
    try:
        skill = Skill.parse(text)
    except ValueError as error:
        raise NotebookError([Problem(f"{text!r} is no competency at a level", mend=str(error))]) from None
    load().competency(skill.competency)
    return str(skill)
