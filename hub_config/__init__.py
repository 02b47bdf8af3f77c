"""The hub: accounts, a walled server a person, the academy service, and the exchange that mixes nobody up."""
