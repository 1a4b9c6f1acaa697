drop table erasures;
drop sequence erasure_attempts;
alter table users drop column erased_at;
