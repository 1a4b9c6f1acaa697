drop index users_email_conflict, users_email_unfilled, users_email_canonical;
alter table users drop column email_conflict, drop column email_canonical;
