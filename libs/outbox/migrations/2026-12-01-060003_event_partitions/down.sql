drop function drop_event_partition;
drop function add_event_partitions;
drop function event_partitions;
drop function event_partition_key;
drop function lowest_id;
