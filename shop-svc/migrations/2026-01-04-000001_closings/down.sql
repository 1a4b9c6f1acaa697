drop table closings;
