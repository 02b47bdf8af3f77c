"""The service's answers about the placement test: steps, refusals, and no answer that leaves it."""

import json

from catalogue import load
from learning_paths.bank import load_bank

PROFILE = {"degree": "computing", "role": "data-engineer", "hours": 6}


def test_a_test_from_start_to_end_and_its_place_in_the_plan(ask):
    assert ask("ada", "PUT", "api/profile", PROFILE)[0] == 200
    assert ask("ada", "GET", "api/placement") == (200, {"state": "none", "most": 30})
    code, asked = ask("ada", "POST", "api/placement/start", {})
    assert (code, asked["state"], asked["position"]) == (200, "open", 0)
    assert ask("ada", "GET", "api/placement")[1] == asked
    code, after = ask("ada", "POST", "api/placement/answer", {"position": 0, "answer": None, "seconds": 9})
    assert (code, after["position"]) == (200, 1)
    code, ended = ask("ada", "POST", "api/placement/end", {})
    assert (code, ended["state"], ended["summary"]["asked"]) == (200, "ended", 1)
    assert ask("ada", "GET", "api/plan")[0] == 200


def test_wrong_steps_are_refused_with_what_to_do(ask):
    assert ask("ada", "POST", "api/placement/end", {})[0] == 404
    ask("ada", "POST", "api/placement/start", {})
    assert ask("ada", "POST", "api/placement/answer", {"position": 0})[0] == 400
    code, refused = ask("ada", "POST", "api/placement/answer", {"position": 0, "answer": {"no": "answer"}})
    assert code == 422
    assert refused["error"]
    ask("ada", "POST", "api/placement/answer", {"position": 0, "answer": None})
    code, refused = ask("ada", "POST", "api/placement/answer", {"position": 0, "answer": None})
    assert code == 422
    assert "final" in refused["error"]
    assert ask(None, "GET", "api/placement")[0] in (401, 403)


def test_neither_reasons_nor_mistakes_leave_the_service(ask):
    bank = load_bank(load())
    sent = [ask("ada", "POST", "api/placement/start", {})[1]]
    while sent[-1]["state"] == "open" and len(sent) < 10:
        body = {"position": sent[-1]["position"], "answer": None}
        sent.append(ask("ada", "POST", "api/placement/answer", body)[1])
    text = json.dumps(sent, ensure_ascii=False)
    for item in bank.items.values():
        assert item.why.en not in text
        for wrong in getattr(item, "wrong", ()):
            if len(wrong.because.en) > 25:
                assert wrong.because.en not in text
