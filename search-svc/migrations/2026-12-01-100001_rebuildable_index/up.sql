-- The version of the document of a product or shop: raised by every change that its document shows.
alter table products add column document_version bigint not null default 0;
alter table shops add column document_version bigint not null default 0;

-- Changes whenever a shop becomes visible or hidden, so that each process notices by reading one row.
create table shop_visibility (
    single  boolean primary key default true check (single),
    version bigint  not null
);
insert into shop_visibility (version) values (1);

create function raise_shop_visibility() returns trigger language plpgsql as $$
begin
    update shop_visibility set version = version + 1;
    return null;
end $$;

create trigger shop_added after insert on shops for each row execute function raise_shop_visibility();
create trigger shop_removed after delete on shops for each row execute function raise_shop_visibility();
create trigger shop_visibility_changed after update of is_approved on shops
    for each row when (old.is_approved is distinct from new.is_approved) execute function raise_shop_visibility();

create index shops_hidden on shops (shop_id) where not is_approved;

-- Every product has a shop here, hidden until its events come.
insert into shops (shop_id) select distinct shop_id from products where shop_id is not null on conflict do nothing;

-- The words that unfinished and mistyped words of a query can mean. Words are never taken away.
create table dictionary_words (
    word text   primary key collate "C",
    seq  bigint not null generated always as identity
);
create unique index dictionary_words_seq on dictionary_words (seq);

-- Rebuilds of the index and comparisons with its source.
create table maintenance_jobs (
    id          uuid        primary key,
    kind        text        not null check (kind in ('rebuild', 'drift')),
    source      text        not null check (source in ('own', 'services')),
    status      text        not null check (status in ('queued', 'running', 'done', 'failed')),
    index_id    uuid,
    -- How far it is: a step of the work, and the last id that it finished.
    phase       text        not null default '',
    after       uuid,
    done        bigint      not null default 0,
    total       bigint      not null default 0,
    error       text,
    result      jsonb,
    created_at  timestamptz not null default now(),
    started_at  timestamptz,
    finished_at timestamptz
);
create unique index maintenance_jobs_open on maintenance_jobs (kind) where status in ('queued', 'running');
create index maintenance_jobs_finished on maintenance_jobs (finished_at) where finished_at is not null;

-- Documents that the index could not keep; taken off when a later version is kept.
create table rejected_documents (
    kind        text        not null check (kind in ('shop', 'product')),
    id          uuid        not null,
    version     bigint      not null,
    reason      text        not null,
    rejected_at timestamptz not null default now(),
    primary key (kind, id)
);
