drop index event_log_erased;
