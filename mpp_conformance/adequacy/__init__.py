"""How good the suite is: the kill matrix, the state model of the workflows, and how much of it the cases cover."""
