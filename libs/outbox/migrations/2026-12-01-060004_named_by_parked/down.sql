drop function named_by_parked;
