"""From the record of a conversation to a verdict: trace, oracle, judgement, findings on money, likely causes."""
