"""What is written down before a conversation: its scenario, the cells and boundaries it is taken from, the answers."""
