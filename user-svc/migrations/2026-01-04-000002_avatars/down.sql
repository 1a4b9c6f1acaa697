drop table picture_removals;
alter table users drop column avatar;
