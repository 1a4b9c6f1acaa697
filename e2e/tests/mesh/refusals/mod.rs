//! Every wrong use is refused as a problem that says what is wrong.

mod owners;
mod passport;
mod requests;
mod shapes;
mod strangers;
mod tokens;
