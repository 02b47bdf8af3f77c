"""The prerequisite graph of the framework: would its order be right before a learner?"""

import pytest

from catalogue import Catalogue, Level, Skill
from catalogue.graph import circle, closure, direct_needs, learning_order, need_circle

NOT_PROGRAMMING = [
    "ai-sales-manager",
    "ai-delivery-manager",
    "ai-product-operations-manager",
    "business-user",
    "business-architect",
]


def order_of(catalogue: Catalogue, role: str) -> list[str]:
    goals = [Skill(name, level) for name, level in catalogue.goal(role).competencies.items()]
    known = catalogue.competencies
    return [str(skill) for skill in learning_order(known, closure(known, goals))]


def test_the_needs_go_in_no_circle(framework: Catalogue):
    assert need_circle(framework.competencies) is None


def test_only_programming_and_basic_mathematics_need_nothing(framework: Catalogue):
    roots = {name for name, one in framework.competencies.items() if not one.needs}
    assert roots == {"programming-basics", "basic-mathematics"}


def test_foundations_are_needed_up_to_intermediate_and_each_is_needed(framework: Catalogue):
    needed = {}
    for one in framework.competencies.values():
        for need in one.needs:
            needed[need.needs] = max(need.at, needed.get(need.needs, Level.B))
    for name, one in framework.competencies.items():
        if one.kind == "foundation":
            assert needed.get(name, Level.B) <= Level.I, name
            assert name in needed, name
            assert all(need.for_ <= Level.I for need in one.needs), name


def test_nothing_is_needed_deeper_or_for_deeper_than_any_role_asks(framework: Catalogue):
    asked: dict[str, Level] = {}
    for _, name, level in framework.role_rows():
        asked[name] = max(level, asked.get(name, Level.B))
    for name, one in framework.competencies.items():
        for need in one.needs:
            assert need.for_ <= asked.get(name, Level.I), (name, need)
            assert need.at <= asked.get(need.needs, Level.I), (name, need)


def test_a_deeper_need_comes_with_a_deeper_level(framework: Catalogue):
    """Needing x deeper is stated for a deeper level, or one of the two statements is idle."""
    for name, one in framework.competencies.items():
        for need in one.needs:
            for other in one.needs:
                if other.needs == need.needs and other.for_ > need.for_:
                    assert other.at > need.at, (name, need.needs)


@pytest.mark.parametrize("role", NOT_PROGRAMMING)
def test_roles_that_do_not_program_are_not_sent_to_learn_it(framework: Catalogue, role: str):
    assert not [one for one in order_of(framework, role) if one.startswith("programming-basics")]


def test_everybody_learns_early_what_ai_can_and_cannot_do(framework: Catalogue):
    for goal in (*framework.roles, *framework.targets):
        order = order_of(framework, goal)
        assert "ai-technology-understanding@B" in order[:5], goal


def test_who_programs_begins_with_programming_and_mathematics(framework: Catalogue):
    for role in set(framework.roles) - set(NOT_PROGRAMMING):
        order = order_of(framework, role)
        assert order[:4] == [
            "programming-basics@B",
            "programming-basics@I",
            "basic-mathematics@B",
            "basic-mathematics@I",
        ], role


def test_an_operator_developer_from_nothing_goes_from_programs_and_mathematics_to_kernels(
    framework: Catalogue,
):
    order = order_of(framework, "operator-developer")
    way = [
        "programming-basics@I",
        "basic-mathematics@I",
        "ai-technology-understanding@B",
        "linear-algebra@I",
        "machine-learning@B",
        "neural-networks@I",
        "transformers@I",
        "computer-architecture@I",
        "gpu-programming@I",
        "operator-development@I",
        "operator-development@P",
        "operator-development@E",
    ]
    assert [one for one in order if one in way] == way
    strangers = {"market-insight", "cluster-networks", "retrieval-augmented-generation", "responsible-ai"}
    assert not strangers & {one.partition("@")[0] for one in order}
    assert len(order) < 40


def test_every_order_puts_each_skill_behind_what_it_needs(framework: Catalogue):
    known = framework.competencies
    everything = [Skill(name, level) for name in known for level in Level]
    place = {skill: number for number, skill in enumerate(learning_order(known, everything))}
    assert len(place) == 4 * len(known)
    for skill in everything:
        assert all(place[need] < place[skill] for need in direct_needs(known, skill))


def test_an_order_of_a_part_takes_the_rest_as_met(framework: Catalogue):
    part = [Skill("fine-tuning", Level.I), Skill("fine-tuning", Level.B)]
    assert [str(one) for one in learning_order(framework.competencies, part)] == [
        "fine-tuning@B",
        "fine-tuning@I",
    ]


def test_a_circle_is_named_in_the_order_of_its_needs():
    found = circle({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]})
    assert found is not None
    turned = found[found.index("a") :] + found[: found.index("a")]
    assert turned == ("a", "b", "c")
    assert circle({"a": ["b"], "b": []}) is None
