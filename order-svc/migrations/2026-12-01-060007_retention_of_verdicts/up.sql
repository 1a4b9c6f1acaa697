create index verdicts_abandoned on verdicts (decided_at) where verdict = 'abandoned';
