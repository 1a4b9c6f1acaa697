-- `lower` of the database's collation folds letters of other scripts onto ASCII ones, so an address kept the owner of another
-- mailbox from registering. Uniqueness folds ASCII only; for every other spelling of one mailbox there is
-- `users_email_canonical`. Programs of before refuse by the name of the index, and find accounts by `lower(email)`.
create index users_email_lower on users (lower(email));
drop index users_email;
create unique index users_email on users (lower(email collate "C"));
