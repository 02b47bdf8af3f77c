"""YAML in: the same data as ruamel.yaml gives; errors say file, line, value and what would be right."""

import io
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from catalogue import InvalidFile, load
from catalogue.reading import line_of, parse

# no colon: `[:0]` is text to ruamel.yaml and an error to libyaml
PLAIN = st.text(alphabet="abcxyz 0123456789.-+eE#中文_~/", max_size=12)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**6), 10**6),
        st.floats(allow_nan=False, allow_infinity=False, width=32),
        PLAIN,
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(alphabet="abcdef-", min_size=1, max_size=6), inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(VALUES, st.booleans())
def test_what_ruamel_writes_is_read_back_the_same(value: object, flow: bool):
    text = io.StringIO()
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = flow
    writer.allow_unicode = True
    writer.dump(value, text)
    assert parse(text.getvalue()) == value


@pytest.mark.parametrize(
    "word",
    ["no", "on", "yes", "12:30", "1_000", "0x1f", "010", "1e3", ".5", "-7", "null", "~", "true", "''", "'5'"],
)
def test_plain_words_mean_what_they_mean_in_yaml_1_2(word: str):
    ruamel = YAML(typ="safe", pure=True).load(f"a: {word}")["a"]
    ours = parse(f"a: {word}")["a"]
    assert ours == ruamel or (word in ("0x1f", "1_000") and ours == word)  # exotic numbers stay words


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: [1, 2\nb: 3\n", 2, "did not find"),
        ("a: 1\nb: 2\na: 3\n", 3, "'a' stands here a second time"),
        ("a: &here 1\nb: *here\n", 1, "anchors and aliases are not used"),
        ("a: !!python/object:os.system {}\n", 1, "the tag"),
        ("a: !!str 5\n", 1, "the tag"),
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("? [a, b]\n: 1\n", 1, "a key must be a word"),
        ("a:\n\t- 1\n", 2, "cannot start any token"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_its_line(tree, text: str, line: int, says: str):
    with pytest.raises(yaml.MarkedYAMLError):
        parse(text)
    tree.course().write_text(text)
    with pytest.raises(InvalidFile) as caught:
        load(tree.root)
    (problem,) = caught.value.problems
    assert problem.file == Path("courses/1-mathematics/numerics-information/course.yml")
    assert problem.line == line
    assert says in problem.what


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "holds nothing"),
        (b"- a\n", "holds a list"),
        (b"caf\xe9: 1\n", "is not UTF-8 at byte 3"),
    ],
)
def test_a_file_that_holds_no_mapping_is_named(tree, content: bytes, says: str):
    tree.lab().write_bytes(content)
    with pytest.raises(InvalidFile, match=says):
        load(tree.root)


@pytest.mark.parametrize(
    ("old", "new", "says", "mend"),
    [
        ("minutes: 55", "minuts: 55", "unknown key lessons.0.minuts", "the nearest: minutes"),
        ("[numerics-information@B]\n    knobs", "[numerics-information@X]\n    knobs", "@X'", ""),
        ("minutes: 55", "minutes: fifty", "lessons.0.minutes is 'fifty'", "valid integer"),
        ("minutes: 60", "minutes: 0", "lessons.1.minutes is 0", "greater than or equal to 1"),
        ("tracks: [model]", "tracks: [models]", "tracks.0 is 'models'", "'model'"),
        ("- slug: 02-stable", "- slug: stable", "lessons.1.slug is 'stable'", "match"),
        ("zh: 浮点数", "zhh: 浮点数", "unknown key lessons.0.title.zhh", "the nearest: zh"),
        ("en: Floating point,", "en: Floating, point,", "unknown key lessons.0.title.point", "in quotes"),
    ],
)
def test_a_fault_in_a_course_names_file_line_value_and_what_is_right(
    tree, old: str, new: str, says: str, mend: str
):
    line = tree.spoil(tree.course(), old, new)
    with pytest.raises(InvalidFile) as caught:
        load(tree.root)
    problem = next(one for one in caught.value.problems if says in one.what)
    assert problem.file == Path("courses/1-mathematics/numerics-information/course.yml")
    assert problem.line == line
    assert mend in problem.mend


def test_a_missing_key_says_what_it_is_for(tree):
    line = tree.spoil(tree.lab(), "limits: {seconds: 50, memory_mib: 2048}", "limits: {seconds: 50}")
    with pytest.raises(InvalidFile) as caught:
        load(tree.root)
    (problem,) = caught.value.problems
    assert problem.what == "limits.memory_mib is missing"
    assert problem.line == line
    assert problem.mend == "add it: resident memory, MiB"


def test_all_faults_of_all_files_are_told_at_once(tree):
    tree.spoil(tree.course(), "minutes: 55", "minutes: x")
    tree.spoil(tree.course(), "minutes: 60", "minutes: y")
    tree.spoil(tree.lab(), "minutes: 60", "minutes: z")
    with pytest.raises(InvalidFile) as caught:
        load(tree.root)
    assert [problem.what.split()[-1] for problem in caught.value.problems] == ["'x'", "'y'", "'z'"]


def test_a_line_is_found_for_the_nearest_thing_that_is_there(tmp_path: Path):
    path = tmp_path / "x.yml"
    path.write_text("a:\n  b:\n    - c: 1\n    - d: 2\n")
    assert line_of(path, ("a", "b", 1, "d")) == 4
    assert line_of(path, ("a", "b", 1, "missing")) == 4
    assert line_of(path, ("nowhere",)) == 1
    assert line_of(tmp_path / "gone.yml", ("a",)) is None
