drop table erased_users;
