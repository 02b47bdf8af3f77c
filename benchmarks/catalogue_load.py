"""How long reading a whole catalogue takes: 50 courses with 60 labs, against ruamel.yaml on the same files.

    python benchmarks/catalogue_load.py [--json] [--courses 50] [--repeats 7]

The peer only parses the YAML; ours also validates, reads the points from 60 notebooks, and links everything.
Both run in this process, in turns, and the best of each counts. The aim is 0.3 s for ours.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml
from ruamel.yaml import YAML

from catalogue import check, load
from catalogue.loading import OWN_FRAMEWORK, read

STAGES = ("1-mathematics", "2-artificial-intelligence", "3-computing", "4-applications", "5-techniques")
LABS_PER_TEN_COURSES = 12


def main() -> None:
    """Generate the tree, time both sides, print one figure a line or one JSON line."""
    parser = argparse.ArgumentParser(description="time of reading a catalogue against ruamel.yaml")
    parser.add_argument("--json", action="store_true", help="one line of figures")
    parser.add_argument("--courses", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        generate(root, arguments.courses)
        figures = measure(root, arguments.repeats)
    if arguments.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:28} {value}")


def measure(root: Path, repeats: int) -> dict[str, float | int]:
    """Return the best times in seconds, and how they compare."""
    paths = sorted([*OWN_FRAMEWORK.glob("*.yml"), *root.rglob("*.yml")])
    texts = [path.read_text(encoding="utf-8") for path in paths]
    sides: dict[str, Callable[[], object]] = {
        "catalogue_s": lambda: read(root),
        "ruamel_s": lambda: [YAML(typ="safe", pure=True).load(text) for text in texts],
        "pyyaml_libyaml_s": lambda: [yaml.load(text, Loader=yaml.CSafeLoader) for text in texts],
        "unchanged_s": lambda: load(root),
        "check_s": lambda: check(load(root)),
    }
    best = {name: float("inf") for name in sides}
    for turn in range(repeats):
        for name, side in sides.items():
            if name == "ruamel_s" and turn > 1:
                continue  # slow, and steady enough
            start = time.perf_counter()
            side()
            best[name] = min(best[name], time.perf_counter() - start)
    catalogue = load(root)
    return {
        "courses": len(catalogue.courses),
        "labs": len(catalogue.labs),
        "yaml_kib": round(sum(len(text.encode()) for text in texts) / 1024),
        **{name: round(value, 4) for name, value in best.items()},
        "ruamel_to_catalogue": round(best["ruamel_s"] / best["catalogue_s"], 1),
        "pyyaml_to_catalogue": round(best["pyyaml_libyaml_s"] / best["catalogue_s"], 2),
    }


def generate(root: Path, courses: int) -> None:
    """Write courses with three lessons each, and labs with four tasks and a built notebook."""
    skills = [f"{name}@B" for name in load(root).competencies]
    labs = iter(range(courses * LABS_PER_TEN_COURSES // 10))
    for number in range(courses):
        own = [next(labs, None), next(labs, None) if number % 5 == 0 else None]
        slugs = [f"lab-{lab}" for lab in own if lab is not None]
        write(
            root / "courses" / STAGES[number % 5] / f"course-{number}" / "course.yml",
            course(number, skills, slugs),
        )
        for slug in slugs:
            write(root / "labs" / "authoring" / slug / "lab.yml", lab_of(slug, skills[number % len(skills)]))
            write(root / "labs" / "source" / slug / f"{slug}.ipynb", json.dumps(notebook(slug)))


def course(number: int, skills: list[str], labs: list[str]) -> str:
    """Return a course.yml like those of the curriculum."""
    skill = skills[number % len(skills)]
    lines = [
        f"title: {{en: Course number {number}, zh: 第 {number} 门课}}",
        'promise: {en: "You can size, build and check it.", zh: "学完就能估算、搭建并检查。"}',
        "tracks: [infrastructure, model]",
        f"teaches: [{skill}]",
        f"assesses: [{skill if labs else ''}]",
        "uses: []",
        "lessons:",
    ]
    for lesson in range(1, 4):
        lines += [
            f"  - slug: 0{lesson}-part-{lesson}",
            f'    title: {{en: "Part {lesson}: from a question to a number", zh: 第 {lesson} 部分}}',
            "    minutes: 55",
            f"    teaches: [{skill}]",
            '    knobs: ["tile size against traffic: the curve bends at the cache"]',
        ]
    return "\n".join([*lines, f"labs: [{', '.join(labs)}]", ""])


def lab_of(slug: str, skill: str) -> str:
    """Return a lab.yml with four tasks."""
    lines = [
        f"title: {{en: Lab {slug}, zh: 实验 {slug}}}",
        'promise: {en: "Passing it proves that your numbers hold.", zh: "通过即证明你的数字站得住。"}',
        "minutes: 70",
        "limits: {seconds: 50, memory_mib: 2048}",
        "tasks:",
    ]
    for task in range(4):
        lines += [
            f"  - id: task-{task}",
            f"    title: {{en: Task {task}, zh: 任务 {task}}}",
            f"    proves: [{skill}]",
            f"    grades: [check-{task}, check-{task}-hidden]",
            '    hints: ["What happens at 1000?", "Which term is largest?", "m + log sum exp(x - m)"]',
            "    misconceptions:",
            '      "subtracts nothing": "overflows above 709: subtract the maximum first"',
            '      "divides by n": "the sample variance divides by n - 1"',
        ]
    return "\n".join([*lines, ""])


def notebook(slug: str) -> dict[str, object]:
    """Return a built notebook of ordinary size: thirty cells of twenty lines, eight of them graded."""
    return {"cells": list(_cells(slug)), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _cells(slug: str) -> Iterator[dict[str, object]]:
    source = [f"line {line} of a cell of {slug}: some forty characters of text\n" for line in range(20)]
    for number in range(22):
        yield {"cell_type": "markdown", "id": f"text-{number}", "metadata": {}, "source": source}
    for task in range(4):
        for suffix in ("", "-hidden"):
            mark = {"grade": True, "grade_id": f"check-{task}{suffix}", "points": 2, "schema_version": 3}
            yield {
                "cell_type": "code",
                "id": mark["grade_id"],
                "metadata": {"nbgrader": mark},
                "source": source,
            }


def write(path: Path, text: str) -> None:
    """Write a file and the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
