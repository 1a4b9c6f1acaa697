insert into users (id, email, email_canonical, password_hash, first_name, last_name, created_at)
select distinct user_id, 'customer-' || user_id || '@example.org', 'customer-' || user_id || '@example.org', 'nobody logs in as this one', 'Bench', 'Customer',
    timestamptz :'begin'
from placed on conflict do nothing;
