drop index shops_name_parts;
