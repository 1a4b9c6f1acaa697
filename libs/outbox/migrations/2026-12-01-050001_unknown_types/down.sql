alter table parked drop column cause;
drop table fragile_queues;
drop table unknown_type_audit;
drop table unknown_types;
