-- Where is my parcel: asked by people who are not logged in.
create index order_items_tracking on order_items (tracking_number) where tracking_number is not null;
