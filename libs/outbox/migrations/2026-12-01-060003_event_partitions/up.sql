-- Partitions of outbox and inbox are made and dropped by the retention job of each service. Its role owns no table, so it
-- calls these functions of the owner's.

-- The lowest UUIDv7 of a moment.
create function lowest_id(at timestamptz) returns uuid language sql immutable strict parallel safe
return (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

-- The column that holds the time of a row.
create function event_partition_key(parent text) returns text language plpgsql immutable strict as $$
begin
    return case parent when 'outbox' then 'id' when 'inbox' then 'event_id' end;
exception when case_not_found then
    return null;
end $$;

-- The partitions of days, oldest first.
create function event_partitions(parent text) returns table (name text, day date) language sql stable strict as $$
    select c.relname::text, to_date(right(c.relname, 8), 'YYYYMMDD')
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = parent::regclass and c.relname ~ '_p\d{8}$'
    order by 2
$$;

-- Makes one partition for each day from today up to `days_ahead` later, as far as there is none, and answers what it did:
-- `none` when all are there, `attached` when some were made. A row in the default partition whose day gets a partition
-- moves there.
--
-- Postgres reads the whole default partition, locked, unless a constraint says that no such row is in it. A default
-- partition that is large (it was the whole table once) gets that constraint first, in steps of which none blocks readers
-- and writers: `reserved`, then `validated`; each call is one step. Such days begin the day after tomorrow, so that nothing
-- that is written meanwhile is refused.
create function add_event_partitions(parent text, days_ahead integer) returns text
language plpgsql security definer set lock_timeout = '200ms' as $$
declare
    key_column text := event_partition_key(parent);
    fallback text := parent || '_default';
    reservation text := parent || '_default_reserved';
    is_large boolean;
    reserved boolean;
    first_day date;
    last_day date := (now() at time zone 'utc')::date + least(days_ahead, 60);
    each_day date;
    partition text;
    low uuid;
    high uuid;
begin
    if key_column is null then
        raise exception 'no partitions are made of %', parent;
    end if;
    if not pg_try_advisory_xact_lock(hashtextextended(current_schema() || ':partitions:' || parent, 0)) then
        return 'busy';
    end if;
    is_large := pg_relation_size(fallback::regclass) > 32 * 1024 * 1024;
    select greatest(max(day) + 1, (now() at time zone 'utc')::date + case when is_large then 2 else 0 end)
        into first_day from event_partitions(parent);
    if first_day > last_day then
        return 'none';
    end if;
    -- What a small one reserved while it was large does not matter: its rows are looked for.
    select convalidated into reserved from pg_constraint
        where is_large and conrelid = fallback::regclass and conname = reservation;
    if is_large and reserved is null then
        execute format(
            'alter table %I add constraint %I check (%3$I < %4$L or %3$I >= %5$L) not valid',
            fallback, reservation, key_column, lowest_id(first_day at time zone 'utc'),
            -- A day more, in case one ends between the steps.
            lowest_id((last_day + 2) at time zone 'utc'));
        return 'reserved';
    end if;
    if not reserved and is_large then
        begin
            execute format('alter table %I validate constraint %I', fallback, reservation);
            return 'validated';
        exception when check_violation then
            -- Some row is ahead of its time. It is moved below, at the price of a longer lock.
            reserved := null;
        end;
    end if;
    -- The parent, too: a row on its way to the default partition would be refused there once its day has a partition.
    execute format('lock table only %I, %I in access exclusive mode', parent, fallback);
    for each_day in select generate_series(first_day, last_day, interval '1 day')::date loop
        partition := parent || to_char(each_day, '"_p"YYYYMMDD');
        low := lowest_id(each_day at time zone 'utc');
        high := lowest_id((each_day + 1) at time zone 'utc');
        execute format('create table %I (like %I including defaults)', partition, parent);
        if parent = 'outbox' then
            -- For `seq = any(..)`, by which programs of before mark what is sent.
            execute format('create index on %I (seq)', partition);
        else
            -- Whether something was handled lately, without the cost of a full index at each insert.
            execute format('create index on %I using brin (handled_at)', partition);
        end if;
        if reserved is not true then
            execute format(
                'with moved as (delete from %I where %I >= %L and %2$I < %4$L returning *) insert into %5$I table moved',
                fallback, key_column, low, high, partition);
        end if;
        execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, partition, low, high);
    end loop;
    execute format('alter table %I drop constraint if exists %I', fallback, reservation);
    return 'attached';
end $$;

-- Drops the oldest partition whose day ended `days` ago, at least 14, and that nobody needs: of the outbox one whose rows
-- are all sent, of the inbox one of which nothing was handled since. Answers its name, or null when there is none.
create function drop_event_partition(parent text, days integer) returns text
language plpgsql security definer set lock_timeout = '200ms' as $$
declare
    bound timestamptz := now() - make_interval(days => greatest(days, 14));
    needed text := case parent
        when 'outbox' then 'published_at is null' when 'inbox' then format('handled_at > %L', bound) end;
    partition text;
    is_needed boolean;
begin
    if needed is null then
        raise exception 'no partitions are made of %', parent;
    end if;
    for partition in select name from event_partitions(parent) where (day + 1) at time zone 'utc' <= bound loop
        execute format('select exists (select from %I where %s)', partition, needed) into is_needed;
        continue when is_needed;
        -- Nothing is written to it any more, but that is only sure under the lock.
        execute format('lock table only %I in access exclusive mode', parent);
        execute format('lock table %I in access exclusive mode', partition);
        execute format('select exists (select from %I where %s)', partition, needed) into is_needed;
        continue when is_needed;
        execute format('drop table %I', partition);
        return partition;
    end loop;
    return null;
end $$;

-- They run as their owner, so names must mean the same whoever calls.
do $$
begin
    execute format('alter function add_event_partitions set search_path = %I, pg_temp', current_schema());
    execute format('alter function drop_event_partition set search_path = %I, pg_temp', current_schema());
end $$;
