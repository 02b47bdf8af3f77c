"""What came of executing notebooks, for people (HTML) and for CI (JUnit XML)."""

import html
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from .build import write
from .outcome import Outcome
from .page import document


def write_report(outcomes: Sequence[Outcome], folder: Path) -> Path:
    """Write ``index.html`` and ``junit.xml`` beside the notebooks' pages.

    Parameters
    ----------
    outcomes
        One a notebook, in the order to show; their pages lie in `folder`.
    folder
        The report's own.

    Returns
    -------
    Path
        The report to open.
    """
    write(folder / "junit.xml", _junit(outcomes))
    write(folder / "index.html", _index(outcomes))
    return folder / "index.html"


def size(count: int) -> str:
    """Return a number of bytes as people read it."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def _index(outcomes: Sequence[Outcome]) -> str:
    failed = sum(outcome.failure is not None for outcome in outcomes)
    verdict = (
        f"{failed} of {len(outcomes)} notebooks failed" if failed else f"All {len(outcomes)} notebooks ran"
    )
    rows = "\n".join(_row(outcome) for outcome in outcomes)
    heads = "".join(
        f'<th scope="col">{head}</th>' for head in ("Notebook", "Status", "Seconds", "Size", "Remarks")
    )
    body = (
        f"<main>\n<h1>Executed notebooks</h1>\n<p>{verdict}.</p>\n<table>\n"
        "<caption>Each notebook's last run. Size is that of the notebook with its outputs.</caption>\n"
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n</main>"
    )
    return document("Executed notebooks", "en", body)


def _row(outcome: Outcome) -> str:
    remarks = list(outcome.warnings)
    link = outcome.page.name
    if outcome.failure:
        remarks.insert(0, outcome.failure.told)
        link += f"#cell-id={outcome.failure.cell}"
    # a link in the first column names its row for those who hear the table
    return (
        f'<tr><th scope="row"><a href="{html.escape(link)}">{html.escape(outcome.name)}</a></th>'
        f"<td>{outcome.status}</td>"
        f'<td class="number">{outcome.seconds:.1f}</td><td class="number">{size(outcome.bytes)}</td>'
        f"<td>{'<br>'.join(html.escape(remark) for remark in remarks)}</td></tr>"
    )


def _junit(outcomes: Sequence[Outcome]) -> str:
    failed = [outcome for outcome in outcomes if outcome.failure]
    suite = ElementTree.Element(
        "testsuite",
        name="notebooks",
        tests=str(len(outcomes)),
        failures=str(len(failed)),
        errors="0",
        time=f"{sum(outcome.seconds for outcome in outcomes):.3f}",
    )
    for outcome in outcomes:
        case = ElementTree.SubElement(
            suite, "testcase", classname="notebooks", name=outcome.name, time=f"{outcome.seconds:.3f}"
        )
        if outcome.failure:
            failure = ElementTree.SubElement(case, "failure", message=_plain(outcome.failure.told))
            failure.text = _plain(outcome.failure.traceback)
        if outcome.warnings:
            ElementTree.SubElement(case, "system-out").text = "\n".join(outcome.warnings)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _plain(text: str) -> str:
    """Drop what XML cannot carry."""
    return "".join(char for char in text if char in "\t\n" or (char >= " " and char not in "\ufffe\uffff"))
