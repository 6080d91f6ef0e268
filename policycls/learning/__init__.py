"""Learning: labelled data, training, evaluation. Nothing on the tagging path imports this."""
