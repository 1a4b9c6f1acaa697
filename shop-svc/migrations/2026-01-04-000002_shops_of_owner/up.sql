-- All shops of a user, closed ones too: for the user's own export.
create index shops_of_owner on shops (owner_id, id);
