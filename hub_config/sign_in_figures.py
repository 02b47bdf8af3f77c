"""How often signing in failed and launches were refused, counted by kind and naming nobody.

The hub shows them with its own figures, at ``/hub/metrics``.
"""

from prometheus_client import Counter

KINDS = ("password", "too-often", "provider")
FAILURES = Counter("academy_sign_in_failures", "Sign-ins that failed", ("kind",))
LAUNCHES = Counter(
    "academy_launches_refused", "Launches from learning platforms that opened nothing", ("reason",)
)

for _kind in KINDS:
    FAILURES.labels(_kind)  # a figure that is there from the start can be watched for its first change


def failed(kind: str) -> None:
    """Count a sign-in that failed.

    Parameters
    ----------
    kind
        One of `KINDS`: a wrong name or password, a try that has to wait, the provider or what it says.
    """
    FAILURES.labels(kind).inc()


def refused(reason: str) -> None:
    """Count a launch that was refused, by the kind of `hub_config.lti.refusal.BadLaunch`."""
    LAUNCHES.labels(reason).inc()
