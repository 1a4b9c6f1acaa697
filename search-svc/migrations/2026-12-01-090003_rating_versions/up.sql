-- The version of `rating.updated` counts the changes of the rating. In `rating_version` builds of before kept the version of
-- the product, and go on doing so while they run beside this one: nothing can be compared with it.
alter table products add column rating_event_version bigint not null default 0;
