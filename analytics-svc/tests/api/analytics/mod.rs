mod dashboard;
mod dashboard_access;
mod events;
mod overview;
