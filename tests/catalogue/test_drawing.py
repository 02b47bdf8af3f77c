"""The competency graph as SVG: complete, readable, in words too, without network."""

import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
from playwright.sync_api import Browser

from catalogue import Catalogue, Skill
from catalogue.graph import closure
from catalogue.graph_layout import NODE_HEIGHT, NODE_WIDTH, drawn_edges, lay_out
from catalogue.graph_svg import describe, draw

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def picture(framework: Catalogue) -> str:
    return draw(framework, lacking={"fine-tuning"})


@pytest.fixture(scope="module")
def layout(framework: Catalogue):
    tracks = tuple(framework.structure.tracks)
    return lay_out(framework.competencies, framework.structure.stages, tracks)


def test_every_competency_stands_in_it_with_both_names(framework: Catalogue, picture: str):
    nodes = {group.get("id"): group for group in ET.fromstring(picture).iter(f"{SVG}g")}
    assert set(nodes) == set(framework.competencies)
    for name, group in nodes.items():
        drawn = [text.text for text in group.iter(f"{SVG}text")]
        title = framework.competencies[name].title
        assert drawn[-1] == title.zh
        assert " ".join(drawn[:-1]) == title.en


def test_nothing_is_fetched_and_nothing_runs(picture: str):
    root = ET.fromstring(picture)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        *("svg", "title", "desc", "style", "defs", "marker", "path", "rect", "text", "g")
    }
    outside = [
        (name, value)
        for element in root.iter()
        for name, value in element.attrib.items()
        if "href" in name or "url(" in value
    ]
    assert {value for _, value in outside} == {"url(#tip)"}
    assert "@import" not in picture
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")


def test_it_says_in_words_what_it_draws(framework: Catalogue, picture: str):
    root = ET.fromstring(picture)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == root.find(f"{SVG}title").get("id")
    words = root.find(f"{SVG}desc")
    assert root.get("aria-describedby") == words.get("id")
    assert words.text == describe(framework, framework.competencies)
    for name, one in framework.competencies.items():
        assert f"{one.title} [{name}]" in words.text
        for need in one.needs:
            assert f"{Skill(need.needs, need.at)} for {need.for_} ({need.why})" in words.text


def test_boxes_neither_touch_nor_leave_the_picture(layout):
    boxes = list(layout.places.values())
    for (x1, y1), (x2, y2) in combinations(boxes, 2):
        assert abs(x1 - x2) > NODE_WIDTH or abs(y1 - y2) > NODE_HEIGHT
    for x, y in boxes:
        assert NODE_WIDTH / 2 < x < layout.width - NODE_WIDTH / 2
        assert NODE_HEIGHT / 2 < y < layout.height - NODE_HEIGHT / 2


def test_lines_pass_between_boxes(layout):
    for lanes in layout.lanes.values():
        for x, y in lanes:
            for box_x, box_y in layout.places.values():
                assert abs(box_y - y) > NODE_HEIGHT or abs(box_x - x) > NODE_WIDTH / 2


def test_stages_lie_below_each_other_and_boxes_in_their_stage(framework: Catalogue, layout):
    assert [band.stage for band in layout.bands] == list(framework.structure.stages)
    for band, following in zip(layout.bands, layout.bands[1:], strict=False):
        assert band.top + band.height < following.top
    for name, (_, y) in layout.places.items():
        (band,) = [band for band in layout.bands if band.stage == framework.competencies[name].stage]
        assert band.top < y - NODE_HEIGHT / 2
        assert y + NODE_HEIGHT / 2 < band.top + band.height


def test_within_a_stage_a_need_lies_above(framework: Catalogue, layout):
    for name, one in framework.competencies.items():
        for need in one.needs:
            if framework.competencies[need.needs].stage == one.stage:
                assert layout.places[need.needs][1] < layout.places[name][1]


def test_lines_left_out_follow_from_those_drawn(framework: Catalogue):
    drawn: dict[str, set[str]] = {name: set() for name in framework.competencies}
    for before, after in drawn_edges(framework.competencies):
        drawn[after].add(before)

    def reached(name: str) -> set[str]:
        return drawn[name].union(*(reached(before) for before in drawn[name]))

    total = 0
    for name, one in framework.competencies.items():
        assert {need.needs for need in one.needs} <= reached(name)
        total += len({need.needs for need in one.needs})
        for before in drawn[name]:
            assert not any(before in reached(other) for other in drawn[name] - {before})
    assert sum(map(len, drawn.values())) < total * 0.7


def test_what_is_lacking_is_dashed(picture: str):
    boxes = {
        group.get("id"): group.find(f"{SVG}rect").get("class")
        for group in ET.fromstring(picture).iter(f"{SVG}g")
    }
    assert {name for name, kind in boxes.items() if kind == "box gap"} == {"fine-tuning"}


def test_a_role_alone_makes_a_small_picture(framework: Catalogue):
    role = framework.roles["operator-developer"]
    goals = (Skill(name, level) for name, level in role.competencies.items())
    names = {skill.competency for skill in closure(framework.competencies, goals)}
    nodes = {group.get("id") for group in ET.fromstring(draw(framework, names)).iter(f"{SVG}g")}
    assert nodes == names
    assert len(names) < 25


def test_a_picture_of_nothing_is_still_a_picture(framework: Catalogue):
    assert ET.fromstring(draw(framework, ())).tag == f"{SVG}svg"


@pytest.mark.browser
def test_a_browser_shows_it_and_no_name_leaves_its_box(browser: Browser, picture: str, tmp_path):
    path = tmp_path / "graph.svg"
    path.write_text(picture, encoding="utf-8")
    page = browser.new_page()
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    wide = page.evaluate(
        """() => [...document.querySelectorAll('g.node')].flatMap(node => {
            const box = node.querySelector('rect.box').getBBox();
            return [...node.querySelectorAll('text')].map(text => text.getBBox())
                .filter(text => text.x < box.x + 11 || text.x + text.width > box.x + box.width)
                .map(() => node.id);
        })"""
    )
    page.close()
    assert wide == []
    assert requests == [path.as_uri()]
