alter table idempotency_keys add column test integer;
