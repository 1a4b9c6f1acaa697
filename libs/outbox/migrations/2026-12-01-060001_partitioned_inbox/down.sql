lock table inbox in access exclusive mode;
alter table inbox detach partition inbox_default;
insert into inbox_default select * from inbox;
drop table inbox;
alter table inbox_default rename to inbox;
alter table inbox rename constraint inbox_default_pkey to inbox_pkey;
alter index inbox_default_age rename to inbox_age;
