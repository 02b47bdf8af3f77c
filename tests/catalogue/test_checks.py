"""The catalogue checked as a whole: a right tree passes, and each way of spoiling it is found and placed."""

import shutil
from pathlib import Path

import pytest

from catalogue import Skill, check, load
from catalogue.graph import Step, step_circle
from catalogue.loading import OWN_FRAMEWORK

COURSE_FILE = Path("courses/1-mathematics/numerics-information/course.yml")
LAB_FILE = Path("labs/authoring/stable-softmax/lab.yml")


def with_framework(tree) -> Path:
    own = tree.root / "catalogue" / "framework"
    shutil.copytree(OWN_FRAMEWORK, own)
    return own


def only_error(tree):
    (problem,) = check(load(tree.root)).errors
    return problem


def test_a_right_tree_has_no_errors(tree):
    assert check(load(tree.root)).errors == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "what", "mend"),
    [
        (
            "course",
            "uses: [programming-basics@B]",
            "uses: [programing-basics@B]",
            "unknown competency 'programing-basics'",
            "the nearest: programming-basics",
        ),
        (
            "course",
            "uses: [programming-basics@I]",
            "uses: [programming-basic@I]",
            "unknown competency 'programming-basic'",
            "the nearest: programming-basics",
        ),
        (
            "course",
            "    minutes: 55\n",
            "",
            "lesson 01-floating-point has no minutes",
            "add minutes: 55, one sitting",
        ),
        (
            "course",
            "teaches: [numerics-information@B, numerics-information@I]",
            "teaches: [numerics-information@I]",
            "teaches says numerics-information@I, but its lessons teach numerics-information@B, "
            "numerics-information@I",
            "write teaches: [numerics-information@B, numerics-information@I]",
        ),
        (
            "course",
            "assesses: [numerics-information@I]",
            "assesses: [numerics-information@B]",
            "assesses says numerics-information@B, but its labs prove numerics-information@I",
            "write assesses: [numerics-information@I]",
        ),
        (
            "lab",
            "check-log-sum-exp-hidden]",
            "check-log-sum-exp-hiden]",
            "task log-sum-exp names the check cell 'check-log-sum-exp-hiden', which stable-softmax.ipynb "
            "lacks",
            "the nearest: check-log-sum-exp-hidden, check-log-sum-exp; or ./academy notebooks build stable",
        ),
        (
            "lab",
            "minutes: 60\n",
            "",
            "lab stable-softmax has no minutes",
            "add minutes: 60",
        ),
    ],
)
def test_a_fault_across_files_is_found_with_file_line_and_mending(
    tree, file: str, old: str, new: str, what: str, mend: str
):
    path = tree.course() if file == "course" else tree.lab()
    tree.spoil(path, old, new)
    problem = next(one for one in check(load(tree.root)).errors if one.what == what)
    assert problem.file == (COURSE_FILE if file == "course" else LAB_FILE)
    assert problem.mend.startswith(mend)
    assert problem.line is not None


def test_the_line_is_that_of_the_value(tree):
    line = tree.spoil(tree.course(), "uses: [programming-basics@I]", "uses: [programming-basic@I]")
    assert only_error(tree).line == line


def test_a_check_cell_that_no_task_names_proves_nothing(tree):
    tree.build({"check-log-sum-exp": 3, "check-log-sum-exp-hidden": 2, "check-more": 4})
    problem = only_error(tree)
    assert problem.what == "the 4 points of check cell 'check-more' prove nothing"
    assert problem.line == 5


def test_points_that_two_tasks_count_are_found(tree):
    second = (
        "  - id: again\n    title: {en: Again, zh: 再一次}\n    proves: [numerics-information@I]\n"
        "    grades: [check-log-sum-exp]\n"
    )
    tree.write(tree.lab(), tree.lab().read_text() + second)
    found = [problem.what for problem in check(load(tree.root)).errors]
    assert found == ["the points of 'check-log-sum-exp' are counted by 2 tasks"] * 2


def test_a_lab_without_points_is_an_error(tree):
    tree.build({"check-log-sum-exp": 0, "check-log-sum-exp-hidden": 0})
    assert only_error(tree).what == "lab stable-softmax has no points"


def test_a_lab_that_was_not_built_says_the_command(tree):
    tree.notebook().unlink()
    problem = only_error(tree)
    assert "labs/source/stable-softmax/stable-softmax.ipynb is not there" in problem.what
    assert problem.mend == "./academy notebooks build stable-softmax"


def test_a_lab_belongs_to_one_course(tree):
    tree.spoil(tree.course(), "labs: [stable-softmax]", "labs: []")
    found = {problem.what for problem in check(load(tree.root)).errors}
    assert "lab stable-softmax belongs to one course, but no course lists it" in found
    assert any(one.startswith("assesses says") for one in found)


def test_a_lab_that_does_not_exist_names_those_that_do(tree):
    tree.spoil(tree.course(), "labs: [stable-softmax]", "labs: [stable-softmax, stable-softmx]")
    problem = only_error(tree)
    assert problem.what == "unknown lab 'stable-softmx'"
    assert problem.mend == "the nearest: stable-softmax"


def test_a_course_in_no_stage_is_found(tree):
    tree.course().parents[1].rename(tree.root / "courses" / "1-maths")
    assert only_error(tree).what == "unknown stage '1-maths'"


@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        ("roles", "role_type: sales", "role_type: seller", "unknown role type 'seller'"),
        ("roles", "operator-development: E", "operator-developement: E", "unknown competency"),
        ("targets", "data-collection: P", "data-colection: P", "unknown competency 'data-colection'"),
        ("targets", "subclass: cluster", "subclass: clusters", "unknown foundation subclass 'clusters'"),
        ("jobs", "machine-learning:", "machine-lerning:", "unknown competency 'machine-lerning'"),
        ("migrations", "from: [sales]", "from: [seller]", "unknown job 'seller'"),
        ("migrations", "then: [data-scientist]", "then: [data-scientst]", "unknown role 'data-scientst'"),
        ("foundations", "stage: 3-computing", "stage: 3-computer", "unknown stage '3-computer'"),
        ("organisations", "periods: [start-up]", "periods: [startup]", "unknown period 'startup'"),
        (
            "organisations",
            "competencies: [operator-development]",
            "competencies: [kernels]",
            "unknown competency",
        ),
        ("certifications", "views: [development]", "views: [developers]", "unknown view 'developers'"),
        ("universities", "trains: core", "trains: cores", "unknown kind of talent 'cores'"),
        ("universities", "layer: platform", "layer: platforms", "unknown layer 'platforms'"),
        ("talent", "best_start: [dc-l1-engineer]", "best_start: [dc-engineer]", "unknown job 'dc-engineer'"),
    ],
)
def test_an_unknown_id_in_the_framework_is_found_on_its_line(tree, file: str, old: str, new: str, what: str):
    path = with_framework(tree) / f"{file}.yml"
    line = tree.spoil(path, old, new)
    problem = next(one for one in check(load(tree.root)).errors if what in one.what)
    assert problem.file == Path("catalogue/framework") / f"{file}.yml"
    assert problem.line == line


def test_a_lesson_without_its_text_and_a_text_without_its_lesson_are_found(tree):
    text = tree.course().parent / "02-stable.py"
    text.rename(text.with_name("02-stabel.py"))
    missing, unlisted = check(load(tree.root)).errors
    assert missing.what == "lesson 02-stable has no text 02-stable.py"
    assert (missing.file, missing.line) == (COURSE_FILE, 13)
    assert missing.mend.startswith("the nearest: 02-stabel")
    assert unlisted.what == "lesson 02-stabel is in no course.yml"
    assert unlisted.file == COURSE_FILE.with_name("02-stabel.py")


def test_a_folder_without_its_yaml_is_found_and_an_empty_one_is_not(tree):
    tree.write(tree.course("forgotten").with_name("01-part.py"), "# %%\n")
    tree.write(tree.lab("forgotten").with_name("forgotten.py"), "# %%\n")
    tree.course("empty").parent.mkdir()
    (tree.lab("cache").parent / "__pycache__").mkdir(parents=True)
    course, lab = check(load(tree.root)).errors
    assert str(course).startswith(
        "a course without course.yml, courses/1-mathematics/forgotten; write its course.yml"
    )
    assert str(lab).startswith("a lab without lab.yml, labs/authoring/forgotten; write its lab.yml")


def test_a_circle_of_needs_is_told_as_a_circle(tree):
    path = with_framework(tree) / "foundations.yml"
    tree.spoil(
        path,
        "  needs: []\n\nbasic-mathematics:",
        '  needs: [{needs: optimisation, at: B, for: B, why: {en: "x", zh: "需要"}}]\n\nbasic-mathematics:',
    )
    problem = only_error(tree)
    assert problem.what.startswith("needs go in a circle: ")
    for skill in ("programming-basics@B", "optimisation@B", "calculus-autodiff@B"):
        assert skill in problem.what
    assert problem.what.split(": ")[1].split(" needs ")[0] == problem.what.split(" needs ")[-1]


def test_what_would_do_instead_is_looked_up_and_makes_no_circle(tree):
    path = with_framework(tree) / "foundations.yml"
    need = '{needs: basic-mathematics, at: B, for: B, or: [%s], why: {en: "x", zh: "需要"}}'
    old = "  needs: []\n\nbasic-mathematics:"
    tree.spoil(path, old, f"  needs: [{need % 'optimisaton@B'}]\n\nbasic-mathematics:")
    assert only_error(tree).what == "unknown competency 'optimisaton'"
    tree.spoil(path, "optimisaton@B", "optimisation@B")
    assert only_error(tree).what.startswith("needs go in a circle: ")


def test_a_need_of_itself_and_a_need_stated_twice_are_found(tree):
    path = with_framework(tree) / "foundations.yml"
    itself = '{needs: programming-basics, at: B, for: I, why: {en: "x", zh: "需要"}}'
    twice = '{needs: basic-mathematics, at: B, for: B, why: {en: "x", zh: "需要"}}'
    needs = f"  needs: [{itself}, {twice}, {twice}]"
    tree.spoil(path, "  needs: []\n\nbasic-mathematics:", f"{needs}\n\nbasic-mathematics:")
    found = {problem.what for problem in check(load(tree.root)).errors}
    assert "programming-basics needs itself" in found
    assert "programming-basics states its need of basic-mathematics for B twice" in found


def add_course(
    tree, slug: str, lessons: list[tuple[str, str]], stage: str = "2-artificial-intelligence"
) -> None:
    taught = ", ".join(dict.fromkeys(skill for skill, _ in lessons))
    text = (
        f"title: {{en: {slug}, zh: 课程}}\npromise: {{en: x, zh: 承诺}}\ntracks: [model]\n"
        f"teaches: [{taught}]\nlessons:\n"
    )
    for number, (skill, uses) in enumerate(lessons, 1):
        text += (
            f"  - slug: 0{number}-part\n    title: {{en: Part, zh: 部分}}\n    minutes: 50\n"
            f"    teaches: [{skill}]\n    uses: [{uses}]\n"
        )
        tree.write(tree.course(slug, stage).parent / f"0{number}-part.py", "# %%\n")
    tree.write(tree.course(slug, stage), text)


def test_lessons_that_wait_for_each_other_are_found(tree):
    add_course(tree, "one", [("market-insight@B", "delivery-planning@B")])
    add_course(tree, "two", [("delivery-planning@B", "market-insight@B")])
    problem = only_error(tree)
    assert problem.what == (
        "lessons wait for each other: lesson:one/01-part needs delivery-planning@B from lesson:two/01-part; "
        "lesson:two/01-part needs market-insight@B from lesson:one/01-part"
    )
    assert problem.file == Path("courses/2-artificial-intelligence/one/course.yml")


def test_courses_that_wait_only_as_bundles_are_found(tree):
    """Lesson by lesson there is a way: one/1, two/1, two/2, one/2. Course by course there is none."""
    add_course(tree, "one", [("market-insight@B", ""), ("market-insight@P", "delivery-planning@P")])
    add_course(tree, "two", [("delivery-planning@B", ""), ("delivery-planning@P", "market-insight@B")])
    assert only_error(tree).what == (
        "courses taken as a whole wait for each other: course:one needs delivery-planning@P from course:two; "
        "course:two needs market-insight@B from course:one"
    )


def test_a_lesson_that_needs_a_later_one_of_its_course_is_found(tree):
    add_course(tree, "one", [("market-insight@B", "delivery-planning@B"), ("delivery-planning@B", "")])
    problem = only_error(tree)
    assert "lesson:one/02-part comes after lesson:one/01-part" in problem.what
    assert "lesson:one/01-part needs delivery-planning@B from lesson:one/02-part" in problem.what


def test_a_circle_through_what_nothing_teaches_is_found(tree):
    """Deep architectures need neural networks, which no course teaches and which need machine learning."""
    add_course(tree, "one", [("deep-architectures@B", "")])
    add_course(tree, "two", [("machine-learning@B", "deep-architectures@B")])
    problem = only_error(tree)
    assert "course:" not in problem.what
    assert "lesson:one/01-part needs machine-learning@B from lesson:two/01-part" in problem.what


def test_a_second_way_to_learn_a_thing_opens_a_circle(tree):
    add_course(tree, "one", [("market-insight@B", "delivery-planning@B")])
    add_course(tree, "two", [("delivery-planning@B", "market-insight@B")])
    add_course(tree, "three", [("delivery-planning@B", "")])
    assert check(load(tree.root)).errors == ()


def test_a_step_meets_its_own_needs():
    skill = Skill.parse("fine-tuning@B")
    assert step_circle([Step("a", frozenset([skill]), frozenset([skill]))]) is None


def test_gaps_name_what_is_missing_and_who_asks(tree):
    gaps = {str(gap.skill): gap for gap in check(load(tree.root)).gaps}
    assert not {"numerics-information@B", "numerics-information@I"} & set(gaps)
    kernel = gaps["operator-development@E"]
    assert kernel.untaught
    assert kernel.unproved
    assert {"role:operator-developer", "target:model-operator-engineer"} <= set(kernel.asked_by)
    assert str(kernel).startswith(
        "competency:operator-development@E: no lesson teaches it and no graded task proves it; asked by role:"
    )
    assert "prompt-engineering@B" in gaps
    assert "prompt-engineering@P" in gaps
    assert "fine-tuning@I" in gaps  # asked by a need alone
    assert "market-insight@I" not in gaps  # nobody asks for just that


def test_what_is_taught_and_not_proved_is_a_gap_too(tree):
    tree.spoil(tree.lab(), "proves: [numerics-information@I]", "proves: [numerics-information@B]")
    gap = next(one for one in check(load(tree.root)).gaps if str(one.skill) == "numerics-information@I")
    assert (gap.untaught, gap.unproved) == (False, True)
