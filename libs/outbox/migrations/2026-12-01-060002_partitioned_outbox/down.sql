lock table outbox in access exclusive mode;
alter table outbox detach partition outbox_default;
insert into outbox_default select * from outbox;
do $$
declare
    next_seq bigint;
begin
    execute format('select last_value + is_called::integer from %s', pg_get_serial_sequence('outbox', 'seq'))
        into next_seq;
    drop table outbox;
    alter table outbox_default rename to outbox;
    execute format(
        'alter table outbox alter seq add generated always as identity (sequence name outbox_seq_seq start with %s)',
        next_seq
    );
end $$;
alter table outbox rename constraint outbox_default_pkey to outbox_pkey;
alter table outbox rename constraint outbox_default_id_key to outbox_id_key;
alter index outbox_default_unpublished rename to outbox_unpublished;
alter index outbox_default_published rename to outbox_published;
