insert into wishlists (user_id) select distinct user_id from placed on conflict do nothing;
