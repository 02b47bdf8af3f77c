"""The page of feedback is nbconvert's own."""

import base64

import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from graders.engine.pages import FeedbackExporter

POINT = base64.b64encode(bytes(20)).decode()


@pytest.fixture
def notebook() -> NotebookNode:
    outputs = [
        new_output("stream", text="3 / 5  rows & columns <b>\n"),
        new_output("display_data", {"image/png": POINT, "text/plain": "a figure"}),
        new_output("error", ename="ValueError", evalue="<no>", traceback=["\x1b[31mValueError\x1b[0m: <no>"]),
    ]
    text = '# Means\n\n$x < y$ <img src="a.png"> <img src="b.png" alt="b"> <img\nsrc="c.png">'
    return new_notebook(
        cells=[new_markdown_cell(text), new_code_cell("x = 'é' # two\ny < x", outputs=outputs)]
    )


def test_it_says_what_nbconverts_says(notebook: NotebookNode) -> None:
    theirs, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    for _ in range(2):  # the second from templates that are compiled already
        ours, _ = FeedbackExporter(template_name="classic").from_notebook_node(notebook)
        assert str(BeautifulSoup(ours, "html.parser")) == theirs


def test_each_picture_has_a_text(notebook: NotebookNode) -> None:
    ours, _ = FeedbackExporter(template_name="classic").from_notebook_node(notebook)
    texts = [picture["alt"] for picture in BeautifulSoup(ours, "html.parser").select("img")]
    assert len(texts) == 4
    assert sorted(set(texts)) == ["No description has been provided for this image", "b"]
