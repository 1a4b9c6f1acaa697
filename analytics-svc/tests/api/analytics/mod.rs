mod dashboard;
mod events;
mod overview;
