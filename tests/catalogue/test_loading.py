"""One immutable catalogue from the files."""

import os
import shutil
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from pydantic import ValidationError

from catalogue import InvalidFile, Level, Skill, TypedId, UnknownId, load
from catalogue.loading import OWN_FRAMEWORK, read


def test_courses_lessons_labs_and_points_come_together(tree):
    catalogue = load(tree.root)
    course = catalogue.courses["numerics-information"]
    assert (course.stage, course.title["zh"], course.title["en"]) == (
        "1-mathematics",
        "数值与信息",
        "Numerics and information",
    )
    lesson = catalogue.lessons["numerics-information/02-stable"]
    assert lesson in course.lessons
    assert (lesson.course, lesson.stage, lesson.minutes) == ("numerics-information", "1-mathematics", 60)
    assert lesson.teaches == (Skill("numerics-information", Level.I),)
    lab = catalogue.labs["stable-softmax"]
    assert (lab.course, lab.points, lab.limits.memory_mib) == ("numerics-information", 5, 2048)
    (task,) = lab.tasks
    assert dict(task.grade_points) == {"check-log-sum-exp": 3, "check-log-sum-exp-hidden": 2}
    assert task.points == 5
    assert list(task.misconceptions) == ["subtracts nothing"]


def test_a_level_reaches_those_below_it(tree):
    catalogue = load(tree.root)
    at = [len(catalogue.lessons_teaching(Skill("numerics-information", level))) for level in Level]
    assert at == [2, 1, 0, 0]
    assert len(catalogue.tasks_proving(Skill("numerics-information", Level.B))) == 1


def test_nothing_in_it_can_be_changed(tree):
    catalogue = load(tree.root)
    with pytest.raises(FrozenInstanceError):
        catalogue.courses = {}
    with pytest.raises(TypeError):
        catalogue.courses["x"] = None
    with pytest.raises(ValidationError):
        catalogue.courses["numerics-information"].title = None
    with pytest.raises(TypeError):
        catalogue.roles["operator-developer"].competencies["operator-development"] = Level.B
    with pytest.raises(TypeError):
        catalogue.degrees["computing"].knows["programming-basics"][Level.B] = 0.1


def test_it_is_read_again_only_when_a_file_changes(tree):
    first = load(tree.root)
    assert load(tree.root) is first
    tree.spoil(tree.course(), "minutes: 55", "minutes: 45")
    second = load(tree.root)
    assert second is not first
    assert second.lessons["numerics-information/01-floating-point"].minutes == 45
    tree.notebook().unlink()
    assert load(tree.root).labs["stable-softmax"].grades is None
    shutil.rmtree(tree.root / "courses")
    assert not load(tree.root).courses


def test_a_change_that_keeps_size_and_second_is_seen(tree):
    load(tree.root)
    path = tree.course()
    stat = path.stat()
    tree.spoil(path, "minutes: 55", "minutes: 56")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    assert load(tree.root).lessons["numerics-information/01-floating-point"].minutes == 56


def test_a_tree_without_courses_has_the_framework_alone(tmp_path: Path):
    catalogue = load(tmp_path)
    assert (len(catalogue.roles), len(catalogue.courses), len(catalogue.labs)) == (15, 0, 0)


def test_a_framework_beside_the_courses_is_taken_in_place_of_the_packages(tree):
    own = tree.root / "catalogue" / "framework"
    shutil.copytree(OWN_FRAMEWORK, own)
    tree.spoil(own / "roles.yml", "en: Data engineer", "en: Engineer of data")
    assert load(tree.root).roles["data-engineer"].title.en == "Engineer of data"
    (own / "talent.yml").unlink()
    with pytest.raises(InvalidFile, match=r"cannot be read: No such file.*catalogue/framework/talent\.yml"):
        load(tree.root)


def test_a_broken_course_is_left_out_and_named_when_reading_on(tree):
    tree.write(tree.course("broken"), "title: {en: x}\n")
    reading = read(tree.root)
    assert set(reading.catalogue.courses) == {"numerics-information"}
    assert {problem.file.parent.name for problem in reading.problems} == {"broken"}


@pytest.mark.parametrize("content", ["{", "[]", '{"cells": [{}]}', '{"cells": 3}'])
def test_a_lab_whose_notebook_is_none_says_how_to_build_it(tree, content: str):
    tree.notebook().write_text(content)
    with pytest.raises(
        InvalidFile, match=r"stable-softmax\.ipynb; build it again: ./academy notebooks build"
    ):
        load(tree.root)


def test_a_need_that_names_a_background_better_at_depth_is_refused(tree):
    own = tree.root / "catalogue" / "framework"
    shutil.copytree(OWN_FRAMEWORK, own)
    line = tree.spoil(own / "degrees.yml", "{B: 0.85, I: 0.5}", "{B: 0.5, I: 0.85}")
    with pytest.raises(
        InvalidFile, match="high-school knows basic-mathematics better at a higher level"
    ) as caught:
        load(tree.root)
    assert abs(caught.value.problems[0].line - line) <= 5  # the entry's first line


def test_an_unknown_id_names_the_nearest(tree):
    catalogue = load(tree.root)
    with pytest.raises(UnknownId, match="unknown role 'operator-develper'; the nearest: operator-developer"):
        catalogue.role("operator-develper")
    with pytest.raises(UnknownId, match="nearest: mathematics"):
        catalogue.background("matematics", "degree")
    with pytest.raises(UnknownId, match="unknown job"):
        catalogue.background("mathematics", "job")
    with pytest.raises(UnknownId, match="nearest: data-scientist"):
        catalogue.goal("data-scientists")
    assert catalogue.competency("fine-tuning").title.zh == "模型微调训练"


@pytest.mark.parametrize("text", ["fine-tuning", "fine-tuning@Q", "Fine@B", "@B", "fine-tuning@B ", ""])
def test_a_skill_is_a_competency_at_a_level(text: str):
    with pytest.raises(ValueError, match="write it as numerics-information@I"):
        Skill.parse(text)


def test_ids_and_levels_read_as_they_are_written():
    assert str(Skill.parse("fine-tuning@P")) == "fine-tuning@P"
    assert [str(level) for level in sorted([Level.E, Level.B, Level.P, Level.I])] == ["B", "I", "P", "E"]
    assert Level.P.up_to == (Level.B, Level.I, Level.P)
    assert TypedId.parse("lesson:rag/01-chunks") == ("lesson", "rag/01-chunks")
    for wrong in ("rag", "thing:rag", "lab:"):
        with pytest.raises(ValueError, match="no typed id"):
            TypedId.parse(wrong)


def test_the_lab_file_of_a_lab_is_where_errors_point(tree):
    assert load(tree.root).labs["stable-softmax"].file == tree.lab().relative_to(tree.root).as_posix()
