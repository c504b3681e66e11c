"""Message and Facts to Judgement: who and what is meant, rules, verdicts. Pure."""
