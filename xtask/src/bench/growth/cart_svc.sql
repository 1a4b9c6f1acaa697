insert into carts (user_id) select distinct user_id from placed on conflict do nothing;

insert into applied (user_id, id, applied_at) select user_id, id, at from placed order by n;
