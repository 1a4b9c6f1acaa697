drop table ended_users;
