-- The outbox is partitioned by the time inside `id`, as the inbox is. The relay goes on marking rows by `seq`, and rows
-- are inserted through the parent only, which numbers them.
do $$
begin
    perform set_config('lock_timeout', '200ms', true);
    for attempt in 1..300 loop
        begin
            lock table outbox in access exclusive mode;
            return;
        exception when lock_not_available then
            if attempt = 300 then
                raise;
            end if;
            perform pg_sleep(0.1);
        end;
    end loop;
end $$;

alter table outbox rename to outbox_default;
alter table outbox_default rename constraint outbox_pkey to outbox_default_pkey;
alter table outbox_default rename constraint outbox_id_key to outbox_default_id_key;
alter index outbox_unpublished rename to outbox_default_unpublished;
alter index outbox_published rename to outbox_default_published;

-- Numbers go on where they were.
do $$
declare
    next_seq bigint;
begin
    execute format(
        'select last_value + is_called::integer from %s', pg_get_serial_sequence('outbox_default', 'seq')
    ) into next_seq;
    alter table outbox_default alter seq drop identity;
    create table outbox (like outbox_default including defaults, unique (id)) partition by range (id);
    execute format(
        'alter table outbox alter seq add generated always as identity (sequence name outbox_seq_seq start with %s)',
        next_seq
    );
end $$;

create index outbox_unpublished on outbox (seq) where published_at is null;
alter table outbox attach partition outbox_default default;
