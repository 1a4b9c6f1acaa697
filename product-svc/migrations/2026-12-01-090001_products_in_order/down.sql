drop index products_by_id;
