"""`academy plan` with the real framework and the real courses."""

import json
import math
import re
import subprocess
import sys

import pytest

import catalogue
from catalogue.folders import CHECKOUT
from learning_paths.cli import main
from learning_paths.curriculum import Ground
from learning_paths.errors import BadProfile, CurriculumError
from learning_paths.tracks import FOLDER, load_tracks

CHINESE = re.compile(r"[一-鿿]")
STARTS = {
    "no ground at all": "--degree none --role operator-developer --hours 6",
    "developer to trainer": "--degree computing --job software-developer --years 4 "
    "--role ai-training-engineer",
    "sales to architect": "--degree business-economics --job sales --years 6 --role solution-architect",
    "network to clusters": "--job it-infrastructure-engineer --years 8 --role cluster-planning-engineer",
    "staff who use it": "--degree humanities --job business-staff --years 10 --role business-user --hours 2",
    "one competency": "--degree data-ai --target fine-tuning@I --hours 6",
}


def plan(capsys, words: str) -> dict:
    assert main(["plan", *words.split(), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground(catalogue.load())


@pytest.mark.parametrize("words", STARTS.values(), ids=STARTS.keys())
def test_a_plan_is_whole_in_order_and_adds_up(capsys, ground, words):
    made = plan(capsys, words)
    assert {"units", "total_hours", "weeks"} <= set(made)
    for unit in made["units"]:
        assert {"id", "kind", "hours", "week", "reasons", "title"} <= set(unit)
        assert unit["kind"] in ("lesson", "lab", "gap")
        assert unit["reasons"]
        for reason in unit["reasons"]:
            assert reason["text"]["en"]
            assert reason["text"]["zh"]
            assert reason["level"] in "BIPE"
    hours = sum(unit["hours"] for unit in made["units"])
    assert made["total_hours"] == pytest.approx(hours)
    assert [unit["week"] for unit in made["units"]] == sorted(unit["week"] for unit in made["units"])
    assert made["weeks"] >= hours / made["hours_a_week"] - 1e-6
    place = {unit["id"]: number for number, unit in enumerate(made["units"])}
    for item, earlier in ground.curriculum.before.items():
        for other in earlier:
            if getattr(item, "id", None) in place and getattr(other, "id", None) in place:
                assert place[other.id] < place[item.id]
    assert plan(capsys, words) == made


def test_whoever_never_programmed_starts_with_programming(capsys):
    made = plan(capsys, STARTS["no ground at all"])
    assert made["units"][0]["id"] == "lesson:python-start/01-values-names-decisions"
    ids = [unit["id"] for unit in made["units"]]
    assert ids.index("lab:first-programs") < ids.index("lab:first-kernels")
    assert ids[-1] == "competency:operator-development@E"


def test_the_first_lesson_is_explained_by_what_stands_nearest_to_the_goal(capsys):
    reason = plan(capsys, STARTS["no ground at all"])["units"][0]["reasons"][0]
    assert reason["chain"] == [
        "competency:programming-basics@I",
        "competency:gpu-programming@B",
        "competency:operator-development@E",
        "role:operator-developer",
    ]
    assert "a kernel is a function that runs many times at once" in reason["text"]["en"]


def test_whoever_programs_is_not_sent_back_to_the_start(capsys):
    ids = [unit["id"] for unit in plan(capsys, STARTS["developer to trainer"])["units"]]
    assert not any("python-start" in name or name == "lab:first-programs" for name in ids)


def test_a_longer_background_never_lengthens_the_plan(capsys):
    nothing = plan(capsys, "--role operator-developer --hours 6")
    degree = plan(capsys, "--degree mathematics --role operator-developer --hours 6")
    both = plan(
        capsys, "--degree mathematics --job data-engineer --years 0 --role operator-developer --hours 6"
    )
    assert nothing["total_hours"] > degree["total_hours"] >= both["total_hours"]


def test_gaps_are_named_with_an_estimate_and_a_reason(capsys):
    made = plan(capsys, STARTS["no ground at all"])
    gaps = [unit for unit in made["units"] if unit["kind"] == "gap"]
    assert gaps
    assert made["gap_hours"] == pytest.approx(sum(unit["hours"] for unit in gaps))
    for gap in gaps:
        assert gap["id"].startswith("competency:")
        (told,) = [reason for reason in gap["reasons"] if reason["kind"] == "not-taught"]
        assert "does not teach" in told["text"]["en"]
        assert "look for: " in told["text"]["en"]
        assert "planned for the course “" in told["text"]["en"]
        assert "规划由课程“" in told["text"]["zh"]
        assert "要点：" in told["text"]["zh"]


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_every_reason_is_said_in_both_languages(capsys, start):
    for unit in plan(capsys, start)["units"]:
        for reason in unit["reasons"]:
            for said in (reason["text"], reason["short"]):
                assert set(said) == {"en", "zh"}
                assert not CHINESE.search(said["en"])
                assert CHINESE.search(said["zh"])


def test_a_target_names_what_no_competency_covers(capsys):
    assert plan(capsys, "--role technical-support-engineer --hours 6")["goal"]["uncovered"]


def test_a_deadline_is_answered_honestly(capsys):
    late = plan(capsys, "--role operator-developer --hours 2 --weeks 3")["deadline"]
    assert not late["fits"]
    needed = late["hours_a_week_needed"]
    assert needed > 2
    assert plan(capsys, "--degree data-ai --target fine-tuning@I --hours 40 --weeks 8")["deadline"]["fits"]


@pytest.mark.parametrize("weeks", [2, 8, 13, 20])
def test_whoever_takes_the_hours_that_a_deadline_needs_meets_it(capsys, weeks):
    start = f"--role data-engineer --weeks {weeks} --hours"
    needed = plan(capsys, f"{start} 1")["deadline"]["hours_a_week_needed"]
    assert plan(capsys, f"{start} {needed}")["deadline"]["fits"]


def test_weeks_are_used_up_where_what_comes_is_a_gap(capsys):
    made = plan(capsys, STARTS["network to clusters"])
    assert made["weeks"] == math.ceil(made["total_hours"] / made["hours_a_week"])


def test_a_curated_track_can_be_followed(capsys):
    made = plan(capsys, "--track gpu-kernels --hours 5")
    assert "competency:gpu-programming@I" in made["goal"]["id"]
    assert "lab:first-kernels" in [unit["id"] for unit in made["units"]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "no goal is given"),
        ("--role operator-develper", "operator-developer"),
        ("--role x --hours 3", "unknown role 'x'"),
        ("--degree compting --role business-user", "computing"),
        ("--job software-developr --role business-user", "software-developer"),
        ("--target fine-tunning@I", "fine-tuning"),
        ("--role 算子开发工程师", "the nearest: operator-developer"),
        ("--degree 计算机 --role business-user", "the nearest: computing"),
        ("--target 模型微调", "the nearest: fine-tuning"),
        ("--role wizardry-of-oz-in-1939", "see ./academy catalogue show roles"),
        ("--target fine-tuning@X", "B (basic)"),
        ("--target @", "unknown competency"),
        ("--track gpu", "gpu-kernels"),
        ("--role business-user --hours 0", "from 0.5 to 80"),
        ("--role business-user --hours -4", "from 0.5 to 80"),
        ("--role business-user --hours 400", "from 0.5 to 80"),
        ("--role business-user --hours nan", "from 0.5 to 80"),
        ("--role business-user --hours six", "from 0.5 to 80"),
        ("--role business-user --years -1", "from 0 to 60"),
        ("--role business-user --weeks 0", "from 1 to 520"),
    ],
)
def test_bad_input_gets_one_line_that_helps(capsys, words, said):
    assert main(["plan", *words.split()]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("academy: ")
    assert len(shown.err.splitlines()) == 1
    assert said in shown.err


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("Plan for", "weeks")), ("zh", ("学习计划", "算子开发"))]
)
def test_people_get_a_table_in_their_language(capsys, language, words):
    assert main(["plan", "--role", "operator-developer", "--language", language]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in words)


def test_it_runs_as_a_program_with_help_and_an_example():
    ran = subprocess.run(
        [sys.executable, "-m", "learning_paths.cli", "plan", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "./academy plan --degree none --role operator-developer --hours 6" in ran.stdout


def test_the_option_that_is_wrong_stands_before_what_would_be_right(capsys):
    assert main(["plan", "--role", "operator-develper"]) == 2
    assert capsys.readouterr().err.startswith(
        "academy: --role: unknown role 'operator-develper'; the nearest"
    )


@pytest.mark.parametrize("form", ["--json", "--language zh"])
def test_a_reader_who_stops_early_sees_no_traceback(form):
    # the pipe's reader is gone before the first word
    command = f"{sys.executable} -m learning_paths.cli plan --role operator-developer {form} | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=CHECKOUT, timeout=60)
    assert done.stderr == ""


def test_units_are_left_out_pinned_and_tested_out_from_the_command_line(capsys):
    words = "--role operator-developer --degree computing"
    ids = [unit["id"] for unit in plan(capsys, words)["units"]]
    lab = "lab:stable-softmax"
    lesson = next(name for name in ids if name.startswith("lesson:numerics-information/02"))
    less = plan(capsys, f"{words} --skip {lab}")
    assert [unit["id"] for unit in less["units"]] == [name for name in ids if name != lab]
    assert less["uncovered"] == ["competency:numerics-information@I"]
    out = plan(capsys, f"{words} --test-out {lesson}")
    assert {lab} <= {unit["id"] for unit in out["units"]} < set(ids) - {lesson}
    more = plan(capsys, f"{words} --pin lab:lora")
    assert "lab:lora" in {unit["id"] for unit in more["units"]}
    assert main(["plan", *words.split(), "--pin", "lab:nothing"]) == 2
    assert "unknown unit 'lab:nothing'" in capsys.readouterr().err


def test_a_plan_that_comes_late_says_what_would_help_and_how_far_it_gets(capsys):
    words = "--role operator-developer --degree computing --weeks 6 --hours 5"
    assert main(["plan", *words.split()]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "does not fit into 6 weeks" in shown
    assert "weeks at these hours" in shown
    assert re.search(r"best part in this time reaches \d of 4 missing levels in [\d.]+ hours: oper", shown)


def test_every_track_is_whole_and_the_four_tracks_are_there(ground):
    tracks = load_tracks(ground.catalogue)
    assert {"infrastructure", "data", "model", "application"} < set(tracks)
    assert set(tracks) == {path.stem for path in FOLDER.glob("*.yml")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: {en: A, zh: B}", "promise"),
        ("- a\n- b", "mapping"),
        ("title: [", "mapping"),
        (
            "title: {en: A, zh: B}\npromise: {en: A, zh: B}\nsuits: {en: A, zh: B}\ncompetencies: [magic@I]",
            "magic",
        ),
        (
            "title: {en: A, zh: B}\npromise: {en: A, zh: B}\nsuits: {en: A, zh: B}\ncompetencies: [x]",
            "no competency",
        ),
    ],
)
def test_a_broken_track_is_named_with_its_file(ground, tmp_path, text, said):
    (tmp_path / "bad.yml").write_text(text, encoding="utf-8")
    with pytest.raises(CurriculumError, match=said) as caught:
        load_tracks(ground.catalogue, tmp_path)
    assert "tracks/bad.yml" in str(caught.value)


def test_an_unknown_field_is_refused_instead_of_lost(ground):
    from learning_paths.profiles import check

    with pytest.raises(BadProfile, match="unknown field 'hour'"):
        check(ground.catalogue, {"role": "business-user", "hour": 3})
