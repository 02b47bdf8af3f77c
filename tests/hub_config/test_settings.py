"""academy.yml: every key has an effect, a default and words; a fault is told with its line."""

import json
import re
import socket
from pathlib import Path

import pytest
from jupyter_server.services.config import ConfigManager
from traitlets.config import Config

from hub_config import base, walls
from hub_config.accounts import FIRST_UID, Account
from hub_config.cli import main
from hub_config.deployment import Deployment
from hub_config.errors import HubError
from hub_config.labs import chosen
from hub_config.settings import Address, Servers, Settings, Submissions, read
from hub_config.settings_text import README, commented, updated
from hub_config.spawner import WalledSpawner, language_for


def written(folder: Path, text: str, name: str = "academy.yml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder


def test_without_a_file_and_with_all_of_it_commented_out_the_defaults_hold(tmp_path):
    assert read(tmp_path) == Settings()
    assert read(written(tmp_path, commented())) == Settings()


def test_the_written_file_holds_every_key_with_the_default_that_holds(tmp_path):
    taken_away = re.sub(r"^# ", "", commented(), flags=re.MULTILINE)
    assert read(written(tmp_path, taken_away)) == Settings()
    keys = set(re.findall(r"^# +(\w+):", commented(), flags=re.MULTILINE))
    for model in (Settings, *(type(f.default) for f in Settings.model_fields.values())):
        assert set(getattr(model, "model_fields", {})) <= keys


def test_every_example_is_a_value_that_may_stand_there():
    for field in Settings.model_fields.values():
        section = type(field.default) if isinstance(field.default, Servers.__base__) else None
        for name, inner in section.model_fields.items() if section else ():
            assert section(**{name: inner.examples[0]}) != section(), name


def test_the_reference_in_the_readme_is_made_from_the_schema():
    text = README.read_text(encoding="utf-8")
    assert updated(text) == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "servers:\n  memory: 4\n",
            r"unknown key servers\.memory, .*\.yml:2; the nearest: memory_mib",
        ),
        ("labs: [a]\nadress: {}\n", r"unknown key adress, .*:2; the nearest: address"),
        ("address:\n  port: 99999\n", r"address\.port is 99999, .*:2; .*65535"),
        ("language: german\n", r"language is 'german', .*:1; .*'en' or 'zh'"),
        ("address:\n  url: academy.example.edu\n", r"address\.url: 'academy.*' is no web address; .*:2"),
        ("- a\n", r"holds a list, .*:1"),
        ("labs: [\n", r"no valid YAML"),
        ("over: nowhere.yml\n", r"over: there is no file .*nowhere\.yml, .*:1"),
        ("over: academy.yml\n", r"leads in a circle or too far, .*:1"),
    ],
)
def test_a_fault_is_told_with_its_line_and_the_nearest_key(tmp_path, capsys, text, says):
    written(tmp_path, text)
    with pytest.raises(HubError, match=says):
        read(tmp_path)
    for verb in ([], ["check"]):
        assert main(["hub", *verb, "--data", str(tmp_path)]) == 2
        assert re.search(says, capsys.readouterr().err)


def test_a_small_file_over_a_common_one_wins_key_by_key(tmp_path):
    written(tmp_path, "language: zh\nservers: {memory_mib: 1024, most: 9}\nlabs: [a, b]\n", "common.yml")
    small = written(tmp_path / "small", "over: ../common.yml\nservers: {most: 3}\nlabs: [c]\n")
    found = read(small)
    assert (found.language, found.labs) == ("zh", ("c",))
    assert found.servers == Servers(memory_mib=1024, most=3)


def test_a_fault_in_the_common_file_is_told_there(tmp_path):
    written(tmp_path, "servers: {memory_mb: 1}\n", "common.yml")
    with pytest.raises(HubError, match=r"common\.yml:1"):
        read(written(tmp_path / "small", "over: ../common.yml\n"))


def test_what_is_chosen_reaches_hub_servers_and_walls(tmp_path):
    text = (
        "language: zh\naddress: {port: 8123}\nsign_in: {days: 2, free_tries: 3, longest_wait_seconds: 900}\n"
        "servers: {memory_mib: 777, tmp_mib: 99, most: 4, idle_minutes: 7, start_seconds: 45}\n"
        "submissions: {mib: 10}\n"
    )
    deployment, settings = Deployment(tmp_path), read(written(tmp_path, text))
    deployment.prepare()
    c = Config()
    base.configure(c, deployment, settings)
    assert (c.JupyterHub.port, c.JupyterHub.cookie_max_age_days) == (8123, 2)
    assert (c.JupyterHub.active_server_limit, c.Spawner.start_timeout) == (4, 45)
    assert (c.AccountsAuthenticator.free_tries, c.AccountsAuthenticator.longest_wait) == (3, 900)
    assert "--timeout=420" in " ".join(c.JupyterHub.services[1]["command"])
    ada = Account("ada", "learner", 0.0, FIRST_UID)
    wall = walls.wall_of(ada, deployment, "namespaces", settings.servers)
    assert (wall.limits.memory_mib, wall.tmp_mib) == (777, 99)
    spawner = WalledSpawner(config=c)
    assert language_for(spawner) == "zh"
    seen = walls.environment(ada, deployment, "namespaces", "", settings.submissions)
    assert seen["ACADEMY_SUBMISSION_KB"] == "8192"


@pytest.mark.parametrize(("language", "locale"), [("en", None), ("zh", "zh_CN")])
@pytest.mark.parametrize("role", ["learner", "instructor"])
def test_lab_opens_in_the_language_that_was_chosen(tmp_path, monkeypatch, role, language, locale):
    person = Account("ada", role, 0.0, FIRST_UID)
    given = (person, Deployment(tmp_path), "namespaces", "", Submissions())
    seen = walls.environment(*given, language=language)
    assert seen["ACADEMY_LANGUAGE"] == language
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", seen["JUPYTER_CONFIG_PATH"])
    found = ConfigManager(config_dir_name="labconfig").get("default_setting_overrides")
    assert found.get("@jupyterlab/translation-extension:plugin", {}).get("locale") == locale
    assert found["@jupyterlab/apputils-extension:themes"]["theme"] == "JupyterLab Light"


def test_labs_that_nobody_knows_are_named_with_the_nearest():
    assert chosen(["lora", "mlp"], None) == ["lora", "mlp"]
    assert chosen(["lora", "mlp"], ("mlp",)) == ["mlp"]
    with pytest.raises(HubError, match="there is no lab 'lorra'; the nearest: lora"):
        chosen(["lora", "mlp"], ("lorra",))


def test_init_writes_once_and_never_over_what_is_there(tmp_path, capsys):
    assert main(["hub", "init", "--data", str(tmp_path / "new")]) == 0
    path = tmp_path / "new" / "academy.yml"
    assert path.read_text() == commented()
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("labs: [mlp]\n")
    assert main(["hub", "init", "--data", str(tmp_path / "new")]) == 3
    assert "is there already" in capsys.readouterr().err
    assert path.read_text() == "labs: [mlp]\n"


def checked(capsys, *arguments: str) -> tuple[int, dict]:
    code = main(["hub", "check", "--json", *arguments])
    told = json.loads(capsys.readouterr().out)
    return code, {one["about"]: (one["verdict"], one["says"]) for one in told["findings"]}


def test_check_says_what_would_happen_and_makes_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("ACADEMY_STORE", raising=False)
    data = tmp_path / "not-yet"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code, found = checked(capsys, "--data", str(data), "--port", str(port))
    assert code == 0
    assert found["address"] == ("fine", f"http://127.0.0.1:{port}/, from this machine only")
    assert found["store"] == ("fine", f"sqlite:///{data}/store.sqlite")
    assert "made at the first start" in found["data"][1]
    assert not data.exists()


def test_check_finds_what_would_not_start(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("ACADEMY_STORE", "postgresql://ada:secret@127.0.0.1:1/academy")
    written(tmp_path, "labs: [first-program]\nservers: {memory_mib: 1000000, most: 3}\n")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        code, found = checked(capsys, "--data", str(tmp_path), "--port", str(other.getsockname()[1]))
    assert code == 3
    assert {about for about, (verdict, _) in found.items() if verdict == "wrong"} == {
        "address",
        "store",
        "labs",
    }
    assert "first-programs" in found["labs"][1]
    assert "secret" not in found["store"][1]
    assert found["memory"][0] == "mind"


def test_check_minds_an_address_that_others_reach(tmp_path, capsys):
    _, found = checked(capsys, "--data", str(tmp_path), "--ip", "0.0.0.0", "--port", "18999")
    assert found["address"][0] == "mind"
    assert "TLS" in found["address"][1]


def test_the_command_line_wins_over_the_file(tmp_path, capsys):
    written(tmp_path, "address: {port: 18998}\n")
    _, found = checked(capsys, "--data", str(tmp_path))
    assert ":18998/" in found["address"][1]
    _, found = checked(capsys, "--data", str(tmp_path), "--port", "18997")
    assert ":18997/" in found["address"][1]
    assert Settings().address == Address()


def test_check_looks_where_submitted_files_would_lie(tmp_path, capsys):
    data = written(tmp_path / "data", "exchange: {kind: service}\n")
    _, found = checked(capsys, "--data", str(data))
    assert found["exchange"] == ("fine", f"through the service, files in {data}/blobs, made then")
    assert not (data / "blobs").exists()
    written(data, "exchange: {kind: service, blobs: 'no-such-protocol://x'}\n")
    code, found = checked(capsys, "--data", str(data))
    assert (code, found["exchange"][0]) == (3, "wrong")
    written(data, "exchange: {kind: service, blobs: files}\n")
    assert f"files in {data}/files" in checked(capsys, "--data", str(data))[1]["exchange"][1]
    written(data, "exchange: {kind: folder}\n")
    assert "desks" in checked(capsys, "--data", str(data))[1]["exchange"][1]


DESK = {"inbound", "outbound", "feedback"}


@pytest.mark.parametrize(("kind", "desk"), [("folder", DESK), ("service", set())])
def test_a_learners_wall_shows_desk_and_labs_only_where_work_goes_through_folders(tmp_path, kind, desk):
    deployment, settings = Deployment(tmp_path), Settings.model_validate({"exchange": {"kind": kind}})
    ada = Account("ada", "learner", 0.0, FIRST_UID)
    wall = walls.wall_of(ada, deployment, "namespaces", Servers(), settings.exchange.kind == "folder")
    assert {bind.target.name for bind in wall.binds} == {"material", "crossings"} | desk
    assert {bind.target.name for bind in wall.binds if bind.writable} == {"crossings"} | (desk & {"inbound"})
