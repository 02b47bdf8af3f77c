"""A wall is data that refuses what cannot be."""

import json
from pathlib import Path

import pytest

from sandbox import Bind, Limits, Wall, WallError, command


def test_a_wall_survives_the_way_through_json():
    wall = Wall(
        binds=(Bind(Path("/srv/x"), Path("/x"), writable=True),),
        home=Path("/srv/home"),
        home_at=Path("/home/ada"),
        user="ada@uni.example",
        uid=20001,
        network=True,
        env={"A": "b"},
        limits=Limits(memory_mib=512),
        nested=True,
        loads_code=False,
    )
    assert Wall.from_json(json.loads(json.dumps(wall.to_json()))) == wall


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"user": "root:x:0:0"}, "root:x:0:0"),
        ({"user": "a\nroot::0:0"}, "user name"),
        ({"hostname": "a b"}, "a b"),
        ({"uid": 0}, "uid 0"),
        ({"tmp_mib": 0}, "tmp_mib"),
        ({"env": {"A=B": "c"}}, "A=B"),
        ({"home_at": Path("/etc")}, "/etc"),
        ({"binds": (Bind(Path("/srv"), Path("/usr")),)}, "/usr"),
    ],
)
def test_what_cannot_be_is_refused_by_name(values, named):
    with pytest.raises(WallError, match=named):
        Wall(**values)


def test_relative_and_climbing_paths_are_refused():
    with pytest.raises(WallError, match="absolute"):
        Bind(Path("here"), Path("/there"))
    with pytest.raises(WallError, match=r"\.\."):
        Bind(Path("/srv/../etc"), Path("/there"))


def test_limits_are_numbers_from_one_up():
    with pytest.raises(WallError, match="processes is 0"):
        Limits(processes=0)


def test_a_description_with_a_hole_in_it_is_refused():
    data = Wall().to_json()
    del data["binds"]
    with pytest.raises(WallError, match="binds"):
        Wall.from_json(data)


def test_secrets_do_not_go_into_argument_lists():
    with pytest.raises(WallError, match="JUPYTERHUB_API_TOKEN looks like a secret"):
        command(Wall(env={"JUPYTERHUB_API_TOKEN": "x"}), ["true"])


def test_there_is_something_to_start():
    with pytest.raises(WallError, match="no program"):
        command(Wall(), [])
