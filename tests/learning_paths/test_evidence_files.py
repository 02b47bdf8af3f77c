"""xAPI statements and certificate lists: what counts, what is listed and left out, what is known already."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue import InvalidFile
from learning_paths.curriculum import Ground
from learning_paths.errors import EvidenceError
from learning_paths.evidence import observations, shown, xapi
from learning_paths.evidence.imports import take_up
from learning_paths.evidence.mapping import load_rules
from learning_paths.evidence.source import Skipped, Withdrawn
from learning_paths.store import Store

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
VERBS = "http://adlnet.gov/expapi/verbs/"
COURSE = "https://lms.example.org/python-101"
OWN = f"""
activities:
  - {{id: "{COURSE}", proves: [programming-basics@B, programming-basics@I], weight: 0.8, guess: 0.2}}
  - {{id: "https://quiz.example.org/*/numerics", proves: [numerics-information@I]}}
certificates:
  - {{names: [ECME, Example Engineer], title: {{en: Engineer, zh: 示例工程师}}, proves: [fine-tuning@I]}}
"""


def statement(number=1, verb="passed", activity=COURSE, name="ada", scaled=None, **more):
    said = {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "actor": {"account": {"homePage": "https://lms.example.org", "name": name}},
        "verb": {"id": f"{VERBS}{verb}"},
        "object": {"id": activity, "definition": {"name": {"en-US": "Python 101", "zh-CN": "Python 入门"}}},
        "timestamp": "2026-11-20T08:00:00Z",
        **more,
    }
    return said if scaled is None else {**said, "result": {"score": {"scaled": scaled}}}


@pytest.fixture
def rules(small, tmp_path):
    (tmp_path / "evidence-mapping.yml").write_text(OWN, encoding="utf-8")
    return load_rules(small, tmp_path)


@pytest.fixture
def store(tmp_path):
    opened = Store(f"sqlite:///{tmp_path / 'store.db'}")
    opened.save_profile("ada", {}, NOW)
    yield opened
    opened.close()


@pytest.fixture
def taken(store, rules, tmp_path):
    """Take a text up as a file; return the report."""

    def take(text, name="statements.json", **options):
        path = tmp_path / name
        path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
        return take_up(store, rules, [path], NOW, **options)

    return take


def test_a_statement_becomes_a_row_that_tells_where_it_stands(taken, store, tmp_path):
    assert taken([statement(scaled=0.75)]).data()["new"] == 1
    (row,) = store.evidence("ada")
    assert (row.source, row.key, row.score, row.points) == ("xapi", statement()["id"], 0.75, 1.0)
    assert row.proves == ("programming-basics@B", "programming-basics@I")
    assert row.tried_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert row.detail["from"] == {"file": str(tmp_path / "statements.json"), "line": 1}
    assert row.detail["name"] == {"en": "Python 101", "zh": "Python 入门"}


@pytest.mark.parametrize(
    ("verb", "scaled", "score"),
    [
        ("passed", None, 1.0),
        ("failed", None, 0.0),
        ("passed", 0.6, 0.6),
        ("scored", -0.5, 0.0),
        ("completed", 1, 1.0),
    ],
)
def test_scores_follow_from_verb_and_result(taken, store, verb, scaled, score):
    taken([statement(verb=verb, scaled=scaled)])
    assert [row.score for row in store.evidence("ada")] == [score]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (statement(verb="completed"), r"completed without result\.score\.scaled"),
        (statement(scaled=7), "from -1 to 1 says nothing, got 7"),
        (statement(scaled=10**400), "from -1 to 1 says nothing"),
        (statement(name="\ud800"), r"actor\.account\.name"),
        (statement(scaled=True), "from -1 to 1 says nothing"),
        (statement(verb="attempted"), "says nothing about mastery; known: passed, failed"),
        (
            statement(activity="https://elsewhere"),
            "no entry of the mapping has the object 'https://elsewhere'",
        ),
        (statement(activity="urn:zhisuan-academy:unheard-of@I"), "no entry of the mapping"),
        (statement(actor={"mbox": "mailto:ada@example.org"}), r"actor\.account\.name"),
        (statement(name="a\x00da"), r"actor\.account\.name"),
        (statement(name="x" * 300), r"actor\.account\.name"),
        (statement(timestamp="yesterday"), "no ISO 8601 time"),
        (statement(timestamp="2027-11-20T08:00:00Z"), "in the future"),
        (statement(id=5), "its id is no UUID"),
        ("words", "must be a JSON object"),
        ({"verb": 3, "actor": [], "object": None}, "the verb None"),
    ],
)
def test_what_says_nothing_is_listed_and_stops_nothing(taken, store, said, why):
    report = taken([said, statement(2)])
    assert [row.key for row in store.evidence("ada")] == [statement(2)["id"]]
    (one,) = report.skipped
    assert one.line == 1
    with pytest.raises(AssertionError, match=why):
        raise AssertionError(one.what["en"])


def test_lists_results_lines_and_folders_are_read(taken, store, rules, tmp_path):
    folder = tmp_path / "statements"
    (folder / "deep").mkdir(parents=True)
    (folder / "one.json").write_text(json.dumps(statement(1)))
    (folder / "result.json").write_text(json.dumps({"statements": [statement(2), statement(3)], "more": ""}))
    lines = [json.dumps(statement(4)), "", "{broken", '{"id": NaN}', json.dumps(statement(5))]
    (folder / "deep/lines.jsonl").write_text("\n".join(lines))
    (folder / "notes.txt").write_text("none of ours")
    report = take_up(store, rules, [folder], NOW)
    assert sorted(int(row.key[-2:]) for row in store.evidence("ada")) == [1, 2, 3, 4, 5]
    assert [(one.line, one.what["en"].split(":")[0]) for one in report.skipped] == [
        (3, "is no statement"),
        (4, "is no statement"),
    ]


def test_the_same_statement_twice_is_nothing_and_another_value_is_a_revision(taken, store):
    report = taken([statement(scaled=0.5), statement(scaled=0.5)])
    assert (len(report.new), report.known) == (1, 1)
    assert taken([statement(scaled=0.5)], "moved.json").known == 1
    assert taken([statement(scaled=0.9)]).data()["revised"] == 1
    assert [row.score for row in store.evidence("ada", history=True)] == [0.5, 0.9]


def test_a_statement_without_an_id_is_known_by_what_it_says(taken):
    said = {name: value for name, value in statement().items() if name != "id"}
    assert len(taken([said]).new) == 1
    assert len(taken([said, {**said, "timestamp": "2026-11-21T08:00:00Z"}]).new) == 1


VOID = statement(2, verb="voided", object={"objectType": "StatementRef", "id": statement(1)["id"]})


def test_a_statement_that_the_same_file_withdraws_does_not_count(taken, store):
    report = taken([statement(1), VOID])
    assert store.evidence("ada") == []
    assert [one.what["en"] for one in report.skipped] == [f"statement {statement(1)['id']} was withdrawn"]


def test_a_statement_that_is_withdrawn_later_speaks_for_nothing_from_then_on(taken, store, rules, small):
    taken([statement(1), statement(3)])
    assert len(taken([VOID], "later.json").new) == 1
    gone, other = store.evidence("ada")
    assert (gone.revision, gone.proves, other.proves) == (2, (), xapi.again(other, rules).proves)
    assert xapi.again(gone, rules) == gone
    assert len(observations([gone, other], Ground(small))) == 2
    for text in ([VOID], [statement(1), VOID], [statement(1)]):
        assert taken(text, "again.json").new == []


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.sampled_from(sorted(xapi.VERBS)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "actor", "account", "name", "verb", "object", "result", "score", "timestamp"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(said=JSON | st.fixed_dictionaries(dict.fromkeys(("actor", "verb", "object", "id"), JSON)))
def test_no_statement_however_odd_ends_the_reading(small, tmp_path_factory, said):
    path = tmp_path_factory.mktemp("odd") / "odd.json"
    path.write_text(json.dumps([said]), encoding="utf-8")
    for one in xapi.read(path, load_rules(small), NOW):
        assert isinstance(one, Skipped | Withdrawn)
        assert isinstance(one, Withdrawn) or all(one.told(language).encode() for language in ("en", "zh"))


def test_a_dry_run_keeps_nothing(taken, store):
    assert len(taken([statement()], dry_run=True).new) == 1
    assert store.evidence("ada") == []


def test_learners_that_nobody_knows_are_named(taken):
    assert taken([statement(), statement(2, name="adda")]).strangers == ["adda"]


def test_weights_of_work_elsewhere_reach_mastery(taken, store, small):
    taken([statement(1, verb="failed"), statement(2, scaled=0.9, timestamp="2026-11-21T08:00:00Z")])
    taken([statement(3, activity="https://quiz.example.org/7/numerics")])
    ground = Ground(small)
    seen = observations(store.evidence("ada"), ground)
    assert [(one.score, one.tries, round(one.weight, 3), one.guess) for one in seen] == [
        (0.9, 2, 0.566, 0.2),
        (0.9, 2, 0.566, 0.2),
        (1.0, 1, 0.5, 0.25),
    ]
    (work,) = shown(store.evidence("ada"), ground)[ground.rows["programming-basics"]]
    assert work.work == {"en": "work elsewhere, “Python 101”,", "zh": "校外学习“Python 入门”"}


HEAD = "learner,certificate,date,expires\n"


def test_a_certificate_speaks_for_its_direction_for_breadth_and_for_a_role_in_depth(taken, store, small):
    report = taken(
        f"{HEAD}ada,developer,2026-01-05,2029-01-05\n"
        "ada,operator-developer,2026-01-05,\n"
        "ada,解决方案架构方向,2026-01-05,\n"
        "ada, Example Engineer ,2026-02-01,\n",
        "list.csv",
    )
    assert report.skipped == []
    rows = {row.key: row for row in store.evidence("ada")}
    assert list(rows) == [
        "developer/2026-01-05",
        "operator-developer/2026-01-05",
        "solution-architecture/2026-01-05",
        "ecme/2026-02-01",
    ]
    roles, directions = small.roles, small.certifications.directions
    asked = {name for role in directions["developer"].roles for name in roles[role].competencies}
    assert {one.partition("@")[0] for one in rows["developer/2026-01-05"].proves} == asked
    assert "operator-development@P" in rows["developer/2026-01-05"].proves
    assert rows["operator-developer/2026-01-05"].proves == ("operator-development@E",)
    assert rows["ecme/2026-02-01"].proves == ("fine-tuning@I",)
    weights = {one.weight for one in observations([rows["developer/2026-01-05"]], Ground(small))}
    assert weights == {len(asked) ** -0.5}


def test_an_expired_certificate_says_nothing_from_then_on(taken, store, small):
    taken(f"{HEAD}ada,operator-developer,2026-01-05,2026-12-01\n", "list.csv")
    rows, ground = store.evidence("ada"), Ground(small)
    assert len(observations(rows, ground, NOW)) == 1
    assert len(observations(rows, ground, NOW + timedelta(days=8))) == 1
    assert observations(rows, ground, NOW + timedelta(days=9)) == []


def test_a_renewed_certificate_takes_the_place_of_the_old_one(taken, store, small):
    lines = "ada,developer,2024-01-05,2026-01-05\nada,开发者方向,2026-01-05,2028-01-05\n"
    taken(HEAD + lines, "list.csv")
    assert len(store.evidence("ada")) == 2
    seen = observations(store.evidence("ada"), Ground(small), NOW)
    assert {one.day for one in seen} == {datetime(2026, 1, 5, tzinfo=UTC).timestamp() / 86400}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("ada,develper,2026-01-05,", "unknown certificate 'develper'; the nearest: developer"),
        ("ada,developer,5.1.2026,", "'5.1.2026' is no date; write it as 2026-11-28"),
        ("ada,developer,2026-01-05,never", "expires: 'never' is no date"),
        ("ada,developer,2027-01-05,", "lies in the future"),
        ("ada,developer,2026-01-05,2025-01-05", "expires on 2025-01-05, before its date"),
        (",developer,2026-01-05,", "no learner's name"),
        ("ada", "unknown certificate ''"),
    ],
)
def test_a_bad_line_is_listed_and_stops_nothing(taken, store, line, why):
    report = taken(f"{HEAD}{line}\n\nada,developer,2026-01-05,\n", "list.csv")
    assert len(store.evidence("ada")) == 1
    (one,) = report.skipped
    assert why in one.what["en"]
    assert (one.line, one.told("en").partition(": ")[0][-10:]) == (2, "list.csv:2")


def test_a_list_again_is_nothing_and_another_expiry_a_revision(taken):
    assert len(taken(f"{HEAD}ada,developer,2026-01-05,\n", "list.csv").new) == 1
    assert taken(f"{HEAD}\nada,开发者方向,2026-01-05,\n", "moved.csv").known == 1
    assert taken(f"{HEAD}ada,开发者方向,2026-01-05,2029-01-05\n", "list.csv").data()["revised"] == 1


def test_files_that_cannot_be_read_are_named_and_nothing_is_kept(store, rules, tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.csv"
    good.write_text(json.dumps(statement()))
    for content, why in ((b"learner,date\n", "has no column certificate"), (b"\xff\xfe", "not UTF-8")):
        bad.write_bytes(content)
        with pytest.raises(EvidenceError, match=why):
            take_up(store, rules, [good, bad], NOW)
    (tmp_path / "empty").mkdir()
    with pytest.raises(EvidenceError, match="has no statements"):
        take_up(store, rules, [good, tmp_path / "empty"], NOW)
    with pytest.raises(EvidenceError, match="there is no"):
        take_up(store, rules, [good, tmp_path / "nothing.csv"], NOW)
    assert store.evidence("ada") == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("activities: [{id: x, proves: [numerics-informatio@I]}]", "nearest: numerics-information"),
        ("activities: [{id: x}]", "x proves nothing"),
        ("activities: [{id: x, proves: [numerics-information@Z]}]", "write it as numerics-information@I"),
        ("certificates: [{names: [x], proves: [numerics-information@I]}]", "title"),
        ("activitys: []", "activitys"),
    ],
)
def test_a_faulty_mapping_is_refused_with_its_line(small, tmp_path, text, why):
    (tmp_path / "evidence-mapping.yml").write_text(text)
    with pytest.raises(InvalidFile, match=why) as caught:
        load_rules(small, tmp_path)
    assert "evidence-mapping.yml:1" in str(caught.value)
