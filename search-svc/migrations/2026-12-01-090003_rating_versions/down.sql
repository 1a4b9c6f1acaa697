alter table products drop column rating_event_version;
