"""What whoever answers for an academy looks after: who did what, how much it is used, how it goes on."""
