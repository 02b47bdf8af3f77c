"""The way of one unit through the graph: from what is mastered over the unit to the goal."""

from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from learning_paths.explain import Explainer
from learning_paths.picture import Step, draw
from learning_paths.sayings import say
from learning_paths.units import Gap, Item, Node


def picture(explainer: Explainer, item: Item, language: str) -> str:
    """Return the way of an item as SVG.

    Parameters
    ----------
    explainer
        Knows the plan.
    item
        An item of the plan.
    language
        ``en`` or ``zh``.
    """
    identity = explainer.ground.identity(item)
    title = say("way-title", {"title": explainer.ground.title(item)})[language]
    name = "za-way-" + "".join(letter if letter.isalnum() else "-" for letter in identity)
    return draw(list(steps(explainer, item, language)), title, f"{name}-{language}")


def steps(explainer: Explainer, item: Item, language: str) -> Iterator[Step]:
    """Yield the boxes of an item's way, from what is mastered to the goal.

    The way to the goal is that of the item's first reason. Before the item stands the shortest way down to
    something mastered; where nothing is, to something that needs nothing.
    """
    ground, links = explainer.ground, explainer.selection.links
    main = explainer.nodes(item)[0]
    down = _down(explainer, main)
    for node, asker in pairwise(down):
        why = ground.reasons.get((asker, node), {}).get(language, "")
        yield Step(
            _kind(explainer, node), ground.name(node, language), _standing(explainer, node, language), why
        )
    way = explainer.chain(main)
    for place, node in enumerate(way):
        leads = _leads(explainer, node, language)
        if place == 0:
            about = {
                "hours": f"{(ground.minutes(item) or 0) / 60:.1f}",
                "skill": ground.name(main, language),
                "standing": _standing(explainer, main, language),
            }
            note = say(f"way-{'gap' if isinstance(item, Gap) else 'unit'}", about)[language]
            yield Step("unit", ground.title(item)[language], note, leads)
        else:
            yield Step("missing", ground.name(node, language), _standing(explainer, node, language), leads)
    pinned = links[way[-1]].unit
    title = explainer.goal.title if pinned is None else ground.title(pinned)
    yield Step("goal", title[language], say("way-goal" if pinned is None else "way-pinned", {})[language])


def _down(explainer: Explainer, main: Node) -> list[Node]:
    """Return the nodes from something mastered, or from something that needs nothing, to a node."""
    curriculum, mastered = explainer.ground.curriculum, explainer.mastered
    above: dict[Node, Node | None] = {main: None}
    waiting, end = deque([main]), main
    while waiting:
        node = waiting.popleft()
        end = node
        if mastered[node] or not curriculum.asked_by(node):
            break
        for needed in curriculum.asked_by(node):
            if needed not in above:
                above[needed] = node
                waiting.append(needed)
    found, step = [], end
    while step is not None:
        found.append(step)
        step = above[step]
    return found


def _kind(explainer: Explainer, node: Node) -> Any:
    return "known" if explainer.mastered[node] else "missing"


def _standing(explainer: Explainer, node: Node, language: str) -> str:
    kind = "way-known" if explainer.mastered[node] else "way-missing"
    return say(kind, explainer.believed(node))[language]


def _leads(explainer: Explainer, node: Node, language: str) -> str:
    """Return why the next box needs a node."""
    link = explainer.selection.links[node]
    if link.node is None:
        return ""
    if link.unit is not None:
        return say("way-uses", {"unit": explainer.ground.title(link.unit)})[language]
    return explainer.ground.reasons.get((link.node, node), {}).get(language, "")
