drop index users_email;
create unique index users_email on users (lower(email));
drop index users_email_lower;
