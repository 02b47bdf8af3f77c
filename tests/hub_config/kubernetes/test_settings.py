"""cluster.yml: a fault is told with its line and the nearest key; what stands there reaches the hub."""

import re
from pathlib import Path

import pytest

from hub_config.errors import HubError
from hub_config.kubernetes.cli import SAMPLE
from hub_config.kubernetes.settings import Accelerator, Cluster, Profile
from hub_config.settings_text import PAGES, updated
from tests.hub_config.kubernetes.chart import example

MEMORY = "    memory_mib: 4096\n  - id: shared"
LANGUAGE = "  language: browser\n"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("memory_mib: 4096\n  - id: shared", "memory_mb: 4096\n  - id: shared",
         r"unknown key profiles\.0\.memory_mb.*; the nearest: memory_mib"),
        ("accelerator: {kind: mig, slice: 1g.10gb}", "accelerator: {kind: mig, slise: 1g.10gb}",
         r"unknown key profiles\.2\.accelerator\.slise.*; the nearest: slice"),
        ("{kind: gpu}", "{kind: gpus}", r"profiles\.3\.accelerator\.kind is 'gpus', .*'gpu'"),
        ("slice: 1g.10gb", "slice: 1g10gb", r"accelerator\.slice: '1g10gb' is none"),
        ("{kind: mig, slice: 1g.10gb}", "{kind: mig}", r"profiles\.2\.accelerator: mig needs slice"),
        ("{kind: gpu}", "{kind: gpu, model: Ascend910}", r"accelerator: gpu has no model"),
        ("{kind: shared}", "{kind: shared, count: 2}", r"accelerator: shared gives one .*"),
        ("{learner: 40, instructor: null}", "{learners: 40}", r"profiles\.1\.groups\.learners.* .*learner"),
        ("{learner: 40, instructor: null}", "{learner: 0}", r"profiles\.1\.groups\.learner is 0"),
        ("zh: 仅处理器}", "}", r"profiles\.0\.name\.zh is missing"),
        ("academy-hub:0.1.0", "academy-hub", r"images\.hub: .* is none; write it like"),
        ("academy-hub:0.1.0", "academy-hub:latest", r"images\.hub: .* is none; write it like"),
        ("email: it@example.edu}", "email: null}", r"tls: letsencrypt needs email"),
        ("{kind: letsencrypt, email: it@example.edu}", "{kind: secret}", r"tls: secret needs secret"),
        ("- id: mig", "- id: gpu", r"the id gpu stands there twice"),
        ("runtime_class: gvisor", "runtime_clas: gvisor",
         r"unknown key grading\.runtime_clas.*; the nearest: runtime_class"),
        (LANGUAGE, "  langage: zh\n", r"unknown key academy\.langage.*; the nearest: language"),
        (LANGUAGE, "  address: {port: 80}\n", r"academy\.address .*: domain and tls say it"),
        (LANGUAGE, "  exchange: {kind: folder}\n", r"exchange\.kind: folder .*: pods share no"),
        ("idle_minutes: 60", "memory_mib: 600", r"academy\.servers\.memory_mib .*: profiles say how large"),
        ("idle_minutes: 60", "outward: ['*']", r"academy\.servers\.outward .*: network\.internet says it"),
        (LANGUAGE, "  pam: {service: login}\n", r"academy\.pam .*: the hub's pod has no users"),
        ("secret: academy ", "# ", r"secret is missing: it holds the password"),
        ("domain: academy", "domain: https://academy", r"domain: 'https:.* is none; write it like"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line_and_what_would_be_right(tmp_path: Path, old, new, says):
    with pytest.raises(HubError) as told:
        example(tmp_path, (old, new))
    line = SAMPLE.read_text(encoding="utf-8").partition(old)[0].count("\n") + 1
    assert re.search(says, str(told.value))
    assert re.search(rf"cluster\.yml:{line}\b", str(told.value)) or str(told.value).startswith("the file: ")
    assert "docs/hub/kubernetes.md" in str(told.value)


def test_each_role_finds_a_size_of_server(tmp_path: Path):
    only = ("cpu: 2\n", "cpu: 2\n    groups: {learner: 5}\n")
    with pytest.raises(HubError, match="no profile is there for manager"):
        example(tmp_path, only)


@pytest.mark.parametrize(
    ("given", "resource", "taint"),
    [
        ({"kind": "gpu"}, "nvidia.com/gpu", "nvidia.com/gpu"),
        ({"kind": "mig", "slice": "1g.10gb"}, "nvidia.com/mig-1g.10gb", "nvidia.com/gpu"),
        ({"kind": "shared"}, "nvidia.com/gpu.shared", "nvidia.com/gpu"),
        ({"kind": "ascend", "model": "Ascend910"}, "huawei.com/Ascend910", "huawei.com/Ascend910"),
        ({"kind": "ascend", "model": "Ascend310P"}, "huawei.com/Ascend310P", "huawei.com/Ascend310P"),
    ],
)
def test_an_accelerator_is_asked_for_as_its_device_plugin_calls_it(given, resource, taint):
    one = Accelerator(**given)
    assert (one.resource, one.taint) == (resource, taint)


def test_the_hub_goes_by_its_domain_and_by_the_exchange_through_the_service(tmp_path: Path):
    chosen = example(
        tmp_path, (LANGUAGE, "  language: zh\n  exchange: {blobs: s3://academy/blobs}\n")
    ).settings
    assert chosen.address.public == "https://academy.example.edu/"
    assert (chosen.exchange.kind, chosen.exchange.blobs) == ("service", "s3://academy/blobs")
    assert (chosen.language, chosen.servers.most, chosen.servers.idle_minutes) == ("zh", 200, 60)
    assert chosen.database.url == "postgresql://academy@db.example.edu/academy"


def test_everybody_may_take_a_profile_without_groups(tmp_path: Path):
    assert dict(example(tmp_path).profiles[0].groups) == dict.fromkeys(("learner", "instructor", "manager"))
    assert Profile.model_fields["groups"].default == dict.fromkeys(("learner", "instructor", "manager"))


def test_the_reference_on_the_page_is_made_from_the_schema():
    (page,) = [path for path, model in PAGES.items() if model is Cluster]
    text = page.read_text(encoding="utf-8")
    assert updated(text, Cluster) == text
    rows = set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))
    assert {"profiles[].accelerator.slice", "grading.runtime_class", "tls.kind", "academy"} <= rows
    assert {row.partition(".")[0].removesuffix("[]") for row in rows} == set(Cluster.model_fields)
