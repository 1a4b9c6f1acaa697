-- Readers go through all products that were not deleted, hidden ones too, in the order of their ids.
create index products_by_id on products (id) where archived_at is null;
