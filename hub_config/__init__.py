"""hub_config."""
