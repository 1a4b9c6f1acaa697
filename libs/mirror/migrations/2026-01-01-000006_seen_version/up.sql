-- Of its product, when the variation was last seen to be there: by an event, or by a live answer that was ahead of them.
-- An event of an older version may well not know it.
alter table mirror_variations add column seen_version bigint not null default 0;
