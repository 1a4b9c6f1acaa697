-- A customer's reservations: for the customer's own export.
create index reservations_of_user on reservations (user_id, id) where user_id is not null;
