"""The audit trail on both databases: added to, never changed, proved by its chain, and kept when names go."""

import threading

import pytest
import sqlalchemy as sa

from hub_config.oversight.deeds import Deed
from hub_config.oversight.tables import known, people, rows
from hub_config.oversight.trail import Seen, Trail
from learning_paths.errors import StoreError


def mark(actor, learner, before, after):
    return Deed(actor, "mark.changed", "lab:conv", learner, {"c": before}, {"c": after})


@pytest.fixture
def filled(trail):
    trail.note(mark("ines", "ada", 3, 4.5), Deed("mo", "marks.viewed", "page:learners"))
    trail.note(Deed("ines", "lab.released", "lab:softmax"))
    return trail


def change(trail, statement, **values):
    with trail.engine.begin() as connection:
        connection.execute(sa.text(statement), values)


def test_rows_are_told_newest_first_and_by_what_is_asked(filled, clock):
    assert [(row.number, row.actor, row.about) for row in filled.rows()] == [
        (3, "ines", None),
        (2, "mo", None),
        (1, "ines", "ada"),
    ]
    assert [row.number for row in filled.rows(who="ines")] == [3, 1]
    assert [row.number for row in filled.rows(about="ada")] == [1]
    assert [row.number for row in filled.rows(thing="softmax")] == [3]
    assert [row.number for row in filled.rows(thing="lab:conv")] == [1]
    assert filled.rows(thing="onv") == filled.rows(who="nobody") == []
    assert [row.number for row in filled.rows(below=3, most=1)] == [2]
    first = filled.rows(about="ada")[0]
    assert (first.before, first.after) == ({"c": 3}, {"c": 4.5})
    assert filled.rows(since=first.at)[-1].number == 1
    assert filled.rows(since=clock()) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_rows SET action = 'lab.taken-back' WHERE number = 3",
        "DELETE FROM audit_rows WHERE number = 3",
        "DELETE FROM audit_rows",
    ],
)
def test_the_database_itself_refuses_to_change_or_take_out_a_row(filled, statement):
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        change(filled, statement)
    assert len(filled.rows()) == 3


def test_no_row_is_emptied_away_in_postgresql(filled):
    if filled.engine.dialect.name == "postgresql":
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            change(filled, "TRUNCATE audit_rows CASCADE")
    assert len(filled.rows()) == 3


def without_guard(trail):
    """Do what somebody with every right over the database can."""
    for name in ("stay", "remain"):
        where = " ON audit_rows" if trail.engine.dialect.name == "postgresql" else ""
        change(trail, f"DROP TRIGGER audit_rows_{name}{where}")


def test_what_is_rewritten_all_the_same_is_told(filled):
    whole = filled.verify()
    assert (whole.rows, whole.faults) == (3, ())
    without_guard(filled)
    change(filled, "UPDATE audit_rows SET object = 'lab:mlp' WHERE number = 1")
    assert filled.verify().faults == ("row 1 is not as it was written",)
    change(filled, "UPDATE audit_rows SET object = 'lab:conv' WHERE number = 1")
    assert filled.verify().faults == ()
    change(filled, "UPDATE audit_people SET name = 'eve' WHERE name = 'ines'")
    assert "has another name than when it was written" in filled.verify().faults[0]
    change(filled, "UPDATE audit_people SET name = 'ines' WHERE name = 'eve'")
    change(filled, "DELETE FROM audit_rows WHERE number = 2")
    assert "row 2 is missing" in filled.verify().faults


def test_a_head_that_was_noted_tells_of_rows_that_were_cut_off(filled):
    head = filled.verify().head
    filled.note(Deed("mo", "marks.viewed", "page:learners"))
    assert filled.verify(head).faults == ()
    assert filled.verify("3:0").faults == ("row 3 is another than the one that was noted",)
    without_guard(filled)
    change(filled, "DELETE FROM audit_rows WHERE number >= 3")
    assert filled.verify().faults == ()
    assert filled.verify(head).faults == ("row 3, which was noted, is not there",)


def test_several_at_once_make_one_chain(url, trail):
    others = [Trail(url) for _ in range(4)]

    def write(one, who):
        for number in range(10):
            one.note(Deed(who, "marks.viewed", f"page:{number}", f"learner-{number}"))

    threads = [threading.Thread(target=write, args=(one, f"i{n}")) for n, one in enumerate(others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in others:
        one.close()
    assert (trail.verify().rows, trail.verify().faults) == (40, ())
    with trail.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(people)) == 14


def told(key, before, now):
    before, now = (one.value["n"] if one else None for one in (before, now))
    yield Deed("ines", "mark.changed", f"lab:{key}", "ada", {"n": before}, {"n": now})


def test_the_trail_begins_at_the_first_look_and_then_tells_each_change_once(url, trail):
    def state(**numbers):
        return {key: Seen("ada", {"n": number}) for key, number in numbers.items()}

    assert trail.observe("marks", state(a=1, b=2), told) == 0
    (began,) = trail.rows()
    assert (began.action, began.object, began.after) == ("trail.began", "kind:marks", {"count": 2})
    again = Trail(url)  # after a restart
    assert again.observe("marks", state(a=1, b=3, c=4), told) == 2
    again.close()
    assert trail.observe("marks", state(a=1, b=3, c=4), told) == 0
    assert trail.observe("marks", state(a=1, c=4), told) == 1
    found = [(row.object, row.before, row.after) for row in trail.rows(who="ines")]
    assert found == [
        ("lab:b", {"n": 3}, {"n": None}),
        ("lab:c", {"n": None}, {"n": 4}),
        ("lab:b", {"n": 2}, {"n": 3}),
    ]
    assert trail.verify().faults == ()


def test_what_fails_on_the_way_leaves_neither_rows_nor_memory(trail):
    trail.observe("marks", {"a": Seen(None, {"n": 1})}, told)

    def fails(key, before, now):
        yield from told(key, before, now)
        raise StoreError("no-url")

    with pytest.raises(StoreError):
        trail.observe("marks", {"a": Seen(None, {"n": 2})}, fails)
    assert len(trail.rows()) == 1
    assert trail.observe("marks", {"a": Seen(None, {"n": 2})}, told) == 1


def test_another_log_is_carried_once(trail):
    assert trail.carried("deadlines") == 0
    trail.carry("deadlines", [Deed("ines", "deadline.set", "lab:conv")], 7)
    trail.carry("deadlines", [Deed("mo", "deadline.set", "lab:conv")], 9)
    assert trail.carried("deadlines") == 9
    assert [row.actor for row in trail.rows()] == ["mo", "ines"]


def test_tables_made_without_migrations_keep_their_rows_too(url, clock):
    """As a restored backup has them."""
    engine = sa.create_engine(url)
    rows.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(people.insert().values(key=1, name="ada", salt="", seal="x"))
        row = {"number": 1, "at": clock(), "actor": 1, "action": "a"}
        connection.execute(rows.insert().values(**row, object="b", digest="c"))
        connection.execute(known.delete())
    with engine.begin() as connection, pytest.raises(sa.exc.DBAPIError, match="append-only"):
        connection.execute(rows.delete())
    engine.dispose()
