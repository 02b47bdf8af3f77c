"""A receipt holds as it was given out, under the academy's key, and not otherwise."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from hub_config.work.errors import BadWork
from hub_config.work.receipts import KEY_FILE, Signer, holds, read

SAID = {"learner": "阿达", "attempt": 1, "sequence": 7, "received_at": "2026-12-01T10:00:00+00:00"}


def test_a_receipt_holds_after_a_journey_and_no_changed_one_does(tmp_path):
    signer = Signer(tmp_path)
    receipt = json.loads(json.dumps(signer.sign(SAID)))
    assert holds(receipt, signer.public)
    for key, value in receipt.items():
        other = 2 if isinstance(value, int) else value[:-1] + ("8" if value.endswith("9") else "9")
        changed = {**receipt, key: other}
        assert not holds(changed, signer.public), key
        assert not holds({k: v for k, v in receipt.items() if k != key}, signer.public), key
    assert not holds({**receipt, "more": 1}, signer.public)


def test_the_key_is_made_once_for_its_owner_only_and_another_academys_is_another(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = {signer.public for signer in pool.map(Signer, [tmp_path] * 8)}
    assert len(keys) == 1
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    (tmp_path / "other").mkdir()
    other = Signer(tmp_path / "other")
    assert not holds(other.sign(SAID), keys.pop())


@pytest.mark.parametrize("signature", [None, 7, "", "zz", "00", "00" * 64])
def test_what_is_no_signature_never_holds(tmp_path, signature):
    signer = Signer(tmp_path)
    assert not holds({**signer.sign(SAID), "signature": signature}, signer.public)


def test_what_is_no_receipt_is_told_apart_from_a_wrong_one(tmp_path):
    file = tmp_path / "receipt.json"
    with pytest.raises(BadWork, match="name the file"):
        read(file)
    for content, says in (("{", "no JSON"), ("[]", "no receipt"), ('{"kind": "x"}', "no receipt")):
        file.write_text(content)
        with pytest.raises(BadWork, match=says):
            read(file)
    with pytest.raises(BadWork, match="is no key"):
        holds({}, "abc")
