"""Knowledge tracing: what answers so far say about the next one. Pure functions over arrays.

`answers` and `audit` hold and check data, `bkt`, `ability` and `history` follow a learner answer by answer in
constant time, `regression` and `hybrid` fit a logistic model on what they see, `metrics` judges it.
"""
