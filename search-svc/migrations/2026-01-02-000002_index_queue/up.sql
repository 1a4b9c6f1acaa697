-- What has to be indexed anew. A thing asked for again gets a new seq, so that an indexer which was at it does not
-- take the wish for fulfilled. `products_of` stands for all products of a shop; `after` is how far they were queued.
create sequence index_queue_seq;

create table index_queue (
    kind  text   not null check (kind in ('shop', 'product', 'products_of')),
    id    uuid   not null,
    seq   bigint not null default nextval('index_queue_seq'),
    after uuid,
    primary key (kind, id)
);

create index index_queue_order on index_queue (seq);

-- Which filling of the index belongs to these tables; another one is thrown away and rebuilt.
create table index_generation (
    single     boolean primary key default true check (single),
    generation uuid    not null
);
