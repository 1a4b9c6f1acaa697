drop index verdicts_abandoned;
