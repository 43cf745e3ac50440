"""How the shipped weights are made, from our own sentences: `python -m nlp.training`."""
