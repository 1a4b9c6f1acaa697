-- Parts of names are found without reading every shop. pg_trgm is one of the modules that come with Postgres
-- and that the owner of a database may add. It belongs to the whole database, so schemas of tests come to it at once, and it
-- may be there already, in whatever schema.
select pg_advisory_xact_lock(hashtext('create extension pg_trgm'));
create extension if not exists pg_trgm with schema public;

do $$ begin
    -- New entries go into the index at once: what waits in a list is read by every search, and makes the index look dear.
    execute format(
        'create index shops_name_parts on shops using gin (name %1$I.gin_trgm_ops)
         with (fastupdate = off)',
        (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm')
    );
end $$;
