drop index sessions_sealed;
alter table sessions
    drop column spent_hash,
    drop column sealed_successor,
    drop column sealed_at;
