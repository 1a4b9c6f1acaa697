alter table idempotency_keys drop column test;
