drop index applied_age;
alter table applied drop column is_order;
