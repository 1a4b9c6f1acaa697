mod address;
mod cancel;
mod crash;
mod list;
mod parallel;
mod place;
mod read;
mod refuse;
