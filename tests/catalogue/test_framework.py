"""The white paper as data, held against the counts and rows of the paper itself."""

import re

import pytest
from pydantic import BaseModel

from catalogue import Catalogue, Level, Text, check

ROLES = {
    "ai-sales-manager": (
        "market-insight P, industry-business-planning P, requirement-discovery P, "
        "business-requirement-analysis P, industry-solution-design P"
    ),
    "ai-delivery-manager": "delivery-planning P, delivery-execution P, acceptance-and-handover P",
    "ai-product-operations-manager": (
        "marketing-planning P, sales-and-delivery-support P, ecosystem-operations P"
    ),
    "business-user": "ai-technology-understanding B, prompt-engineering B",
    "business-architect": "ai-technology-understanding I, scenario-modelling P",
    "solution-architect": (
        "system-architecture E, scenario-application P, model-selection P, hardware-selection P"
    ),
    "ai-application-developer": (
        "prompt-engineering P, retrieval-augmented-generation P, agent-orchestration P, "
        "application-evaluation P, application-operations I"
    ),
    "data-engineer": (
        "data-collection P, data-processing P, instruction-annotation P, "
        "knowledge-base-construction P, data-security-governance P"
    ),
    "model-deployment-engineer": "model-conversion P, inference-evaluation-tuning P, model-deployment P",
    "ai-training-engineer": (
        "model-design-selection P, training-migration P, pre-training E, fine-tuning E, "
        "training-evaluation-tuning P"
    ),
    "operator-developer": "operator-development E",
    "cluster-planning-engineer": (
        "facility-planning P, storage-planning P, network-planning P, compute-planning P, cluster-planning E"
    ),
    "hardware-implementation-engineer": (
        "facility-implementation P, compute-deployment P, storage-deployment P, network-deployment P"
    ),
    "commissioning-engineer": (
        "compute-commissioning P, storage-commissioning P, network-commissioning P, cluster-commissioning P"
    ),
    "operations-engineer": "routine-maintenance I, inspection I, fault-handling P",
}
PLAIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*|[BIPE]")
FOUNDATIONS = [
    "basic-mathematics",
    "linear-algebra",
    "calculus-autodiff",
    "probability-statistics",
    "optimisation",
    "numerics-information",
    "machine-learning",
    "neural-networks",
    "deep-architectures",
    "transformers",
    "language-modelling",
    "reinforcement-preference",
    "model-evaluation",
    "vision-multimodal",
    "responsible-ai",
    "programming-basics",
    "linux-systems",
    "python-engineering",
    "computer-architecture",
    "gpu-programming",
    "distributed-computing",
    "cluster-networks",
    "storage-data-platforms",
    "cloud-native-scheduling",
    "facility-basics",
    "organisation-strategy",
]
MIGRATIONS = {  # from: to, then
    "data-engineer": ("ai-facing-data-engineer", "data-scientist"),
    "business-expert": ("corpus-engineer application-architect ai-solution-architect", "data-scientist"),
    "algorithm-engineer": (
        "model-operator-engineer model-training-engineer ai-application-deployment-engineer",
        "",
    ),
    "software-developer": (
        "model-operator-engineer model-training-engineer ai-application-deployment-engineer",
        "",
    ),
    "business-staff": ("application-tuning-engineer ai-application-operations-engineer", ""),
    "application-user": ("application-tuning-engineer ai-application-operations-engineer", ""),
    "sales": ("ai-sales", ""),
    "dc-l1-engineer": ("facility-engineer", ""),
    "it-infrastructure-engineer": ("compute-platform-engineer", ""),
    "ip-engineer": ("compute-platform-engineer", ""),
    "cloud-engineer": ("cloud-scheduling-platform-engineer", "technical-support-engineer"),
    "technical-support-engineer": (
        "technical-support-engineer",
        "ai-solution-architect solution-architect business-architect",
    ),
}


def test_the_fifteen_roles_ask_their_54_competencies_at_the_levels_of_the_curriculum(framework: Catalogue):
    asked = {
        role.id: ", ".join(f"{name} {level}" for name, level in role.competencies.items())
        for role in framework.roles.values()
    }
    assert asked == ROLES
    assert len(asked) == 15
    assert len(framework.role_rows()) == 54
    assert len({name for _, name, _ in framework.role_rows()}) == 52


def test_26_foundations_and_52_role_competencies_make_78(framework: Catalogue):
    foundations = [name for name, one in framework.competencies.items() if one.kind == "foundation"]
    assert sorted(foundations) == sorted(FOUNDATIONS)
    assert len(foundations) == 26
    asked = {name for _, name, _ in framework.role_rows()}
    assert {name for name, one in framework.competencies.items() if one.kind == "role"} == asked
    assert len(framework.competencies) == 78


def test_prompting_and_understanding_are_asked_at_two_depths(framework: Catalogue):
    rows = framework.role_rows()
    assert {level for _, name, level in rows if name == "prompt-engineering"} == {Level.B, Level.P}
    assert {level for _, name, level in rows if name == "ai-technology-understanding"} == {Level.B, Level.I}


def test_the_eleven_migration_paths_start_and_end_where_the_paper_says(framework: Catalogue):
    assert len(framework.migrations) == 11
    found: dict[str, tuple[list[str], list[str]]] = {}
    for path in framework.migrations.values():
        for origin in path.origins:
            to, then = found.setdefault(origin, ([], []))
            to += path.to
            then += path.then
    assert {origin: (" ".join(to), " ".join(then)) for origin, (to, then) in found.items()} == MIGRATIONS


def test_every_migration_target_names_what_stays_uncovered_and_is_no_role(framework: Catalogue):
    reached = {name for path in framework.migrations.values() for name in (*path.to, *path.then)}
    assert set(framework.targets) == reached - set(framework.roles)
    assert not set(framework.targets) & set(framework.roles)
    for target in framework.targets.values():
        assert target.uncovered
        assert target.competencies
        assert not set(target.partly) & set(target.competencies)


def test_scheduling_is_covered_by_a_foundation_alone(framework: Catalogue):
    target = framework.targets["cloud-scheduling-platform-engineer"]
    assert target.competencies["cloud-native-scheduling"] == Level.I
    assert set(target.partly) == {"pre-training"}
    assert any("scheduling" in one.en for one in target.uncovered)


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("structure.stages", 5),
        ("structure.levels", 4),
        ("structure.layers", 4),
        ("structure.skill_families", 5),
        ("structure.role_families", 3),
        ("structure.tracks", 4),
        ("structure.decay", 3),
        ("talent.role_types", 7),
        ("talent.phases", 3),
        ("talent.foundation_subclasses", 4),
        ("talent.work_learning.matrix", 4),
        ("talent.work_learning.team", 4),
        ("talent.work_learning.maturity_factors", 4),
        ("talent.work_learning.loop", 3),
        ("organisations.positions", 5),
        ("organisations.services", 7),
        ("organisations.company_types", 6),
        ("organisations.maturity_stages", 4),
        ("organisations.periods", 3),
        ("organisations.ways", 2),
        ("organisations.stack", 5),
        ("certifications.steps", 5),
        ("certifications.job_kinds", 3),
        ("certifications.views", 4),
        ("certifications.directions", 3),
        ("certifications.fields", 4),
        ("certifications.uses", 3),
        ("universities.chains", 4),
        ("universities.talents", 3),
        ("universities.school_types", 3),
        ("universities.programmes", 8),
        ("universities.dimensions", 4),
        ("universities.conduct", 2),
        ("universities.handshakes", 2),
    ],
)
def test_each_list_is_as_long_as_in_the_paper(framework: Catalogue, part: str, names: int):
    found: object = framework
    for step in part.split("."):
        found = getattr(found, step)
    assert len(found) == names


def test_three_phases_have_three_subclasses_each(framework: Catalogue):
    phases = framework.talent.phases
    assert [one.focus.zh for one in phases.values()] == ["研", "训", "用"]
    assert [len(one.subclasses) for one in phases.values()] == [3, 3, 3]


def test_learning_at_work_is_seventy_twenty_ten(framework: Catalogue):
    shares = framework.talent.work_learning.shares
    assert (shares.project_practice, shares.coaching, shares.digital_learning) == (0.7, 0.2, 0.1)


def test_certification_names_the_roles_of_table_5_and_leaves_the_others_out(framework: Catalogue):
    directions = framework.certifications.directions
    assert {name: set(one.roles) for name, one in directions.items()} == {
        "solution-architecture": {"business-architect", "solution-architect"},
        "developer": {
            "ai-training-engineer",
            "ai-application-developer",
            "operator-developer",
            "model-deployment-engineer",
        },
        "infrastructure-td": {
            "hardware-implementation-engineer",
            "commissioning-engineer",
            "operations-engineer",
        },
    }
    named = {role for one in directions.values() for role in one.roles}
    assert set(framework.certifications.not_named) == set(framework.roles) - named
    for one in directions.values():
        seen = {role for view in one.views for role in framework.certifications.views[view].roles}
        assert seen == set(one.roles)


def test_schools_train_the_talent_that_the_paper_assigns_them(framework: Catalogue):
    trains = {name: one.trains for name, one in framework.universities.school_types.items()}
    assert trains == {"research": "accelerator", "general": "core", "vocational": "foundation"}
    layers = {name: one.layer for name, one in framework.universities.programmes.items()}
    assert layers == {
        "ic-design": "infrastructure",
        "computing": "infrastructure",
        "software": "platform",
        "internet-of-things": "platform",
        "cloud": "platform",
        "big-data": "model-enablement",
        "artificial-intelligence": "model-enablement",
        "ai-plus": "business",
    }


def test_every_kind_of_target_type_is_one_of_the_seven_and_foundation_types_say_which(framework: Catalogue):
    for target in framework.targets.values():
        assert (target.subclass is not None) == (target.role_type == "foundation"), target.id
    types = {one.role_type for one in (*framework.roles.values(), *framework.targets.values())}
    assert types == set(framework.talent.role_types)


def test_every_position_asks_for_a_role_and_the_provider_for_those_who_sell_and_deliver(framework: Catalogue):
    positions = framework.organisations.positions
    assert {"ai-sales-manager", "ai-delivery-manager"} <= set(positions["service-provider"].roles)
    assert set(positions["pure-user"].roles) == {"business-user", "business-architect"}
    assert "operator-developer" not in positions["model-optimiser"].roles
    asked = {role for one in positions.values() for role in one.roles}
    assert asked == set(framework.roles)


def test_school_knowledge_fades_slowest_and_techniques_fastest(framework: Catalogue):
    years = {name: one.half_life_years for name, one in framework.structure.decay.items()}
    assert years["school"] > 2 * years["occupational"] > 2 * years["technique"]
    stages = framework.competencies.values()
    assert all(one.decay == "school" for one in stages if one.stage == "1-mathematics")


def test_both_architects_for_applications_choose_model_and_hardware(framework: Catalogue):
    """The paper gives the two one duty: their competencies are the same, and so is what stays open."""
    one, other = (framework.targets[name] for name in ("application-architect", "ai-solution-architect"))
    assert set(one.competencies) == set(other.competencies)
    assert {"model-selection", "hardware-selection"} < set(one.competencies)
    assert one.uncovered == other.uncovered


def test_whatever_people_read_is_a_text_in_both_languages(framework: Catalogue):
    """What is no Text is an id, a letter, or the place in the paper."""
    words = {place: said for place, said in _lines(framework) if not PLAIN.fullmatch(said)}
    assert {place.rpartition(".")[2] for place in words} == {"source"}, words


def test_all_texts_are_in_english_and_chinese(framework: Catalogue):
    texts = list(_texts(framework))
    assert len(texts) > 1000
    for text in texts:
        assert re.search(r"[一-鿿]", text.zh) or text.zh == "AI For Science", text
        assert not re.search(r"[一-鿿]", text.en), text


def test_the_framework_alone_has_gaps_and_no_errors(framework: Catalogue):
    report = check(framework)
    assert report.errors == ()
    assert {gap.skill.competency for gap in report.gaps} == set(framework.competencies)


def _lines(value: object, place: str = ""):
    """Yield all strings outside of texts, with their places."""
    if isinstance(value, Text):
        return
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _lines(getattr(value, name), f"{place}.{name}")
    elif isinstance(value, Catalogue):
        for name in vars(value):
            yield from _lines(getattr(value, name), name)
    elif hasattr(value, "items"):
        for name, one in value.items():
            yield from _lines(one, f"{place}.{name}")
    elif isinstance(value, tuple):
        for one in value:
            yield from _lines(one, place)


def _texts(value: object):
    if isinstance(value, Text):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _texts(getattr(value, name))
    elif isinstance(value, Catalogue):
        for name in vars(value):
            yield from _texts(getattr(value, name))
    elif hasattr(value, "values"):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)
