-- The inbox is partitioned by the time inside `event_id` (UUIDv7): (queue, event_id) stays unique, and a day that is over
-- is dropped instead of deleted row by row. The table of before becomes the default partition, which also takes ids of
-- other ages, so the switch rewrites and scans nothing.

-- Programs of the previous build read and write meanwhile. A lock that is waited for makes all others wait, so it is
-- waited for briefly, and again.
do $$
begin
    perform set_config('lock_timeout', '200ms', true);
    for attempt in 1..300 loop
        begin
            lock table inbox in access exclusive mode;
            return;
        exception when lock_not_available then
            if attempt = 300 then
                raise;
            end if;
            perform pg_sleep(0.1);
        end;
    end loop;
end $$;

alter table inbox rename to inbox_default;
alter table inbox_default rename constraint inbox_pkey to inbox_default_pkey;
alter index inbox_age rename to inbox_default_age;

create table inbox (like inbox_default including defaults, primary key (queue, event_id)) partition by range (event_id);
alter table inbox attach partition inbox_default default;
