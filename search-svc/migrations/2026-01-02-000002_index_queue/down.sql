drop table index_generation;
drop table index_queue;
drop sequence index_queue_seq;
