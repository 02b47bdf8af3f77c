"""`academy cluster`: `cluster.yml` as files for helm and kubectl. Needs no cluster and changes none."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ..deployment import write_private
from ..errors import HubError, Refused, exit_code
from .settings import Cluster, read
from .values import DASK_RELEASE, as_yaml, dask_values, manifests, values

SAMPLE = Path(__file__).resolve().parent / "example.yml"
EXAMPLE = """\
examples:
  ./academy cluster init                                       write cluster.yml, to choose in
  ./academy cluster values cluster.yml --check                 render the charts and check each manifest
  ./academy cluster values cluster.yml -o values.yaml          for helm: the chart jupyterhub
  ./academy cluster grading cluster.yml -o grading.yaml        for kubectl: where submissions are graded
  ./academy cluster dask cluster.yml -o dask.yaml              for helm: the chart dask-gateway
"""
KINDS = {
    "values": ("values of the chart jupyterhub", values),
    "grading": ("manifests of the namespace in which submissions are graded", manifests),
    "dask": ("values of the chart dask-gateway", dask_values),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the verb and return its exit code: 0 fine, 1 a check failed, 2 bad input, 3 refused."""
    options = _parser().parse_args(argv)
    return exit_code(lambda: _init(options) if options.do == "init" else _write(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="academy")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser(
        "cluster",
        help="the academy in Kubernetes",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = "; ".join(f"{name}: {about}" for name, (about, _) in KINDS.items())
    verb.add_argument("do", choices=("init", *KINDS), help=f"init: write FILE to begin with; {what}")
    verb.add_argument("file", nargs="?", type=Path, default=Path("cluster.yml"), metavar="FILE",
                      help="cluster.yml")  # fmt: skip
    verb.add_argument("-o", "--output", type=Path, metavar="FILE", help="where to; left out, the terminal")
    verb.add_argument("--check", action="store_true", help="write nothing: render all of it, and check that")
    return parser


def _init(options: argparse.Namespace) -> int:
    if options.file.exists():
        raise Refused(f"{options.file} is there already; edit it, or name another file")
    _put(options.file, SAMPLE.read_text(encoding="utf-8"))
    print(f"{options.file}\nEdit it, then ./academy cluster values {options.file} --check")
    return 0


def _write(options: argparse.Namespace) -> int:
    cluster = read(options.file)
    if options.check:
        return _check(cluster)
    made = KINDS[options.do][1](cluster)
    if options.do == "grading" and not made:
        raise HubError(f"{options.file} has no grading: the hub's pod grades, and nothing is needed for it")
    if options.do == "dask" and not cluster.dask.enabled:
        raise HubError(f"{options.file} says dask: {{enabled: false}}: nothing is needed for it")
    if options.output is None:
        print(as_yaml(made), end="")
    else:
        _put(options.output, as_yaml(made))
    return 0


def _check(cluster: Cluster) -> int:
    from . import rendering  # loads helm, which takes seconds

    parts = [rendering.rendered(rendering.JUPYTERHUB, values(cluster), "academy", cluster.namespace)]
    parts.append(manifests(cluster))
    if cluster.dask.enabled:
        parts.append(
            rendering.rendered(rendering.DASK, dask_values(cluster), DASK_RELEASE, cluster.namespace)
        )
    found = [fault for part in parts for fault in rendering.faults(part)]
    for fault in found:
        print(f"academy: {fault}", file=sys.stderr)
    count = sum(map(len, parts))
    print(f"{count} manifests, {len(found)} faults, held against Kubernetes {rendering.KUBERNETES}")
    return 1 if found else 0


def _put(path: Path, text: str) -> None:
    try:
        write_private(path, text)
        os.chmod(path, 0o644)
    except OSError as error:
        raise HubError(
            f"cannot write {path}: {error.strerror}; free some space or name another file"
        ) from error


if __name__ == "__main__":
    sys.exit(main())
