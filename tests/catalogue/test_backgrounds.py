"""What backgrounds let one assume: probabilities that a person of the trade would accept."""

from catalogue import Catalogue, Level


def knows(catalogue: Catalogue, background: str, competency: str, level: Level) -> float:
    return catalogue.background(background).knows.get(competency, {}).get(level, 0.0)


def test_the_starting_points_of_the_paper_are_there(framework: Catalogue):
    assert {"none", "high-school", "vocational-ict", "computing", "mathematics", "humanities"} <= set(
        framework.degrees
    )
    origins = {origin for path in framework.migrations.values() for origin in path.origins}
    assert origins | {"none", "student"} == set(framework.jobs)


def test_nothing_is_assumed_of_who_says_nothing(framework: Catalogue):
    assert not framework.degrees["none"].knows
    assert not framework.jobs["none"].knows


def test_only_none_is_both_a_degree_and_a_job(framework: Catalogue):
    assert set(framework.degrees) & set(framework.jobs) == {"none"}
    assert framework.backgrounds["none"].kind == "degree"
    assert framework.background("none", "job").kind == "job"


def test_every_level_has_a_share_below_certainty_and_deeper_is_rarer(framework: Catalogue):
    for one in (*framework.degrees.values(), *framework.jobs.values()):
        for name, levels in one.knows.items():
            deepest = Level.I if framework.competencies[name].kind == "foundation" else Level.P
            assert max(levels) <= deepest, (one.id, name)
            assert list(levels) == list(Level)[: len(levels)], (one.id, name)
            assert all(0 < share < 1 for share in levels.values()), (one.id, name)
            assert list(levels.values()) == sorted(levels.values(), reverse=True), (one.id, name)


def test_jobs_hold_after_years_and_degrees_at_once(framework: Catalogue):
    assert all(one.years == 0 for one in framework.degrees.values())
    assert all(one.years > 0 for one in framework.jobs.values() if one.knows)


def test_no_background_has_a_whole_role_already(framework: Catalogue):
    """An engineer of today is no engineer of the AI era yet: that is what the migration paths are for."""
    for one in (*framework.degrees.values(), *framework.jobs.values()):
        for goal in (*framework.roles.values(), *framework.targets.values()):
            if max(goal.competencies.values()) > Level.I:
                chance = 1.0
                for name, level in goal.competencies.items():
                    chance *= one.knows.get(name, {}).get(level, 0.0)
                assert chance < 0.1, (one.id, goal.id)


def test_mathematicians_and_computer_scientists_jump_where_the_paper_says_they_do(framework: Catalogue):
    for skill in ("linear-algebra", "calculus-autodiff", "probability-statistics"):
        mathematics, humanities = (
            knows(framework, one, skill, Level.B) for one in ("mathematics", "humanities")
        )
        assert mathematics > 0.9 > 0.3 > humanities
    assert knows(framework, "computing", "programming-basics", Level.I) > 0.9
    assert knows(framework, "mathematics", "programming-basics", Level.I) < 0.8
    assert knows(framework, "none", "basic-mathematics", Level.B) == 0


def test_each_job_is_strongest_in_its_own_trade(framework: Catalogue):
    own = {
        "data-engineer": "data-collection",
        "sales": "requirement-discovery",
        "dc-l1-engineer": "facility-implementation",
        "it-infrastructure-engineer": "compute-deployment",
        "ip-engineer": "network-deployment",
        "cloud-engineer": "cloud-native-scheduling",
        "algorithm-engineer": "machine-learning",
        "technical-support-engineer": "training-migration",
    }
    for job, trade in own.items():
        best = max(framework.jobs, key=lambda one: knows(framework, one, trade, Level.I))
        assert best == job
