"""The academy in a Kubernetes cluster: `cluster.yml`, the charts' values made from it, the hub's pods."""
