create table categories (
    id         uuid        primary key,
    parent_id  uuid        references categories (id),
    name       text        not null check (length(name) between 1 and 100),
    slug       text        not null constraint categories_slug unique
                           check (length(slug) <= 100 and slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    -- From the root down to the category itself: descendants are those whose path holds it.
    path       uuid[]      not null check (cardinality(path) >= 1),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create index categories_of_parent on categories (parent_id);
create index categories_by_path on categories using gin (path);
