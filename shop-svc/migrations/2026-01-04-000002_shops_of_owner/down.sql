drop index shops_of_owner;
