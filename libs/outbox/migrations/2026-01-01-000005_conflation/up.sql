-- Whose state the event tells as a whole: of several that leave together only the newest is sent.
alter table outbox add column conflation_key text;
