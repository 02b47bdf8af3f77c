"""Every lab of the checkout: its proof is current, and one lab a day is proved for real."""

import datetime
import shutil
from pathlib import Path

import pytest

from graders.mutation import kept as mutated
from graders.mutation import told
from graders.proof import LABS, kept, labs_to_prove, master_of, prove

ALL = labs_to_prove()


@pytest.mark.parametrize("lab", ALL)
def test_the_proof_is_current(lab: str) -> None:
    proof = kept(master_of(lab))
    assert proof is not None, f"lab {lab} changed since it was proved: ./academy prove {lab}"
    assert len(proof.seeds) == 10


@pytest.mark.parametrize("lab", ALL)
def test_the_checks_notice_nine_of_ten_mutants_and_every_named_mistake(lab: str) -> None:
    mutation = mutated(lab)
    assert mutation is not None, f"lab {lab} changed since its mutants were graded: ./academy prove {lab}"
    assert mutation.holds, "\n".join(told(mutation))


@pytest.mark.slow
@pytest.mark.skipif(not ALL, reason="no lab is built: ./academy notebooks build")
def test_one_lab_is_proved_for_real(tmp_path: Path) -> None:
    cheap = [lab for lab in ALL if (proof := kept(master_of(lab))) is not None and proof.seconds < 60] or ALL
    lab = cheap[datetime.date.today().toordinal() % len(cheap)]
    shutil.copytree(LABS / "authoring" / lab, tmp_path / "authoring" / lab)
    shutil.copytree(LABS / "source" / lab, tmp_path / "source" / lab)
    proof = prove(lab, tmp_path, force=True)
    assert proof.holds, (proof.wrong, proof.failed_seeds)
